"""Alerts on the shared table.

Access patterns: an alert by its id (`alert#<id>`); all that is in force, by its end, before what is on the officers'
desk (list `alerts#open`); those that ended, newest first (list `alerts#ended`); what the public sees now, in one read
(`alerts#active`, a prepared row that is written in the transaction of the alert that changes it).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from chalicelib.alerts.model.alert import ACTIVE, ENDED, Alert, State
from chalicelib.alerts.model.ladder import Level, Status
from chalicelib.core.clock import as_stamp
from chalicelib.core.errors import NotFound
from chalicelib.core.events import Actor, Entry, Fact
from chalicelib.core.store import Key, Kind, Listing, Once, Record, Store
from chalicelib.core.text import Text

OPEN, RECENT = "alerts#open", "alerts#ended"
BOARD_KEY: Final = Key("alerts#active")
# How many alerts that ended stay on the public list.
SHOWN_ENDED: Final = 10
PAGE: Final = 50
FAR_FUTURE: Final = 1e10


@dataclass(frozen=True, kw_only=True)
class Summary:
    """One actual alert as the strip, the home page and the list show it. `areas` are place codes; times are UTC."""

    id: str
    hazard: str
    level: Level
    state: State
    areas: tuple[str, ...]
    headline: Text
    instruction: Text
    issued_at: datetime
    expires_at: datetime
    updated_at: datetime


@dataclass(frozen=True, kw_only=True)
class Board:
    """What the public sees now: active alerts, worst first, and the last ones that ended, newest first."""

    active: tuple[Summary, ...] = ()
    ended: tuple[Summary, ...] = ()
    version: int = 0

    def with_(self, alert: Alert) -> "Board":
        """The board with an alert where it belongs by its state; exercises and tests are never on it."""
        if alert.status is not Status.ACTUAL:
            return self
        others = [one for one in self.active if one.id != alert.id]
        if alert.state in ACTIVE:
            return replace(self, active=tuple(sorted([*others, summary(alert)], key=_worst_first)))
        ended = (summary(alert), *(one for one in self.ended if one.id != alert.id))
        return replace(self, active=tuple(others), ended=ended[:SHOWN_ENDED])

    def at(self, now: datetime) -> "Board":
        """The board as it is true now: what is over has ended, also before the clock has said so."""
        over = [replace(one, state=State.EXPIRED) for one in self.active if now >= one.expires_at]
        active = tuple(one for one in self.active if now < one.expires_at)
        return replace(self, active=active, ended=(*over, *self.ended)[:SHOWN_ENDED])


def summary(alert: Alert) -> Summary:
    """Of an alert that was issued."""
    return Summary(
        id=alert.id,
        hazard=alert.hazard,
        level=alert.level,
        state=State.ISSUED if alert.state in ACTIVE else alert.state,
        areas=alert.areas,
        headline=alert.headline,
        instruction=alert.instruction,
        issued_at=alert.issued_at or alert.updated_at,
        expires_at=alert.expires_at,
        updated_at=alert.told_at,
    )


def _worst_first(one: Summary) -> tuple[int, str]:
    return -one.level.rank, as_stamp(one.issued_at)


def _listing(alert: Alert) -> Listing:
    if alert.state in ENDED:
        return Listing(RECENT, as_stamp(alert.ended_at or alert.updated_at))
    if alert.state in ACTIVE:
        return Listing(OPEN, f"0#{as_stamp(alert.expires_at)}")
    if alert.state is State.SUBMITTED:
        return Listing(OPEN, f"1#{as_stamp(alert.updated_at)}")
    # Newest first: drafts that nobody finished must not push the others off the desk.
    return Listing(OPEN, f"2#{FAR_FUTURE - alert.updated_at.timestamp():017.6f}")


ALERTS: Final = Kind(name="alert", model=Alert, key=lambda alert: Key(f"alert#{alert.id}"), listing=_listing)
BOARD: Final = Kind(name="alert-board", model=Board, key=lambda _: BOARD_KEY)


class AlertStore:
    def __init__(self, store: Store) -> None:
        self._store = store

    def alert(self, id: str) -> Alert:
        """Raises NotFound."""
        record = self._store.read(Key(f"alert#{id}"))
        if record is None:
            raise NotFound
        return ALERTS.thing(record)

    def with_board(self, id: str) -> tuple[Alert, Board]:
        """An alert and the board that it may change, in one round trip. Raises NotFound."""
        records = {record.key: record for record in self._store.read_many([Key(f"alert#{id}"), BOARD_KEY])}
        if Key(f"alert#{id}") not in records:
            raise NotFound
        board = records.get(BOARD_KEY)
        return ALERTS.thing(records[Key(f"alert#{id}")]), BOARD.thing(board) if board else Board()

    def board(self) -> Board:
        record = self._store.read(BOARD_KEY)
        return BOARD.thing(record) if record else Board()

    def open(self, cursor: str | None = None) -> tuple[tuple[Alert, ...], str | None]:
        """A page of what is in force by its end, what waits for approval, then drafts, newest first."""
        page = self._store.list(OPEN, limit=PAGE, cursor=cursor)
        return tuple(ALERTS.thing(record) for record in page.records), page.cursor

    def due(self, now: datetime) -> Iterator[Alert]:
        """All in force whose time is over: they are the first of the list, however long it is."""
        found, cursor = self.open()
        while True:
            due = [one for one in found if one.expired(now) is not one]
            yield from due
            if cursor is None or len(due) < len(found):
                return
            found, cursor = self.open(cursor)

    def ended(self, limit: int = SHOWN_ENDED) -> tuple[Alert, ...]:
        page = self._store.list(RECENT, limit=limit, backwards=True)
        return tuple(ALERTS.thing(record) for record in page.records)

    def journal(self, id: str) -> list[Entry]:
        return self._store.journal(f"alert#{id}")

    def commit(
        self, alert: Alert, fact: Fact, *, by: Actor, board: Board | None = None, once: Once | None = None
    ) -> None:
        """`board` goes along when the change is one that the public sees."""
        records: list[Record] = [ALERTS.record(alert)]
        if board is not None:
            records.append(BOARD.record(board))
        self._store.commit(records, [fact], by=by, once=once)
