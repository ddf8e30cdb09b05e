"""Every page and every refusal in both languages: sound by axe, never wider than a phone, quiet, without cookies."""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

import pytest
from playwright.sync_api import Route

from chalicelib.core import errors
from chalicelib.core.web.pages import error_page
from chalicelib.core.web.sessions import SESSION_COOKIE
from infra.local.door import AWAY
from infra.steps import ROOT
from tests.journeys import officers, parties, treasury
from tests.journeys.browser import DESKTOP, PHONE, Window, Windows
from tests.journeys.cast import Cast, cast_of, ended
from tests.journeys.visits import REFUSALS, VISITS, Refusal, Visit
from tests.stack.by_hand import tools_at
from tests.stack.second_city import SecondCity
from tests.web.city import memory_city

pytestmark = [pytest.mark.stack, pytest.mark.browser]

languages = pytest.mark.parametrize("lang", ["id", "en"])
# One class for each status: what else tells them apart is their words.
FAULTS = {
    one.status: one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.CityError)
}


@dataclass
class Stage:
    """People whose windows stay open from page to page, and what their paths stand for."""

    cast: Cast
    people: dict[str, Window]

    def at(self, visit: Visit, lang: str) -> Window:
        window = self.people[visit.who]
        window.lang = lang
        window.complaints.clear()
        window.wide(*PHONE)
        window.go(visit.path.format(**self.cast))
        return window


@pytest.fixture(scope="module")
def stage(windows: Windows, running_city: SecondCity) -> Iterator[Stage]:
    people = {name: officers.log_in(windows.open("en"), name) for name in ("ayu", "made", "sri", "kadek", "putu")}
    people["resident"] = windows.open("en")
    ayu, made = people["ayu"], people["made"]
    cast = cast_of(running_city, people["resident"], ayu, made)
    cast |= parties.cast_of(running_city, people["resident"], people["kadek"])
    cast |= treasury.cast_of(tools_at(running_city))
    yield Stage(cast, people)
    ended(cast, ayu, made)


@languages
@pytest.mark.parametrize("visit", VISITS, ids=str)
def test_a_page_is_sound(stage: Stage, visit: Visit, lang: str) -> None:
    window = stage.at(visit, lang)

    assert window.status == HTTPStatus.OK
    sound(window)


@languages
@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
def test_a_refusal_is_sound(stage: Stage, refusal: Refusal, lang: str) -> None:
    window = stage.at(refusal, lang)
    refusal.act(window)

    assert window.status == refusal.status
    sound(window)


@languages
@pytest.mark.parametrize("fault", FAULTS.values(), ids=lambda fault: str(fault.__name__))
def test_the_page_of_every_fault_is_sound(stage: Stage, fault: type[errors.CityError], lang: str) -> None:
    with memory_city():
        page = error_page(fault(), f"/{lang}/report", [])

    sound(shown(stage, lang, str(page.body)))


@pytest.mark.parametrize("page", [AWAY, (ROOT / "infra/unavailable.html").read_text("utf-8")], ids=["door", "edge"])
def test_the_page_of_a_city_that_is_away_is_sound(stage: Stage, page: str) -> None:
    sound(shown(stage, "id", page))


def test_the_inbox_is_sound(stage: Stage, running_city: SecondCity) -> None:
    window = stage.people["resident"]
    window.page.goto(f"{running_city.origin}/_inbox")

    sound(window)


def test_the_judges_see_what_is_wrong(stage: Stage) -> None:
    wrong = '<title>x</title><img src="data:,"><p style="width: 100rem">wide</p><a href="#away">x</a>'
    wrong += '<script src="/nothing.js"></script>'
    window = shown(stage, "id", wrong)

    assert any(fault.startswith("image-alt") for fault in window.faults())
    assert any(wide.startswith("P.") for wide in window.sticks_out())
    assert window.leads_nowhere() == ["#away"]
    assert any("nothing.js" in said for said in window.complaints)


def shown(stage: Stage, lang: str, page: str) -> Window:
    """A page that no press brings about, at an address of the city."""
    window = stage.people["resident"]
    address = f"{window.origin}/{lang}/fault"

    def answer(route: Route) -> None:
        route.fulfill(body=page, content_type="text/html; charset=utf-8")

    window.page.route(address, answer)
    window.lang = lang
    window.go("/fault")
    window.page.unroute(address)
    return window


def sound(window: Window) -> None:
    for size in (PHONE, DESKTOP):
        window.wide(*size)
        assert window.faults() == [], size
    window.wide(320)
    assert window.sticks_out() == []
    window.wide(*PHONE)
    window.enlarge()
    assert window.sticks_out() == [], "with text of twice the size"
    assert window.leads_nowhere() == []
    assert window.complaints == []
    assert window.cookies() == ([] if window.officer == "" else [SESSION_COOKIE])
