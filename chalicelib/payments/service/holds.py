"""Orders whose time is over: the checkout is ended at the provider first, then the places are free.

A seat is never freed while somebody may still pay for it (DESIGN 5): whoever paid in the last moment has it.
"""

from chalicelib.core.errors import CityError, Unavailable
from chalicelib.core.log import note
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.payments.gateway import provider
from chalicelib.payments.gateway.port import Provider, ProviderDown, ProviderRefused
from chalicelib.payments.model.graph import State
from chalicelib.payments.model.order import HOLD, Order
from chalicelib.payments.service.orders import request
from chalicelib.payments.service.settling import Settling
from chalicelib.payments.store.orders import OrderStore


class NotEnded(Unavailable):
    """Something of our own failed; every order was looked at, and the next minute tries again."""


class Holds:
    def __init__(self, tools: Toolbox, payments: Provider) -> None:
        self._tools = tools
        self._provider = payments
        self._store = OrderStore(tools.store)
        self._settling = Settling(tools)

    def end_due(self) -> int:
        """Ends what is due; how many orders were looked at. One that fails is tried again in the next round.

        Raises NotEnded, so that somebody is woken; a provider that is down wakes nobody here.
        """
        looked, failed, cursor = 0, 0, None
        while True:
            due, cursor = self._store.due(self._tools.now(), cursor)
            failed += sum(self._end_noted(order) for order in due)
            looked += len(due)
            if cursor is None:
                break
        if failed:
            raise NotEnded(failed=failed)
        return looked

    def end(self, reference: str) -> None:
        """Ends one order's checkout, if it may still be paid. Raises NotFound, ProviderDown."""
        order = self._store.order(reference)
        if order.state not in (State.HELD, State.PAYING):
            return
        checkout = order.attempt.checkout or self._found(order)
        if checkout:
            self._settling.settle(self._provider.end_checkout(checkout))
        else:
            self._settling.end(reference, order.attempt.id)

    def _found(self, order: Order) -> str:
        """The checkout of an attempt whose answer never came; "" where there is none, and never will be.

        The same key brings it back. A provider repeats even its own faults for a key: then its list says what there is.
        """
        try:
            return self._provider.open_checkout(request(order, self._tools.origin)).id
        except ProviderRefused:
            return ""
        except ProviderDown:
            made = self._provider.checkouts(order.attempt.expires_at - HOLD, self._tools.now())
            return next((one.id for one in made if one.attempt == order.attempt.id), "")

    def _end_noted(self, order: Order) -> bool:
        """Whether something of our own failed."""
        try:
            self.end(order.reference)
        except CityError as problem:
            note("hold_not_ended", order=order.reference, reason=type(problem).__name__)
            return isinstance(problem, Unavailable)
        return False


def holds() -> Holds:
    return Holds(toolbox(), provider())
