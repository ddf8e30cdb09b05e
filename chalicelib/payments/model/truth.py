"""What is true of an order at a moment, as one named situation; its page says it in words. Pure.

Nobody is told to pay while money may be in flight: a situation in which it may offers no way to the payment page.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

from chalicelib.payments.model.graph import State
from chalicelib.payments.model.order import NOTHING, Order, Stage


class Came(StrEnum):
    """How somebody comes to the order's page, the word of its address behind `?from=`."""

    DIRECTLY = ""
    PAID = "paid"  # the provider sent them back as paid, and has not told us more
    LEFT = "left"  # they left the provider's page, which says that nothing was paid
    ASKED = "asked"  # the provider was asked just now, and its answer is in the order
    SILENT = "silent"  # the provider did not answer
    REFUSED = "refused"  # the provider said no for good
    FULL = "full"  # they tried to pay for places that others have
    OVER = "over"  # they tried again too late


class Situation(StrEnum):
    NOT_CHARGED = "not_charged"
    WAITING = "waiting"
    LEFT = "left"
    DECLINED = "declined"
    RETURNED = "returned"
    CHECKING = "checking"
    ENDING = "ending"
    EXPIRED = "expired"
    OVER = "over"  # expired, and too late to try again
    MAKING = "making"
    READY = "ready"
    PARTLY_BACK = "partly_back"
    GOING_BACK = "going_back"
    LATE = "late"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    LOST = "lost"

    @property
    def may_pay(self) -> bool:
        """Nothing was charged, and the payment page is the next step."""
        return self in MAY_PAY

    @property
    def may_check(self) -> bool:
        """Asking the provider may tell more."""
        return self in MAY_CHECK

    @property
    def in_flight(self) -> bool:
        """Money may be moving: nobody pays, and the page asks the provider once by itself."""
        return self in IN_FLIGHT

    @property
    def passes(self) -> bool:
        """It changes by itself soon: the page looks again."""
        return self in PASSES


MAY_PAY: Final = {Situation.NOT_CHARGED, Situation.WAITING, Situation.LEFT, Situation.DECLINED, Situation.EXPIRED}
IN_FLIGHT: Final = {Situation.RETURNED, Situation.CHECKING, Situation.ENDING}
MAY_CHECK: Final = IN_FLIGHT | {Situation.WAITING, Situation.DECLINED}
PASSES: Final = IN_FLIGHT | {Situation.WAITING, Situation.LEFT, Situation.DECLINED, Situation.MAKING}
SETTLED: Final = {
    State.LATE: Situation.LATE,
    State.REFUNDED: Situation.REFUNDED,
    State.DISPUTED: Situation.DISPUTED,
    State.LOST: Situation.LOST,
}


def situation(order: Order, now: datetime, came: Came = Came.DIRECTLY, *, made: int = 0) -> Situation:
    """`made` is how many of its tickets there are."""
    if order.state is State.PAID:
        return _paid(order, made)
    return SETTLED.get(order.state) or _unpaid(order, now, came)


def _unpaid(order: Order, now: datetime, came: Came) -> Situation:
    if order.attempt.stage is Stage.CHECKING:
        return Situation.CHECKING
    if came is Came.PAID:
        return Situation.RETURNED
    if order.state is State.EXPIRED:
        return Situation.OVER if came is Came.OVER or order.is_over(now) else Situation.EXPIRED
    if order.state is State.HELD:
        return Situation.NOT_CHARGED
    return _open(order, now, came)


def _open(order: Order, now: datetime, came: Came) -> Situation:
    """Its checkout was opened; once its time is over, only the provider knows how it ended."""
    if order.attempt.expires_at <= now:
        return Situation.ENDING
    if order.attempt.declined:
        return Situation.DECLINED
    return Situation.LEFT if came is Came.LEFT else Situation.WAITING


def _paid(order: Order, made: int) -> Situation:
    if order.going_back and not order.returnable:
        return Situation.GOING_BACK
    if made < order.places:
        return Situation.MAKING
    if order.refunded != NOTHING or order.going_back != NOTHING:
        return Situation.PARTLY_BACK
    return Situation.READY
