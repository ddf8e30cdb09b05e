"""Facts of earlier releases stay readable; those of later ones are refused, not guessed at."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib.core.events import Entry, ascii_json, fact_from
from chalicelib.subscriptions import events
from chalicelib.subscriptions.store import SubscriptionStore
from chalicelib.subscriptions.workers import HANDLERS
from tests.subscriptions.people import ask_by_mail, deliver, facts
from tests.web.city import City

# The facts of 0.1 as they lie in the archive: never edited, only added to.
TESTS = Path(__file__).parents[1]
GOLDEN: list[dict[str, Any]] = json.loads((TESTS / "subscriptions/golden-facts.json").read_text("utf-8"))
OTHERS: list[dict[str, Any]] = [
    one for one in json.loads((TESTS / "alerts/golden-facts.json").read_text("utf-8")) if one["name"] in HANDLERS
]


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda one: f"{one['name']}-{one['schema']}")
def test_facts_of_earlier_releases_are_still_read(city: City, golden: dict[str, Any]) -> None:
    ask_by_mail(city)
    entry: Entry = replace(facts(city)[0], **golden)

    fact = fact_from(getattr(events, golden["name"]), entry)

    assert json.loads(ascii_json(fact)) == golden["data"]


def test_a_fact_of_a_later_release_waits_in_the_dead_letters(city: City) -> None:
    ask_by_mail(city)

    assert deliver(city, [replace(facts(city)[0], schema=2)]) == ["0"]
    assert city.mail.sent == []


@pytest.mark.parametrize("golden", OTHERS, ids=lambda one: f"{one['name']}-{one['schema']}")
def test_facts_of_alerts_are_read_as_alerts_keep_them(city: City, golden: dict[str, Any]) -> None:
    ask_by_mail(city)

    assert deliver(city, [replace(facts(city)[0], id="fact_of_alerts", **golden)]) == []
    assert len(SubscriptionStore(city.store).alerts().alerts) == 1


@pytest.mark.parametrize("golden", OTHERS, ids=lambda one: one["name"])
@pytest.mark.parametrize("wrong", [{"schema": 2}, {"data": {"alert_id": "a"}}, {"data": {"status": "actual"}}])
def test_facts_of_alerts_that_cannot_be_read_wait_in_the_dead_letters(
    city: City, golden: dict[str, Any], wrong: dict[str, Any]
) -> None:
    ask_by_mail(city)

    assert deliver(city, [replace(facts(city)[0], id="fact_of_alerts", **{**golden, **wrong})]) == ["0"]
    assert SubscriptionStore(city.store).alerts().alerts == ()


@pytest.mark.parametrize("strange", [{"level": "red"}, {"villages": ["51.71.99"]}])
def test_an_alert_of_a_level_or_a_village_that_nobody_knows_holds_up_nobody(
    city: City, strange: dict[str, Any]
) -> None:
    ask_by_mail(city)
    issued = next(one for one in OTHERS if one["name"] == "AlertIssued")
    entry = replace(facts(city)[0], **{**issued, "data": {**issued["data"], **strange}})

    assert deliver(city, [entry]) == ["0"]
    assert SubscriptionStore(city.store).alerts().alerts == ()
