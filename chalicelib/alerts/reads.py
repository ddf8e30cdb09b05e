"""What other services may ask of alerts: what is in force now, from one prepared row."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.alerts.model.ladder import Level
from chalicelib.alerts.model.words import path
from chalicelib.alerts.store import AlertStore, Board, Summary
from chalicelib.core.errors import Unavailable
from chalicelib.core.text import Text
from chalicelib.core.toolbox import Toolbox, toolbox

__all__ = ["StripItem", "Summary", "active", "board", "strip"]

# With half a minute in the caches an alert is on every page within 60 s.
FRESH = timedelta(seconds=15)

_kept: tuple[Toolbox, datetime, Board] | None = None


@dataclass(frozen=True, kw_only=True)
class StripItem:
    """A line of the strip that every page shows; `url` has a path per language."""

    id: str
    level: Level
    headline: Text
    url: Text
    updated_at: datetime


def strip() -> list[StripItem]:
    """Actual alerts in force, worst first; at most 15 seconds old while the table answers."""
    return [
        StripItem(id=one.id, level=one.level, headline=one.headline, url=address(one.id), updated_at=one.updated_at)
        for one in _recent().active
    ]


def active() -> tuple[Summary, ...]:
    """Actual alerts in force now, worst first."""
    return board().active


def board() -> Board:
    """Alerts in force now and the last ones that ended, in one read."""
    tools = toolbox()
    return AlertStore(tools.store).board().at(tools.now())


def address(id: str) -> Text:
    return Text(id=path(id, "id"), en=path(id, "en"))


def _recent() -> Board:
    global _kept
    tools = toolbox()
    now = tools.now()
    if _kept is None or _kept[0] is not tools or now - _kept[1] >= FRESH:
        _kept = (tools, now, _newest(tools))
    return _kept[2].at(now)


def _newest(tools: Toolbox) -> Board:
    """The board of the table, or the last one while the table is away: a warning too long is better than none."""
    try:
        return AlertStore(tools.store).board()
    except Unavailable:
        if _kept is None or _kept[0] is not tools:
            raise
        return _kept[2]
