"""Giving money back: by the scheme's rule, by an officer (over a limit by two), by itself where it came too much.

The tickets go void in the transaction that promises their money, so nobody enters with a ticket that is paid back;
the provider is asked afterwards, with the refund's own id as its key.
"""

import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from chalicelib.core.errors import AlreadyDone, Conflict, NotFound
from chalicelib.core.events import PUBLIC, Actor, Fact, officer, system
from chalicelib.core.ids import new_id
from chalicelib.core.log import measure, note
from chalicelib.core.money import Money
from chalicelib.core.store import Once, retried
from chalicelib.core.text import Text
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.payments.events import (
    DisputeDecided,
    OrderDisputed,
    OrderRefunded,
    RefundApproved,
    RefundAsked,
    RefundRejected,
    RefundSettled,
    VoucherChanged,
)
from chalicelib.payments.gateway import provider
from chalicelib.payments.gateway.port import (
    DisputeState,
    Provider,
    ProviderDispute,
    ProviderRefund,
    ProviderRefused,
    RefundState,
)
from chalicelib.payments.model.graph import Move, State
from chalicelib.payments.model.order import NOTHING, Order, Stock
from chalicelib.payments.model.postings import refund as refund_posting
from chalicelib.payments.model.postings import refund_failed
from chalicelib.payments.model.refund import ALONE, MOST_PLACES, Progress, Reason, Refund
from chalicelib.payments.model.voucher import Voucher
from chalicelib.payments.service.settling import posted
from chalicelib.payments.store.orders import Change, OrderStore
from chalicelib.schemes.reads import scheme as known_scheme

PROGRESS = {
    RefundState.PENDING: Progress.SENT,
    RefundState.DONE: Progress.DONE,
    RefundState.FAILED: Progress.FAILED,
}
MOVES = {DisputeState.WON: Move.DISPUTE_WON, DisputeState.LOST: Move.DISPUTE_LOST}
PAYMENTS = system("payments")
DASHBOARD = "dashboard-"
AT_THE_BANK: Final = frozenset({State.DISPUTED, State.LOST})
# A provider knows our key for a day at least: what is older is looked for before it is asked for.
KEY_IS_KNOWN: Final = timedelta(hours=12)


class NothingBack(Conflict):
    title = Text(
        id="Menurut aturan, tidak ada yang dapat dikembalikan lagi",
        en="By the rule, nothing can be paid back any more",
    )


class TicketsNotReady(Conflict):
    title = Text(
        id="Tiket masih dibuat. Coba lagi sebentar lagi",
        en="The tickets are still being made. Try again in a moment",
    )


class WithTheBank(Conflict):
    """To pay back what a bank takes back would pay twice; the provider would refuse it, and the ticket be gone."""

    title = Text(
        id="Bank pembayar sedang atau sudah menarik uang ini",
        en="The payer's bank is taking this money back, or has taken it",
    )


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Which places somebody gives back; an officer names an `amount` and says why in `words`."""

    reference: str
    places: tuple[int, ...]
    reason: Reason
    amount: Money | None = None
    words: str = ""


class Refunds:
    def __init__(self, tools: Toolbox, payments: Provider) -> None:
        self._tools = tools
        self._provider = payments
        self._store = OrderStore(tools.store)

    def offer(self, order: Order, places: Sequence[int]) -> Money:
        """What the scheme's rule gives back for these places now; nothing of what a bank wants back itself."""
        if order.state in AT_THE_BANK:
            return NOTHING
        price = sum((order.price_of(place) for place in places), NOTHING)
        return known_scheme(order.scheme).refundable(price, order.starts_at, self._tools.now())

    @retried
    def ask(self, wish: Wish, by: Actor, form_id: str) -> str:
        """The refund's id, the same one however often the form is sent.

        A payer gets what the rule says at once; an officer's over the limit waits for a second officer. Raises
        NotFound, WithTheBank, NothingBack, TicketsNotReady, NotGood (a ticket is used or void), Unexpected (more than
        there is).
        """
        refund_id = _id_of(wish.reference, form_id)
        if self._is_there(refund_id):
            return refund_id
        order = self._store.order(wish.reference)
        if not _are_places(wish.places, order):
            raise NotFound
        _refuse_disputed(order)
        amount = wish.amount or self.offer(order, wish.places)
        if not NOTHING < amount <= order.returnable:
            raise NothingBack
        # All that went back counts: two halves of a large refund are a large refund.
        alone = by == PUBLIC or order.refunded + order.going_back + amount <= ALONE
        drafted = self._drafted(order, wish, amount, by, Progress.APPROVED if alone else Progress.ASKED)
        with suppress(AlreadyDone):
            change = self._asked(order, replace(drafted, id=refund_id))
            self._store.commit(change, by=by, once=Once(scope="refund", id=refund_id))
        return refund_id

    @retried
    def give_back(self, reference: str, payment: str, amount: Money, reason: Reason, once: Once) -> None:
        """What came too much (late, twice) goes back by itself. Raises AlreadyDone."""
        order = self._store.order(reference)
        wish = Wish(reference=reference, places=(), reason=reason, amount=amount)
        refund = self._drafted(order, wish, amount, PAYMENTS, Progress.APPROVED, payment)
        self._store.commit(self._asked(order, refund), by=PAYMENTS, once=once)

    @retried
    def approve(self, id: str, by: str, words: str = "") -> None:
        """`words` are the second officer's reason. Raises NotFound, AlreadySettled, NeedsAnother, WithTheBank."""
        refund = self._store.refund(id)
        approved = refund.approved(by, words)
        order = self._store.order(refund.order)
        _refuse_disputed(order)
        fact = RefundApproved(refund=id, order=refund.order, amount=refund.amount.minor_units, reason=refund.reason)
        vouchers = tuple(voucher.void() for voucher in self._vouchers(refund.order, refund.places))
        order, freed = order.freeing(len(refund.places))
        facts = (fact, *_changed(vouchers))
        change = Change(order=order, refund=approved, vouchers=vouchers, freed=freed, facts=facts)
        self._store.commit(change, by=officer(by))

    @retried
    def reject(self, id: str, by: str, words: str = "") -> None:
        """As `approve`; the tickets are good again, unless a dispute holds them or has ended them."""
        refund = self._store.refund(id)
        rejected = refund.rejected(by, words)
        order = self._store.order(refund.order).kept_back(refund.amount)
        fact = RefundRejected(refund=id, order=refund.order, amount=refund.amount.minor_units)
        held = self._vouchers(refund.order, refund.places) if order.state is State.PAID else ()
        vouchers = tuple(voucher.thawed() for voucher in held)
        change = Change(order=order, refund=rejected, vouchers=vouchers, facts=(fact, *_changed(vouchers)))
        self._store.commit(change, by=officer(by))

    def send(self, id: str) -> None:
        """Asks the provider for an approved refund; asking again, even days later, is the same refund.

        Raises ProviderDown.
        """
        refund = self._store.refund(id)
        if refund.progress is not Progress.APPROVED:
            return
        if refund.reason is Reason.DASHBOARD:
            # It was made before we heard of it: to ask for it would pay a second time.
            self.follow(self._provider.refund_of(id.removeprefix(DASHBOARD)))
            return
        try:
            told = self._made(refund) or self._provider.refund(refund.id, refund.payment, refund.amount)
        except ProviderRefused as refusal:
            self._settle(refund.id, Progress.FAILED, "", None, why=refusal.reason)
            return
        self.follow(told)

    def _made(self, refund: Refund) -> ProviderRefund | None:
        """An old refund that the provider has already; one that it cannot have forgotten is not looked for."""
        if self._tools.now() - refund.asked_at < KEY_IS_KNOWN:
            return None
        return next((one for one in self._provider.refunds(refund.payment) if one.refund == refund.id), None)

    def follow(self, found: ProviderRefund, *, once: Once | None = None) -> None:
        """What the provider says of a refund, whoever made it; of a stranger's payment nothing. Raises Unexpected."""
        if found.refund:
            self._settle(found.refund, PROGRESS[found.state], found.id, once)
        else:
            self._adopt(found, once)

    @retried
    def dispute(self, found: ProviderDispute, *, once: Once | None = None) -> None:
        """A bank wants the money back, or has decided. Raises Unexpected; a payment of nobody's is ignored."""
        try:
            order = self._store.order_of(found.payment)
        except NotFound:
            return
        opened = found.state is DisputeState.OPEN
        if opened and order.state is State.DISPUTED:
            return
        moved = order.disputed(Move.DISPUTED if opened else MOVES[found.state])
        self._store.commit(Change(order=moved, facts=(_disputed(order, found),)), by=PAYMENTS, once=once)

    def _is_there(self, id: str) -> bool:
        """A form that comes again finds its refund before its tickets, which are void by then, can refuse it."""
        try:
            self._store.refund(id)
        except NotFound:
            return False
        return True

    def _drafted(
        self, order: Order, wish: Wish, amount: Money, by: Actor, progress: Progress, payment: str = ""
    ) -> Refund:
        return Refund(
            id=new_id("refund", self._tools.now()),
            order=order.reference,
            payment=payment or order.payment,
            amount=amount,
            reason=wish.reason,
            asked_at=self._tools.now(),
            asked_by=by.id or str(by),
            places=wish.places,
            words=wish.words,
            progress=progress,
        )

    def _asked(self, order: Order, refund: Refund) -> Change:
        told = {"refund": refund.id, "order": order.reference, "amount": refund.amount.minor_units}
        found = self._vouchers(order.reference, refund.places)
        if refund.progress is Progress.ASKED:
            vouchers = tuple(voucher.frozen() for voucher in found)
            fact: Fact = RefundAsked(reason=refund.reason, **told)  # type: ignore[arg-type]
        else:
            vouchers = tuple(voucher.frozen().void() for voucher in found)
            fact = RefundApproved(reason=refund.reason, **told)  # type: ignore[arg-type]
        freed: tuple[Stock, ...] = ()
        going = order.giving_back(refund.amount, refund.id)
        if refund.progress is Progress.APPROVED:
            going, freed = going.freeing(len(refund.places))
        return Change(order=going, refund=refund, vouchers=vouchers, freed=freed, facts=(fact, *_changed(vouchers)))

    def _vouchers(self, reference: str, places: Sequence[int]) -> tuple[Voucher, ...]:
        """Raises TicketsNotReady; Conflict for more places than one refund holds."""
        if not places:
            return ()
        codes = self._store.codes(reference)
        if len(places) > MOST_PLACES or max(places) >= len(codes):
            raise TicketsNotReady
        return self._store.vouchers([codes[place] for place in places])

    @retried
    def _settle(self, id: str, progress: Progress, provider_id: str, once: Once | None, why: str = "") -> None:
        try:
            refund = self._store.refund(id)
        except NotFound:
            return
        told = refund.told(progress, provider_id, self._tools.now(), why)
        if told is not refund:
            change = self._settled(self._store.order(refund.order), refund, told)
            self._store.commit(change, by=PAYMENTS, once=once)
            self._wake(told)

    def _wake(self, told: Refund) -> None:
        """A refund that failed goes nowhere by itself: finance pays it some other way."""
        if told.progress is Progress.FAILED:
            note("refund_failed", refund=told.id, order=told.order)
            measure("RefundsFailed", 1, service="payments", stage=self._tools.stage)

    def _settled(self, order: Order, before: Refund, told: Refund) -> Change:
        """The books follow the provider: money leaves when it has taken the refund, and is back when it failed."""
        now, amount = self._tools.now(), told.amount
        fact = RefundSettled(refund=told.id, order=told.order, amount=amount.minor_units, progress=told.progress)
        if before.progress is Progress.APPROVED and told.progress is Progress.FAILED:
            return Change(order=order.kept_back(amount), refund=told, facts=(fact,))
        if told.progress is Progress.FAILED:
            posting = refund_failed(order, told.id, amount, now)
            return Change(order=order.bounced(amount), refund=told, postings=(posting,), facts=(fact, posted(posting)))
        if before.progress is Progress.APPROVED:
            return self._gone(order, told, fact)
        return Change(refund=told, facts=(fact,))

    def _gone(self, order: Order, refund: Refund, fact: Fact) -> Change:
        posting = refund_posting(order, refund, self._tools.now())
        after = order.gave_back(refund.amount)
        told = OrderRefunded(
            reference=order.reference,
            refund=refund.id,
            amount=refund.amount.minor_units,
            whole=after.state is State.REFUNDED,
        )
        facts = (fact, told, posted(posting))
        return Change(order=after, refund=refund, postings=(posting,), facts=facts)

    @retried
    def _adopt(self, found: ProviderRefund, once: Once | None) -> None:
        """A refund made on the provider's own pages: the books follow it, finance looks at the tickets."""
        try:
            order = self._store.order_of(found.payment)
        except NotFound:
            return
        refund = ours(found)
        try:
            self._store.refund(refund)
        except NotFound:
            wish = Wish(reference=order.reference, places=(), reason=Reason.DASHBOARD, amount=found.amount)
            drafted = self._drafted(order, wish, found.amount, PAYMENTS, Progress.APPROVED, found.payment)
            self._store.commit(self._asked(order, replace(drafted, id=refund)), by=PAYMENTS)
        self._settle(refund, PROGRESS[found.state], found.id, once)


def ours(found: ProviderRefund) -> str:
    """Our id of a refund: what was made on the provider's own pages is named after theirs."""
    return found.refund or f"{DASHBOARD}{found.id}"


def _refuse_disputed(order: Order) -> None:
    if order.state in AT_THE_BANK:
        raise WithTheBank


def _are_places(places: Sequence[int], order: Order) -> bool:
    """Each place once: one that is named twice would be paid back twice."""
    return len(set(places)) == len(places) and all(0 <= place < order.places for place in places)


def _disputed(order: Order, found: ProviderDispute) -> Fact:
    if found.state is DisputeState.OPEN:
        return OrderDisputed(reference=order.reference, dispute=found.id, amount=found.amount.minor_units)
    return DisputeDecided(reference=order.reference, dispute=found.id, won=found.state is DisputeState.WON)


def _changed(vouchers: Sequence[Voucher]) -> tuple[VoucherChanged, ...]:
    return tuple(VoucherChanged(code=one.code, order=one.order, standing=one.standing) for one in vouchers)


def _id_of(reference: str, form_id: str) -> str:
    """One form is one refund, whatever its amount: two equal refunds are two forms."""
    return f"refund_{uuid.uuid5(uuid.NAMESPACE_URL, f'{reference}#{form_id}').hex}"


def refunds() -> Refunds:
    return Refunds(toolbox(), provider())
