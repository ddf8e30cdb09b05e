"""What is written into the books for what happens to an order. Pure."""

from datetime import datetime

from chalicelib.core.money import Money
from chalicelib.payments.model.books import CLEARING, Leg, Posting, due, moved, refunds
from chalicelib.payments.model.order import Capture, Order
from chalicelib.payments.model.refund import Refund


def capture(order: Order, capture: Capture) -> Posting:
    """The provider owes the city, and the city owes the authority whose money it is."""
    legs = moved(capture.amount, to=CLEARING, out_of=due(order.authority, order.account))
    return _posting(order, f"capture-{capture.payment}", "capture", capture.at, legs)


def refund(order: Order, refund: Refund, at: datetime) -> Posting:
    legs = moved(refund.amount, to=refunds(order.authority, order.account), out_of=CLEARING)
    return _posting(order, f"refund-{refund.id}", "refund", at, legs)


def refund_failed(order: Order, id: str, amount: Money, at: datetime) -> Posting:
    """The money of a refund came back to the provider's account."""
    legs = moved(amount, to=CLEARING, out_of=refunds(order.authority, order.account))
    return _posting(order, f"refund_failed-{id}", "refund_failed", at, legs)


def _posting(order: Order, id: str, kind: str, at: datetime, legs: tuple[Leg, ...]) -> Posting:
    return Posting(
        id=id, kind=kind, at=at, legs=legs, authority=order.authority, scheme=order.scheme, order=order.reference
    )
