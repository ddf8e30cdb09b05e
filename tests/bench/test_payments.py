"""What the page of an order and the provider's notices cost, beside the bare render and stock Chalice in one run."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from chalice.app import Chalice

from chalicelib.core.web.pages import layout
from chalicelib.core.web.templates import environment
from chalicelib.core.web.visit import folded, visit_from
from chalicelib.payments.pages.order import show_order
from chalicelib.payments.service.notices import notices
from tests.bench.peers import Context, Event
from tests.bench.test_requests import CHALICE, CITY, asked
from tests.bench.timing import Goal, judge, microseconds, table
from tests.payments.money_city import MoneyCity, money_city
from tests.web.client import Client

pytestmark = pytest.mark.bench

NOTICES = "/api/payments/notices"
BARE, LOADED = "bare Jinja render", "its view, then a bare render"


@pytest.fixture
def town() -> Iterator[MoneyCity]:
    with money_city() as made:
        yield made


def test_the_page_of_an_order_costs_hardly_more_than_its_render(town: MoneyCity) -> None:
    from app import app

    event = asked(f"/en/pay/orders/{ordered(town)}")
    spent_by = microseconds({CITY: partial(app, event, Context()), BARE: rendered(event), LOADED: loaded(event)})
    ratio = spent_by[CITY] / spent_by[LOADED]
    table("The page of an order, CPU time", ["", "µs"], [[name, f"{spent:.0f}"] for name, spent in spent_by.items()])
    judge(Goal("the page of an order beside its view and its bare render, on the memory twin", ratio, 1.15))


def test_a_notice_costs_hardly_more_than_in_stock_chalice(town: MoneyCity) -> None:
    from app import app

    reference = ordered(town)
    town.world.pay(town.checkout(reference))
    body, signature = town.world.notices(kind="checkout.session.completed")[0]
    event = Client(None).event(
        "POST", NOTICES, body, {"Content-Type": "application/json", "Stripe-Signature": signature}
    )
    spent_by = microseconds({CITY: partial(app, event, Context()), CHALICE: stock(event, body, signature)})
    ratio = spent_by[CITY] / spent_by[CHALICE]
    table(
        "A notice of the provider, CPU time", ["", "µs"], [[name, f"{spent:.0f}"] for name, spent in spent_by.items()]
    )
    judge(Goal("a notice beside the same work in stock Chalice", ratio, 1.30))


def ordered(town: MoneyCity) -> str:
    reference = town.order(2)
    town.url(reference)
    return reference


def rendered(event: Event) -> Callable[[], str]:
    """The page's own template and words, loaded once, rendered each time."""
    words, template = found(event)
    return lambda: template.render(words)


def loaded(event: Event) -> Callable[[], str]:
    """The same, with what it says read from the store each time."""

    def render() -> str:
        words, template = found(event)
        rendered: str = template.render(words)
        return rendered

    return render


def found(event: Event) -> tuple[dict[str, Any], Any]:
    visit = visit_from(folded(event), "en")
    page: Any = show_order(visit, reference=event["path"].rpartition("/")[2])
    return {**layout(visit, []), **page.context}, environment("en").get_template(page.template)


def stock(event: Event, body: bytes, signature: str) -> Callable[[], Any]:
    peer = Chalice("peer", configure_logs=False)

    def take() -> dict[str, str]:
        notices().take(body, signature)
        return {"status": "ok"}

    peer.route(NOTICES, methods=["POST"], content_types=["application/json"])(take)
    resolved = {**event["requestContext"], "resourcePath": NOTICES}
    return partial(peer, {**event, "resource": NOTICES, "requestContext": resolved, "pathParameters": None}, Context())
