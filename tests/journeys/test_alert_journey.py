"""The whole journey, walked in Chromium on the running city: from a wet street to a phone, and back to calm."""

import json
import time
import urllib.request
import uuid
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser

from tests.journeys import officers, residents
from tests.journeys.browser import DESKTOP, PHONE, Window, Windows
from tests.journeys.limits import forget_limits
from tests.journeys.officers import Draft
from tests.journeys.residents import EAST, SANUR, Reader, Sighting
from tests.stack.second_city import SecondCity

pytestmark = [pytest.mark.stack, pytest.mark.browser]

ATOM = "{http://www.w3.org/2005/Atom}"
OTHER = {"id": "en", "en": "id"}
CANCELLED = {"id": "DIBATALKAN", "en": "CANCELLED"}


@dataclass
class Journey:
    """One walk. What was made on the way is kept for the steps after it."""

    city: SecondCity
    lang: str
    resident: Window
    ayu: Window
    made: Window
    mailbox: Reader
    phone: Reader
    draft: Draft
    reference: str = ""
    incident: str = ""
    alert: str = ""


@pytest.fixture(params=[("id", PHONE), ("en", DESKTOP)], ids=["id-phone", "en-desktop"])
def walk(request: pytest.FixtureRequest, chromium: Browser, running_city: SecondCity) -> Iterator[Journey]:
    forget_limits(running_city)
    lang, size = request.param
    opened = Windows(chromium, running_city.origin)
    yield Journey(
        city=running_city,
        lang=lang,
        resident=opened.open(lang, size),
        ayu=opened.open(lang, size),
        made=opened.open(lang, size),
        mailbox=residents.mailbox(running_city, lang),
        phone=residents.phone(running_city, OTHER[lang]),
        draft=officers.flood(uuid.uuid4().hex[:6]),
    )
    opened.close()
    assert opened.complaints == []


def test_a_reported_flood_reaches_phone_and_mailbox_and_so_does_its_end(walk: Journey) -> None:
    """The phone's owner reads the other language: each hears in their own."""
    subscribe_by_mail(walk)
    subscribe_by_phone(walk)
    report(walk)
    verify(walk)
    draft(walk)
    cannot_approve_alone(walk)
    send(walk)
    everybody_hears(walk)
    everybody_can_read(walk)
    call_off(walk)
    stop_by_mail_program(walk)


def subscribe_by_mail(walk: Journey) -> None:
    window, reader = walk.resident, walk.mailbox
    residents.ask_by_mail(window, reader, SANUR, EAST)
    window.sees("Look into your mailbox")
    address = walk.city.origin + reader.link("24", "confirm/")
    urllib.request.urlopen(address, timeout=20).close()  # a link scanner, which changes nothing
    window.page.goto(address)
    window.sees("Confirm your alerts", "Sanur")
    window.switch_language().sees("Confirm your alerts")
    window.switch_language().press("Yes, send me these alerts")
    window.sees("You will get alerts", "Sanur")


def subscribe_by_phone(walk: Journey) -> None:
    window, reader = walk.resident, walk.phone
    residents.ask_by_phone(window, reader, SANUR)
    residents.type_code(window, reader)
    window.sees("You will get alerts", "Sanur")
    assert reader.address not in window.page.content()


def report(walk: Journey) -> None:
    """Pressed twice, gone back and pressed again: it stays one report."""
    window = walk.resident
    residents.fill_report(window, Sighting(contact=walk.mailbox.address))
    window.press_twice("Send the report")
    walk.reference = window.last
    window.page.go_back()
    window.press("Send the report")
    window.sees("We have your report", walk.reference)
    assert window.path == f"/{walk.lang}/reports/{walk.reference}"
    window.switch_language().sees("We have your report", walk.reference)
    window.switch_language()


def verify(walk: Journey) -> None:
    officers.log_in(walk.ayu, "ayu").sees("Ayu")
    walk.ayu.follow("Incidents")
    walk.ayu.sees(walk.reference)
    walk.incident = officers.open_incident(walk.ayu, walk.reference)
    walk.ayu.sees("Air setinggi lutut di depan pasar")
    walk.ayu.press_twice("Verify the incident")
    walk.ayu.sees("Verified")
    walk.resident.page.reload()
    walk.resident.sees("Confirmed")


def draft(walk: Journey) -> None:
    """Begun at the incident, saved by two presses, shown as it will be heard."""
    ayu = walk.ayu
    ayu.press("Draft an alert")
    assert ayu.page.locator(f'input[name="areas"][value="{SANUR}"]').is_checked()
    officers.compose(ayu, walk.draft)
    ayu.press_twice("Save and preview")
    walk.alert = ayu.last
    for lang in ("id", "en"):
        ayu.sees(f"{walk.draft.headline(lang)}. {walk.draft.texts[f'instruction_{lang}']}")
    ayu.press("Submit for approval")
    ayu.go("/staff/alerts")
    ayu.sees("Waiting for another officer")
    assert ayu.main.get_by_role("link", name=walk.draft.headline(walk.lang)).count() == 1


def cannot_approve_alone(walk: Journey) -> None:
    """There is no button for it, and who sends the form all the same is refused."""
    ayu = walk.ayu
    ayu.go(f"/staff/alerts/{walk.alert}")
    ayu.sees("Two-officer rule: you wrote or changed this text, so another officer has to approve it.")
    assert ayu.button("Approve and send").count() == 0
    token = ayu.page.locator('[name="csrf"]').first.input_value()
    own: dict[str, str | float | bool] = {"csrf": token, "form_id": str(uuid.uuid4()), "revision": "1"}
    forged = ayu.page.request.post(f"{ayu.page.url}/approve", form=own, headers={"Origin": walk.city.origin})
    assert forged.status in (403, 409, 422)
    assert walk.draft.headline(walk.lang) not in str(walk.city.inbox())


def send(walk: Journey) -> None:
    """The home page is in the caches at that moment."""
    residents.joined(walk.phone, SANUR)
    walk.resident.go("/")
    made = officers.log_in(walk.made, "made")
    made.go("/staff/alerts")
    made.sees("Waiting for your decision")
    made.follow(walk.draft.headline(walk.lang))
    made.press_twice("Approve and send")
    made.sees("The public page")


def everybody_hears(walk: Journey) -> None:
    began = time.monotonic()
    for reader in (walk.mailbox, walk.phone):
        message = reader.waits_for(walk.draft.headline(reader.language))
        assert f"/{reader.language}/alerts/{walk.alert}" in message["text"]
    strip_shows(walk, began)
    for reader in (walk.mailbox, walk.phone):
        assert len(reader.heard(walk.draft.headline(reader.language))) == 1


def strip_shows(walk: Journey, began: float) -> None:
    """On the cached page of a phone; the desktop's walk looks past the caches, to spare the wait."""
    window = walk.resident if walk.lang == "id" else walk.made
    strip = window.page.locator(".dps-strip", has_text=walk.draft.headline(walk.lang))
    while strip.count() == 0:
        assert time.monotonic() - began < 60
        time.sleep(1)
        window.go("/")
    assert strip.get_by_role("link", name=walk.draft.headline(walk.lang)).is_visible()


def everybody_can_read(walk: Journey) -> None:
    """On its page, from the list and from the report, in a feed reader and by machines."""
    window = walk.resident
    window.go("/alerts")
    window.follow(walk.draft.headline(walk.lang))
    window.sees("What to do", walk.draft.texts[f"instruction_{walk.lang}"], "Sanur")
    window.switch_language().sees(walk.draft.headline(OTHER[walk.lang]))
    window.switch_language().go(f"/reports/{walk.reference}")
    walk.city.eventually(lambda: alert_is_told(window))
    assert walk.draft.headline(walk.lang) in " ".join(entries(walk))
    told = json.loads(fetched(walk, f"/api/alerts/{walk.alert}"))
    assert (told["state"], told["headline"][walk.lang]) == ("issued", walk.draft.headline(walk.lang))


def alert_is_told(window: Window) -> bool:
    window.page.reload()
    return window.main.get_by_role("link", name=window.say("Read the alert")).count() == 1


def entries(walk: Journey) -> list[str]:
    feed = ElementTree.fromstring(fetched(walk, f"/{walk.lang}/alerts/feed?at={uuid.uuid4().hex}"))
    return [entry.findtext(f"{ATOM}title", "") for entry in feed.iter(f"{ATOM}entry")]


def fetched(walk: Journey, path: str) -> str:
    with urllib.request.urlopen(walk.city.origin + path, timeout=20) as answer:
        assert "Set-Cookie" not in answer.headers
        return str(answer.read().decode())


def call_off(walk: Journey) -> None:
    """The end needs two officers as well, and reaches whoever heard the alert."""
    officers.ask_for_cancel(walk.made, walk.alert)
    walk.made.sees("Two-officer rule: you asked for the cancel, so another officer has to approve it.")
    assert walk.made.button("Approve the cancel and send").count() == 0
    officers.approve_cancel(walk.ayu, walk.alert)
    for reader in (walk.mailbox, walk.phone):
        reader.waits_for(CANCELLED[reader.language])
        assert len(reader.heard(walk.draft.headline(reader.language))) == 2
    walk.ayu.go(f"/alerts/{walk.alert}")
    walk.ayu.sees("This alert has been cancelled.")


def stop_by_mail_program(walk: Journey) -> None:
    """One click stops the mail; the next alert reaches the phone alone."""
    assert residents.one_click(walk.mailbox, walk.mailbox.messages()[0]) == 200
    again = officers.flood(uuid.uuid4().hex[:6])
    alert = officers.issue(walk.made, walk.ayu, again)
    walk.phone.waits_for(again.headline(walk.phone.language))
    walk.resident.page.goto(walk.city.origin + walk.mailbox.link(CANCELLED[walk.lang], ""))
    walk.resident.sees("This subscription has been stopped. Nothing is sent any more.")
    assert walk.mailbox.heard(again.headline(walk.lang)) == []
    officers.cancel(walk.ayu, walk.made, alert)
