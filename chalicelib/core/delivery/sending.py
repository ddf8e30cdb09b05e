"""The only way in which a message leaves."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core.clock import utc_now
from chalicelib.core.delivery.row import Channel, Delivery, State, row_of
from chalicelib.core.delivery.store import DeliveryStore
from chalicelib.core.errors import CityError, NotFound, Stale
from chalicelib.core.post import Refused, Unanswered
from chalicelib.core.store import Store, retried

PATIENCE: Final = timedelta(minutes=15)
# A send that cannot be recorded becomes UNKNOWN, so recording is worth more tries than anything else.
RECORDING_TRIES: Final = 8

Send = Callable[[str], str]
Guard = Callable[[], str | None]
Outcome = Callable[[Delivery], Delivery]


class Deliveries:
    """Claims a row, sends in one attempt, records the outcome."""

    def __init__(self, store: Store, now: Callable[[], datetime] = utc_now) -> None:
        self._kept = DeliveryStore(store)
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
        for row in self._kept.listed(State.CLAIMED, before=now - PATIENCE):
            settled = self._record(row, lambda one: one.unknown("no outcome"), ours=True)
            if settled.state is State.UNKNOWN:
                yield settled

    def refused(self, now: datetime) -> Iterator[Delivery]:
        """READY rows that were refused and that nobody took up for 15 minutes: their queue message may be gone."""
        return self._kept.listed(State.READY, before=now - PATIENCE)

    def queued(self, row: Delivery) -> None:
        """Notes that a row's task is on a queue once more; whoever has taken it up by now has the last word."""
        with suppress(Stale):
            self._kept.commit(row, replace(row, queued_at=self._now()))

    def unknown(self) -> Iterator[Delivery]:
        """Rows that wait for an event, a repeat or an officer, who waits longest first."""
        return self._kept.listed(State.UNKNOWN)

    def find(self, batch: str, target: str) -> Delivery | None:
        return self._kept.find(batch, target)

    def rows(self, batch: str, *, limit: int = 100, cursor: str | None = None) -> tuple[list[Delivery], str | None]:
        """A page of a batch's rows by target, and the cursor of the next one."""
        return self._kept.rows(batch, limit=limit, cursor=cursor)

    def tally(self, *batches: str) -> dict[State, int]:
        """How many rows of some batches are sent, skipped, failed and unknown; a round trip for twelve batches."""
        return self._kept.tally(*batches)

    def _claim(self, batch: str, target: str, channel: Channel) -> tuple[Delivery, bool]:
        row = self.find(batch, target) or Delivery(batch=batch, target=target, channel=channel)
        if row.state is not State.READY:
            return row, False
        return self._kept.commit(row, row.claimed(self._now())), True

    def _claim_again(self, delivery: Delivery) -> tuple[Delivery, bool]:
        row = self.find(delivery.batch, delivery.target) or delivery
        if row.state is not State.UNKNOWN or row.repeated:
            return row, False
        return self._kept.commit(row, row.claimed(self._now(), repeated=True)), True

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
            return self._kept.commit(row, outcome(row))
        except Stale:
            return retried(lambda: self._record_again(row, outcome, ours=ours), tries=RECORDING_TRIES)()

    def _record_again(self, row: Delivery, outcome: Outcome, *, ours: bool) -> Delivery:
        current = self.find(row.batch, row.target) or row
        if ours and (current.state is not State.CLAIMED or current.attempts != row.attempts):
            return current
        return self._kept.commit(current, outcome(current))
