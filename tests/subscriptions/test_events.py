"""Facts of earlier releases stay readable; those of later ones are refused, not guessed at."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib.core.events import Entry, ascii_json, fact_from
from chalicelib.subscriptions import events
from tests.subscriptions.people import ask_by_mail, deliver, facts
from tests.web.city import City

# The facts of 0.1 as they lie in the archive: never edited, only added to.
GOLDEN: list[dict[str, Any]] = json.loads((Path(__file__).parent / "golden-facts.json").read_text("utf-8"))


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
