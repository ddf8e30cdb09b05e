"""Reporting and subscribing in a browser that runs no script: every page is whole as it comes."""

from collections.abc import Iterator

import pytest

from tests.journeys import residents
from tests.journeys.browser import Window, Windows
from tests.journeys.residents import PANJER, SANUR, Sighting
from tests.stack.second_city import SecondCity

pytestmark = [pytest.mark.stack, pytest.mark.browser]


@pytest.fixture(params=["id", "en"])
def window(request: pytest.FixtureRequest, windows: Windows) -> Iterator[Window]:
    yield windows.open(request.param, java_script_enabled=False)
    assert windows.complaints == []


def test_the_report_form_works(window: Window) -> None:
    residents.fill_report(window, Sighting(words=""))
    window.press("Send the report")
    assert window.status == 422
    assert window.page.locator('[name="place_words"]').input_value() == Sighting.place_words
    window.fill(words="Air naik")
    window.press("Send the report")

    window.sees("We have your report", "Sanur")


def test_the_mail_form_works(window: Window, running_city: SecondCity) -> None:
    mailbox = residents.mailbox(running_city, window.lang)
    window.go("/alerts/subscribe/email")
    window.press("Send me the link")
    window.sees("Enter your email address" if window.lang == "en" else "Masukkan alamat email Anda")
    residents.ask_by_mail(window, mailbox, SANUR, PANJER)
    residents.confirm_by_mail(window, mailbox)

    window.sees("You will get alerts", "Sanur", "Panjer")


def test_the_phone_form_works(window: Window, running_city: SecondCity) -> None:
    phone = residents.phone(running_city, window.lang)
    residents.ask_by_phone(window, phone, SANUR)
    residents.type_code(window, phone)

    window.sees("You will get alerts", "Sanur")
