"""One purchase and its refund, killed before and after every single call to the table and to the provider.

Whoever was killed comes back as it would: the payer presses again, the provider tells again, the queue brings the
message again, the clock goes on. At the end there is one charge, one refund, one ticket for each place that is left.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.core.errors import CityError
from chalicelib.core.events import PUBLIC
from chalicelib.payments.model.graph import State
from chalicelib.payments.model.refund import Reason
from chalicelib.payments.model.voucher import Standing
from chalicelib.payments.service.refunds import Wish, refunds
from tests.alerts.wire import Killed
from tests.payments.money_city import MoneyCity, money_city
from tests.twins.provider import DECLINED

TRIES = 4


def again(act: Callable[[], object]) -> None:
    """Until it comes to an end, as people, queues and the provider try again."""
    for _ in range(TRIES):
        try:
            act()
        except (Killed, CityError):
            continue
        return
    raise AssertionError("it never comes to an end")


def story(town: MoneyCity) -> str:
    """Three places: ordered, declined, paid, one of them given back."""
    found: list[str] = []
    again(lambda: found.append(town.order(3, "form-1")))
    reference = found[-1]
    again(lambda: town.url(reference))
    town.world.pay(town.checkout(reference), DECLINED)
    again(town.hear)
    town.world.pay(town.checkout(reference))
    again(town.hear)
    again(town.work)
    wish = Wish(reference=reference, places=(1,), reason=Reason.CHANGED_MIND)
    again(lambda: refunds().ask(wish, PUBLIC, "form-2"))
    again(town.work)
    again(town.hear)
    again(lambda: town.tick(timedelta(minutes=45)))
    return reference


def steps() -> int:
    with money_city() as town:
        town.strikes.armed = True
        story(town)
        return len(town.strikes.seen)


@pytest.mark.parametrize("at", range(steps()))
def test_a_kill_at_any_step_costs_nothing_and_pays_nothing_twice(at: int) -> None:
    with money_city() as town:
        town.strikes.at, town.strikes.armed = at, True
        reference = story(town)
        town.settle()

        order, (charge,) = town.kept(reference), town.charges(reference)
        assert len(town.orders()) == 1
        assert order.state is State.PAID
        assert order.refunded.minor_units == charge["amount_refunded"] == charge["amount"] // 3
        assert [one["status"] for one in town.world.things("refund")] == ["succeeded"]
        assert [one.standing for one in sorted(town.vouchers(), key=lambda one: one.place)] == [
            Standing.VALID,
            Standing.VOID,
            Standing.VALID,
        ]
        assert town.taken() == 2
        assert town.balance_of("clearing") == charge["amount"] - charge["amount_refunded"]
        assert town.balance_of("") == 0
