"""No old flood is woken, and no exercise is taken for one: at the rule, and once more at the send boundary itself."""

import itertools
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.alerts.fanout.plan import Piece, task
from chalicelib.alerts.model.ladder import Status
from chalicelib.alerts.model.words import Announcement
from chalicelib.core.events import Entry
from infra.local.city import ACCOUNT, REGION, STAGE
from tests.stack.browser import Browser
from tests.stack.by_hand import ByHand, at_rest, fact_message, tools_at
from tests.stack.cloud import RuleEar, Tap, put_on_the_bus
from tests.stack.journey import People, awaited, cancelled, issued, received
from tests.stack.prepared import cancelled as taken_back
from tests.stack.prepared import issued as let_out
from tests.stack.second_city import SecondCity

pytestmark = pytest.mark.stack

BUS = f"sewaka-{STAGE}-city"
BUS_ARN = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{BUS}"


@pytest.fixture(scope="module")
def live(running_city: SecondCity) -> Iterator[Tap]:
    """All that the topic of live alerts lets out."""
    tap = Tap(running_city, "alerts")
    yield tap
    tap.close()


@pytest.fixture(scope="module")
def drill(running_city: SecondCity) -> Iterator[Tap]:
    tap = Tap(running_city, "exercises")
    yield tap
    tap.close()


@pytest.fixture
def alert_fact(running_city: SecondCity) -> Iterator[Entry]:
    """The fact of an alert in force, which tests change and put on the bus; taken back at the end."""
    with at_rest(running_city, ["relay", "sweeper"]) as hand:
        alert = let_out(hand)
        yield hand.tools().store.journal(f"alert#{alert.id}")[-1]
        taken_back(hand, alert)


def detail(fact: Entry, **changes: Any) -> dict[str, Any]:
    status = changes.pop("status", fact.data["status"])
    return {**fact.detail(fact.at), "data": {**fact.data, "status": status}, "id": uuid.uuid4().hex, **changes}


def test_only_actual_and_live_alerts_leave_the_bus(
    running_city: SecondCity, live: Tap, drill: Tap, alert_fact: Entry
) -> None:
    ways = list(itertools.product(Status, (True, False)))
    events = {way: detail(alert_fact, status=way[0], live=way[1]) for way in ways}
    for event in events.values():
        put_on_the_bus(running_city, event)
    stray, last = detail(alert_fact), detail(alert_fact)
    put_on_the_bus(running_city, stray, "AlertUpdatedByNobody")
    put_on_the_bus(running_city, last)
    running_city.eventually(lambda: live.hears(last["id"]))
    running_city.eventually(lambda: drill.hears(events[Status.EXERCISE, True]["id"]))

    # The city goes on beside this test: an alert of the test before may still be cancelled on these topics.
    ours = [*(event["id"] for event in events.values()), stray["id"], last["id"]]
    assert [one for one in live.ids() if one in ours] == [events[Status.ACTUAL, True]["id"], last["id"]]
    assert [one for one in drill.ids() if one in ours] == [events[Status.EXERCISE, True]["id"]]


@pytest.fixture
def replayed(running_city: SecondCity) -> Iterator[RuleEar]:
    """Hears replays alone: it shows that one has taken place."""
    ear = RuleEar(running_city, {"replay-name": [{"exists": True}]})
    yield ear
    ear.close()


@pytest.fixture
def bus_archive(running_city: SecondCity) -> Iterator[str]:
    """An archive of the bus, as the stack has one on AWS; its name."""
    name = f"test-{uuid.uuid4().hex[:6]}"
    running_city.client("events").create_archive(ArchiveName=name, EventSourceArn=BUS_ARN)
    yield name
    running_city.client("events").delete_archive(ArchiveName=name)


def test_a_replay_of_the_bus_reaches_nobody(
    running_city: SecondCity,
    live: Tap,
    replayed: RuleEar,
    bus_archive: str,
    ayu: Browser,
    made: Browser,
    people: People,
) -> None:
    began, headline = datetime.now(UTC) - timedelta(minutes=1), f"Banjir {bus_archive}"
    alert = issued(ayu, made, headline_id=headline)
    for one in people.both():
        awaited(running_city, one, headline)
    fact = tools_at(running_city).store.journal(f"alert#{alert}")[-1]
    running_city.eventually(lambda: live.hears(fact.id))

    running_city.client("events").start_replay(
        ReplayName=bus_archive,
        EventSourceArn=f"arn:aws:events:{REGION}:{ACCOUNT}:archive/{bus_archive}",
        EventStartTime=began,
        EventEndTime=datetime.now(UTC) + timedelta(minutes=1),
        Destination={"Arn": BUS_ARN},
    )
    running_city.eventually(lambda: replayed.hears(fact.id))
    cancelled(ayu, made, alert)
    end = tools_at(running_city).store.journal(f"alert#{alert}")[-1]
    running_city.eventually(lambda: live.hears(end.id))

    assert live.ids().count(fact.id) == 1
    for one in people.both():
        awaited(running_city, one, headline, "DIBATALKAN")
        assert len(received(running_city, one, headline)) == 2


def test_what_is_over_when_the_relay_comes_leaves_by_no_way(
    running_city: SecondCity, live: Tap, people: People
) -> None:
    with at_rest(running_city, ["relay", "sweeper", "alerts-clock"]) as hand:
        alert = let_out(hand, minutes_ago=120, ends_in=119)
        fact = hand.tools().store.journal(f"alert#{alert.id}")[-1]
        assert hand.relayed((fact.key, fact.sort_key))
        control = detail(fact, live=True)
        put_on_the_bus(running_city, control)
        running_city.eventually(lambda: live.hears(control["id"]))

        assert fact.id not in live.ids()
        assert hand.handed("alerts-mail", fact_message(fact))
        assert hand.handed("alerts-phone", fact_message(fact))
        assert hand.logged("alerts-mail", "alert_not_sent", alert.id)
        assert hand.logged("alerts-phone", "alert_not_sent", alert.id)
    assert received(running_city, people.mail, alert.headline.id) == []


def test_an_exercise_leaves_by_no_live_way_even_when_it_stands_on_the_queue(
    running_city: SecondCity, live: Tap, drill: Tap, ayu: Browser, made: Browser, people: People
) -> None:
    headline = f"Latihan {uuid.uuid4().hex[:6]}"
    alert = issued(ayu, made, status="exercise", headline_id=headline, headline_en=headline)
    hand = ByHand(running_city)
    fact = hand.tools().store.journal(f"alert#{alert}")[-1]
    running_city.eventually(lambda: drill.hears(fact.id))
    pieces = [fact_message(fact), *_tasks(hand, alert)]

    assert all(hand.handed(function, piece) for function in ("alerts-mail", "alerts-phone") for piece in pieces)
    assert not live.hears(fact.id)
    assert [received(running_city, one, headline) for one in people.both()] == [[], []]
    cancelled(ayu, made, alert)


def _tasks(hand: ByHand, id: str) -> list[str]:
    from chalicelib.alerts.service import Alerts

    alert = Alerts(hand.tools()).alert(id)
    place = alert.areas[0]
    return [task(Piece.AUDIENCE, alert, Announcement.ISSUED, place=place, shard=shard).body() for shard in range(8)]
