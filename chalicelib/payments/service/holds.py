"""Orders whose time is over: the checkout is ended at the provider first, then the places are free.

A seat is never freed while somebody may still pay for it (DESIGN 5): whoever paid in the last moment has it.
"""

from chalicelib.core.errors import CityError
from chalicelib.core.log import note
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.payments.gateway import provider
from chalicelib.payments.gateway.port import Provider, ProviderRefused
from chalicelib.payments.model.graph import State
from chalicelib.payments.model.order import Order
from chalicelib.payments.service.orders import request
from chalicelib.payments.service.settling import Settling
from chalicelib.payments.store.orders import OrderStore


class Holds:
    def __init__(self, tools: Toolbox, payments: Provider) -> None:
        self._tools = tools
        self._provider = payments
        self._store = OrderStore(tools.store)
        self._settling = Settling(tools)

    def end_due(self) -> int:
        """Ends what is due; how many orders were looked at. One that fails is tried again in the next round."""
        looked, cursor = 0, None
        while True:
            due, cursor = self._store.due(self._tools.now(), cursor)
            for order in due:
                self._end_noted(order)
            looked += len(due)
            if cursor is None:
                return looked

    def end(self, reference: str) -> None:
        """Ends one order's checkout, if it may still be paid. Raises NotFound, ProviderDown."""
        order = self._store.order(reference)
        if order.state not in (State.HELD, State.PAYING):
            return
        try:
            checkout = order.attempt.checkout or self._provider.open_checkout(request(order, self._tools.origin)).id
        except ProviderRefused:
            # It never existed, and for a request as old as this one it never will.
            self._settling.end(reference, order.attempt.id)
            return
        self._settling.settle(self._provider.end_checkout(checkout))

    def _end_noted(self, order: Order) -> None:
        try:
            self.end(order.reference)
        except CityError as problem:
            note("hold_not_ended", order=order.reference, reason=type(problem).__name__)


def holds() -> Holds:
    return Holds(toolbox(), provider())
