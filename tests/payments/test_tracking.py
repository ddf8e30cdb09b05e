"""The box that follows a report also leads to an order and to a ticket."""

import pytest

from chalicelib.core.ids import new_reference
from tests.web.city import memory_city


@pytest.mark.parametrize(("prefix", "page"), [("PS", "orders"), ("TK", "tickets")])
def test_a_code_of_a_payment_leads_to_its_page(prefix: str, page: str) -> None:
    code = new_reference(prefix)
    with memory_city() as city:
        reply = city.visitor().get(f"/en/track?code={code.lower()}")

    assert reply.location == f"/en/pay/{page}/{code}"
