"""On which topics a phone hangs: it joins the new one before it leaves the old one, and it stays on the old one while
an active alert, also one that nobody here has heard of yet, may still have something to tell there.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.subscriptions.model.wishes import place_and_floor, rank

# An alert may be so long on its way to this service, which must know of it before anybody leaves where it was told.
SHORTEST_STAY: Final = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A phone on a topic. `subscription` is SNS's ARN, "" until it is known.

    `left_at` is when it was no longer wanted (UTC). `closing`: its end is decided and may have happened, so nobody may
    count on it any more.
    """

    topic: str
    subscription: str = ""
    left_at: datetime | None = None
    closing: bool = False

    def has_stayed(self, now: datetime) -> bool:
        return self.left_at is None or now >= self.left_at + SHORTEST_STAY


@dataclass(frozen=True, kw_only=True)
class Lines:
    """`current` is the topic that is wanted, `leaving` those that shall be left."""

    current: Line | None = None
    leaving: tuple[Line, ...] = ()

    def towards(self, topic: str, now: datetime) -> "Lines":
        """With `topic` ("": none) as the current one; itself where it is. Who comes back in time never left."""
        if topic == (self.current.topic if self.current else ""):
            return self
        lines = (*self.leaving, replace(self.current, left_at=now)) if self.current else self.leaving
        back = next((line for line in lines if line.topic == topic and not line.closing), None)
        current = replace(back, left_at=None) if back else (Line(topic=topic) if topic else None)
        return Lines(current=current, leaving=tuple(line for line in lines if line is not back))

    def joined(self, subscription: str) -> "Lines":
        """SNS has told the ARN of the current one."""
        return replace(self, current=replace(self.current, subscription=subscription)) if self.current else self

    def changed(self, line: Line, to: Line | None) -> "Lines":
        """One of the leaving ones as it is now; None: it is gone."""
        rest = tuple(other for other in self.leaving if other is not line)
        return replace(self, leaving=(*rest, to) if to else rest)

    def in_the_way(self) -> tuple[Line, ...]:
        """Ends of the current topic that are still under way: they come before a new beginning."""
        return tuple(line for line in self.leaving if self.current and line.topic == self.current.topic)

    def nameless(self) -> tuple[Line, ...]:
        """Leaving ones whose ARN was not written down in time."""
        return tuple(line for line in self.leaving if not line.subscription)


@dataclass(frozen=True, kw_only=True)
class ActiveAlert:
    """Which phone topics an alert was sent to, so that its cancel can still reach them.

    `places` are the codes of its villages, their districts and the city; `level` is the highest that it ever had;
    `seen` the journal version of the newest fact that was read.
    """

    id: str
    places: tuple[str, ...]
    level: str
    held_until: datetime
    seen: int

    def holds(self, topic: str, now: datetime) -> bool:
        place, floor = place_and_floor(topic)
        return now < self.held_until and place in self.places and rank(floor) <= rank(self.level)

    def followed_by(self, newer: "ActiveAlert") -> "ActiveAlert":
        """What was told once stays told: places add up, the level only rises."""
        places = tuple(sorted({*self.places, *newer.places}))
        return replace(newer, places=places, level=max(self.level, newer.level, key=rank))


@dataclass(frozen=True, kw_only=True)
class ActiveAlerts:
    """The alerts of now: a handful, so that one record holds them."""

    alerts: tuple[ActiveAlert, ...] = ()
    version: int = 0

    def holds(self, topic: str, now: datetime) -> bool:
        return any(alert.holds(topic, now) for alert in self.alerts)

    def with_(self, alert: ActiveAlert, now: datetime) -> "ActiveAlerts":
        """With the newest word on one alert, without those that hold nothing any more; itself if that is old news."""
        known = next((one for one in self.alerts if one.id == alert.id), None)
        if known and known.seen >= alert.seen:
            return self
        others = tuple(one for one in self.alerts if one.id != alert.id and now < one.held_until)
        return replace(self, alerts=(*others, known.followed_by(alert) if known else alert))
