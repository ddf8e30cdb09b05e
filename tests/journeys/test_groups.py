"""In Chromium on a phone: forty people with one payment, one of them stays at home; a lost ticket; a fine by number."""

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, expect

from chalicelib.core.text import local
from tests.journeys.browser import PHONE, Window, Windows
from tests.journeys.limits import forget_limits
from tests.journeys.residents import Reader, mailbox
from tests.stack.second_city import SecondCity

pytestmark = [pytest.mark.stack, pytest.mark.browser]

languages = pytest.mark.parametrize("lang", ["id", "en"])
# Demo data of `make run`: each language pays one of its own.
FINES = {"id": "STPP/2026/0042", "en": "STPP/2026/0043"}
# Amounts that nothing else costs, so that card, time and amount find one order alone.
LOST = {"id": 11, "en": 13}
SECONDS = 60_000


@pytest.fixture(scope="module")
def opened(chromium: Browser, running_city: SecondCity) -> Iterator[Windows]:
    forget_limits(running_city)
    windows = Windows(chromium, running_city.origin)
    yield windows
    windows.close()


def people(count: int) -> str:
    mark = uuid.uuid4().hex[:4]
    return "\n".join(f"Tamu {mark} {number:02d}{', child' if number % 4 == 3 else ''}" for number in range(count))


def listed(window: Window, names: str) -> None:
    """The list is checked, and its price shown."""
    window.go("/pay/group/mangrove")
    day = window.page.locator("select[name=day] option").nth(9).get_attribute("value")
    window.select("day", str(day))
    window.select("item", "adult")
    window.fill(names=names)
    window.press("Check the list")


def press_pay(window: Window) -> None:
    """The button with the price, and the provider's page that comes of it."""
    with window.page.expect_navigation(url=re.compile(r"/c/pay/"), wait_until="load"):
        window.main.locator("button[formaction$='/order']").click()


def pay_by_card(window: Window, email: str) -> None:
    """On the provider's page; back on the order's page when that says so."""
    for name, value in {"email": email, "number": "4242 4242 4242 4242", "expiry": "12/34", "cvc": "123"}.items():
        window.page.fill(f"#{name}", value)
    with window.page.expect_navigation(url=re.compile(r"/pay/orders/"), wait_until="load"):
        window.page.locator("button[value=card]").click()


def sound(window: Window) -> None:
    assert window.faults() == []
    window.wide(320)
    assert window.sticks_out() == []
    window.wide(*PHONE)
    assert window.leads_nowhere() == []


def bought_for(window: Window, reader: Reader, names: str) -> str:
    """The order's reference, once its tickets are there."""
    listed(window, names)
    press_pay(window)
    pay_by_card(window, reader.address)
    group = window.main.get_by_role("link", name=window.say("All names of the group, with a link for each"))
    expect(group).to_be_visible(timeout=SECONDS)
    return window.last


@languages
def test_forty_people_one_payment_and_one_stays_at_home(opened: Windows, running_city: SecondCity, lang: str) -> None:
    window, reader = opened.open(lang, PHONE), mailbox(running_city, lang)
    names = people(40)
    listed(window, names)
    sound(window)
    window.sees("Check before you pay")
    press_pay(window)
    pay_by_card(window, reader.address)
    link = window.main.get_by_role("link", name=window.say("All names of the group, with a link for each"))
    expect(link).to_be_visible(timeout=SECONDS)
    reference = window.last
    window.follow("All names of the group, with a link for each")
    expect(window.main.locator('a[href*="/pay/tickets/"]')).to_have_count(40)
    sound(window)

    first = names.splitlines()[0]
    window.main.get_by_label(re.compile(first)).check()
    window.press("Somebody is not coming: see what comes back")
    window.sees(first)
    sound(window)
    window.press("Void these tickets and pay back")
    window.sees("The money is on its way back, and the tickets are void. Banks take some days to show it.")
    expect(window.main.locator("input[name=places]")).to_have_count(39)

    window.go(f"/pay/orders/{reference}/group/print")
    expect(window.main.locator("svg.dps-qr")).to_have_count(24)
    sound(window)


@languages
def test_a_wrong_line_is_named_and_the_list_stays(opened: Windows, lang: str) -> None:
    window = opened.open(lang, PHONE)
    listed(window, "Ayu\nBagus, senior\nCitra")

    assert window.status == 422
    window.sees("These lines have a problem:")
    expect(window.page.locator("[name=names]")).to_have_value("Ayu\nBagus, senior\nCitra")
    sound(window)


@languages
def test_a_file_is_read_into_the_list(opened: Windows, lang: str) -> None:
    window = opened.open(lang, PHONE)
    window.go("/pay/group/mangrove")
    file = {
        "name": "tamu.csv",
        "mimeType": "text/csv",
        "buffer": b"\xef\xbb\xbfname;ticket\r\nAyu;adult\r\nBagus;child\r\n",
    }
    window.page.set_input_files("#file", file)  # type: ignore[arg-type]

    expect(window.page.locator("[name=names]")).to_have_value(re.compile(r"name;ticket\nAyu;adult\nBagus;child"))
    sound(window)


@languages
def test_a_lost_ticket_is_found_by_mail_and_by_card(opened: Windows, running_city: SecondCity, lang: str) -> None:
    window, reader = opened.open(lang, PHONE), mailbox(running_city, lang)
    reference = bought_for(window, reader, "\n".join(f"Tamu {number}" for number in range(LOST[lang])))
    paid_at = local(datetime.now(UTC))

    window.go("/pay/find")
    sound(window)
    window.fill(email=reader.address)
    window.press("Send me the code")
    sound(window)
    (code,) = re.findall(r"\b\d{6}\b", reader.waits_for({"id": "Kodenya", "en": "The code is"}[lang])["text"])
    window.fill(code=code)
    window.press("Show my tickets")
    window.sees(reference)
    sound(window)

    window.go("/pay/find")
    amount = f"{LOST[lang] * 50}.000"
    window.fill(digits="4242", day=paid_at.date().isoformat(), time=f"{paid_at:%H.%M}", amount=amount)
    window.press("Find the ticket")
    assert window.last == reference


@languages
def test_the_link_of_the_mail_asks_before_it_shows_anything(
    opened: Windows, running_city: SecondCity, lang: str
) -> None:
    window, reader = opened.open(lang, PHONE), mailbox(running_city, lang)
    reference = bought_for(window, reader, "Ayu\nBagus")
    window.go("/pay/find")
    window.fill(email=reader.address)
    window.press("Send me the code")
    (link,) = {
        one
        for one in reader.waits_for({"id": "Kodenya", "en": "The code is"}[lang])["links"]
        if "/pay/find/confirm/" in one
    }
    window.page.goto(link)
    sound(window)
    window.does_not_see(reference)
    window.press("Show my tickets")
    window.sees(reference)


@languages
def test_a_fine_is_found_by_its_number_and_paid_once(opened: Windows, running_city: SecondCity, lang: str) -> None:
    window, reader = opened.open(lang, PHONE), mailbox(running_city, lang)
    window.go("/pay/bills")
    sound(window)
    window.tick("scheme", "fine")
    window.fill(number=FINES[lang].lower())
    window.press("See what is owed")
    window.sees(FINES[lang])
    sound(window)
    press_pay_bill(window)
    pay_by_card(window, reader.address)

    def noted() -> bool:
        look(window, lang)
        return window.main.get_by_role("table").count() == 1

    running_city.eventually(noted, 60)
    window.sees("Nothing is owed here", "Paid")
    sound(window)


def press_pay_bill(window: Window) -> None:
    with window.page.expect_navigation(url=re.compile(r"/c/pay/"), wait_until="load"):
        window.button("Pay").click()


def look(window: Window, lang: str) -> None:
    window.go("/pay/bills")
    window.tick("scheme", "fine")
    window.fill(number=FINES[lang])
    window.press("See what is owed")
    if window.status == 429:
        raise AssertionError("looked too often")
    window.page.wait_for_timeout(2_000)
