"""A hundred buyers press at once for the last ten places, on the city's table: the twin's promise, where it counts."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.core.aws.store import DynamoStore
from chalicelib.core.errors import Stale, Unavailable
from chalicelib.core.store import Store
from chalicelib.payments.service.orders import SoldOut
from tests.payments.money_city import MoneyCity, money_city

pytestmark = pytest.mark.stack

SEATS, BUYERS = 10, 100


@pytest.fixture
def town(table: tuple[Any, str]) -> Iterator[MoneyCity]:
    client, name = table

    def kept(now: Callable[[], datetime]) -> Store:
        return DynamoStore(client, name, now)

    with money_city(SEATS, kept) as made:
        yield made


def buy(town: MoneyCity, buyer: int) -> str:
    """The reference, or "" when all is sold. Who is told to come back presses the same form again, as people do."""
    while True:
        try:
            return town.order(1, form=f"{town.run}-buyer-{buyer}")
        except SoldOut:
            return ""
        except (Stale, Unavailable):
            continue


def test_a_hundred_buyers_for_the_last_ten_places_buy_exactly_ten(town: MoneyCity) -> None:
    with ThreadPoolExecutor(16) as crowd:
        sold = set(crowd.map(lambda buyer: buy(town, buyer), range(BUYERS))) - {""}

    assert len(sold) == SEATS
    assert town.taken() == SEATS
    assert {town.kept(reference).places for reference in sold} == {1}


def test_places_of_who_went_away_are_sold_again_and_no_more(town: MoneyCity) -> None:
    held = [town.order(1) for _ in range(SEATS)]
    for reference in held[:4]:
        town.url(reference)
        town.world.pay(town.checkout(reference))
    town.hear()
    town.tick(timedelta(minutes=41))
    with ThreadPoolExecutor(16) as crowd:
        sold = set(crowd.map(lambda buyer: buy(town, buyer), range(BUYERS))) - {""}

    assert len(sold) == SEATS - 4
    assert town.taken() == SEATS
