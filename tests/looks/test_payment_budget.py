"""What paying weighs on a first visit: at most 45 KB, everything in, compressed as the edge sends it."""

import gzip

import pytest

from tests.looks.test_budgets import EVERYWHERE, KB
from tests.payments.money_city import money_city
from tests.payments.payer import page, paid
from tests.web.client import Reply


def weight(reply: Reply, weights: dict[str, int], *files: str) -> int:
    # gzip is heavier than brotli on these pages, so it stands in for it on the safe side.
    return len(gzip.compress(reply.body, 9)) + sum(weights[name] for name in (*EVERYWHERE, *files))


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("scheme", ["mangrove", "museum", "parking"])
def test_the_page_on_which_visitors_pay_weighs_at_most_45_kb(
    weights: dict[str, int], language: str, scheme: str
) -> None:
    with money_city() as money:
        reply = money.city.visitor().get(f"/{language}/pay/{scheme}")

    assert weight(reply, weights, "pay.css", "pay.js") <= 45 * KB


@pytest.mark.parametrize("language", ["id", "en"])
def test_an_order_with_two_tickets_weighs_at_most_60_kb(weights: dict[str, int], language: str) -> None:
    with money_city() as money:
        reply = page(money, paid(money), language)

    assert weight(reply, weights, "pay.css", "pay.js", "keep.js") <= 60 * KB
