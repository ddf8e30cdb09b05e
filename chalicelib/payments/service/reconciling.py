"""Asking the provider for what we missed: checkouts, refunds, disputes, and every movement of its account.

What is missing is repaired by the same use cases that a notice would have used; what cannot be repaired becomes a
difference for finance. All of it may be killed at any point and run again: each step finds what is done already, and
a look at many days goes on at the day that it had not finished.
"""

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Final, Protocol, TypeVar

from chalicelib.core.clock import WITA
from chalicelib.core.errors import CityError, NotFound, Unavailable
from chalicelib.core.events import Entry
from chalicelib.core.log import measure, note
from chalicelib.core.money import Money
from chalicelib.core.store import retried
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.payments.events import CheckoutOpened, TicketsMissed
from chalicelib.payments.gateway import provider
from chalicelib.payments.gateway.port import (
    Checkout,
    CheckoutState,
    DisputeState,
    Movement,
    MovementKind,
    Provider,
    ProviderDispute,
    ProviderRefused,
)
from chalicelib.payments.model.books import CLEARING, NOTHING
from chalicelib.payments.model.difference import Difference, Topic
from chalicelib.payments.model.graph import State, Unexpected
from chalicelib.payments.model.order import Order, Stage
from chalicelib.payments.model.refund import Progress, Refund
from chalicelib.payments.service.books import BOOKS, Books
from chalicelib.payments.service.checking import Checking
from chalicelib.payments.service.movements import CAPTURE, UNANSWERED, Movements, unanswered
from chalicelib.payments.service.refunds import Refunds
from chalicelib.payments.service.settling import Settling
from chalicelib.payments.store.books import Asked, BookStore, OpenDispute
from chalicelib.payments.store.kinds import GOING
from chalicelib.payments.store.orders import Change, OrderStore

# A checkout may be paid up to three quarters of an hour after it was made.
OVERLAP: Final = timedelta(hours=2)
# The first run of a day asks for so long; a bank transfer may take that time.
WHOLE: Final = timedelta(days=8)
# The worker sends a refund at once; one that still waits was lost on its way.
STUCK: Final = timedelta(minutes=5)
SECOND: Final = timedelta(seconds=1)
# In a busy city the balance moves while it is looked at, but not by night as well.
APART: Final = timedelta(days=1)
MANY: Final = 100
ROUNDS: Final = 3

# One thing that nobody can read, or that the provider will never tell, must not keep all others waiting for ever.
UNREADABLE: Final = (ValueError, ProviderRefused)
TOPICS: Final = {Checkout: Topic.PAYMENT, Refund: Topic.REFUND, OpenDispute: Topic.DISPUTE, Difference: Topic.DISPUTE}

T = TypeVar("T")


class Named(Protocol):
    @property
    def id(self) -> str: ...


N = TypeVar("N", bound=Named)


class Unfinished(Unavailable):
    """Some of it failed; the next run asks for the same time again."""


@dataclass
class Round:
    """One look at the provider, which is new from `fresh` on. `asked`: checkouts by their payment; `left`: money that
    waits for the next run."""

    since: datetime
    until: datetime
    fresh: datetime
    daily: bool = False
    asked: dict[str, Checkout] = field(default_factory=dict)
    left: Money = NOTHING
    failed: int = 0


class Reconciling:
    def __init__(self, tools: Toolbox, payments: Provider) -> None:
        self._tools = tools
        self._provider = payments
        self._orders = OrderStore(tools.store)
        self._store = BookStore(tools.store)
        self._books = Books(tools)
        self._settling = Settling(tools)
        self._refunds = Refunds(tools, payments)
        self._movements = Movements(tools, payments)
        self._checking = Checking(tools)

    def run(self) -> None:
        """Raises ProviderDown and Unfinished: then the next run asks for this time again."""
        round_ = self._window(self._store.asked())
        self._each(round_, self._waiting(), self._refund)
        for since, until in by_day(round_.since, round_.until):
            self._look(round_, since, until)
            self._checking.check(since, until - SECOND, whole=round_.daily)
            if until < round_.until and not round_.failed:
                self._go_on(round_, until)
        self._follow_up(round_)
        agreed = self._compare(round_)
        if round_.failed:
            raise Unfinished(failed=round_.failed)
        self._remember(round_, agreed)
        note("reconciled", daily=round_.daily, since=round_.since.isoformat(), agreed=agreed is not None)
        measure("Reconciled", 1, service="payments", stage=self._tools.stage)

    def _window(self, asked: Asked | None) -> Round:
        now = self._tools.now()
        if asked is None:
            return Round(now - WHOLE, now + SECOND, now - WHOLE, daily=True)
        daily = _day(asked.whole_until) < _day(now)
        fresh = asked.until - OVERLAP
        whole = asked.looked_until - OVERLAP if asked.looked_until else min(fresh, now - WHOLE)
        return Round(whole if daily else fresh, now + SECOND, fresh, daily=daily)

    def _look(self, round_: Round, since: datetime, until: datetime) -> None:
        """Checkouts before movements: a charge then finds the posting of its order."""
        for some in _chunks(self._readable(self._provider.checkouts(since, until), "checkouts", until)):
            known = self._orders.orders([one.order for one in some if one.order])
            self._each(round_, some, functools.partial(self._checkout, known, round_))
        self._move(round_, since, until)

    def _follow_up(self, round_: Round) -> None:
        self._each(round_, list(self._store.undecided()), lambda one: self._follow(one.payment))
        self._each(round_, list(self._store.open_differences()), self._rematch)

    def _readable(self, things: Iterable[T], kind: str, until: datetime) -> Iterator[T]:
        """What of a listing can be read; the rest is one difference a day. Raises ProviderDown."""
        rest = iter(things)
        while True:
            try:
                thing = next(rest)
            except StopIteration:
                return
            except UNREADABLE as problem:
                self._tell(Topic.MOVEMENT, f"{kind}-{_day(until - SECOND)}", problem)
            else:
                yield thing

    def _tell(self, topic: Topic, subject: str, problem: BaseException) -> None:
        note("reconcile_skipped", topic=topic, subject=subject, reason=type(problem).__name__)
        self._books.report(self._unexpected(topic, subject, "", None))

    def _each(self, round_: Round, things: Iterable[N], act: Callable[[N], object]) -> None:
        """One that fails keeps no other one waiting, but the run is not over before it has succeeded.

        What can never succeed becomes a difference.
        """
        for thing in things:
            try:
                act(thing)
            except UNREADABLE as problem:
                self._tell(TOPICS.get(type(thing), Topic.MOVEMENT), thing.id, problem)
            except CityError as problem:
                round_.failed += 1
                note("reconcile_failed", kind=type(thing).__name__, reason=type(problem).__name__)

    # --- Checkouts ---

    def _checkout(self, known: Mapping[str, Order], round_: Round, checkout: Checkout) -> None:
        order = known.get(checkout.order)
        if order is None:
            return
        if checkout.paid:
            round_.asked[checkout.payment] = checkout
        if not agrees(order, checkout):
            self._repair(order, checkout)
        elif checkout.paid:
            self._ticket(order, round_)

    def _repair(self, order: Order, checkout: Checkout) -> None:
        """Brings the order to what the provider says. What fits nowhere becomes a difference with its movement."""
        late = checkout.paid and self._tools.now() - (checkout.paid_at or self._tools.now()) >= UNANSWERED
        if late:
            unanswered(self._tools, order.reference, checkout.payment, "missed")
        try:
            if checkout.state is CheckoutState.OPEN:
                self._open(order.reference, checkout)
            else:
                self._settling.settle(checkout)
        except Unexpected:
            note("checkout_unexpected", order=order.reference, checkout=checkout.id, state=order.state)

    @retried
    def _open(self, reference: str, checkout: Checkout) -> None:
        """The provider made the checkout, and its answer was lost: the payer finds it on the ticket page now."""
        order = self._orders.order(reference)
        if agrees(order, checkout):
            return
        fact = CheckoutOpened(reference=reference, attempt=checkout.attempt)
        self._orders.commit(Change(order=order.opened(checkout.id, checkout.url), facts=(fact,)), by=BOOKS)

    def _ticket(self, order: Order, round_: Round) -> None:
        """Paid is not enough: whoever paid has tickets a quarter of an hour later, or somebody is woken."""
        if order.paid_at is None or order.state is not State.PAID:
            return
        due = round_.fresh <= order.paid_at <= self._tools.now() - UNANSWERED
        if not due or len(self._orders.codes(order.reference)) >= order.places:
            return
        unanswered(self._tools, order.reference, order.payment, "no_tickets")
        # Only the worker may sign tickets: it is told once more.
        self._miss(order.reference)

    @retried
    def _miss(self, reference: str) -> None:
        change = Change(order=self._orders.order(reference), facts=(TicketsMissed(reference=reference),))
        self._orders.commit(change, by=BOOKS)

    # --- Refunds and disputes ---

    def _waiting(self) -> list[Refund]:
        """Refunds that the provider should have by now, or has not decided."""
        found: list[Refund] = []
        page, cursor = self._orders.refunds(GOING)
        found += page
        while cursor:
            page, cursor = self._orders.refunds(GOING, cursor)
            found += page
        return [one for one in found if self._tools.now() - one.asked_at >= STUCK]

    def _refund(self, refund: Refund) -> None:
        try:
            if refund.progress is Progress.SENT:
                self._refunds.follow(self._provider.refund_of(refund.provider_id))
            else:
                self._refunds.send(refund.id)
        except (Unexpected, ProviderRefused):
            self._books.report(self._unexpected(Topic.REFUND, refund.id, refund.order, refund.amount))

    def _follow(self, payment: str) -> None:
        for found in self._provider.disputes(payment):
            try:
                order = self._orders.order_of(payment)
            except NotFound:
                return
            self._dispute(order, found)

    def _rematch(self, difference: Difference) -> None:
        if self._movements.rematch(difference) and difference.topic is Topic.DISPUTE:
            self._follow(difference.awaits.removeprefix(CAPTURE))

    def _dispute(self, order: Order, found: ProviderDispute) -> None:
        """Opened first, then decided: whoever missed both is told both."""
        told = {(entry.name, entry.data["dispute"]) for entry in self._journal(order) if "dispute" in entry.data}
        try:
            if ("OrderDisputed", found.id) not in told:
                self._refunds.dispute(replace(found, state=DisputeState.OPEN))
            if found.state is not DisputeState.OPEN and ("DisputeDecided", found.id) not in told:
                self._refunds.dispute(found)
        except Unexpected:
            self._books.report(self._unexpected(Topic.DISPUTE, found.id, order.reference, found.amount))
        self._keep_dispute(order, found)

    @retried
    def _keep_dispute(self, order: Order, found: ProviderDispute) -> None:
        known, decided = self._store.dispute(found.id), found.state is not DisputeState.OPEN
        if known and known.decided == decided:
            return
        kept = known or OpenDispute(id=found.id, payment=found.payment, order=order.reference, at=self._tools.now())
        self._store.keep_dispute(replace(kept, decided=decided), by=BOOKS)

    def _unexpected(self, topic: Topic, subject: str, order: str, amount: Money | None) -> Difference:
        return Difference(
            topic=topic,
            subject=subject,
            day=_day(self._tools.now()).isoformat(),
            found_at=self._tools.now(),
            found=amount,
            order=order,
        )

    def _journal(self, order: Order) -> list[Entry]:
        return self._tools.store.journal(f"order#{order.reference}")

    # --- Movements ---

    def _move(self, round_: Round, since: datetime, until: datetime) -> None:
        """Oldest first, so that a refund finds its payment."""
        found = list(self._readable(self._provider.movements(since, until), "movements", until))
        round_.left = NOTHING
        for some in _chunks(reversed(found)):
            known = self._store.movements([one.id for one in some])
            new = [one for one in some if one.id not in known]
            self._each(round_, new, lambda one: self._movement(one, round_))

    def _movement(self, movement: Movement, round_: Round) -> None:
        if movement.kind in (MovementKind.DISPUTE, MovementKind.DISPUTE_WON):
            try:
                self._follow(movement.payment)
            except UNREADABLE as problem:
                self._tell(Topic.DISPUTE, movement.source or movement.id, problem)
        if not self._movements.take(movement, round_.asked):
            round_.left += movement.net

    # --- The verdict ---

    def _compare(self, round_: Round) -> datetime | None:
        """When the provider's balance and our books agreed; None while they do not, or money moves all the time.

        The same two numbers twice, with another look at the provider in between, are a difference; so are numbers that
        have not agreed for a day, however fast they move.
        """
        before: tuple[Money, Money] | None = None
        for _ in range(ROUNDS):
            held, ours = self._provider.balance(), self._cleared(round_)
            if held == ours:
                self._books.agrees("balance-clearing")
                return self._tools.now()
            if (held, ours) == before:
                self._books.report(self._apart(held, ours))
                return None
            before = (held, ours)
            self._look_again(round_)
        note("balance_in_motion")
        if before and self._is_long_apart():
            self._books.report(self._apart(*before))
        return None

    def _look_again(self, round_: Round) -> None:
        """Only at what moves: days that are over have been looked at."""
        since = max(round_.since, round_.until - OVERLAP)
        round_.until = self._tools.now() + SECOND
        self._each(round_, self._waiting(), self._refund)
        self._look(round_, since, round_.until)
        self._checking.check(since, round_.until, whole=False)
        self._follow_up(round_)

    def _is_long_apart(self) -> bool:
        asked = self._store.asked()
        return bool(asked and asked.agreed_at and self._tools.now() - asked.agreed_at > APART)

    def _cleared(self, round_: Round) -> Money:
        return Money(self._store.total(CLEARING), "IDR") + round_.left

    def _apart(self, held: Money, ours: Money) -> Difference:
        return Difference(
            topic=Topic.BALANCE,
            subject="clearing",
            day=_day(self._tools.now()).isoformat(),
            found_at=self._tools.now(),
            expected=ours,
            found=held,
        )

    @retried
    def _go_on(self, round_: Round, until: datetime) -> None:
        """A run that is killed now goes on from here."""
        known = self._store.asked() or Asked(until=until, whole_until=round_.since)
        self._store.keep_asked(replace(known, looked_until=until), by=BOOKS)

    @retried
    def _remember(self, round_: Round, agreed: datetime | None) -> None:
        until = round_.until - SECOND
        known = self._store.asked() or Asked(until=until, whole_until=until)
        whole = until if round_.daily else known.whole_until
        asked = replace(
            known, until=max(until, known.until), whole_until=max(whole, known.whole_until), looked_until=None
        )
        self._store.keep_asked(replace(asked, agreed_at=agreed or known.agreed_at), by=BOOKS)


def agrees(order: Order, checkout: Checkout) -> bool:
    """Whether the order knows what the provider says of one of its checkouts. One of a stranger's attempt never is."""
    attempt = next((one for one in order.attempts if one.id == checkout.attempt), None)
    if attempt is None:
        return False
    if checkout.paid:
        return attempt.stage is Stage.PAID
    if checkout.state is CheckoutState.OPEN:
        return attempt.stage is not Stage.STARTING or order.attempt.id != attempt.id
    if checkout.state is CheckoutState.EXPIRED:
        return attempt.stage in (Stage.ENDED, Stage.PAID)
    return attempt.stage in (Stage.CHECKING, Stage.ENDED)


def by_day(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """A time in pieces that end with the city's days. The last one is more than a few minutes, if the whole is: what
    waits for the next run lies in it."""
    while (midnight := _midnight_after(since)) + OVERLAP < until:
        yield since, midnight
        since = midnight
    yield since, until


def _midnight_after(at: datetime) -> datetime:
    return datetime.combine(_day(at) + timedelta(days=1), time(), WITA)


def _day(at: datetime) -> date:
    return at.astimezone(WITA).date()


def _chunks(things: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(things)
    while some := list(islice(rest, MANY)):
        yield some


def reconciling() -> Reconciling:
    return Reconciling(toolbox(), provider())
