"""Who moves house while an alert is active stays on the old topic until it is over, so that a cancel arrives."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.core.clock import as_stamp
from chalicelib.core.errors import Unavailable
from chalicelib.core.events import Entry
from chalicelib.core.places import kin
from chalicelib.core.toolbox import working_with
from chalicelib.subscriptions.service.phone_lines import PhoneLines
from tests.subscriptions.people import (
    NUMBER,
    RENON,
    SANUR,
    WHOLE,
    deliver,
    facts,
    on_topics,
    phone_form,
    subscribed_by_phone,
    tick,
    work,
)
from tests.twins.post import MemoryPhones
from tests.web.city import City

OLD, NEW = f"{SANUR}-waspada-id", f"{RENON}-waspada-id"
GRACE = timedelta(minutes=30)


def alert(city: City, name: str, version: int, **changes: Any) -> Entry:
    """A fact as the alerts service announces it."""
    until: datetime = changes.pop("until", city.clock() + timedelta(hours=6))
    data = {
        "alert_id": "alert_1",
        "status": "actual",
        "level": "siaga",
        "villages": [SANUR],
        "expires_at": as_stamp(until),
        **changes,
    }
    if name == "AlertExpired":
        data = {field: data[field] for field in ("alert_id", "status")}
    return Entry(
        id=f"{name}-{version}",
        name=name,
        source="city.alerts",
        schema=1,
        key="alert#alert_1",
        version=version,
        at=city.clock(),
        actor="officer:made",
        correlation="an-alert-of-tests",
        data=data,
        until=None if name == "AlertExpired" else until,
    )


def moves(city: City, manage: str, **changes: str) -> None:
    form = phone_form(**{"place": RENON, **changes})
    del form["phone"]
    assert city.visitor().post(manage, form).status == 303
    work(city)


def test_who_moves_during_an_alert_hangs_on_both_topics_until_its_cancel_has_gone_out(city: City) -> None:
    manage = subscribed_by_phone(city)
    deliver(city, [alert(city, "AlertIssued", 5)])

    moves(city, manage)
    during = on_topics(city)
    deliver(city, [alert(city, "AlertCancelled", 6)])
    at_the_cancel = on_topics(city)
    tick(city, minutes=30)

    assert during == at_the_cancel == {OLD: [NUMBER], NEW: [NUMBER]}
    assert on_topics(city) == {NEW: [NUMBER]}


def test_an_alert_that_runs_out_lets_go_as_well(city: City) -> None:
    manage = subscribed_by_phone(city)
    deliver(city, [alert(city, "AlertIssued", 5)])
    moves(city, manage)
    city.clock.pass_(timedelta(hours=6))
    deliver(city, [alert(city, "AlertExpired", 6)])
    still = on_topics(city)
    tick(city, minutes=30)

    assert still == {OLD: [NUMBER], NEW: [NUMBER]}
    assert on_topics(city) == {NEW: [NUMBER]}


def test_an_alert_of_which_nothing_more_is_heard_lets_go_after_its_expiry(city: City) -> None:
    manage = subscribed_by_phone(city)
    deliver(city, [alert(city, "AlertIssued", 5)])
    moves(city, manage)
    tick(city, hours=6, minutes=30)

    assert on_topics(city) == {NEW: [NUMBER]}


@pytest.mark.parametrize(
    "changes",
    [{"status": "exercise"}, {"status": "test"}, {"villages": [RENON]}, {"villages": []}],
    ids=["exercise", "test", "elsewhere", "nowhere"],
)
def test_an_alert_that_was_never_told_there_holds_nobody(city: City, changes: dict[str, Any]) -> None:
    manage = subscribed_by_phone(city)
    deliver(city, [alert(city, "AlertIssued", 5, **changes)])

    moves(city, manage)
    tick(city, minutes=5)

    assert on_topics(city) == {NEW: [NUMBER]}


@pytest.mark.parametrize(("floor", "held"), [("waspada", True), ("siaga", True), ("awas", False)])
def test_a_floor_above_the_level_was_not_told_and_is_left(city: City, floor: str, held: bool) -> None:
    manage = subscribed_by_phone(city, floor=floor)
    deliver(city, [alert(city, "AlertIssued", 5)])

    moves(city, manage, floor="waspada")
    tick(city, minutes=5)

    assert (f"{SANUR}-{floor}-id" in on_topics(city)) is held


def test_districts_and_the_city_hear_of_their_villages(city: City) -> None:
    for place in kin(SANUR):
        manage = subscribed_by_phone(city, place=place, phone=f"0812 3456 78{len(place):02}")
        deliver(city, [alert(city, "AlertIssued", 5 + len(place))])
        moves(city, manage)
        tick(city, minutes=5)

        assert f"{place}-waspada-id" in on_topics(city)


def test_the_highest_level_and_all_places_count_after_an_update(city: City) -> None:
    manage = subscribed_by_phone(city, floor="awas")
    deliver(city, [alert(city, "AlertIssued", 5, level="awas")])
    deliver(city, [alert(city, "AlertIssued", 7, level="waspada", villages=[RENON])])

    moves(city, manage)
    tick(city, minutes=5)

    assert f"{SANUR}-awas-id" in on_topics(city)


def test_an_older_fact_never_undoes_a_newer_one(city: City) -> None:
    manage = subscribed_by_phone(city)
    cancelled = alert(city, "AlertCancelled", 6)
    city.clock.pass_(GRACE)

    deliver(city, [cancelled, alert(city, "AlertIssued", 5)])
    moves(city, manage)
    tick(city, minutes=5)

    assert on_topics(city) == {NEW: [NUMBER]}


def test_who_moves_back_never_left(city: City) -> None:
    manage = subscribed_by_phone(city)
    deliver(city, [alert(city, "AlertIssued", 5)])
    moves(city, manage)
    moves(city, manage, place=SANUR)
    tick(city, hours=7)

    assert on_topics(city) == {OLD: [NUMBER]}


def test_who_stops_hears_nothing_more_not_even_a_cancel(city: City) -> None:
    manage = subscribed_by_phone(city)
    deliver(city, [alert(city, "AlertIssued", 5)])
    moves(city, manage)
    stop = city.visitor().get(manage).text.split("/id/alerts/subscriptions/stop/")[1].split('"')[0]
    city.visitor().post(f"/id/alerts/subscriptions/stop/{stop}", {})
    work(city)

    assert on_topics(city) == {}


def test_who_moves_before_this_service_has_heard_of_an_alert_stays_for_its_cancel(city: City) -> None:
    manage = subscribed_by_phone(city)
    issued = alert(city, "AlertIssued", 5)
    moves(city, manage)
    deliver(city, [issued])
    tick(city, minutes=10)

    assert on_topics(city) == {OLD: [NUMBER], NEW: [NUMBER]}


def test_who_moves_while_nothing_is_known_of_an_alert_stays_five_minutes(city: City) -> None:
    manage = subscribed_by_phone(city)
    moves(city, manage)
    at_once = on_topics(city)
    tick(city, minutes=4)
    nearly = on_topics(city)
    tick(city, minutes=1)

    assert at_once == nearly == {OLD: [NUMBER], NEW: [NUMBER]}
    assert on_topics(city) == {NEW: [NUMBER]}


def test_who_moves_away_again_stays_five_minutes_from_then_on(city: City) -> None:
    manage = subscribed_by_phone(city)
    for place in (RENON, SANUR, RENON):
        moves(city, manage, place=place)
        city.clock.pass_(timedelta(minutes=2))
    tick(city)

    assert on_topics(city) == {OLD: [NUMBER], NEW: [NUMBER]}


def test_another_alert_over_the_old_place_keeps_the_phone_there(city: City) -> None:
    manage = subscribed_by_phone(city, place=WHOLE)
    other = alert(city, "AlertIssued", 1, alert_id="alert_2", until=city.clock() + timedelta(hours=20))
    deliver(city, [alert(city, "AlertIssued", 5), other])
    moves(city, manage)
    deliver(city, [alert(city, "AlertCancelled", 6)])
    tick(city, minutes=30)

    assert on_topics(city) == {f"{WHOLE}-waspada-id": [NUMBER], NEW: [NUMBER]}
    assert len(facts(city, "SubscriptionStopped")) == 0


class StuckPhones(MemoryPhones):
    """One number cannot leave a topic any more."""

    def unsubscribe(self, subscription: str) -> None:
        if NUMBER in subscription:
            raise Unavailable(reason="aws_call")
        super().unsubscribe(subscription)


def test_a_phone_that_cannot_leave_is_an_error_and_keeps_nobody_behind_it_waiting(city: City) -> None:
    for number in ("0812 3456 7890", "0812 3456 7891"):
        moves(city, subscribed_by_phone(city, phone=number))

    with (
        working_with(replace(city.tools, phones=StuckPhones(topics=city.phones.topics))),
        pytest.raises(Unavailable),
    ):
        tick(city, minutes=5)
    stuck = on_topics(city)
    tick(city)

    assert stuck == {OLD: [NUMBER], NEW: [NUMBER, f"{NUMBER[:-1]}1"]}
    assert on_topics(city) == {NEW: [NUMBER, f"{NUMBER[:-1]}1"]}


def test_the_clock_goes_through_all_pages_of_those_who_leave(city: City) -> None:
    for last in range(3):
        moves(city, subscribed_by_phone(city, phone=f"0812 3456 789{last}"))
    paged = PhoneLines(city.tools, page=1)
    city.clock.pass_(timedelta(minutes=5))
    paged.sweep()

    assert OLD not in on_topics(city)
