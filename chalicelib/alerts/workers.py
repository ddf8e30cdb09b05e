"""How alerts leave: one worker for each channel's queue, and the minute.

The fan-out is imported where it runs: these handlers are registered with the pages, which need none of it.
"""

from typing import Any

from chalice.app import Blueprint

from chalicelib.core.handlers import Message, messages_worker
from chalicelib.core.toolbox import toolbox

workers = Blueprint(__name__)


def _mail(message: Message) -> None:
    from chalicelib.alerts.fanout.mail import PAGE, MailWork
    from chalicelib.subscriptions import reads as hearers

    tools = toolbox()
    MailWork(tools, hearers, tools.mail_queue, PAGE).handle(message)


def _phone(message: Message) -> None:
    from chalicelib.alerts.fanout.phone import PAGE, PhoneWork
    from chalicelib.subscriptions import reads as hearers

    tools = toolbox()
    PhoneWork(tools, hearers, tools.phone_queue, PAGE).handle(message)


@workers.on_sqs_message(queue="Mail", name="alerts_mail", batch_size=1)
@messages_worker("alerts_mail", _mail)
def alerts_mail(event: Any) -> None:
    """Sends alerts by e-mail: facts from the topic, and tasks of its own."""


@workers.on_sqs_message(queue="Phone", name="alerts_phone", batch_size=10)
@messages_worker("alerts_phone", _phone)
def alerts_phone(event: Any) -> None:
    """Publishes alerts to the phones' topics: facts from the topic, and tasks of its own."""


@workers.schedule("rate(1 minute)", name="alerts_clock")
def alerts_clock(_event: Any) -> None:
    """Ends alerts whose time is over, and settles sends that have no outcome."""
    from chalicelib.alerts.fanout.clock import Minute
    from chalicelib.alerts.service import alerts

    alerts().expire_due()
    Minute(toolbox()).settle()
