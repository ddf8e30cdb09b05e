"""Steps of the relay and of the clocks: a function that ends with an error is an alarm of its own."""

import json
from dataclasses import replace

from chalicelib.alerts.model.ladder import Level
from chalicelib.core.delivery import Channel
from chalicelib.core.events import system
from chalicelib.subscriptions.model.wishes import Channel as Way
from chalicelib.subscriptions.service.asking import Subscriptions
from chalicelib.subscriptions.store import SubscriptionStore
from tests.stack.by_hand import ByHand, fact_message
from tests.stack.journey import new_people
from tests.stack.prepared import (
    THERE,
    announced,
    confirmed,
    hangs_there,
    issued,
    last_fact,
    poison,
    standing,
    state_of,
    unknown_row,
)
from tests.stack.step import Run, Step, nothing


def relay_a_fact(hand: ByHand) -> Step:
    (entry,) = announced(hand.tools())
    return Run(lambda: hand.relayed((entry.key, entry.sort_key))).step(lambda: hand.is_sent(entry))


def find_a_fact(hand: ByHand) -> Step:
    """As `sweep_a_fact`, for a sweeper that cannot even see what it should measure."""
    return replace(sweep_a_fact(hand), shown=nothing)


def sweep_a_fact(hand: ByHand) -> Step:
    (entry,) = announced(hand.tools(minutes_ago=5))
    swept = Run(lambda: hand.ticked("sweeper")).step(lambda: hand.is_sent(entry))
    return replace(swept, shown=lambda: oldest_unsent(hand) > 120)


def park_by_relay(hand: ByHand) -> Step:
    hand.empty("parked-facts")
    place = poison(hand)
    return Run(lambda: hand.relayed(place)).step(lambda: place[0] in str(hand.waiting("parked-facts")))


def park_by_sweeper(hand: ByHand) -> Step:
    hand.empty("parked-facts")
    place = poison(hand)
    return Run(lambda: hand.ticked("sweeper")).step(lambda: place[0] in str(hand.waiting("parked-facts")))


def oldest_unsent(hand: ByHand) -> float:
    """What the sweeper measured last, in seconds: from 120 on it is an alarm."""
    measured = [json.loads(line)["OldestUnsentSeconds"] for line in hand.logged("sweeper", "OldestUnsentSeconds")]
    return float(measured[-1])


def let_a_phone_go(hand: ByHand) -> Step:
    """One that stopped, and could not leave its topic then."""
    number = new_people().phone
    person = confirmed(hand, Way.PHONE, number)
    assert hand.handed("subscriptions-worker", fact_message(last_fact(hand, person)))
    Subscriptions(hand.tools()).stop(person)
    one = standing(hand, person)
    leaving = replace(one, lines=one.lines.towards(one.topic, hand.tools().now()))
    SubscriptionStore(hand.tools().store).keep_lines(leaving, by=system("subscriptions"))
    return Run(lambda: hand.ticked("subscriptions-clock")).step(lambda: number not in hangs_there(hand, THERE))


def end_an_alert(hand: ByHand) -> Step:
    """One that was issued two hours ago and is over."""
    alert = issued(hand, minutes_ago=120, ends_in=119)
    return Run(lambda: hand.ticked("alerts-clock")).step(lambda: state_of(hand, alert) == "expired")


def repeat_an_awas(hand: ByHand) -> Step:
    """A send that nobody answered a quarter of an hour ago is queued once more."""
    hand.empty("mail")
    alert = issued(hand, minutes_ago=20, level=Level.AWAS)
    unknown_row(hand, alert, minutes_ago=20)
    return Run(lambda: hand.ticked("alerts-clock")).step(lambda: alert.id in str(hand.waiting("mail")))


def repeat_an_awas_by_phone(hand: ByHand) -> Step:
    hand.empty("phone")
    alert = issued(hand, minutes_ago=20, level=Level.AWAS)
    unknown_row(hand, alert, minutes_ago=20, channel=Channel.PHONE)
    return Run(lambda: hand.ticked("alerts-clock")).step(lambda: alert.id in str(hand.waiting("phone")))
