"""What subscriptions do when something is announced, when SES tells what became of a mail, and each minute.

Use cases are imported where they run: these handlers are registered with the pages, which need none of them.
"""

from typing import Any

from chalice.app import Blueprint

from chalicelib.core.events import Entry, fact_from
from chalicelib.core.handlers import Message, facts_worker, messages_worker
from chalicelib.subscriptions.events import (
    SubscriptionChanged,
    SubscriptionConfirmed,
    SubscriptionFact,
    SubscriptionRequested,
    SubscriptionStopped,
)
from chalicelib.subscriptions.model.wishes import Channel

workers = Blueprint(__name__)

# What changes where a phone hangs.
MOVES: dict[str, type[SubscriptionFact]] = {
    fact.__name__: fact for fact in (SubscriptionConfirmed, SubscriptionChanged, SubscriptionStopped)
}


def write_to_them(entry: Entry) -> None:
    from chalicelib.subscriptions.service.confirmations import confirmations

    confirmations().write(fact_from(SubscriptionRequested, entry).subscription_id)


def move_their_phone(entry: Entry) -> None:
    from chalicelib.subscriptions.service.phone_lines import phone_lines

    fact = fact_from(MOVES[entry.name], entry)
    if fact.channel == Channel.PHONE:
        phone_lines().agree(fact.subscription_id)


def follow_alert(entry: Entry) -> None:
    from chalicelib.subscriptions.service.phone_lines import phone_lines

    phone_lines().follow_alert(entry)


def settle(message: Message) -> None:
    from chalicelib.subscriptions.service.outcomes import outcomes

    outcomes().settle(message)


HANDLERS = {
    "SubscriptionRequested": write_to_them,
    **dict.fromkeys(MOVES, move_their_phone),
    "AlertIssued": follow_alert,
    "AlertCancelled": follow_alert,
    "AlertExpired": follow_alert,
}


@workers.on_sqs_message(queue="Subscriptions", name="subscriptions_worker")
@facts_worker("subscriptions", HANDLERS)
def subscriptions_worker(event: Any) -> None:
    """Messages to whoever asked; phones on and off their topics."""


@workers.on_sqs_message(queue="Outcomes", name="subscriptions_outcomes")
@messages_worker("subscriptions", settle)
def subscriptions_outcomes(event: Any) -> None:
    """Bounces and complaints."""


@workers.schedule("rate(1 minute)", name="subscriptions_clock")
def subscriptions_clock(_event: Any) -> None:
    """Lets phones go that had to stay on a topic for a while."""
    from chalicelib.subscriptions.service.phone_lines import phone_lines

    phone_lines().sweep()
