"""One delivery: the states that it may take, and its id. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Self

# API_MessageTag of SES allows the letters A-Z a-z 0-9 _ - and 256 of them.
LONGEST_ID: Final = 256


class Channel(StrEnum):
    MAIL = "mail"
    PHONE = "phone"


class State(StrEnum):
    READY = "ready"
    CLAIMED = "claimed"
    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNKNOWN = "unknown"


NEXT: Final[Mapping[State, frozenset[State]]] = {
    State.READY: frozenset({State.CLAIMED, State.SENT, State.FAILED}),
    State.CLAIMED: frozenset(State) - {State.CLAIMED},
    State.UNKNOWN: frozenset({State.CLAIMED, State.SENT, State.FAILED}),
    State.SENT: frozenset({State.FAILED}),
    State.SKIPPED: frozenset(),
    State.FAILED: frozenset(),
}
COUNTED: Final = (State.SENT, State.SKIPPED, State.FAILED, State.UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One message to one target (a subscriber's id, a topic's name) of one batch (an alert at its version).

    `reason` says why it was skipped, refused or failed, in a code; `attempts` counts claims; `queued_at` is when its
    task was put on a queue once more; times are UTC.
    """

    batch: str
    target: str
    channel: Channel
    state: State = State.READY
    reason: str = ""
    attempts: int = 0
    message_id: str = ""
    repeated: bool = False
    claimed_at: datetime | None = None
    queued_at: datetime | None = None
    settled_at: datetime | None = None
    version: int = 0

    @property
    def id(self) -> str:
        return row_id(self.batch, self.target)

    @property
    def waits_since(self) -> datetime | None:
        """When anybody last took care of it."""
        return max(filter(None, (self.claimed_at, self.queued_at)), default=None)

    def claimed(self, now: datetime, *, repeated: bool = False) -> Self:
        return self._moved(State.CLAIMED, attempts=self.attempts + 1, claimed_at=now, repeated=repeated, reason="")

    def sent(self, message_id: str, now: datetime) -> Self:
        return self._moved(State.SENT, message_id=message_id or self.message_id, settled_at=now, reason="")

    def failed(self, reason: str, now: datetime) -> Self:
        return self._moved(State.FAILED, reason=reason, settled_at=now)

    def skipped(self, reason: str, now: datetime) -> Self:
        """A repeat that was skipped leaves the first send as unknown as it was."""
        return self.released(reason) if self.repeated else self._moved(State.SKIPPED, reason=reason, settled_at=now)

    def unknown(self, reason: str) -> Self:
        return self._moved(State.UNKNOWN, reason=reason)

    def released(self, reason: str) -> Self:
        """Nothing was sent by this claim: free again, or as unknown as it was before a repeat."""
        return self._moved(State.UNKNOWN if self.repeated else State.READY, reason=reason, repeated=False)

    def _moved(self, state: State, **changes: Any) -> Self:
        """The row in its next state; itself where the way is closed, so that a late outcome undoes nothing."""
        return replace(self, state=state, **changes) if state in NEXT[self.state] else self


def row_id(batch: str, target: str) -> str:
    """Batch and target in the letters of an SES message tag. Raises ValueError when they are too long for one."""
    tag = f"{_escaped(batch)}__{_escaped(target)}"
    if len(tag) > LONGEST_ID:
        raise ValueError(f"a delivery's id has {len(tag)} characters, {LONGEST_ID} fit")
    return tag


def row_of(id: str) -> tuple[str, str]:
    """The (batch, target) of a row's id. Raises ValueError for what is none."""
    batch, parted, target = id.partition("__")
    if not parted or row_id(_unescaped(batch), _unescaped(target)) != id:
        raise ValueError("not the id of a delivery")
    return _unescaped(batch), _unescaped(target)


def _escaped(word: str) -> str:
    # Two hexadecimal digits follow each `_`, so `__` never comes from a word.
    return re.sub(r"[^A-Za-z0-9-]", lambda odd: "".join(f"_{byte:02x}" for byte in odd[0].encode()), word)


def _unescaped(word: str) -> str:
    plain = re.sub(rb"_([0-9a-f]{2})", lambda odd: bytes.fromhex(odd[1].decode()), word.encode())
    return plain.decode()
