"""Orders whose time is over: the checkout is ended at the provider first, then the places are free.

A seat is never freed while somebody may still pay for it (DESIGN 5): whoever paid in the last moment has it.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from chalicelib.core.errors import CityError, Unavailable
from chalicelib.core.log import measure, note
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.payments.gateway import provider
from chalicelib.payments.gateway.port import Provider, ProviderDown, ProviderRefused
from chalicelib.payments.model.graph import State
from chalicelib.payments.model.order import HOLD, Order
from chalicelib.payments.service.orders import request
from chalicelib.payments.service.settling import Settling
from chalicelib.payments.store.orders import OrderStore

# So many orders in a row without an answer, and the provider is down: the rest waits for the next minute. One alone may
# be an order's own trouble (a payer is just paying), and must not keep those behind it waiting.
MOST_SILENT: Final = 3


class NotEnded(Unavailable):
    """Something of our own failed; the others were looked at, and the next minute tries again."""


class Holds:
    def __init__(self, tools: Toolbox, payments: Provider) -> None:
        self._tools = tools
        self._provider = payments
        self._store = OrderStore(tools.store)
        self._settling = Settling(tools)

    def end_due(self) -> int:
        """Ends what is due; how many orders were looked at. One that fails is tried again in the next round.

        Raises NotEnded, so that somebody is woken; a provider that is down wakes nobody here, and ends the round.
        """
        looked, failed, silent = 0, 0, 0
        for order in self._due():
            problem = self._end_noted(order)
            looked += 1
            failed += isinstance(problem, Unavailable)
            silent = silent + 1 if isinstance(problem, ProviderDown) else 0
            if silent == MOST_SILENT:
                break
        if failed:
            raise NotEnded(failed=failed)
        return looked

    def _due(self) -> Iterator[Order]:
        """Oldest first; how long the oldest is over is measured."""
        due, cursor = self._store.due(self._tools.now())
        self._measure(due[0].due_at if due else None)
        yield from due
        while cursor:
            due, cursor = self._store.due(self._tools.now(), cursor)
            yield from due

    def _measure(self, oldest: datetime | None) -> None:
        age = (self._tools.now() - oldest).total_seconds() if oldest else 0
        measure("OldestHoldSeconds", age, "Seconds", service="payments", stage=self._tools.stage)

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

    def _end_noted(self, order: Order) -> CityError | None:
        """What kept it from being ended."""
        try:
            self.end(order.reference)
        except CityError as problem:
            note("hold_not_ended", order=order.reference, reason=type(problem).__name__)
            return problem
        return None


def holds() -> Holds:
    return Holds(toolbox(), provider())
