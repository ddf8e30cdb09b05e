"""How each thing is kept."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.core.clock import WITA, as_stamp
from chalicelib.core.store import Key, Kind, Listing
from chalicelib.payments.model.books import Posting
from chalicelib.payments.model.order import Order
from chalicelib.payments.model.refund import Progress, Refund
from chalicelib.payments.model.voucher import Standing, Voucher

DUE, ASKED, GOING, FAILED = "orders#due", "refunds#asked", "refunds#going", "refunds#failed"
REVOKED = "vouchers#revoked"
WAITING = {Progress.ASKED: ASKED, Progress.APPROVED: GOING, Progress.SENT: GOING, Progress.FAILED: FAILED}


@dataclass(frozen=True, kw_only=True)
class PaymentLink:
    """From the provider's payment to the order; `card` and `paid_at` find a ticket that was lost."""

    payment: str
    order: str
    card: str
    paid_at: datetime
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Places:
    """The codes of some of an order's tickets, from place `first` on."""

    order: str
    first: int
    codes: tuple[str, ...]
    version: int = 0


def _listed(order: Order) -> Listing | None:
    if order.due_at:
        return Listing(DUE, f"{as_stamp(order.due_at)}#{order.reference}")
    if order.email and order.paid_at:
        return Listing(payer(order.email.found_by), as_stamp(order.paid_at))
    return None


def payer(fingerprint: str) -> str:
    return f"payer#{fingerprint}"


def card(digits: str, paid_at: datetime) -> str:
    return f"card#{digits}#{paid_at.astimezone(WITA).date().isoformat()}"


def _waiting(refund: Refund) -> Listing | None:
    name = WAITING.get(refund.progress)
    return Listing(name, as_stamp(refund.asked_at)) if name else None


def _revoked(voucher: Voucher) -> Listing | None:
    """What gates without network must know."""
    if voucher.standing not in (Standing.FROZEN, Standing.VOID):
        return None
    return Listing(REVOKED, f"{as_stamp(voucher.valid_until)}#{voucher.code}")


def postings(day: str) -> str:
    return f"postings#{day}"


ORDERS = Kind(name="order", model=Order, key=lambda order: Key(f"order#{order.reference}"), listing=_listed)
LINKS = Kind(
    name="payment",
    model=PaymentLink,
    key=lambda link: Key(f"payment#{link.payment}"),
    listing=lambda link: Listing(card(link.card, link.paid_at), as_stamp(link.paid_at)) if link.card else None,
)
PLACES = Kind(name="places", model=Places, key=lambda some: Key(f"order#{some.order}", f"places#{some.first:04d}"))
VOUCHERS = Kind(name="voucher", model=Voucher, key=lambda voucher: Key(f"voucher#{voucher.code}"), listing=_revoked)
REFUNDS = Kind(name="refund", model=Refund, key=lambda refund: Key(f"refund#{refund.id}"), listing=_waiting)
POSTINGS = Kind(
    name="posting",
    model=Posting,
    key=lambda posting: Key(f"posting#{posting.id}"),
    listing=lambda posting: Listing(postings(posting.day.isoformat()), f"{as_stamp(posting.at)}#{posting.id}"),
)
