"""What a request costs beyond the page itself, beside the peers and in the same run."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import pytest

from chalicelib.core.text import LANGUAGES
from chalicelib.core.web.pages import layout
from chalicelib.core.web.templates import environment
from chalicelib.core.web.visit import folded, visit_from
from tests.bench.peers import PEERS, Context, Event, Handler
from tests.bench.timing import Goal, judge, microseconds, table
from tests.web.city import memory_city
from tests.web.client import Client

pytestmark = pytest.mark.bench

CITY, BARE, CHALICE = "Sewaka", "bare Jinja render", "stock Chalice"
# What CloudFront and API Gateway send along with an ordinary visit.
HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding": "gzip",
    "Accept-Language": "id-ID,id;q=0.9,en;q=0.8",
    "CloudFront-Forwarded-Proto": "https",
    "CloudFront-Is-Desktop-Viewer": "false",
    "CloudFront-Is-Mobile-Viewer": "true",
    "CloudFront-Viewer-Country": "ID",
    "Host": "abcdefghij.execute-api.ap-southeast-3.amazonaws.com",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "none",
    "User-Agent": "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36",
    "Via": "2.0 0123456789abcdef.cloudfront.net (CloudFront)",
    "X-Amz-Cf-Id": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRST",
    "X-Amzn-Trace-Id": "Root=1-67000000-000000000000000000000000",
    "X-Forwarded-For": "203.0.113.7, 130.176.0.1",
    "X-Forwarded-Proto": "https",
}


@pytest.fixture
def city() -> Iterator[Any]:
    from app import app

    with memory_city():
        yield app


def asked(path: str) -> Event:
    return Client(None).event("GET", path, b"", dict(HEADERS))


def home_page() -> Callable[[str], str]:
    """The home page without a framework: its compiled template and the context that the layout gives it."""
    words = {lang: layout(visit_from(folded(asked(f"/{lang}/")), lang), []) for lang in LANGUAGES}
    templates = {lang: environment(lang).get_template("home/index.html") for lang in LANGUAGES}
    return lambda lang: templates[lang].render(words[lang])


def subjects(city: Handler, path: str) -> dict[str, Callable[[], Any]]:
    """One call of every handler; each has answered 200 before it is measured."""
    event = asked(path)
    handlers = {CITY: city} | {name: made(home_page()) for name, made in PEERS.items()}
    calls: dict[str, Callable[[], Any]] = {
        name: partial(handler, event, Context()) for name, handler in handlers.items()
    }
    assert {name: call()["statusCode"] for name, call in calls.items()} == dict.fromkeys(calls, 200)
    return calls


def measured(city: Handler) -> Mapping[str, tuple[float, float]]:
    """Microseconds for JSON and for the page, by name; a bare render has no JSON."""
    page = microseconds({BARE: partial(home_page(), "id"), **subjects(city, "/id/")})
    answer = microseconds(subjects(city, "/health"))
    return {name: (answer.get(name, 0.0), page[name]) for name in page}


def figures(spent: float, base: float) -> tuple[str, str]:
    return f"{spent:.0f}", f"{spent / base:.2f}"


def test_a_page_costs_hardly_more_than_its_render_and_json_hardly_more_than_chalice(city: Any) -> None:
    found = measured(city)
    json_base, page_base = found[CHALICE][0], found[BARE][1]
    rows = [
        [name, *(figures(json, json_base) if json else ("", "")), *figures(page, page_base)]
        for name, (json, page) in sorted(found.items(), key=lambda one: one[1][1])
    ]
    table("A request in one process, CPU time", ["", "JSON µs", "x Chalice", "page µs", "x render"], rows)
    judge(
        Goal("the home page beside its bare render", found[CITY][1] / page_base, 1.15),
        Goal("JSON beside stock Chalice", found[CITY][0] / json_base, 1.30),
    )
