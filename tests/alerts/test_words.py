"""What people read, and how much of it fits a phone."""

import json

import pytest

from chalicelib.alerts.events import AlertIssued
from chalicelib.alerts.model.ladder import LEVELS, RUNGS, Level, Status
from chalicelib.alerts.model.refusals import Refusal
from chalicelib.alerts.model.words import Announcement, area_names, check_length, in_every_language, words
from chalicelib.alerts.pages.form import DESCRIPTION, HEADLINE, INSTRUCTION
from chalicelib.core import ROOT
from chalicelib.core.events import LARGEST_FACT, ascii_json
from chalicelib.core.hazards import hazards
from chalicelib.core.text import Text
from tests.alerts.build import DAUH_PURI_KAUH, NOW, draft, issued

ORIGIN = "https://sewaka.denpasarkota.example"
SEVERITIES = ("Minor", "Moderate", "Severe", "Extreme")


def test_the_message_says_level_hazard_place_deed_end_and_address() -> None:
    said = words(issued(), Announcement.ISSUED, "id", ORIGIN).sms

    assert said == (
        "SIAGA: Banjir di Dauh Puri Kauh. Jauhi bantaran sungai. Sampai 16.30 WITA 24 November 2026. "
        f"{ORIGIN}/id/alerts/PD-K7MH-K52N-FTR8"
    )


@pytest.mark.parametrize(("status", "mark"), [(Status.EXERCISE, "EXERCISE. "), (Status.TEST, "TEST. ")])
def test_a_drill_says_so_before_anything_else(status: Status, mark: str) -> None:
    said = words(issued(status=status), Announcement.ISSUED, "en", ORIGIN)

    assert said.sms.startswith(mark)
    assert said.subject.startswith(mark)


def test_a_repeat_says_that_it_is_one() -> None:
    assert words(issued(), Announcement.ISSUED, "id", ORIGIN, repeated=True).sms.startswith("(diulang) ")
    assert words(issued(), Announcement.ISSUED, "en", ORIGIN, repeated=True).subject.startswith("(repeated) ")


def test_a_cancel_says_that_it_takes_the_alert_back_and_why() -> None:
    alert = issued().cancel_requested(draft().author, NOW, Text(id="Air sudah surut", en="The water has gone"))
    said = words(alert, Announcement.CANCELLED, "en", ORIGIN)

    assert said.sms.startswith("CANCELLED. SIAGA (warning): Flood in Dauh Puri Kauh. The water has gone.")
    assert said.description == "The water has gone"


def test_typographic_signs_become_those_that_phones_have() -> None:
    alert = issued(instruction=Text(id="“Jangan” menyeberang – sekarang…", en="“Do not” cross – now…"))

    assert '"Jangan" menyeberang - sekarang...' in words(alert, Announcement.ISSUED, "id", ORIGIN).sms


def test_words_that_no_phone_gets_whole_are_refused_beside_their_field() -> None:
    alert = draft(instruction=Text(id="Jauhi sungai", en="Stay away " * 40))

    with pytest.raises(Refusal) as refusal:
        check_length(alert, Announcement.ISSUED, ORIGIN)
    assert list(refusal.value.errors) == ["instruction_en"]


def test_the_longest_texts_in_the_widest_letters_fit_a_fact() -> None:
    def widest(limit: int) -> Text:
        return Text(id="😀" * limit, en="😀" * limit)

    alert = issued(
        areas=("51.71",), headline=widest(HEADLINE), instruction=widest(INSTRUCTION), description=widest(DESCRIPTION)
    )
    fact = AlertIssued(
        alert_id=alert.id,
        revision=1,
        status=alert.status,
        hazard=alert.hazard,
        level=alert.level,
        villages=alert.villages,
        expires_at=alert.expires_at,
        incident_id="incident_" + "a" * 26,
        texts=in_every_language(alert, Announcement.ISSUED, ORIGIN),
    )

    assert len(ascii_json(fact)) <= LARGEST_FACT


def test_areas_are_named_as_people_say_them() -> None:
    assert area_names(("51.71", "51.71.03", DAUH_PURI_KAUH)).id == (
        "seluruh Kota Denpasar, seluruh Kecamatan Denpasar Barat, Dauh Puri Kauh"
    )


def test_every_level_has_its_rung_and_severity_rises_with_it() -> None:
    assert tuple(RUNGS[level].severity for level in Level) == SEVERITIES
    assert len({(rung.colour, rung.shape) for rung in RUNGS.values()}) == 4


def test_an_alert_reaches_those_who_want_its_level_or_less() -> None:
    reached = {(level, floor): level.reaches(floor) for level in LEVELS for floor in LEVELS}

    assert reached == {(level, floor): level.rank >= floor.rank for level in LEVELS for floor in LEVELS}
    assert sum(reached.values()) == 6


def test_what_incidents_lead_to_is_a_hazard_of_the_list() -> None:
    kinds = json.loads((ROOT / "data" / "incident-kinds.json").read_text("utf-8"))["kinds"]

    assert {kind["hazard"] for kind in kinds} <= hazards().keys()
