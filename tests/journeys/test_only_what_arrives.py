"""The inbox shows what endpoints received and nothing else: take one link of the chain away, and it stays empty."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import pytest

from infra.local.city import STAGE
from tests.journeys import officers, residents
from tests.journeys.browser import Window, Windows
from tests.journeys.residents import PANJER, Reader
from tests.stack.second_city import SecondCity

pytestmark = [pytest.mark.stack, pytest.mark.browser]

BUS, RULE = f"sewaka-{STAGE}-city", f"sewaka-{STAGE}-live-alerts"
# Longer than any message has taken to arrive; counted from the moment at which the alert is known elsewhere.
SETTLED = 4


@dataclass
class Neighbours:
    """A mailbox and a phone in one village, and the two officers who warn them."""

    city: SecondCity
    mailbox: Reader
    phone: Reader
    topic: str
    ayu: Window
    made: Window


@pytest.fixture(scope="module")
def neighbours(windows: Windows, running_city: SecondCity) -> Neighbours:
    resident = windows.open("en")
    mailbox, phone = residents.mailbox(running_city, "en"), residents.phone(running_city, "en")
    residents.ask_by_mail(resident, mailbox, PANJER)
    residents.confirm_by_mail(resident, mailbox)
    residents.ask_by_phone(resident, phone, PANJER)
    residents.type_code(resident, phone)
    ayu, made = (officers.log_in(windows.open("en"), name) for name in ("ayu", "made"))
    return Neighbours(running_city, mailbox, phone, residents.joined(phone, PANJER), ayu, made)


@contextmanager
def without_the_rule(city: SecondCity, _: Neighbours) -> Iterator[None]:
    events = city.client("events")
    rule = events.describe_rule(Name=RULE, EventBusName=BUS)
    targets = events.list_targets_by_rule(Rule=RULE, EventBusName=BUS)["Targets"]
    events.remove_targets(Rule=RULE, EventBusName=BUS, Ids=[one["Id"] for one in targets])
    events.delete_rule(Name=RULE, EventBusName=BUS)
    try:
        yield
    finally:
        events.put_rule(Name=RULE, EventBusName=BUS, EventPattern=rule["EventPattern"], State=rule["State"])
        events.put_targets(Rule=RULE, EventBusName=BUS, Targets=targets)


@contextmanager
def without_the_topic(city: SecondCity, there: Neighbours) -> Iterator[None]:
    sns = city.client("sns")
    sns.delete_topic(TopicArn=there.topic)
    try:
        yield
    finally:
        sns.create_topic(Name=there.topic.rpartition(":")[2])
        sns.subscribe(TopicArn=there.topic, Protocol="sms", Endpoint=there.phone.address)
        residents.joined(there.phone, PANJER)


@contextmanager
def without_the_phones_subscription(city: SecondCity, there: Neighbours) -> Iterator[None]:
    sns = city.client("sns")
    known = sns.list_subscriptions_by_topic(TopicArn=there.topic)["Subscriptions"]
    (own,) = [one for one in known if one["Endpoint"] == there.phone.address]
    sns.unsubscribe(SubscriptionArn=own["SubscriptionArn"])
    try:
        yield
    finally:
        sns.subscribe(TopicArn=there.topic, Protocol="sms", Endpoint=there.phone.address)


@contextmanager
def without_the_mail_queues_subscription(city: SecondCity, _: Neighbours) -> Iterator[None]:
    sns, topic = city.client("sns"), city.city.topic("alerts")
    known = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    (own,) = [one for one in known if one["Endpoint"].endswith(f"sewaka-{STAGE}-mail")]
    sns.unsubscribe(SubscriptionArn=own["SubscriptionArn"])
    try:
        yield
    finally:
        raw = {"RawMessageDelivery": "true"}
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=own["Endpoint"], Attributes=raw)


Taken = Callable[[SecondCity, Neighbours], AbstractContextManager[None]]


@pytest.mark.parametrize(
    ("taken", "who_still_hears"),
    [
        pytest.param(without_the_rule, [], id="the rule"),
        pytest.param(without_the_topic, ["mailbox"], id="the place's topic"),
        pytest.param(without_the_phones_subscription, ["mailbox"], id="the phone's subscription"),
        pytest.param(without_the_mail_queues_subscription, ["phone"], id="the mail queue's subscription"),
    ],
)
def test_nothing_arrives_without(neighbours: Neighbours, taken: Taken, who_still_hears: list[str]) -> None:
    readers = {"mailbox": neighbours.mailbox, "phone": neighbours.phone}
    mark = uuid.uuid4().hex[:6]
    with taken(neighbours.city, neighbours):
        alert = warn(neighbours, mark)
        for name in who_still_hears:
            readers[name].waits_for(mark)
        neighbours.made.page.wait_for_timeout(SETTLED * 1000)
        assert [name for name, reader in readers.items() if reader.heard(mark)] == who_still_hears
    officers.cancel(neighbours.ayu, neighbours.made, alert)


def test_everybody_hears_when_all_links_are_there_again(neighbours: Neighbours) -> None:
    mark = uuid.uuid4().hex[:6]
    alert = warn(neighbours, mark)

    for reader in (neighbours.mailbox, neighbours.phone):
        reader.waits_for(mark)
    officers.cancel(neighbours.ayu, neighbours.made, alert)


def warn(there: Neighbours, mark: str) -> str:
    """An alert that two officers have sent, and that the bus has told to other services."""
    alert = officers.issue(there.ayu, there.made, officers.flood(mark, areas=(PANJER,)))
    there.made.sees("The public page")
    return alert
