"""The inbox as a page: both kinds of message, accessible, nothing of a mail runs, its links open beside it."""

import re
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browser import PHONE, Window, chromium_running
from tests.stack.second_city import SecondCity

pytestmark = [pytest.mark.stack, pytest.mark.browser]


def send(city: SecondCity) -> None:
    """One mail in both parts, with a script that must not run, and one SMS."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Kota <sewaka@denpasar.test>", "wayan@example.com", "Siaga banjir"
    mail.set_content(f"Lihat {city.origin}/id/help")
    html = f'<p>Banjir</p><a href="{city.origin}/id/help">Bantuan</a><script>parent.document.title="ran"</script>'
    mail.add_alternative(html, subtype="html")
    city.client("ses").send_raw_email(RawMessage={"Data": mail.as_bytes()})
    city.client("sns").publish(PhoneNumber="+628111111112", Message="Kode 456")
    city.eventually(lambda: len(city.inbox()) == 2)


@pytest.fixture
def inbox(running_city: SecondCity) -> Iterator[Page]:
    running_city.clear_inbox()
    send(running_city)
    with chromium_running() as browser:
        page = browser.new_page(viewport={"width": PHONE[0], "height": PHONE[1]})
        page.goto(f"{running_city.origin}/_inbox")
        yield page


def test_the_inbox_is_accessible_and_fits_a_phone(inbox: Page, running_city: SecondCity) -> None:
    window = Window(inbox, running_city.origin, "en")

    assert window.faults() == []
    assert window.sticks_out() == []


def test_a_mail_is_shown_as_it_came_without_running_anything(inbox: Page) -> None:
    frame = inbox.frame_locator("iframe")
    expect(frame.get_by_text("Banjir", exact=True)).to_be_visible()
    inbox.get_by_text("Headers and whole message").click()

    expect(inbox.get_by_text("Subject: Siaga banjir")).to_be_visible()
    expect(inbox).to_have_title("Inbox: what left the city")
    with inbox.expect_popup() as opened:
        frame.get_by_role("link", name="Bantuan").click()
    expect(opened.value).to_have_url(re.compile("/id/help$"))


def test_clearing_takes_everything_away(inbox: Page) -> None:
    expect(inbox.get_by_role("heading", name="SMS to +628111111112")).to_be_visible()
    inbox.get_by_role("button", name="Clear the inbox").click()

    expect(inbox.get_by_text("Nothing yet.")).to_be_visible()
