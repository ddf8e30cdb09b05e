"""The sandbox's page in Chromium on a phone: sound by axe, no wider than the window, and its form leads back."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.contracts.payers import OverHttp, free_city, over_http, request
from tests.journeys.browser import JUDGE, PHONE, TAGS, WIDE, axe, chromium_running
from tests.twins.provider import CHALLENGED, DECLINED, GOOD

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def phone() -> Iterator[Page]:
    with chromium_running() as browser:
        context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, java_script_enabled=True)
        yield context.new_page()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OverHttp]:
    with over_http(free_city(tmp_path_factory.mktemp("city"))) as served:
        yield served


def sound(page: Page) -> None:
    page.evaluate(axe())
    assert page.evaluate(JUDGE, TAGS) == []
    assert page.evaluate(WIDE) == []


def typed(page: Page, number: str) -> None:
    for name, value in {"email": "ayu@example.id", "number": number, "expiry": "12/34", "cvc": "123"}.items():
        page.fill(f"#{name}", value)
    page.click("button[value=card]")


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_page_is_sound_and_the_form_leads_back(phone: Page, served: OverHttp, language: str) -> None:
    complaints: list[str] = []
    phone.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    back = f"{served.city.checkout}/back"
    made = served.provider.open_checkout(request(language=language, paid_url=f"{back}?paid=1", back_url=back))

    phone.goto(made.url)
    sound(phone)
    phone.click("button[value=card]")
    sound(phone)
    assert phone.locator("[aria-invalid]").count() == 4
    typed(phone, DECLINED)
    sound(phone)
    assert phone.locator("[role=alert]").count() == 1
    typed(phone, CHALLENGED)
    sound(phone)
    phone.click("button[value=fail]")
    typed(phone, GOOD)
    assert phone.url == f"{back}?paid=1"
    phone.goto(made.url)
    sound(phone)
    # Chromium says of every page that is not 2xx that it could not be loaded.
    assert [one for one in complaints if "Failed to load resource" not in one] == []
