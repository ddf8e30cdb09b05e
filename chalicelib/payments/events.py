"""What payments announce: references, codes and amounts in minor units of IDR; never who paid."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.core.events import Fact


class PaymentFact(Fact):
    source = "city.payments"


@dataclass(frozen=True, kw_only=True)
class OrderFact(PaymentFact):
    reference: str

    def about(self) -> str:
        return f"order#{self.reference}"


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(OrderFact):
    scheme: str
    authority: str
    amount: int
    places: int


@dataclass(frozen=True, kw_only=True)
class CheckoutOpened(OrderFact):
    attempt: str


@dataclass(frozen=True, kw_only=True)
class CheckoutFinished(OrderFact):
    """The payer is through; the money is not there yet."""

    attempt: str


@dataclass(frozen=True, kw_only=True)
class PaymentDeclined(OrderFact):
    attempt: str
    why: str


@dataclass(frozen=True, kw_only=True)
class OrderPaid(OrderFact):
    scheme: str
    authority: str
    amount: int
    places: int
    payment: str
    bills: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OrderPaidLate(OrderFact):
    """The places had gone to others: the money goes back by itself."""

    amount: int
    payment: str


@dataclass(frozen=True, kw_only=True)
class OrderPaidTwice(OrderFact):
    """A second payment came in: it goes back by itself."""

    amount: int
    payment: str


@dataclass(frozen=True, kw_only=True)
class OrderExpired(OrderFact):
    scheme: str


@dataclass(frozen=True, kw_only=True)
class OrderHeldAgain(OrderFact):
    attempt: str


@dataclass(frozen=True, kw_only=True)
class OrderRefunded(OrderFact):
    """Money went back; `whole`: nothing is left."""

    refund: str
    amount: int
    whole: bool


@dataclass(frozen=True, kw_only=True)
class OrderDisputed(OrderFact):
    dispute: str
    amount: int


@dataclass(frozen=True, kw_only=True)
class DisputeDecided(OrderFact):
    dispute: str
    won: bool


@dataclass(frozen=True, kw_only=True)
class NoticeUnexpected(OrderFact):
    """The provider told something that fits nowhere: finance looks at it. `kind` and `state` are codes."""

    notice: str
    kind: str
    state: str


@dataclass(frozen=True, kw_only=True)
class TicketsMissed(OrderFact):
    """Paid for a quarter of an hour, and tickets are still not made: whoever makes them is told once more."""


@dataclass(frozen=True, kw_only=True)
class RefundFact(PaymentFact):
    refund: str
    order: str

    def about(self) -> str:
        return f"refund#{self.refund}"


@dataclass(frozen=True, kw_only=True)
class RefundAsked(RefundFact):
    amount: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class RefundApproved(RefundFact):
    amount: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class RefundRejected(RefundFact):
    amount: int


@dataclass(frozen=True, kw_only=True)
class RefundSettled(RefundFact):
    """`progress`: sent, done or failed."""

    amount: int
    progress: str


@dataclass(frozen=True, kw_only=True)
class VoucherFact(PaymentFact):
    code: str
    order: str

    def about(self) -> str:
        return f"voucher#{self.code}"


@dataclass(frozen=True, kw_only=True)
class VoucherIssued(VoucherFact):
    scheme: str
    item: str
    place: int


@dataclass(frozen=True, kw_only=True)
class VoucherUsed(VoucherFact):
    gate: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class EntryDisputed(VoucherFact):
    """Somebody was let in without network on a ticket that was not good, or that another gate had used: `outcome`."""

    gate: str
    at: datetime
    outcome: str


@dataclass(frozen=True, kw_only=True)
class VoucherChanged(VoucherFact):
    """`standing`: valid (thawed), frozen or void."""

    standing: str


@dataclass(frozen=True, kw_only=True)
class MoneyPosted(PaymentFact):
    """A posting of the books; `legs` are (account, minor units of IDR), debits positive."""

    posting: str
    kind: str
    day: str
    authority: str
    scheme: str
    order: str
    legs: tuple[tuple[str, int], ...]

    def about(self) -> str:
        return f"posting#{self.posting}"


@dataclass(frozen=True, kw_only=True)
class DifferenceFact(PaymentFact):
    """`topic` says what kind it is, `day` (WITA) in whose books it stands."""

    difference: str
    topic: str
    day: str

    def about(self) -> str:
        return f"difference#{self.difference}"


@dataclass(frozen=True, kw_only=True)
class DifferenceFound(DifferenceFact):
    """The provider and the books do not agree; amounts are minor units, absent where they say nothing."""

    order: str
    expected: int | None
    found: int | None
    currency: str


@dataclass(frozen=True, kw_only=True)
class DifferenceSettled(DifferenceFact):
    """`standing`: explained by an officer, or gone by itself."""

    standing: str


@dataclass(frozen=True, kw_only=True)
class DayClosed(PaymentFact):
    """`balances` are what each account moved on that day, in minor units of IDR; `open` differences were left open."""

    day: str
    balances: tuple[tuple[str, int], ...]
    open: int

    def about(self) -> str:
        return f"day#{self.day}"


@dataclass(frozen=True, kw_only=True)
class BillFact(PaymentFact):
    """Bills are named by import and row: the number that they were written for stands in no fact."""

    batch: str

    def about(self) -> str:
        return f"billing#{self.batch}"


@dataclass(frozen=True, kw_only=True)
class BillsIssued(BillFact):
    """An officer handed in so many bills; the worker enters them."""

    scheme: str
    bills: int
    amount: int


@dataclass(frozen=True, kw_only=True)
class BillWithdrawn(BillFact):
    bill: str
    amount: int


@dataclass(frozen=True, kw_only=True)
class TicketsSought(PaymentFact):
    """Somebody who lost the way to a ticket typed an address: it is written to, where it has any."""

    lookup: str

    def about(self) -> str:
        return f"lookup#{self.lookup}"


@dataclass(frozen=True, kw_only=True)
class PosterFact(PaymentFact):
    """Posters are named by the number that is printed on them."""

    serial: str
    scheme: str
    item: str

    def about(self) -> str:
        return f"poster#{self.serial}"


@dataclass(frozen=True, kw_only=True)
class PosterAsked(PosterFact):
    """An officer wants one; the worker draws its sheet."""


@dataclass(frozen=True, kw_only=True)
class PosterRevoked(PosterFact):
    """Its link leads nowhere from now on; `why` is a code, the officer's words stay with the poster."""

    why: str


@dataclass(frozen=True, kw_only=True)
class ReceiptNumbered(PaymentFact):
    """`day` is the day of the payment (WITA)."""

    payment: str
    number: str
    order: str
    authority: str
    scheme: str
    amount: int
    day: str

    def about(self) -> str:
        return f"receipt#{self.payment}"
