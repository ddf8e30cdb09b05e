"""The only place that asks what time it is. Every moment inside the city is an aware UTC datetime."""

from datetime import UTC, datetime, timedelta, timezone

# UTC+8 without summer time; a fixed zone needs no time zone database in the function.
WITA = timezone(timedelta(hours=8), "WITA")


def utc_now() -> datetime:
    return datetime.now(UTC)


def as_stamp(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds and a final Z, so that stamps sort as text."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def from_stamp(stamp: str) -> datetime:
    return datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
