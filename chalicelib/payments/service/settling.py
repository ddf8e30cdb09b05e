"""What the provider tells becomes the state of an order, its postings and facts, in one commit.

A notice, the payer's return, the clock and the reconciliation all end here with the same `Checkout`; whoever is
first does it, the others find it done.
"""

from dataclasses import replace

from chalicelib.core.contacts import email as normalised
from chalicelib.core.contacts import mask_email
from chalicelib.core.errors import AlreadyDone, BadValue, Conflict, NotFound, Stale
from chalicelib.core.events import Actor, Fact, system
from chalicelib.core.log import note
from chalicelib.core.store import Once, retried
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.core.vault import Sealed, Secret
from chalicelib.payments.events import (
    CheckoutFinished,
    MoneyPosted,
    NoticeUnexpected,
    OrderExpired,
    OrderPaid,
    OrderPaidLate,
    OrderPaidTwice,
    PaymentDeclined,
)
from chalicelib.payments.gateway.port import Checkout, CheckoutState
from chalicelib.payments.model.books import Posting
from chalicelib.payments.model.graph import State, Unexpected
from chalicelib.payments.model.order import Capture, Order, Stage
from chalicelib.payments.model.postings import capture as capture_posting
from chalicelib.payments.store.kinds import PaymentLink
from chalicelib.payments.store.orders import Change, OrderStore

PROVIDER = system("payments")


class Settling:
    def __init__(self, tools: Toolbox) -> None:
        self._tools = tools
        self._store = OrderStore(tools.store)

    @retried
    def settle(self, checkout: Checkout, *, once: Once | None = None, by: Actor = PROVIDER) -> None:
        """Brings the order to what the provider says of its checkout. A checkout of nobody's order is ignored.

        Raises Unexpected for what fits nowhere (see `record`); AlreadyDone is swallowed: the notice was seen.
        """
        try:
            order = self._store.order(checkout.order)
        except NotFound:
            note("checkout_not_ours", checkout=checkout.id)
            return
        _refuse_wrong_amount(order, checkout)
        if checkout.paid:
            self._capture(order, checkout, once, by)
        elif checkout.state is CheckoutState.COMPLETE:
            self._finish(order, checkout, once, by)
        elif checkout.state is CheckoutState.EXPIRED:
            self._end(order, checkout.attempt, once, by)

    @retried
    def decline(self, reference: str, attempt: str, why: str, *, once: Once | None = None) -> None:
        """A bank said no; the payer may try again on the same page. Raises NotFound, Unexpected."""
        order = self._store.order(reference)
        declined = order.declined(attempt, why)
        fact = PaymentDeclined(reference=order.reference, attempt=attempt, why=why)
        self._commit(order, Change(order=declined, facts=(fact,)), once, PROVIDER)

    @retried
    def end(self, reference: str, attempt: str) -> None:
        """An attempt that the provider never heard of, or refused for good, can never be paid."""
        self._end(self._store.order(reference), attempt, None, PROVIDER)

    @retried
    def complete(self, checkout: Checkout) -> None:
        """Adds the card's last digits, which notices do not tell: by them a lost ticket is found. Raises NotFound."""
        order = self._store.order(checkout.order)
        theirs = order.paying is not None and order.paying.id == checkout.attempt
        if not checkout.card or order.card or not theirs or not order.paid_at:
            return
        link = replace(self._store.link(checkout.payment), card=checkout.card)
        self._store.commit(Change(order=replace(order, card=checkout.card), link=link), by=PROVIDER)

    @retried
    def record(self, reference: str, notice: str, kind: str, once: Once) -> None:
        """Keeps what fits nowhere on the order's journal, for finance; nothing else changes."""
        order = self._store.order(reference)
        fact = NoticeUnexpected(reference=reference, notice=notice, kind=kind, state=order.state)
        note("notice_unexpected", order=reference, notice=notice, kind=kind, state=order.state)
        self._commit(None, Change(order=order, facts=(fact,)), once, PROVIDER)

    def _capture(self, order: Order, checkout: Checkout, once: Once | None, by: Actor) -> None:
        """An order that had ended takes its places again; where they are gone, all of the money goes back."""
        capture = self._captured(order, checkout)
        try:
            self._commit(order, self._paid(order, capture, places_left=True), once, by)
        except (Stale, AlreadyDone):
            raise
        except Conflict:
            self._commit(order, self._paid(order, capture, places_left=False), once, by)

    def _paid(self, order: Order, capture: Capture, *, places_left: bool) -> Change:
        paid = order.captured_by(capture, places_left=places_left)
        posting = capture_posting(order, capture)
        link = PaymentLink(payment=capture.payment, order=order.reference, card=capture.card, paid_at=capture.at)
        retaken = order.stock if order.state is State.EXPIRED and places_left else ()
        facts = (_paid_fact(order, paid, capture), posted(posting))
        return Change(order=paid, facts=facts, postings=(posting,), link=link, took=retaken)

    def _finish(self, order: Order, checkout: Checkout, once: Once | None, by: Actor) -> None:
        if order.state in (State.HELD, State.PAYING):
            checking = order.checking(checkout.attempt, self._tools.now())
            fact = CheckoutFinished(reference=order.reference, attempt=checkout.attempt)
            # Asked again and again while a bank takes its days: only the first answer is news.
            news = () if order.attempt.stage is Stage.CHECKING else (fact,)
            self._commit(order, Change(order=checking, facts=news), once, by)

    def _end(self, order: Order, attempt: str, once: Once | None, by: Actor) -> None:
        ended = order.ended(attempt)
        fact = OrderExpired(reference=order.reference, scheme=order.scheme)
        self._commit(order, Change(order=ended, facts=(fact,), freed=order.stock), once, by)

    def _commit(self, before: Order | None, change: Change, once: Once | None, by: Actor) -> None:
        """Nothing is written where nothing changed: a repeat is no news."""
        if change.order is before:
            return
        self._store.commit(change, by=by, once=once)

    def _captured(self, order: Order, checkout: Checkout) -> Capture:
        return Capture(
            attempt=checkout.attempt,
            checkout=checkout.id,
            payment=checkout.payment,
            amount=checkout.amount,
            at=checkout.paid_at or self._tools.now(),
            card=checkout.card,
            email=self._sealed(checkout.email, order.reference),
            charged=checkout.charged,
        )

    def _sealed(self, email: str, owner: str) -> Sealed | None:
        """The payer's address, as the provider asked for it; one that we cannot read must not cost a payment."""
        try:
            address = normalised(email) if email else ""
        except BadValue:
            address = ""
        return self._tools.vault.seal(Secret.EMAIL, address, mask_email(address), owner=owner) if address else None


def _refuse_wrong_amount(order: Order, checkout: Checkout) -> None:
    """Money of another amount than was asked for is never booked as if it were."""
    if checkout.amount != order.total:
        raise Unexpected(reason="wrong amount")


def _paid_fact(before: Order, paid: Order, capture: Capture) -> Fact:
    told = {"reference": before.reference, "amount": capture.amount.minor_units, "payment": capture.payment}
    if paid.state is State.LATE and before.state is State.EXPIRED:
        return OrderPaidLate(**told)  # type: ignore[arg-type]
    if before.state not in (State.HELD, State.PAYING, State.EXPIRED):
        return OrderPaidTwice(**told)  # type: ignore[arg-type]
    return OrderPaid(
        reference=before.reference,
        scheme=before.scheme,
        authority=before.authority,
        amount=capture.amount.minor_units,
        places=before.places,
        payment=capture.payment,
        bills=before.bills,
    )


def posted(posting: Posting) -> MoneyPosted:
    return MoneyPosted(
        posting=posting.id,
        kind=posting.kind,
        day=posting.day.isoformat(),
        authority=posting.authority,
        scheme=posting.scheme,
        order=posting.order,
        legs=tuple((leg.account, leg.amount.minor_units) for leg in posting.legs),
    )


def settling() -> Settling:
    return Settling(toolbox())
