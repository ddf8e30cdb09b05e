"""How many places are left, for the form of a scheme; who buys in the same moment may still be first."""

from collections.abc import Sequence
from datetime import date

from chalicelib.core.toolbox import toolbox
from chalicelib.payments.service.baskets import stock_key
from chalicelib.payments.store.orders import OrderStore
from chalicelib.schemes.reads import Scheme

MOST_COUNTED = 100


def left_on(scheme: Scheme, days: Sequence[date]) -> dict[date, int]:
    """By day (WITA) of up to a hundred; nothing where nobody counts places by day."""
    if scheme.capacity is None or scheme.slots:
        return {}
    days = days[:MOST_COUNTED]
    return dict(zip(days, _left(scheme, [stock_key(scheme, day) for day in days]), strict=True))


def left_in(scheme: Scheme, day: date) -> dict[str, int]:
    """By slot of one day (WITA); nothing where there are no slots."""
    keys = [stock_key(scheme, day, slot) for slot in scheme.slots]
    return dict(zip(scheme.slots, _left(scheme, keys), strict=True)) if keys else {}


def _left(scheme: Scheme, keys: list[str]) -> list[int]:
    most = scheme.capacity.places if scheme.capacity else 0
    return [max(most - taken, 0) for taken in OrderStore(toolbox().store).taken(keys)]
