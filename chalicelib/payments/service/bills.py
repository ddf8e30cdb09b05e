"""Bills by number: looked up, put into one order, and brought to what became of that order."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from chalicelib.core.errors import Conflict, Invalid, NotFound, Stale
from chalicelib.core.events import system
from chalicelib.core.log import note
from chalicelib.core.store import retried
from chalicelib.core.text import Text
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.payments.model.bill import MOST_AT_ONCE, Bill, BillState, period_words
from chalicelib.payments.model.graph import State
from chalicelib.payments.model.order import Bought, Order
from chalicelib.payments.service.baskets import Basket
from chalicelib.payments.service.orders import SoldOut, orders
from chalicelib.payments.store.bills import BillChange, BillStore
from chalicelib.payments.store.orders import OrderStore
from chalicelib.schemes import reads
from chalicelib.schemes.reads import Sale, Scheme, Subject

PAYMENTS = system("payments")
LINE = "bill"

WHICH = Text(id="Pilih sedikitnya satu tagihan", en="Choose at least one bill")
TOO_MANY = Text(id="Pilih paling banyak {most} tagihan sekaligus", en="Choose at most {most} bills at once")
BEING_PAID = Text(
    id="Salah satu tagihan ini sedang dibayar atau sudah lunas. Anda belum dikenai biaya",
    en="One of these bills is being paid, or is paid by now. You have not been charged",
)


@dataclass(frozen=True, kw_only=True)
class Owed:
    """A bill as its payer sees it. `held`: somebody is paying it now, or has paid and we are noting it."""

    bill: Bill
    held: bool

    @property
    def payable(self) -> bool:
        return self.bill.state is BillState.OPEN and not self.held


class Bills:
    def __init__(self, tools: Toolbox) -> None:
        self._tools = tools
        self._bills = BillStore(tools.store)
        self._orders = OrderStore(tools.store)

    def of(self, scheme: str, number: str) -> tuple[Owed, ...]:
        """What a number owes and has paid, oldest first, without what was withdrawn; nothing for an unknown one."""
        bills = [bill for bill in self._bills.of(scheme, number) if bill.state is not BillState.WITHDRAWN]
        held = chain.from_iterable(self._bills.held(bills[first : first + 100]) for first in range(0, len(bills), 100))
        return tuple(
            Owed(bill=bill, held=taken and bill.state is BillState.OPEN)
            for bill, taken in zip(bills, held, strict=True)
        )

    def order(self, scheme: str, number: str, chosen: Sequence[str], language: str, form_id: str) -> str:
        """The reference of an order that settles some bills of one number; the same one however often it is sent.

        Raises Invalid (`bills`) for what is not owed any more, or is being paid; NotFound.
        """
        bills = [bill for bill in self._bills.of(billed_scheme(scheme).code, number) if bill.id in chosen]
        _refuse(bills, chosen)
        try:
            return orders().place(_basket(billed_scheme(scheme), number, bills, language), form_id)
        except SoldOut:
            raise Invalid(errors={"bills": BEING_PAID}) from None

    @retried
    def follow(self, reference: str) -> None:
        """Brings the bills of an order to what it says now, whichever fact came first. Raises NotFound."""
        order = self._orders.order(reference)
        if not order.bills or not order.stock:
            return
        bills = [bill for bill in self._bills.of(order.scheme, order.subject) if bill.id in order.bills]
        if order.state in (State.PAID, State.DISPUTED):
            for bill in bills:
                self._settle(bill, order)
        elif order.state in (State.REFUNDED, State.LOST):
            gone = [bill for bill in bills if _was_paid_by(bill, order)]
            self._keep(gone, BillChange(bills=tuple(bill.reopened(reference) for bill in gone), freed=tuple(gone)))

    def _settle(self, bill: Bill, order: Order) -> None:
        """The order took the bill's place when it was ordered; after its money was back once, it takes it again."""
        if bill.state is not BillState.OPEN:
            return
        again = (bill,) if order.reference in bill.returned else ()
        change = BillChange(bills=(bill.paid(order.reference, order.paid_at or self._tools.now()),), took=again)
        try:
            self._keep([bill], change)
        except Stale:
            raise
        except Conflict:
            note("bill_paid_by_two", bill=bill.id, order=order.reference)

    def _keep(self, bills: Sequence[Bill], change: BillChange) -> None:
        if bills:
            self._bills.commit(change, by=PAYMENTS)


def billed_scheme(code: str) -> Scheme:
    """Raises NotFound for a scheme that has no bills by number."""
    scheme = reads.scheme(code)
    if not _has_bills(scheme):
        raise NotFound
    return scheme


def billed_schemes() -> tuple[Scheme, ...]:
    """What can be owed under a number."""
    return tuple(scheme for scheme in reads.schemes() if _has_bills(scheme))


def _has_bills(scheme: Scheme) -> bool:
    return scheme.sale is Sale.OPEN and scheme.subject in (Subject.TRADER, Subject.FINE)


def _was_paid_by(bill: Bill, order: Order) -> bool:
    """Whether the bill's place is taken by this order still."""
    if bill.state is BillState.PAID:
        return bill.order == order.reference
    return bill.state is BillState.OPEN and order.reference not in bill.returned


def _refuse(bills: Sequence[Bill], chosen: Sequence[str]) -> None:
    if not chosen:
        raise Invalid(errors={"bills": WHICH})
    if len(chosen) > MOST_AT_ONCE:
        raise Invalid(errors={"bills": TOO_MANY.format(most=MOST_AT_ONCE)})
    if len(bills) < len(set(chosen)) or any(bill.state is not BillState.OPEN for bill in bills):
        raise Invalid(errors={"bills": BEING_PAID})


def _basket(scheme: Scheme, number: str, bills: Sequence[Bill], language: str) -> Basket:
    return Basket(
        scheme=scheme.code,
        authority=scheme.authority,
        account=scheme.account_code,
        lines=tuple(Bought(item=LINE, name=_name(bill), unit=bill.amount, quantity=1) for bill in bills),
        language=language,
        stock=tuple(bill.stock for bill in bills),
        subject=number,
        bills=tuple(bill.id for bill in bills),
    )


def _name(bill: Bill) -> Text:
    period = period_words(bill.period)
    return Text(id=f"{bill.what.id}, {period.id}", en=f"{bill.what.en}, {period.en}")


def bills() -> Bills:
    return Bills(toolbox())
