"""Facts of earlier releases stay readable; those of later ones are refused, not guessed at."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chalicelib.core.events import Entry, ascii_json, fact_from
from chalicelib.incidents import events
from chalicelib.incidents.service.cases import incidents
from chalicelib.incidents.service.news import news
from tests.incidents.test_news import MAIL, decided, reported
from tests.web.city import City, memory_city

# The facts of 0.1 as they lie in the archive: never edited, only added to.
GOLDEN: list[dict[str, Any]] = json.loads((Path(__file__).parent / "golden-facts.json").read_text("utf-8"))


@pytest.fixture
def city() -> Iterator[City]:
    with memory_city() as city:
        yield city


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda one: f"{one['name']}-{one['schema']}")
def test_facts_of_earlier_releases_are_still_read(city: City, golden: dict[str, Any]) -> None:
    entry: Entry = replace(decided(city, reported(None)), **golden)

    fact = fact_from(getattr(events, golden["name"]), entry)

    assert json.loads(ascii_json(fact)) == golden["data"]


def test_every_fact_has_a_golden_one() -> None:
    announced = {
        name for name, kind in vars(events).items() if isinstance(kind, type) and kind.__module__ == events.__name__
    }

    assert announced - {"ReportFact", "IncidentFact"} == {golden["name"] for golden in GOLDEN}


def test_a_decision_of_a_later_release_is_refused_and_nobody_is_told(city: City) -> None:
    entry = decided(city, reported(MAIL))
    with pytest.raises(ValueError, match="schema 2"):
        news().tell(replace(entry, schema=2))

    assert city.mail.sent == []


@pytest.mark.parametrize("wrong", [{"schema": 2}, {"data": {"incident_id": "incident_1"}}])
def test_news_of_an_alert_that_cannot_be_read_are_refused(city: City, wrong: dict[str, Any]) -> None:
    reference = reported(None)
    incident_id = decided(city, reference).data["incident_id"]
    data = {"alert_id": "a", "incident_id": incident_id, "status": "actual"}
    entry = replace(city.store.journal(f"incident#{incident_id}")[0], name="AlertIssued", data=data)
    with pytest.raises((ValueError, msgspec.ValidationError)):
        incidents().follow_alert(replace(entry, **wrong))

    _, incident = incidents().progress(reference)
    assert incident is not None
    assert incident.alert_id == ""


def test_news_of_another_alert_that_is_over_hides_no_alert_in_force(city: City) -> None:
    reference = reported(None)
    incident_id = decided(city, reference).data["incident_id"]
    for alert_id, name, version in (("a", "AlertIssued", 3), ("b", "AlertIssued", 3), ("a", "AlertExpired", 4)):
        data = {"alert_id": alert_id, "incident_id": incident_id, "status": "actual"}
        entry = replace(city.store.journal(f"incident#{incident_id}")[0], name=name, version=version, data=data)
        incidents().follow_alert(replace(entry, id=f"{alert_id}-{version}"))

    _, incident = incidents().progress(reference)
    assert incident is not None
    assert (incident.alert_id, incident.alert_state) == ("b", "issued")
