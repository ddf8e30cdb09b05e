"""What became of e-mails, as SES tells it: settles their delivery rows, and stops addresses that must not be used."""

import json
from collections.abc import Mapping
from typing import Any, Final

from chalicelib.core.delivery import Deliveries
from chalicelib.core.events import system
from chalicelib.core.log import note
from chalicelib.core.post import MailEvent, mail_event
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.subscriptions.model.subscription import Reason
from chalicelib.subscriptions.service.asking import Subscriptions

BY: Final = system("ses")


class Outcomes:
    def __init__(self, tools: Toolbox) -> None:
        self._tools = tools
        self._deliveries = Deliveries(tools.store, tools.now)

    def settle(self, message: Mapping[str, Any]) -> None:
        """Takes an SES event, in an SNS envelope or raw. What is about no row of ours changes nothing."""
        event = mail_event(_inside(message))
        if event is None:
            return note("mail_event_ignored")
        row = self._deliveries.settle(event.row, failed=event.failed, message_id=event.message_id)
        if row and event.gone:
            Subscriptions(self._tools).stop(row.target, _reason(event), by=BY)
        return None


def _inside(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """SES greets a new topic with a sentence that is no JSON."""
    if "Message" not in message:
        return message
    try:
        event = json.loads(message["Message"])
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def _reason(event: MailEvent) -> Reason:
    return Reason.COMPLAINT if event.failed == "complaint" else Reason.BOUNCE


def outcomes() -> Outcomes:
    return Outcomes(toolbox())
