"""The README's pictures: `make pictures` takes them on a city of its own, into docs/pictures/."""

from dataclasses import replace
from pathlib import Path

import pytest

from infra.steps import ROOT
from tests.journeys import officers, residents
from tests.journeys.browser import DESKTOP, PHONE, Window, Windows
from tests.journeys.officers import Draft
from tests.journeys.residents import SANUR, Reader, Sighting
from tests.stack.second_city import SecondCity

pytestmark = [pytest.mark.stack, pytest.mark.browser]

ALBUM = ROOT / "docs" / "pictures"
HEAVIEST = 150_000
FLOOD = Draft(
    headline_id="Banjir rob di Sanur",
    headline_en="Tidal flood in Sanur",
    instruction_id="Jauhi pantai. Pindahkan kendaraan ke tempat tinggi.",
    instruction_en="Keep away from the beach. Move vehicles to higher ground.",
    description_id="Air pasang masuk ke Jalan Segara Ayu dan Jalan Danau Tamblingan. Puncaknya pukul 22.00.",
    description_en="The high tide has reached Jalan Segara Ayu and Jalan Danau Tamblingan. Its peak is at 22.00.",
)
WIND = replace(
    FLOOD,
    hazard="wind",
    level="waspada",
    headline_id="Angin kencang di Denpasar Selatan",
    headline_en="Strong wind in Denpasar Selatan",
    areas=("51.71.01",),
)


def test_take_pictures(windows: Windows, running_city: SecondCity) -> None:
    ALBUM.mkdir(parents=True, exist_ok=True)
    running_city.clear_inbox()
    resident, ayu, made = (windows.open("en", DESKTOP) for _ in range(3))
    mailbox, phone = residents.mailbox(running_city, "id"), residents.phone(running_city, "en")
    subscribed(windows.open("id"), mailbox, resident, phone)
    running_city.clear_inbox()
    alert = issued(resident, ayu, made)
    mailbox.waits_for(FLOOD.headline_id)
    phone.waits_for(FLOOD.headline_en)
    waiting = officers.draft_alert(ayu, WIND)
    officers.submit(ayu, waiting)
    taken(windows, made, alert, waiting)
    officers.cancel(ayu, made, alert)


def subscribed(local: Window, mailbox: Reader, window: Window, phone: Reader) -> None:
    """Each in the language of their messages."""
    residents.ask_by_mail(local, mailbox, SANUR)
    residents.confirm_by_mail(local, mailbox)
    residents.ask_by_phone(window, phone, SANUR)
    residents.type_code(window, phone)
    residents.joined(phone, SANUR)


def issued(resident: Window, ayu: Window, made: Window) -> str:
    """The alert about an incident that somebody reported."""
    reference = residents.report(resident, Sighting(words="The water is over the pavement and still rising"))
    officers.log_in(ayu, "ayu")
    officers.verify(ayu, officers.open_incident(ayu, reference))
    residents.report(resident, Sighting("tree", words="A banyan branch lies across the road", village="51.71.01.1005"))
    officers.log_in(made, "made")
    return officers.issue(ayu, made, FLOOD)


def taken(windows: Windows, made: Window, alert: str, waiting: str) -> None:
    """`alert` is in force, `waiting` is the other one, which Made is to approve."""
    phone, desktop = windows.open("id", PHONE), windows.open("en", DESKTOP)
    told(desktop)
    picture(desktop, "home-desktop")
    told(phone)
    picture(phone, "home-phone")
    phone.go("/report")
    picture(phone, "report-phone")
    phone.go(f"/alerts/{alert}")
    picture(phone, "alert-phone")
    made.go(f"/staff/alerts/{waiting}")
    made.wide(DESKTOP[0], 1340)
    picture(made, "officer-desk")
    desktop.page.goto(f"{desktop.origin}/_inbox", wait_until="networkidle")
    picture(desktop, "inbox")


def told(window: Window) -> None:
    """The home page once it shows the alert."""
    window.go("/")
    while window.page.locator(".dps-strip").count() == 0:
        window.page.wait_for_timeout(1000)
        window.go("/")


def picture(window: Window, name: str) -> None:
    file: Path = ALBUM / f"{name}.png"
    window.page.mouse.move(0, 0)
    window.page.screenshot(path=file, animations="disabled", caret="hide")
    assert file.stat().st_size < HEAVIEST, f"{file.name} is too heavy for the README"
