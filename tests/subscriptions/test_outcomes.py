"""What SES tells of mails: rows are settled, and addresses that must not be used again are stopped."""

from typing import Any

import pytest

from chalicelib.core.delivery import Channel, Deliveries, State
from chalicelib.core.post import Unanswered
from chalicelib.subscriptions import reads
from chalicelib.subscriptions.workers import subscriptions_outcomes
from tests.subscriptions.people import SANUR, ask_by_mail, facts, handed, subscribed_by_mail, tell, work
from tests.twins.post import Script
from tests.web.city import City

PERMANENT = {"eventType": "Bounce", "bounce": {"bounceType": "Permanent"}}
TRANSIENT = {"eventType": "Bounce", "bounce": {"bounceType": "Transient"}}
COMPLAINT = {"eventType": "Complaint", "complaint": {"complaintFeedbackType": "abuse"}}


def about(row: str, event: dict[str, Any]) -> dict[str, Any]:
    return {**event, "mail": {"messageId": "ses-1", "tags": {"row": [row], "ses:from-domain": ["denpasar.test"]}}}


def people() -> list[reads.Listener]:
    return [one for shard in range(reads.AUDIENCE_SHARDS) for one in reads.audience(SANUR, shard).people]


@pytest.mark.parametrize(("event", "reason"), [(PERMANENT, "bounce"), (COMPLAINT, "complaint")])
def test_a_hard_bounce_or_a_complaint_stops_the_address_once(city: City, event: dict[str, Any], reason: str) -> None:
    subscribed_by_mail(city)
    row = city.mail.sent[0].row

    assert tell([about(row, event), about(row, event)]) == []
    work(city)

    (stopped,) = facts(city, "SubscriptionStopped")
    assert (stopped.data["reason"], stopped.actor) == (reason, "system:ses")
    assert people() == []


def test_a_full_mailbox_stops_nothing(city: City) -> None:
    subscribed_by_mail(city)

    assert tell([about(city.mail.sent[0].row, TRANSIENT)]) == []
    assert len(people()) == 1


def test_an_address_that_bounces_before_it_is_confirmed_is_stopped_too(city: City) -> None:
    asked = ask_by_mail(city)
    work(city)

    tell([about(city.mail.sent[0].row, PERMANENT)])

    assert facts(city, "SubscriptionStopped")
    assert city.visitor().get(asked.location).status == 200


def test_a_send_event_settles_a_mail_whose_answer_was_lost(city: City) -> None:
    city.mail.script = Script([Unanswered()], lost=True)
    ask_by_mail(city)
    work(city)
    row = city.mail.sent[0].row

    tell([about(row, {"eventType": "Send"})])

    (asked,) = {entry.data["subscription_id"] for entry in facts(city)}
    settled = Deliveries(city.store, city.clock).find(f"asked-{asked}-1", asked)
    assert settled is not None
    assert (settled.state, settled.message_id) == (State.SENT, "ses-1")


def test_a_bounced_alert_stops_whoever_it_was_for(city: City) -> None:
    subscribed_by_mail(city)
    (listener,) = people()
    deliveries = Deliveries(city.store, city.clock)
    row = deliveries.deliver("alert-1", listener.id, Channel.MAIL, lambda _: "ses-2", guard=lambda: None)

    tell([about(row.id, PERMANENT)])

    assert people() == []


@pytest.mark.parametrize(
    "event",
    [
        {"eventType": "Open"},
        about("nobody", PERMANENT),
        about("alert_2d1__51_2e71-awas-id", PERMANENT),
        {"eventType": "DeliveryDelay", "mail": {"tags": {"row": ["x"]}}},
        {},
    ],
)
def test_what_is_about_nobody_changes_nothing(city: City, event: dict[str, Any]) -> None:
    subscribed_by_mail(city)

    assert tell([event]) == []
    assert len(people()) == 1


def test_the_greeting_of_ses_is_let_pass(city: City) -> None:
    greeting = (
        '{"Type": "Notification", "Message": "Successfully validated SNS topic for Amazon SES event publishing."}'
    )
    assert handed(subscriptions_outcomes, [greeting]) == []


def test_an_unreadable_message_fails_alone(city: City) -> None:
    assert handed(subscriptions_outcomes, ["{}", "not json", "[]"]) == ["1", "2"]
