"""Officers at the desk, as they walk it in a browser."""

import uuid
from typing import Any

from tests.alerts.build import DAUH_PURI_KAUH
from tests.web.city import City
from tests.web.client import Client, Reply

TYPED: dict[str, Any] = {
    "status": "actual",
    "hazard": "flood",
    "level": "siaga",
    "areas": [DAUH_PURI_KAUH],
    "headline_id": "Banjir di Dauh Puri Kauh",
    "headline_en": "Flood in Dauh Puri Kauh",
    "instruction_id": "Jauhi bantaran sungai",
    "instruction_en": "Keep away from the river banks",
    "description_id": "Air naik di tepi Tukad Badung",
    "description_en": "The Badung river is rising",
    "until_day": "2026-11-24",
    "until_time": "16.30",
}


def press(officer: Client, page: str, action: str, lang: str = "en", /, **typed: Any) -> Reply:
    """Opens a page and sends the form on it that goes to `action`."""
    shown = officer.get(f"/{lang}/staff/alerts{page}")
    assert shown.status == 200, shown.text
    own = {"csrf": shown.hidden("csrf"), "form_id": str(uuid.uuid4())}
    if 'name="revision"' in shown.text and action not in ("/cancel", "/approve-cancel"):
        own["revision"] = shown.hidden("revision")
    return officer.post(f"/{lang}/staff/alerts{page.removesuffix('/edit')}{action}", {**own, **typed})


def drafted(officer: Client, **typed: Any) -> str:
    """The id of a new draft."""
    reply = press(officer, "/new", "", **{**TYPED, "incident": "", **typed})
    assert reply.status == 303, reply.text
    return reply.location.rsplit("/", 1)[1]


def submitted(officer: Client, **typed: Any) -> str:
    alert_id = drafted(officer, **typed)
    assert press(officer, f"/{alert_id}", "/submit").status == 303
    return alert_id


def issued(city: City, **typed: Any) -> str:
    """An alert that Ayu wrote and Made approved."""
    alert_id = submitted(city.officer("Ayu"), **typed)
    reply = press(city.officer("Made"), f"/{alert_id}", "/approve")
    assert reply.status == 303, reply.text
    return alert_id


def cancelled(city: City, alert_id: str) -> None:
    asked = press(
        city.officer("Ayu"), f"/{alert_id}", "/cancel", ending_id="Air sudah surut", ending_en="The water has gone"
    )
    assert asked.status == 303, asked.text
    assert press(city.officer("Made"), f"/{alert_id}", "/approve-cancel").status == 303
