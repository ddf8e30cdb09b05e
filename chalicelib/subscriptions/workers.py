"""What subscriptions do when something is announced, and when SES tells what became of a mail."""

from typing import Any

from chalice.app import Blueprint

from chalicelib.core.events import Entry
from chalicelib.core.handlers import facts_worker, messages_worker
from chalicelib.subscriptions.service.confirmations import confirmations
from chalicelib.subscriptions.service.outcomes import outcomes
from chalicelib.subscriptions.service.phone_lines import phone_lines

workers = Blueprint(__name__)


def write_to_them(entry: Entry) -> None:
    confirmations().write(entry)


def move_their_phone(entry: Entry) -> None:
    if entry.data["channel"] == "phone":
        phone_lines().agree(entry.data["subscription_id"])
        phone_lines().sweep()


def follow_alert(entry: Entry) -> None:
    phone_lines().follow_alert(entry)
    phone_lines().sweep(pages=10)


HANDLERS = {
    "SubscriptionRequested": write_to_them,
    "SubscriptionConfirmed": move_their_phone,
    "SubscriptionChanged": move_their_phone,
    "SubscriptionStopped": move_their_phone,
    "AlertIssued": follow_alert,
    "AlertUpdated": follow_alert,
    "AlertCancelled": follow_alert,
    "AlertExpired": follow_alert,
}


@workers.on_sqs_message(queue="Subscriptions", name="subscriptions_worker")
@facts_worker("subscriptions", HANDLERS)
def subscriptions_worker(event: Any) -> None:
    """Messages to whoever asked; phones on and off their topics."""


@workers.on_sqs_message(queue="Outcomes", name="subscriptions_outcomes")
@messages_worker("subscriptions", lambda body: outcomes().settle(body))
def subscriptions_outcomes(event: Any) -> None:
    """Bounces and complaints."""
