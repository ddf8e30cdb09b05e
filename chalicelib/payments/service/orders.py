"""Ordering and paying: the places are kept first, then the provider is asked, with a key that was kept before."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from chalicelib.core.errors import AlreadyDone, Conflict, Invalid, Stale
from chalicelib.core.events import PUBLIC
from chalicelib.core.ids import new_id, new_reference
from chalicelib.core.money import Money
from chalicelib.core.store import Once, retried
from chalicelib.core.text import Text
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.payments.events import CheckoutOpened, OrderHeldAgain, OrderPlaced
from chalicelib.payments.gateway import provider
from chalicelib.payments.gateway.port import (
    Checkout,
    CheckoutRequest,
    CheckoutState,
    Line,
    Provider,
    ProviderDown,
    ProviderRefused,
)
from chalicelib.payments.model.graph import State
from chalicelib.payments.model.group import in_records
from chalicelib.payments.model.order import HOLD, PREFIX, Attempt, Order, Stage
from chalicelib.payments.service.baskets import Basket, Choice, priced
from chalicelib.payments.service.settling import Settling
from chalicelib.payments.store.orders import Change, OrderStore
from chalicelib.schemes.reads import scheme as known_scheme

# A provider's checkout must live for half an hour from the moment it is made.
SHORTEST: Final = timedelta(minutes=31)
# An attempt that has failed for so long is not asked for again with the same key.
PATIENCE: Final = timedelta(minutes=2)


class SoldOut(Conflict):
    title = Text(
        id="Tempat untuk pilihan ini tidak cukup lagi. Anda belum dikenai biaya",
        en="There are not enough places left for this choice. You have not been charged",
    )


class TooSmall(Conflict):
    """Less than the provider takes; `least` is what it starts at."""

    title = Text(
        id="Jumlah ini terlalu kecil untuk dibayar dengan kartu", en="This amount is too small to be paid by card"
    )

    def __init__(self, least: Money) -> None:
        super().__init__(least=least.minor_units)
        self.least = least


class TooOld(Conflict):
    """It ended long ago, its visit is over, or its bills may have changed: a new order shows what is true today."""

    title = Text(
        id="Pesanan ini sudah terlalu lama. Buat pesanan baru; Anda belum dikenai biaya",
        en="This order is too old. Please make a new one; you have not been charged",
    )


class NothingToPay(Conflict):
    """The order is paid, or its money is being checked: nobody is ever asked to pay again then."""

    title = Text(id="Pesanan ini tidak perlu dibayar lagi", en="There is nothing left to pay for this order")


class Orders:
    def __init__(self, tools: Toolbox, payments: Provider) -> None:
        self._tools = tools
        self._provider = payments
        self._store = OrderStore(tools.store)
        self._settling = Settling(tools)

    def order(self, choice: Choice, form_id: str) -> str:
        """The reference of the order; the same one however often the form is sent.

        Raises Invalid, NotFound, SoldOut, TooSmall.
        """
        return self.place(priced(choice, self._tools.now()), form_id)

    @retried
    def place(self, basket: Basket, form_id: str, names: Sequence[str] = ()) -> str:
        """Keeps the places and the first attempt; nobody is asked to pay yet. `names` are those of a group's places."""
        order = self._drafted(basket)
        if order.total < self._provider.least:
            raise TooSmall(self._provider.least)
        fact = OrderPlaced(
            reference=order.reference,
            scheme=order.scheme,
            authority=order.authority,
            amount=order.total.minor_units,
            places=order.places,
        )
        change = Change(order=order, facts=(fact,), took=order.stock, names=in_records(order.reference, names))
        try:
            self._store.commit(change, by=PUBLIC, once=Once(scope="order", id=form_id, result=order.reference))
        except AlreadyDone as done:
            return done.result
        except Stale:
            raise
        except Conflict as full:
            raise SoldOut from full
        return order.reference

    @retried
    def pay(self, reference: str) -> str:
        """The address of the provider's page for this order: the same one while it may be paid.

        Raises NotFound, NothingToPay, SoldOut, TooOld, ProviderDown (nothing was charged; the order stays as it is).
        """
        order = self._store.order(reference)
        if order.state is State.PAYING and order.attempt.expires_at <= self._tools.now():
            order = self.check(reference)
        if order.state is State.EXPIRED:
            order = self._held_again(order)
        if order.attempt.stage is Stage.OPEN and order.attempt.url:
            return order.attempt.url
        if order.state is not State.HELD:
            raise NothingToPay
        return self._opened(order)

    def check(self, reference: str) -> Order:
        """Asks the provider what became of the order's checkout, and the order as it is then. Raises NotFound."""
        order = self._store.order(reference)
        if order.attempt.checkout and order.state in (State.HELD, State.PAYING):
            self._settling.settle(self._provider.checkout(order.attempt.checkout))
        return self._store.order(reference)

    def note_card(self, reference: str) -> None:
        """Asks for what a notice does not tell of a paid order. Raises NotFound, ProviderDown."""
        order = self._store.order(reference)
        if order.paying and order.paid_at and not order.card:
            self._settling.complete(self._provider.checkout(order.paying.checkout))

    def known(self, reference: str) -> Order:
        """Raises NotFound."""
        return self._store.order(reference)

    def _drafted(self, basket: Basket) -> Order:
        now = self._tools.now()
        attempt = Attempt(id=new_id("attempt", now), expires_at=now + HOLD)
        reference = new_reference(PREFIX)
        return Order(reference=reference, placed_at=now, attempts=(attempt,), due_at=attempt.expires_at, **vars(basket))

    def _held_again(self, order: Order) -> Order:
        if not self._may_be_tried_again(order):
            raise TooOld
        held = order.held_again(new_id("attempt", self._tools.now()), self._tools.now())
        fact = OrderHeldAgain(reference=order.reference, attempt=held.attempt.id)
        self._kept(Change(order=held, facts=(fact,), took=held.stock))
        return self._store.order(order.reference)

    def _may_be_tried_again(self, order: Order) -> bool:
        try:
            known_scheme(order.scheme).check_visit(order.day, order.slot, self._tools.now())
        except Invalid:
            return False
        return not order.is_over(self._tools.now())

    def _opened(self, order: Order) -> str:
        """Asks for the attempt's checkout. One that was refused because it is too old by now, or that only ever failed
        (a provider repeats even its own faults for a key), is replaced by another: nobody has the address of the old
        one, so nobody can pay it."""
        try:
            checkout = self._provider.open_checkout(request(order, self._tools.origin))
        except ProviderRefused:
            if order.attempt.expires_at - self._tools.now() > SHORTEST:
                raise
            return self._opened(self._restarted(order))
        except ProviderDown:
            if order.attempt.expires_at - self._tools.now() > HOLD - PATIENCE:
                raise
            return self._opened(self._restarted(order))
        return self._noted(order, checkout)

    def _noted(self, order: Order, checkout: Checkout) -> str:
        if checkout.state is not CheckoutState.OPEN:
            self._settling.settle(checkout)
            raise NothingToPay
        fact = CheckoutOpened(reference=order.reference, attempt=order.attempt.id)
        self._kept(Change(order=order.opened(checkout.id, checkout.url), facts=(fact,)))
        return checkout.url

    def _restarted(self, order: Order) -> Order:
        again = order.restarted(new_id("attempt", self._tools.now()), self._tools.now())
        fact = OrderHeldAgain(reference=order.reference, attempt=again.attempt.id)
        self._kept(Change(order=again, facts=(fact,)))
        return self._store.order(order.reference)

    def _kept(self, change: Change) -> None:
        try:
            self._store.commit(change, by=PUBLIC)
        except Stale:
            raise
        except Conflict as full:
            raise SoldOut from full


def request(order: Order, origin: str) -> CheckoutRequest:
    """What the provider is asked for the order's last attempt: the same words every time."""
    page = f"{origin}/{order.language}/pay/orders/{order.reference}"
    scheme = known_scheme(order.scheme).name.in_(order.language)
    return CheckoutRequest(
        attempt=order.attempt.id,
        order=order.reference,
        lines=tuple(_line(scheme, line.name.in_(order.language), line.unit, line.quantity) for line in order.lines),
        language=order.language,
        paid_url=f"{page}?from=paid",
        back_url=f"{page}?from=left",
        expires_at=order.attempt.expires_at,
    )


def _line(scheme: str, item: str, unit: Money, quantity: int) -> Line:
    return Line(name=f"{scheme}: {item}", unit=unit, quantity=quantity)


def orders() -> Orders:
    return Orders(toolbox(), provider())
