"""The reconciliation on a table of the embedded cloud: lists, counters and journals as DynamoDB has them."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core.aws.store import DynamoStore
from chalicelib.payments.service.reconciling import reconciling
from chalicelib.payments.store.books import BookStore
from tests.payments.money_city import money_city
from tests.payments.test_reconciling import a_bad_day


@pytest.mark.stack
@pytest.mark.long
def test_the_books_follow_the_provider_on_the_embedded_cloud(table: tuple[Any, str]) -> None:
    client, name = table
    with money_city(kept=lambda now: DynamoStore(client, name, now, pause=lambda _: None)) as money:
        store = BookStore(money.city.tools.store)
        before = store.total("clearing")

        a_bad_day(money)
        for _ in range(3):
            money.city.clock.pass_(timedelta(minutes=15))
            reconciling().run()
            money.work()

        held = money.world.provider.balance().minor_units
        assert store.total("clearing") - before == held
        assert [one.id for one in store.undecided() if one.order in {order.reference for order in money.orders()}]
        assert store.balances("2026-11-27")["bank"] > 0
