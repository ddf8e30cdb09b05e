"""What a payer is told of an order, and the way to its payment page, also while the provider does not answer."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.core.errors import CityError, Unavailable
from chalicelib.core.log import note
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.payments.gateway.port import ProviderDown, ProviderRefused
from chalicelib.payments.model.graph import Unexpected
from chalicelib.payments.model.order import Order
from chalicelib.payments.model.refund import Refund
from chalicelib.payments.model.truth import Came, Situation, situation
from chalicelib.payments.model.voucher import Voucher
from chalicelib.payments.service.orders import NothingToPay, SoldOut, TooOld, orders
from chalicelib.payments.store.orders import OrderStore
from chalicelib.payments.store.receipts import ReceiptStore

MOST_TICKETS, MOST_REFUNDS = 100, 20
SILENCE = (ProviderDown, ProviderRefused, Unavailable)
BACK = {Came.PAID: Came.ASKED, Came.LEFT: Came.LEFT}


@dataclass(frozen=True, kw_only=True)
class Told:
    """`tickets` are the first hundred of `made`; `refunds` the newest ones, oldest first.

    `receipt` is its number, empty while it is being made.
    """

    order: Order
    situation: Situation
    made: int
    now: datetime
    tickets: tuple[Voucher, ...] = ()
    refunds: tuple[Refund, ...] = ()
    receipt: str = ""


@dataclass(frozen=True, kw_only=True)
class Way:
    """Where a payer goes on: the provider's page, or without one back to the order with the reason in `came`."""

    url: str = ""
    came: Came = Came.DIRECTLY


class Payers:
    def __init__(self, tools: Toolbox) -> None:
        self._tools = tools
        self._store = OrderStore(tools.store)

    def told(self, reference: str, came: Came = Came.DIRECTLY, *, ask: bool = True) -> Told:
        """Who comes back from the provider is told what it says now, not what we heard last. Raises NotFound."""
        if came in BACK:
            came = self._asked(reference, came) if ask else _unasked(came)
        order, now = self._store.order(reference), self._tools.now()
        codes = self._store.codes(reference) if order.captured and order.places else ()
        return Told(
            order=order,
            situation=situation(order, now, came, made=len(codes)),
            made=len(codes),
            now=now,
            tickets=self._store.vouchers(codes[:MOST_TICKETS]) if codes else (),
            refunds=tuple(self._store.refund(one) for one in order.refunds[-MOST_REFUNDS:]),
            receipt=self._receipt(order),
        )

    def _receipt(self, order: Order) -> str:
        found = ReceiptStore(self._tools.store).find(order.payment) if order.payment else None
        return found.number if found else ""

    def state(self, reference: str, came: Came) -> Told:
        """As `told`, for a page that asks every few seconds: without tickets, and nobody else is asked."""
        order, now = self._store.order(reference), self._tools.now()
        made = len(self._store.codes(reference)) if order.captured and order.places else 0
        return Told(order=order, situation=situation(order, now, came, made=made), made=made, now=now)

    def on(self, reference: str) -> Way:
        """The way to pay. Raises NotFound."""
        try:
            return Way(url=orders().pay(reference))
        except NothingToPay:
            return Way()
        except SoldOut:
            return Way(came=Came.FULL)
        except TooOld:
            return Way(came=Came.OVER)
        except SILENCE as silence:
            return _silent(reference, silence)

    def check(self, reference: str) -> Way:
        """Asks the provider what became of the order. Raises NotFound."""
        try:
            orders().check(reference)
        except (*SILENCE, Unexpected) as silence:
            return _silent(reference, silence)
        return Way(came=Came.ASKED)

    def _asked(self, reference: str, came: Came) -> Came:
        return BACK[came] if self.check(reference).came is Came.ASKED else _unasked(came)


def _unasked(came: Came) -> Came:
    """That nothing was paid is believed only of the provider."""
    return Came.PAID if came is Came.PAID else Came.DIRECTLY


def _silent(reference: str, silence: CityError) -> Way:
    note("order_not_asked", order=reference, reason=getattr(silence, "reason", type(silence).__name__))
    return Way(came=Came.REFUSED if isinstance(silence, ProviderRefused) else Came.SILENT)


def payers() -> Payers:
    return Payers(toolbox())
