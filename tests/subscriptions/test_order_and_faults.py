"""Facts come late, twice and in any order; workers die at any step. What people get is the same."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core.delivery import Channel, Deliveries, State
from chalicelib.core.errors import Unavailable
from chalicelib.core.post import Refused, Unanswered
from chalicelib.core.toolbox import working_with
from chalicelib.subscriptions import reads
from chalicelib.subscriptions.store import SubscriptionStore
from tests.subscriptions.people import (
    NUMBER,
    RENON,
    SANUR,
    SOUTH,
    ask_by_mail,
    ask_by_phone,
    code_in,
    deliver,
    facts,
    link_in,
    mail_form,
    on_topics,
    phone_form,
    pressed,
    subscribed_by_mail,
    subscribed_by_phone,
    tick,
    type_code,
    work,
)
from tests.twins.post import MemoryPhones, Script
from tests.web.city import City


class Killed(BaseException):
    """The process dies here."""


def moved(city: City, manage: str, **changes: str) -> None:
    form = phone_form(**changes)
    del form["phone"]
    assert city.visitor().post(manage, form).status == 303


def settled(city: City, rounds: int = 3) -> None:
    """SQS brings every message again until it is done, and the clock ticks."""
    for _ in range(rounds):
        deliver(city, facts(city))
    tick(city, minutes=5)


def move_on(city: City) -> None:
    """What happens after a move, where nothing breaks."""
    deliver(city, facts(city))
    tick(city, minutes=5)


# --- messages to whoever asked


def test_a_fact_that_comes_five_times_sends_one_mail(city: City) -> None:
    ask_by_mail(city)

    deliver(city, facts(city) * 5)

    assert len(city.mail.sent) == 1


def test_a_late_fact_of_an_old_code_sends_the_newest_code_and_only_once(city: City) -> None:
    asked = ask_by_phone(city)
    city.clock.pass_(timedelta(minutes=1))
    city.visitor().post(f"{asked.location}/again", {"form_id": phone_form()["form_id"]})

    deliver(city, facts(city)[::-1])

    ((_, words),) = city.phones.texts
    assert type_code(city, asked.location, code_in(words)).status == 303


def test_a_request_that_is_found_after_a_day_sends_nothing(city: City) -> None:
    ask_by_mail(city)
    city.clock.pass_(timedelta(hours=24))

    work(city)

    assert city.mail.sent == []


def test_a_refusal_is_tried_again_when_the_message_comes_back(city: City) -> None:
    city.mail.script = Script([Refused("Throttling")])
    ask_by_mail(city)

    assert deliver(city, facts(city)) == ["0"]
    assert deliver(city, facts(city)) == []
    assert len(city.mail.sent) == 1


def test_a_lost_answer_is_never_sent_twice(city: City) -> None:
    city.mail.script = Script([Unanswered()], lost=True)
    ask_by_mail(city)

    settled(city)

    assert len(city.mail.sent) == 1


@pytest.mark.parametrize(("reason", "stopped"), [("OptedOut", "opt_out"), ("InvalidParameter", "bounce")])
def test_a_number_that_can_get_no_text_is_stopped(city: City, reason: str, stopped: str) -> None:
    city.phones.script = Script([Refused(reason, final=True)])
    ask_by_phone(city)

    settled(city)

    (fact,) = facts(city, "SubscriptionStopped")
    assert fact.data["reason"] == stopped


def test_a_kill_around_the_send_leaves_a_row_that_says_so_and_sends_at_most_once(city: City) -> None:
    for script, sent in ((Script([Killed()]), 0), (Script([Killed()], lost=True), 1)):
        city.mail.script, city.mail.sent = script, []
        ask_by_mail(city, email=f"{sent}@example.com")
        (fact,) = facts(city)[-1:]
        with pytest.raises(Killed):
            deliver(city, [fact])

        settled(city)

        asked = fact.data["subscription_id"]
        row = Deliveries(city.store, city.clock).find(f"asked-{asked}-1", asked)
        assert len([mail for mail in city.mail.sent if mail.to.startswith(str(sent))]) == sent
        assert row is not None
        assert (row.state, row.channel) == (State.CLAIMED, Channel.MAIL)


# --- phones on and off their topics


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_any_order_of_the_facts_ends_with_the_newest_wishes(city: City, order: tuple[int, ...]) -> None:
    manage = subscribed_by_phone_unworked(city)
    moved(city, manage, place=RENON)
    moved(city, manage, place=SOUTH, floor="awas")
    told = facts(city, "SubscriptionConfirmed", "SubscriptionChanged") + facts(city, "SubscriptionRequested")

    assert deliver(city, [told[at] for at in order]) == []
    tick(city, minutes=5)

    assert on_topics(city) == {f"{SOUTH}-awas-id": [NUMBER]}
    assert len(city.phones.texts) == 1


def subscribed_by_phone_unworked(city: City) -> str:
    asked = ask_by_phone(city)
    work(city)
    return type_code(city, asked.location, code_in(city.phones.texts[-1][1])).location.removesuffix("/confirmed")


@pytest.mark.parametrize("dies", range(1, 13))
def test_a_worker_that_dies_before_or_after_any_step_of_moving_loses_no_phone(city: City, dies: int) -> None:
    manage = subscribed_by_phone(city)
    moved(city, manage, place=RENON)
    steps = Steps(city, dies)

    with working_with(replace(city.tools, phones=steps)):
        try:
            move_on(city)
        except Killed:
            assert on_topics(city), "a phone that moves hangs on at least one topic"
        settled(city)

    assert on_topics(city) == {f"{RENON}-waspada-id": [NUMBER]}


@pytest.mark.parametrize("dies", range(1, 13))
def test_who_moves_again_after_the_worker_died_leaves_nothing_behind(city: City, dies: int) -> None:
    manage = subscribed_by_phone(city)
    moved(city, manage, place=RENON)
    with working_with(replace(city.tools, phones=Steps(city, dies))):
        try:
            move_on(city)
        except Killed:
            assert on_topics(city)
    city.store.step = nothing

    moved(city, manage, place=[SANUR, SOUTH][dies % 2])
    settled(city)

    assert on_topics(city) == {f"{[SANUR, SOUTH][dies % 2]}-waspada-id": [NUMBER]}


def nothing(_: str) -> None:
    pass


class Steps:
    """Carriers and store that die at one step, counted over all of them: before and after each commit and each call."""

    def __init__(self, city: City, dies: int) -> None:
        self.phones, self.left, self.alive = city.phones, dies, False
        city.store.step = lambda name: self.step() if name in ("commit", "committed") else None

    def step(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Killed

    def subscribe(self, topic: str, number: str) -> str:
        return str(self.around(lambda: self.phones.subscribe(topic, number)))

    def unsubscribe(self, subscription: str) -> None:
        self.around(lambda: self.phones.unsubscribe(subscription))

    def text(self, number: str, words: str) -> str:
        return self.phones.text(number, words)

    def publish(self, topic: str, words: str) -> str:
        return self.phones.publish(topic, words)

    def around(self, call: Callable[[], Any]) -> Any:
        self.step()
        done = call()
        self.step()
        return done


class Down(MemoryPhones):
    """SNS does not answer."""

    def subscribe(self, topic: str, number: str) -> str:
        raise Unavailable


def test_an_outage_of_sns_brings_the_message_back_and_takes_nobody_off(city: City) -> None:
    manage = subscribed_by_phone(city)
    moved(city, manage, place=RENON)

    with working_with(replace(city.tools, phones=Down())):
        assert deliver(city, facts(city, "SubscriptionChanged")) == ["0"]

    assert on_topics(city) == {f"{SANUR}-waspada-id": [NUMBER]}
    settled(city)
    assert on_topics(city) == {f"{RENON}-waspada-id": [NUMBER]}


class Stubborn(MemoryPhones):
    """SNS does not take this number on a topic."""

    def subscribe(self, topic: str, number: str) -> str:
        raise Refused("InvalidParameter", final=True)


def test_a_number_that_sns_does_not_take_is_stopped_and_left_alone(city: City) -> None:
    asked = ask_by_phone(city)
    work(city)
    type_code(city, asked.location, code_in(city.phones.texts[0][1]))

    with working_with(replace(city.tools, phones=Stubborn())):
        settled(city)

    (stopped,) = facts(city, "SubscriptionStopped")
    assert stopped.data["reason"] == "bounce"
    assert SubscriptionStore(city.store).leaving(10) == ([], None)


def test_stopping_before_the_phone_was_joined_joins_nothing(city: City) -> None:
    manage = subscribed_by_phone_unworked(city)
    stop = city.visitor().get(manage).text.split("/id/alerts/subscriptions/stop/")[1].split('"')[0]
    city.visitor().post(f"/id/alerts/subscriptions/stop/{stop}", {})

    settled(city)

    assert on_topics(city) == {}


# --- two at once


def test_two_devices_that_save_at_once_both_count_and_the_rows_agree(city: City) -> None:
    manage = subscribed_by_mail(city)
    racing: list[int] = []

    def race(step: str) -> None:
        if step == "commit" and not racing:
            racing.append(1)
            saved(city, manage, places=[RENON])

    city.store.step = race
    saved(city, manage, places=[SANUR])

    assert [len(everybody(place)) for place in (SANUR, RENON, SOUTH)] == [1, 0, 0]


def test_saving_while_stopping_never_brings_anybody_back(city: City) -> None:
    manage = subscribed_by_mail(city)
    (listener,) = everybody(SANUR)
    racing: list[int] = []

    def race(step: str) -> None:
        if step == "commit" and not racing:
            racing.append(1)
            city.visitor().post(reads.stop_link(listener.id, "id").removeprefix(city.tools.origin), {})

    city.store.step = race
    form = mail_form(places=[RENON])
    del form["email"]

    assert city.visitor().post(manage, form).status == 409
    assert everybody(RENON) == everybody(SANUR) == []


def test_two_links_of_one_address_pressed_at_once_make_one_subscription(city: City) -> None:
    ask_by_mail(city)
    ask_by_mail(city)
    work(city)
    first, second = (link_in(mail.text, "confirm/") for mail in city.mail.sent)
    racing: list[int] = []

    def race(step: str) -> None:
        if step == "commit" and not racing:
            racing.append(1)
            pressed(city.visitor(), second)

    city.store.step = race
    pressed(city.visitor(), first)

    assert len(everybody(SANUR)) == 1


def saved(city: City, manage: str, **changes: Any) -> None:
    form = mail_form(**changes)
    del form["email"]
    assert city.visitor().post(manage, form).status == 303


def everybody(place: str) -> list[reads.Listener]:
    return [one for shard in range(reads.AUDIENCE_SHARDS) for one in reads.audience(place, shard).people]
