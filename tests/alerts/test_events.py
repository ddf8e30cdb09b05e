"""Facts of earlier releases stay readable; those of later ones are refused, not guessed at."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib.alerts import events
from chalicelib.core.events import ascii_json, fact_from
from tests.alerts.desk import issued
from tests.alerts.wire import MOST_RECEIVES, wired
from tests.web.city import City

# The facts of 0.1 as they lie in the archive: never edited, only added to.
GOLDEN: list[dict[str, Any]] = json.loads((Path(__file__).parent / "golden-facts.json").read_text("utf-8"))


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda one: f"{one['name']}-{one['schema']}")
def test_facts_of_earlier_releases_are_still_read(city: City, golden: dict[str, Any]) -> None:
    alert_id = issued(city)
    entry = replace(city.store.journal(f"alert#{alert_id}")[0], **golden)

    fact = fact_from(getattr(events, golden["name"]), entry)

    assert json.loads(ascii_json(fact)) == golden["data"]


def test_every_fact_has_a_golden_one() -> None:
    announced = {name for name, kind in vars(events).items() if isinstance(kind, type) and name.startswith("Alert")}

    assert announced - {"AlertFact", "AlertNews"} == {golden["name"] for golden in GOLDEN}


def test_news_of_a_later_release_wait_in_the_dead_letters() -> None:
    with wired() as wire:
        issued(wire.city)
        (entry,) = wire.news()
        wire.hand_over({"detail": replace(entry, schema=2).detail(wire.city.clock())})
        wire.drain()

        assert len(wire.dead) == 2
        assert MOST_RECEIVES == 5
        assert wire.mail.sent == []
