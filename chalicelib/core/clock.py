"""The only place that asks what time it is. Every moment inside the city is an aware UTC datetime."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

WITA = ZoneInfo("Asia/Makassar")


def utc_now() -> datetime:
    return datetime.now(UTC)


def as_stamp(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds and a final Z, so that stamps sort as text."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_stamp(stamp: str) -> datetime:
    return datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
