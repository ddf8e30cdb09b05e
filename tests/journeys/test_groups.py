"""In Chromium on a phone: forty people with one payment, one of them stays at home; a lost ticket; a fine by number."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, expect

from chalicelib.core.text import local
from tests.journeys import parties
from tests.journeys.browser import PHONE, Window, Windows
from tests.journeys.limits import forget_limits
from tests.journeys.payers import HOSTED, TICKETS_MS
from tests.journeys.residents import mailbox
from tests.stack.second_city import SecondCity

pytestmark = [pytest.mark.stack, pytest.mark.browser]

languages = pytest.mark.parametrize("lang", ["id", "en"])
# Demo data of `make run`: each language pays one of its own.
FINES = {"id": "STPP/2026/0042", "en": "STPP/2026/0043"}
# Amounts that nothing else costs, so that card, time and amount find one order alone.
LOST = {"id": 11, "en": 13}


@pytest.fixture(scope="module")
def opened(chromium: Browser, running_city: SecondCity) -> Iterator[Windows]:
    forget_limits(running_city)
    windows = Windows(chromium, running_city.origin)
    yield windows
    windows.close()


def sound(window: Window) -> None:
    assert window.faults() == []
    window.wide(320)
    assert window.sticks_out() == []
    window.wide(*PHONE)
    assert window.leads_nowhere() == []


@languages
def test_forty_people_one_payment_and_one_stays_at_home(opened: Windows, running_city: SecondCity, lang: str) -> None:
    window, reader = opened.open(lang, PHONE), mailbox(running_city, lang)
    names = parties.people(40)
    parties.check_list(window, names)
    sound(window)
    window.sees("Check before you pay")
    parties.press_price(window)
    parties.pay_by_card(window, reader.address)
    expect(window.main.get_by_role("link", name=window.say(parties.ALL_NAMES))).to_be_visible(timeout=TICKETS_MS)
    reference = window.last
    window.follow(parties.ALL_NAMES)
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
    parties.check_list(window, "Ayu\nBagus, senior\nCitra")

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
    reference = parties.buy(window, reader, "\n".join(f"Tamu {number}" for number in range(LOST[lang])))
    paid_at = local(datetime.now(UTC))

    parties.ask_by_mail(window, reader)
    sound(window)
    window.fill(code=parties.code_of(reader))
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
    reference = parties.buy(window, reader, "Ayu\nBagus")
    parties.ask_by_mail(window, reader)
    link = parties.link_of(reader)
    window.page.goto(link)
    sound(window)
    window.does_not_see(reference)
    window.press("Show my tickets")
    window.sees(reference)


@languages
def test_a_fine_is_found_by_its_number_and_paid_once(opened: Windows, running_city: SecondCity, lang: str) -> None:
    window, reader = opened.open(lang, PHONE), mailbox(running_city, lang)
    parties.look_up(window, "fine", FINES[lang].lower())
    window.sees(FINES[lang])
    sound(window)
    with window.page.expect_navigation(url=HOSTED, wait_until="load"):
        window.button("Pay").click()
    parties.pay_by_card(window, reader.address)

    def noted() -> bool:
        """Not asked more often than a neighbour may look."""
        window.page.wait_for_timeout(3_000)
        parties.look_up(window, "fine", FINES[lang])
        return window.main.get_by_role("table").count() == 1

    running_city.eventually(noted, 60)
    window.sees("Nothing is owed here", "Paid")
    sound(window)
