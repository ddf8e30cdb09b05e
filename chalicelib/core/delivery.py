"""One row for every message that leaves: claimed, sent in one attempt, recorded (DESIGN 4).

Neither SES nor SNS knows idempotency keys. So a row is claimed before the send and its outcome recorded after it; a
claimed row without an outcome, for whatever reason, is UNKNOWN and never taken again by a lease.

    READY    -> CLAIMED                                       nobody has tried, or the carrier refused
    CLAIMED  -> SENT | SKIPPED | FAILED | READY | UNKNOWN
    UNKNOWN  -> SENT | FAILED (an event told us)              | CLAIMED (`repeat`, once, said so in `repeated`)
    SENT     -> FAILED                                        it bounced, or the person complained

Rows hold ids only. Row: `delivery#<batch>` / target. Lists: `deliveries#<state>#<shard>` by the time of the claim,
while a row is READY after a refusal, CLAIMED or UNKNOWN. Counters: `tally#<batch>` / `<state>#<shard>`.
"""

import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Self

from chalicelib.core.clock import as_stamp, utc_now
from chalicelib.core.errors import CityError, NotFound, Stale
from chalicelib.core.events import system
from chalicelib.core.log import note
from chalicelib.core.post import Refused, Unanswered
from chalicelib.core.store import Add, Key, Kind, Listing, Page, Record, Store, retried

# Every claim is written into its list: a hot one would throttle the table. Rows become UNKNOWN one by one.
SHARDS: Final = {"ready": 8, "claimed": 8, "unknown": 1}
# Counters in transactions conflict with each other. A large send has batches of its own for this reason too.
TALLY_SHARDS: Final = 2
_TALLY: Final = range(TALLY_SHARDS)
PATIENCE: Final = timedelta(minutes=15)
# A send that cannot be recorded becomes UNKNOWN, so recording is worth more tries than anything else.
RECORDING_TRIES: Final = 8
# API_MessageTag of SES allows the letters A-Z a-z 0-9 _ - and 256 of them.
LONGEST_ID: Final = 256
BY: Final = system("delivery")

Send = Callable[[str], str]
Guard = Callable[[], str | None]
Outcome = Callable[["Delivery"], "Delivery"]


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

    `reason` says why it was skipped, refused or failed, in a code; `attempts` counts claims; times are UTC.
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
    settled_at: datetime | None = None
    version: int = 0

    @property
    def id(self) -> str:
        return row_id(self.batch, self.target)

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


def _key(row: Delivery) -> Key:
    return Key(f"delivery#{row.batch}", row.target)


def _listing(row: Delivery) -> Listing | None:
    if row.state not in SHARDS or row.claimed_at is None:
        return None
    return Listing(_list_name(row.state, _shard(row.target, SHARDS[row.state])), as_stamp(row.claimed_at))


def _list_name(state: State, shard: int) -> str:
    return f"deliveries#{state}#{shard}"


def _shard(target: str, shards: int) -> int:
    return zlib.crc32(target.encode()) % shards


DELIVERY: Final = Kind(name="delivery", model=Delivery, key=_key, listing=_listing)


class Deliveries:
    """The rows, and the only way in which a message leaves."""

    def __init__(self, store: Store, now: Callable[[], datetime] = utc_now) -> None:
        self._store = store
        self._now = now

    def deliver(self, batch: str, target: str, channel: Channel, send: Send, *, guard: Guard) -> Delivery:
        """Sends once in this row's life; a row that was tried before comes back as it is, unless it was refused.

        `guard` is asked between the claim and the send: a reason (a code) skips it. `send` gets the row's id and
        returns the carrier's message id; have everything ready before (contact opened, words rendered), since an
        error in `send` that is neither Refused, Unanswered nor NotFound leaves the row without an outcome.
        NotFound from `send` means that nobody is there: skipped. Raises Refused when trying again is safe (the row
        is READY again), and what the guard or the store raises.
        """
        row, ours = retried(lambda: self._claim(batch, target, channel))()
        return self._send(row, send, guard) if ours else row

    def repeat(self, delivery: Delivery, send: Send, *, guard: Guard) -> Delivery:
        """Sends an UNKNOWN row once more and marks it repeated (Awas prefers twice to never); a second time nothing."""
        if guard():
            return delivery
        row, ours = retried(lambda: self._claim_again(delivery))()
        return self._send(row, send, guard) if ours else row

    def settle(self, id: str, *, failed: str = "", message_id: str = "") -> Delivery | None:
        """What the carrier's event says of a row: sent, or `failed` with a reason. None: it is no row of ours."""
        try:
            row = self.find(*row_of(id))
        except ValueError:
            row = None
        if row is None:
            return None
        now = self._now()
        return self._record(row, lambda one: one.failed(failed, now) if failed else one.sent(message_id, now))

    def overdue(self, now: datetime) -> Iterator[Delivery]:
        """Rows that were claimed 15 minutes ago and have no outcome, recorded as UNKNOWN."""
        for row in self._listed(State.CLAIMED, before=now - PATIENCE):
            settled = self._record(row, lambda one: one.unknown("no outcome"), ours=True)
            if settled.state is State.UNKNOWN:
                yield settled

    def refused(self, now: datetime) -> Iterator[Delivery]:
        """READY rows whose last attempt was refused 15 minutes ago: their queue message may be gone."""
        return self._listed(State.READY, before=now - PATIENCE)

    def unknown(self) -> Iterator[Delivery]:
        """Rows that wait for an event, a repeat or an officer, the oldest claim first."""
        return self._listed(State.UNKNOWN, before=None)

    def find(self, batch: str, target: str) -> Delivery | None:
        record = self._store.read(Key(f"delivery#{batch}", target))
        return DELIVERY.thing(record) if record else None

    def rows(self, batch: str, *, limit: int = 100, cursor: str | None = None) -> tuple[list[Delivery], str | None]:
        """A page of a batch's rows by target, and the cursor of the next one."""
        page = self._store.under(f"delivery#{batch}", limit=limit, cursor=cursor)
        return [DELIVERY.thing(record) for record in page.records], page.cursor

    def tally(self, *batches: str) -> dict[State, int]:
        """How many rows of some batches are sent, skipped, failed and unknown; a round trip for twelve batches."""
        keys = [_tally_key(batch, state, shard) for batch in batches for state in COUNTED for shard in _TALLY]
        counts = [count for at in range(0, len(keys), 100) for count in self._store.counts(keys[at : at + 100])]
        found = dict.fromkeys(COUNTED, 0)
        for key, count in zip(keys, counts, strict=True):
            found[State(key.sk.partition("#")[0])] += count
        return found

    def _claim(self, batch: str, target: str, channel: Channel) -> tuple[Delivery, bool]:
        row = self.find(batch, target) or Delivery(batch=batch, target=target, channel=channel)
        if row.state is not State.READY:
            return row, False
        return self._commit(row, row.claimed(self._now())), True

    def _claim_again(self, delivery: Delivery) -> tuple[Delivery, bool]:
        row = self.find(delivery.batch, delivery.target) or delivery
        if row.state is not State.UNKNOWN or row.repeated:
            return row, False
        return self._commit(row, row.claimed(self._now(), repeated=True)), True

    def _send(self, row: Delivery, send: Send, guard: Guard) -> Delivery:
        if reason := self._asked(row, guard):
            return self._record(row, lambda one: one.skipped(reason, self._now()), ours=True)
        try:
            message_id = send(row.id)
        except (Refused, Unanswered, NotFound) as answer:
            return self._answered(row, answer)
        return self._record(row, lambda one: one.sent(message_id, self._now()))

    def _asked(self, row: Delivery, guard: Guard) -> str | None:
        """The guard's answer; nothing has been sent when it breaks, so the row is free again."""
        try:
            return guard()
        except Exception:
            self._record(row, lambda one: one.released("guard"), ours=True)
            raise

    def _answered(self, row: Delivery, answer: CityError) -> Delivery:
        if isinstance(answer, Unanswered):
            return self._record(row, lambda one: one.unknown("no answer"), ours=True)
        if isinstance(answer, NotFound):
            return self._record(row, lambda one: one.skipped("nobody", self._now()), ours=True)
        reason = answer.reason if isinstance(answer, Refused) else ""
        if isinstance(answer, Refused) and answer.final:
            return self._record(row, lambda one: one.failed(reason, self._now()), ours=True)
        self._record(row, lambda one: one.released(reason), ours=True)
        raise answer

    def _record(self, row: Delivery, outcome: Outcome, *, ours: bool = False) -> Delivery:
        """Commits an outcome on the row as read, or as it is by then; `ours`: while our claim is still the last one."""
        try:
            return self._commit(row, outcome(row))
        except Stale:
            return retried(lambda: self._record_again(row, outcome, ours=ours), tries=RECORDING_TRIES)()

    def _record_again(self, row: Delivery, outcome: Outcome, *, ours: bool) -> Delivery:
        current = self.find(row.batch, row.target) or row
        if ours and (current.state is not State.CLAIMED or current.attempts != row.attempts):
            return current
        return self._commit(current, outcome(current))

    def _commit(self, before: Delivery, after: Delivery) -> Delivery:
        if after is before:
            return before
        counts = ((before.state, -1), (after.state, 1))
        shard = _shard(after.target, TALLY_SHARDS)
        adds = [Add(key=_tally_key(after.batch, state, shard), amount=n) for state, n in counts if state in COUNTED]
        self._store.commit([DELIVERY.record(after)], by=BY, adds=adds)
        note("delivery", row=after.id, channel=after.channel, state=after.state, reason=after.reason)
        return replace(after, version=before.version + 1)

    def _listed(self, state: State, *, before: datetime | None) -> Iterator[Delivery]:
        for shard in range(SHARDS[state]):
            for record in _pages(self._store, _list_name(state, shard)):
                row = DELIVERY.thing(record)
                if before and row.claimed_at and row.claimed_at > before:
                    break
                yield row


def _tally_key(batch: str, state: State, shard: int) -> Key:
    return Key(f"tally#{batch}", f"{state}#{shard:02}")


def _pages(store: Store, name: str) -> Iterator[Record]:
    page = Page(records=())
    while True:
        page = store.list(name, limit=100, cursor=page.cursor)
        yield from page.records
        if page.cursor is None:
            return
