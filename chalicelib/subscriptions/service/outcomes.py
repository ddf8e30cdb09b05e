"""What became of e-mails, as SES tells it: settles their delivery rows, and stops addresses that must not be used."""

import json
from collections.abc import Mapping
from typing import Any, Final

from chalicelib.core.delivery import Deliveries
from chalicelib.core.events import system
from chalicelib.core.log import note
from chalicelib.core.post import ROW_TAG
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.subscriptions.model.subscription import Reason
from chalicelib.subscriptions.service.asking import Subscriptions

BY: Final = system("ses")
SENT: Final = frozenset({"Send", "Delivery"})
REFUSED: Final = frozenset({"Reject", "Rendering Failure"})
Event = Mapping[str, Any]


class Outcomes:
    def __init__(self, tools: Toolbox) -> None:
        self._tools = tools
        self._deliveries = Deliveries(tools.store, tools.now)

    def settle(self, message: Mapping[str, Any]) -> None:
        """An SNS envelope with an SES event. One that is about no row of ours, or says nothing new, changes nothing."""
        event = _event(message)
        row = next(iter(event.get("mail", {}).get("tags", {}).get(ROW_TAG, ())), "")
        kind, failure = event.get("eventType", ""), _failure(event)
        if not row or not (failure or kind in SENT):
            return note("mail_event_ignored", kind=kind)
        settled = self._deliveries.settle(row, failed=failure, message_id=event["mail"].get("messageId", ""))
        reason = _stops(event)
        if settled and reason:
            Subscriptions(self._tools).stop(settled.target, reason, by=BY)
        return None


def _event(message: Mapping[str, Any]) -> Event:
    """SES greets a new topic with a sentence that is no JSON."""
    if "Message" not in message:
        return message
    try:
        event = json.loads(message["Message"])
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def _failure(event: Event) -> str:
    """A code for the delivery row; "" where the mail has not failed."""
    kind = event.get("eventType")
    if kind == "Bounce":
        return "bounce" if _is_permanent(event) else "soft_bounce"
    if kind == "Complaint":
        return "complaint" if _is_complaint(event) else ""
    return "rejected" if kind in REFUSED else ""


def _stops(event: Event) -> Reason | None:
    """A full mailbox may be empty tomorrow; an address that does not exist, or does not want us, is left alone."""
    return {"bounce": Reason.BOUNCE, "complaint": Reason.COMPLAINT}.get(_failure(event))


def _is_permanent(event: Event) -> bool:
    return bool(event.get("bounce", {}).get("bounceType") == "Permanent")


def _is_complaint(event: Event) -> bool:
    """Some mailbox providers also tell when a person takes our mail out of the spam folder."""
    return bool(event.get("complaint", {}).get("complaintFeedbackType") != "not-spam")


def outcomes() -> Outcomes:
    return Outcomes(toolbox())
