"""The cloud stops, or is killed, in the middle of the journey: it goes on where it was."""

import subprocess
import sys
import time
import uuid
from collections.abc import Iterator

import pytest

from infra.steps import ROOT
from tests.stack.browser import Browser
from tests.stack.by_hand import QUEUES, ByHand, at_rest, impatient
from tests.stack.cloud import everything_is_sent, findings
from tests.stack.journey import SOON, People, awaited, cancelled, issued, received, visitor
from tests.stack.prepared import cancelled as taken_back
from tests.stack.prepared import issued as let_out
from tests.stack.second_city import SecondCity

pytestmark = pytest.mark.stack


@pytest.fixture(autouse=True)
def what_was_under_way_comes_back_soon(running_city: SecondCity) -> Iterator[None]:
    """A message that a stopped cloud had handed to a worker is hidden for six of its timeouts."""
    hand = ByHand(running_city)
    running_city.eventually(lambda: hand.is_quiet(*QUEUES), SOON)
    with impatient(hand, *QUEUES, seconds=5):
        yield
        running_city.eventually(lambda: hand.is_quiet(*QUEUES), SOON)


def saved(city: SecondCity) -> None:
    """The next snapshot is whole: its parts are written one after another."""
    mark, began = f"test-{uuid.uuid4().hex}", time.time()
    item = {"TableName": city.told["TableName"], "Key": {"pk": {"S": mark}, "sk": {"S": mark}}}
    city.client("dynamodb").put_item(TableName=item["TableName"], Item=item["Key"])
    city.eventually(lambda: mark in (city.city.state / "dynamodb.json").read_text("utf-8"))
    parts = [city.city.state / f"{name}.json" for name in ("sns", "sqs")]
    city.eventually(lambda: all(part.stat().st_mtime > began for part in parts))
    city.client("dynamodb").delete_item(**item)


def test_facts_that_were_unsent_at_the_stop_are_sent_after_the_start(running_city: SecondCity, people: People) -> None:
    """Committed while the relay rests; the stream of the stopped cloud is gone with it, so the sweeper has to."""
    with at_rest(running_city, ["relay", "sweeper"]) as hand:
        alert = let_out(hand, minutes_ago=2, place=people.place)
        fact = hand.tools().store.journal(f"alert#{alert.id}")[-1]
        running_city.restart_cloud()
        assert not hand.is_sent(fact)
        assert hand.ticked("sweeper")
        assert hand.is_sent(fact)

    for one in people.both():
        awaited(running_city, one, alert.headline.id)
        assert len(received(running_city, one, alert.headline.id)) == 1
    taken_back(hand, alert)
    running_city.eventually(lambda: everything_is_sent(running_city), SOON)
    assert findings(running_city) == []


def test_a_killed_cloud_comes_back_with_pages_functions_and_everybody_who_listens(
    running_city: SecondCity, ayu: Browser, made: Browser, people: People
) -> None:
    headline = f"Banjir {uuid.uuid4().hex[:6]}"
    alert = issued(ayu, made, headline_id=headline)
    for one in people.both():
        awaited(running_city, one, headline)
    saved(running_city)
    running_city.kill_cloud()

    assert headline in visitor(running_city).get(f"/id/alerts/{alert}").text
    assert running_city.invoke("sweeper") is None
    cancelled(ayu, made, alert)
    for one in people.both():
        awaited(running_city, one, headline, "DIBATALKAN")
        assert len(received(running_city, one, headline)) == 2
    running_city.eventually(lambda: everything_is_sent(running_city), SOON)
    assert findings(running_city) == []


def test_make_verify_says_that_this_city_is_clean(running_city: SecondCity) -> None:
    """The command itself, on this city's cloud."""
    program = [sys.executable, "-m", "infra.verify", "local", *running_city.city.arguments()]
    said = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert said.returncode == 0, said.stdout + said.stderr
    assert "0 findings" in said.stdout
