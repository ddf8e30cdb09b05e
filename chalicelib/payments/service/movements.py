"""The lines of the provider's account, each in the books once.

What a state change has posted already (`capture-<payment>`, `refund-<id>`) is matched, and only the provider's fee is
added; disputes, fees and payouts are posted here. What nobody can explain is booked to `unmatched`, with a difference
for finance: the clearing account follows the provider's balance whatever happens.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from chalicelib.core.clock import WITA
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.log import measure, note
from chalicelib.core.money import Money
from chalicelib.core.store import retried
from chalicelib.core.toolbox import Toolbox
from chalicelib.payments.gateway.port import Checkout, Movement, MovementKind, Provider, ProviderRefused
from chalicelib.payments.model.books import BANK, CLEARING, NOTHING, SHARED, UNMATCHED, Leg, Posting
from chalicelib.payments.model.books import disputes as disputes_of
from chalicelib.payments.model.books import fees as fees_of
from chalicelib.payments.model.books import refunds as refunds_of
from chalicelib.payments.model.day import Amounts, Column, Row, Side
from chalicelib.payments.model.difference import Difference, Topic
from chalicelib.payments.model.order import Order
from chalicelib.payments.model.refund import Progress
from chalicelib.payments.service.books import BOOKS, Books, settle
from chalicelib.payments.service.refunds import Refunds, ours
from chalicelib.payments.service.settling import posted
from chalicelib.payments.store.books import MOVEMENTS, BookStore, Entry
from chalicelib.payments.store.books import Movement as Known
from chalicelib.payments.store.kinds import POSTINGS
from chalicelib.payments.store.orders import OrderStore

# A charge may be seen here before its notice was, and after its checkout was asked about: the next run has both.
YOUNG: Final = timedelta(minutes=5)
UNANSWERED: Final = timedelta(minutes=15)

CAPTURE: Final = "capture-"

COLUMNS: Final = {
    MovementKind.CHARGE: Column.PAYMENTS,
    MovementKind.REFUND: Column.REFUNDS,
    MovementKind.REFUND_FAILED: Column.REFUNDS,
    MovementKind.DISPUTE: Column.DISPUTES,
    MovementKind.DISPUTE_WON: Column.DISPUTES,
    MovementKind.FEE: Column.FEES,
    MovementKind.PAYOUT: Column.PAYOUTS,
    MovementKind.OTHER: Column.UNMATCHED,
}
TOPICS: Final = {
    MovementKind.CHARGE: Topic.PAYMENT,
    MovementKind.REFUND: Topic.REFUND,
    MovementKind.REFUND_FAILED: Topic.REFUND,
    MovementKind.DISPUTE: Topic.DISPUTE,
    MovementKind.DISPUTE_WON: Topic.DISPUTE,
}
# What the posting of a movement is called where nothing of it is a riddle.
POSTED: Final = {MovementKind.CHARGE: "fee", MovementKind.DISPUTE_WON: "dispute_won"}


@dataclass(frozen=True, kw_only=True)
class Match:
    """What a movement belongs to: the posting that moved its gross before, or the account that it moves now."""

    authority: str = ""
    scheme: str = ""
    order: str = ""
    posting: Posting | None = None
    account: str = UNMATCHED
    awaits: str = ""

    @property
    def cleared(self) -> Money:
        legs = self.posting.legs if self.posting else ()
        return sum((leg.amount for leg in legs if leg.account == CLEARING), NOTHING)


class Movements:
    def __init__(self, tools: Toolbox, payments: Provider) -> None:
        self._tools = tools
        self._now = tools.now
        self._provider = payments
        self._store = BookStore(tools.store)
        self._orders = OrderStore(tools.store)
        self._refunds = Refunds(tools, payments)
        self._books = Books(tools)

    def take(self, movement: Movement, asked: Mapping[str, Checkout]) -> bool:
        """Books one movement that is not in the books; False where it is left for the next run.

        `asked` are checkouts that were brought to their orders just now, by their payment. Raises ProviderDown.
        """
        match = self._match(movement, asked)
        if self._is_early(movement, match, asked):
            return False
        self._book(movement, match)
        return True

    @retried
    def rematch(self, difference: Difference) -> bool:
        """Whether what was a riddle has its posting by now: then the riddle is taken out of the books again."""
        found = self._store.difference(difference.id) or difference
        late = self._store.posting(found.awaits) if found.awaits and found.unmatched and found.is_open else None
        if late is None:
            return False
        entry = Entry()
        _post(entry, matched(found, late))
        settle(entry, found.gone(self._now()))
        self._store.commit(entry, by=BOOKS)
        return True

    def _match(self, movement: Movement, asked: Mapping[str, Checkout]) -> Match:
        if movement.gross.currency != CURRENCY:
            return Match()
        if movement.kind is MovementKind.CHARGE:
            return self._charge(movement, asked)
        if movement.kind in (MovementKind.REFUND, MovementKind.REFUND_FAILED):
            return self._refund(movement)
        if movement.kind is MovementKind.PAYOUT:
            return Match(account=BANK)
        if movement.kind is MovementKind.OTHER:
            return Match()
        return self._of_payment(movement)

    def _charge(self, movement: Movement, asked: Mapping[str, Checkout]) -> Match:
        awaits = f"{CAPTURE}{movement.payment}"
        posting = self._store.posting(awaits)
        if posting:
            return _by(posting)
        checkout = asked.get(movement.payment)
        owner = _of(self._order(checkout.order)) if checkout else Match()
        return replace(owner, awaits=awaits)

    def _refund(self, movement: Movement) -> Match:
        """Raises ProviderDown; a refund that the state has not followed yet is followed first.

        One that the provider does not know itself is a riddle of its payment.
        """
        try:
            found = self._provider.refund_of(movement.source)
        except ProviderRefused:
            return self._owner(movement.payment)
        known = ours(found)
        back = movement.kind is MovementKind.REFUND_FAILED
        awaits = f"refund_failed-{known}" if back else f"refund-{known}"
        posting = self._store.posting(awaits)
        if posting is None:
            # Unexpected: more went back than there was. Conflict: another refund of it is on its way.
            with suppress(Conflict):
                self._refunds.follow(found)
            posting = self._store.posting(awaits)
        return _by(posting) if posting else self._never_gone(known, awaits, movement)

    def _never_gone(self, id: str, awaits: str, movement: Movement) -> Match:
        """A refund that failed before anybody here knew that it had left: both ways are booked as they were."""
        try:
            refund = self._orders.refund(id)
            order = self._orders.order(refund.order)
        except NotFound:
            return replace(self._owner(movement.payment), awaits=awaits)
        if refund.progress is Progress.FAILED:
            return replace(_of(order), account=refunds_of(order.authority, order.account))
        return replace(_of(order), awaits=awaits)

    def _of_payment(self, movement: Movement) -> Match:
        owner = self._owner(movement.payment)
        if movement.kind is MovementKind.FEE:
            return replace(owner, account=fees_of(owner.authority or SHARED))
        if owner.authority:
            return replace(owner, account=disputes_of(owner.authority))
        return replace(owner, awaits=f"{CAPTURE}{movement.payment}")

    def _owner(self, payment: str) -> Match:
        try:
            return _of(self._orders.order_of(payment)) if payment else Match()
        except NotFound:
            return Match()

    def _order(self, reference: str) -> Order | None:
        try:
            return self._orders.order(reference)
        except NotFound:
            return None

    def _is_early(self, movement: Movement, match: Match, asked: Mapping[str, Checkout]) -> bool:
        """A payment that nobody knows yet may be known in the next run, and so may what became of it."""
        riddle = match.posting is None and match.account == UNMATCHED
        unknown = bool(movement.payment) and movement.payment not in asked
        return riddle and unknown and self._now() - movement.at < YOUNG

    @retried
    def _book(self, movement: Movement, match: Match) -> None:
        if self._store.movements([movement.id]):
            return
        posting = rest(movement, match)
        known = _known(movement, match, posting)
        row = Row(day=known.day, authority=match.authority, scheme=match.scheme)
        entry = Entry(records=[MOVEMENTS.record(known), *self._store.new_places(row)])
        entry.says(row, Side.PROVIDER, _told(movement))
        if posting:
            _post(entry, posting)
        if found := self._riddle(movement, match, known):
            self._books.add(entry, found)
        self._store.commit(entry, by=BOOKS)

    def _riddle(self, movement: Movement, match: Match, known: Known) -> Difference | None:
        foreign = movement.gross.currency != CURRENCY
        left = NOTHING if foreign or match.account != UNMATCHED else movement.gross - match.cleared
        if not foreign and not left:
            return None
        if movement.kind is MovementKind.CHARGE and self._now() - movement.at >= UNANSWERED:
            unanswered(self._tools, match.order, movement.payment, "unmatched")
        return Difference(
            topic=Topic.CURRENCY if foreign else TOPICS.get(movement.kind, Topic.MOVEMENT),
            subject=movement.id,
            day=known.day,
            found_at=self._now(),
            expected=match.cleared if match.posting else None,
            found=movement.gross,
            order=match.order,
            authority=match.authority,
            scheme=match.scheme,
            unmatched=left,
            awaits="" if match.posting else match.awaits,
        )


CURRENCY: Final = NOTHING.currency


def rest(movement: Movement, match: Match) -> Posting | None:
    """What of a movement is not in the books yet: its fee, and its gross where no state change has posted it."""
    if movement.gross.currency != CURRENCY:
        return None
    gross = movement.gross - match.cleared
    legs = (
        Leg(account=CLEARING, amount=gross - movement.fee),
        Leg(account=match.account, amount=-gross),
        Leg(account=fees_of(match.authority or SHARED), amount=movement.fee),
    )
    moving = tuple(leg for leg in legs if leg.amount)
    if not moving:
        return None
    riddle = bool(gross) and match.account == UNMATCHED
    return Posting(
        id=movement.id,
        kind="unmatched" if riddle else _kind(movement, gross),
        at=match.posting.at if match.posting else movement.at,
        legs=moving,
        authority=match.authority,
        scheme=match.scheme,
        order=match.order,
    )


def _kind(movement: Movement, gross: Money) -> str:
    if not gross:
        return "fee"
    return {MovementKind.REFUND_FAILED: "refund_failed", **POSTED}.get(movement.kind, str(movement.kind))


def matched(difference: Difference, late: Posting) -> Posting:
    """Takes out of `unmatched` what stood there, since its own posting came after all; what a bank took of a payment
    that nobody knew moves to the disputes of whoever it belongs to.
    """
    amount, disputed = difference.unmatched, difference.topic is Topic.DISPUTE
    account = disputes_of(late.authority) if disputed else CLEARING
    return Posting(
        id=f"matched-{difference.subject}",
        kind="matched",
        at=difference.found_at if disputed else late.at,
        legs=(Leg(account=UNMATCHED, amount=amount), Leg(account=account, amount=-amount)),
        authority=late.authority,
        scheme=late.scheme,
        order=late.order,
    )


def unanswered(tools: Toolbox, order: str, payment: str, why: str) -> None:
    """A charge that has no ticket and no refund after a quarter of an hour wakes somebody."""
    note("charge_unanswered", order=order, payment=payment, reason=why)
    measure("ChargesUnanswered", 1, service="payments", stage=tools.stage)


def _by(posting: Posting) -> Match:
    return Match(authority=posting.authority, scheme=posting.scheme, order=posting.order, posting=posting)


def _of(order: Order | None) -> Match:
    return Match(authority=order.authority, scheme=order.scheme, order=order.reference) if order else Match()


def _known(movement: Movement, match: Match, posting: Posting | None) -> Known:
    at = match.posting.at if match.posting else movement.at
    return Known(
        id=movement.id,
        kind=movement.kind,
        at=movement.at,
        day=at.astimezone(WITA).date().isoformat(),
        gross=movement.gross,
        fee=movement.fee,
        authority=match.authority,
        scheme=match.scheme,
        order=match.order,
        posting=match.posting.id if match.posting else posting.id if posting else "",
    )


def _told(movement: Movement) -> Amounts:
    """What the provider says, by its reason; of another currency nothing, since it does not add up with rupiah."""
    if movement.gross.currency != CURRENCY:
        return {}
    told = {Column.FEES: -movement.fee.minor_units}
    column = COLUMNS[movement.kind]
    return {**told, column: told.get(column, 0) + movement.gross.minor_units}


def _post(entry: Entry, posting: Posting) -> None:
    entry.records.append(POSTINGS.record(posting))
    entry.facts.append(posted(posting))
