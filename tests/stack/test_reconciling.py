"""The deployed reconciliation asks the provider with its own rights and remembers how far."""

import pytest

from chalicelib.payments.store.books import BookStore
from tests.stack.by_hand import tools_at
from tests.stack.second_city import SecondCity

pytestmark = pytest.mark.stack


def test_the_reconciliation_of_the_deployed_city_comes_to_its_end(running_city: SecondCity) -> None:
    books = BookStore(tools_at(running_city).store)
    before = books.asked()

    assert running_city.invoke("payments-reconcile") is None

    after = books.asked()
    assert after is not None
    assert before is None or after.until > before.until
