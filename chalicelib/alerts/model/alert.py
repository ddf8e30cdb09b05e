"""An alert on its way: drafted, checked by a second officer, issued, ended. It is handed the time, and returns a new
thing or refuses."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from chalicelib.alerts.model.ladder import Level, Status
from chalicelib.alerts.model.refusals import BadExpiry, EditedMeanwhile, NotNow, OtherRevision, OwnAlert, OwnCancel
from chalicelib.core import places
from chalicelib.core.text import Text

# An alert that nobody renews must end by itself: a sign that always shines is not believed. What lasts longer is
# looked at by an officer again at least once a day.
LONGEST: Final = timedelta(hours=24)


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ISSUED = "issued"
    CANCEL_REQUESTED = "cancel_requested"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


# An edit of a submitted alert takes it back to the desk, which voids the approval that was asked for.
GRAPH: Final[Mapping[State, frozenset[State]]] = {
    State.DRAFT: frozenset({State.DRAFT, State.SUBMITTED}),
    State.SUBMITTED: frozenset({State.DRAFT, State.RETURNED, State.ISSUED}),
    State.RETURNED: frozenset({State.RETURNED, State.SUBMITTED}),
    State.ISSUED: frozenset({State.CANCEL_REQUESTED, State.EXPIRED}),
    State.CANCEL_REQUESTED: frozenset({State.CANCELLED, State.EXPIRED}),
    State.CANCELLED: frozenset(),
    State.EXPIRED: frozenset(),
}
ACTIVE: Final = frozenset({State.ISSUED, State.CANCEL_REQUESTED})
ENDED: Final = frozenset({State.CANCELLED, State.EXPIRED})
PUBLIC: Final = ACTIVE | ENDED

STATE_NAMES: Final = {
    State.DRAFT: Text(id="Konsep", en="Draft"),
    State.SUBMITTED: Text(id="Menunggu persetujuan", en="Waiting for approval"),
    State.RETURNED: Text(id="Dikembalikan", en="Returned"),
    State.ISSUED: Text(id="Berlaku", en="In force"),
    State.CANCEL_REQUESTED: Text(id="Berlaku, pembatalan diajukan", en="In force, cancel asked for"),
    State.CANCELLED: Text(id="Dibatalkan", en="Cancelled"),
    State.EXPIRED: Text(id="Berakhir", en="Ended"),
}


@dataclass(frozen=True, kw_only=True)
class Hand:
    """An officer who had a hand in it. The name stays in the record; facts carry the id."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Content:
    """What officers write. `areas` are place codes, the city and districts standing for their villages; UTC."""

    status: Status
    hazard: str
    level: Level
    areas: tuple[str, ...]
    headline: Text
    description: Text
    instruction: Text
    expires_at: datetime

    @property
    def villages(self) -> tuple[str, ...]:
        """The codes of all villages inside `areas`, in the order of their codes."""
        chosen = set(self.areas)
        return tuple(one.code for one in places.villages() if chosen & set(places.kin(one.code)))


@dataclass(frozen=True, kw_only=True)
class Alert(Content):
    """`revision` counts the edits; `reason` is the officer's who returned it; `ending` is what the public is told."""

    id: str
    author: Hand
    last_editor: Hand
    drafted_at: datetime
    updated_at: datetime
    state: State = State.DRAFT
    revision: int = 1
    submitted_revision: int = 0
    approver: Hand | None = None
    issued_at: datetime | None = None
    reason: str = ""
    cancel_requester: Hand | None = None
    ending: Text | None = None
    ended_by: Hand | None = None
    ended_at: datetime | None = None
    resend: tuple[str, ...] = ()
    incident_id: str = ""
    # The form that made this version: the same press twice is one decision.
    last_form: str = ""
    version: int = 0

    def state_at(self, now: datetime) -> State:
        """The state as it is true now: what is over has ended, also before the clock has said so."""
        return State.EXPIRED if self.state in ACTIVE and now >= self.expires_at else self.state

    def public_state(self, now: datetime) -> State:
        """Issued, cancelled or expired: a cancel that only one officer wants has not happened."""
        state = self.state_at(now)
        return State.ISSUED if state in ACTIVE else state

    @property
    def told_at(self) -> datetime:
        """When the public last heard of it: at its end, or when it was issued."""
        return self.ended_at or self.issued_at or self.updated_at

    def edited(self, content: Content, by: Hand, now: datetime, revision: int) -> "Alert":
        """Raises EditedMeanwhile when `revision` is not the one that was edited, NotNow."""
        if revision != self.revision:
            raise EditedMeanwhile(self.last_editor.name)
        state = State.RETURNED if self.state is State.RETURNED else State.DRAFT
        return self._moved(state, now, **_written(content), last_editor=by, revision=self.revision + 1)

    def submitted(self, now: datetime, revision: int) -> "Alert":
        """Raises NotNow, OtherRevision, BadExpiry."""
        self._current(revision)
        submitted = self._moved(State.SUBMITTED, now, submitted_revision=revision, reason="")
        return submitted._in_time(now)

    def approved(self, by: Hand, now: datetime, revision: int) -> "Alert":
        """Raises NotNow, OtherRevision, OwnAlert, BadExpiry."""
        issued = self._decided(State.ISSUED, by, now, revision, approver=by, issued_at=now)
        return issued._in_time(now)

    def returned(self, by: Hand, now: datetime, revision: int, reason: str) -> "Alert":
        """Raises NotNow, OtherRevision, OwnAlert."""
        return self._decided(State.RETURNED, by, now, revision, reason=reason)

    def cancel_requested(self, by: Hand, now: datetime, ending: Text) -> "Alert":
        """Raises NotNow."""
        return self._moved(State.CANCEL_REQUESTED, now, cancel_requester=by, ending=ending)

    def cancelled(self, by: Hand, now: datetime) -> "Alert":
        """Raises NotNow, OwnCancel; an expired alert is past cancelling."""
        if now >= self.expires_at:
            raise NotNow(STATE_NAMES[State.EXPIRED])
        cancelled = self._moved(State.CANCELLED, now, ended_by=by, ended_at=now)
        if self.cancel_requester and self.cancel_requester.id == by.id:
            raise OwnCancel
        return cancelled

    def expired(self, now: datetime) -> "Alert":
        """Itself while it is not due, or no longer active."""
        if self.state not in ACTIVE or now < self.expires_at:
            return self
        return self._moved(State.EXPIRED, now, ended_at=now)

    def sent_again(self, rows: tuple[str, ...]) -> "Alert":
        """With delivery rows of unknown outcome that an officer wants sent once more."""
        return replace(self, resend=tuple(dict.fromkeys((*self.resend, *rows))))

    def _decided(self, state: State, by: Hand, now: datetime, revision: int, **changes: Any) -> "Alert":
        decided = self._moved(state, now, **changes)
        self._current(revision)
        if by.id in (self.author.id, self.last_editor.id):
            raise OwnAlert
        return decided

    def _moved(self, state: State, now: datetime, **changes: Any) -> "Alert":
        if state not in GRAPH[self.state]:
            raise NotNow(STATE_NAMES[self.state])
        return replace(self, state=state, updated_at=now, **changes)

    def _current(self, revision: int) -> None:
        if revision != self.revision:
            raise OtherRevision(self.last_editor.name)

    def _in_time(self, now: datetime) -> "Alert":
        if not in_time(self.expires_at, now):
            raise BadExpiry
        return self


def drafted(id: str, content: Content, by: Hand, now: datetime, incident_id: str = "") -> Alert:
    return Alert(
        **_written(content), id=id, author=by, last_editor=by, drafted_at=now, updated_at=now, incident_id=incident_id
    )


def in_time(expires_at: datetime, now: datetime) -> bool:
    return now < expires_at <= now + LONGEST


def _written(content: Content) -> dict[str, Any]:
    return {field.name: getattr(content, field.name) for field in fields(Content)}
