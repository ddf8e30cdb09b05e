"""The mail sink: what SES relays by SMTP lands in the inbox, and SES's event publishing is stood in for.

The embedded SES never says what became of a mail. So, for mails with a configuration set (as SES does), the sink
publishes the JSON that AWS documents to the topic `mail-events`: Send, then Delivery; Bounce for an address
`bounce@` or at `bounce.example`; Complaint as well for `complaint@`.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from infra.local.city import ACCOUNT, REGION
from infra.local.inbox import Inbox, Message, now, parsed, read_mail

Event = dict[str, Any]

BIGGEST = 40 * 1024 * 1024


@dataclass(frozen=True)
class Sink:
    """aiosmtpd's handler. publish: takes one event; it runs in the sink's own loop and must not block."""

    inbox: Inbox
    publish: Callable[[Event], None]

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        raw = content if isinstance(content, bytes) else (content or "").encode()
        message = read_mail(raw, tuple(envelope.rcpt_tos))
        self.inbox.add(message)
        for event in events(message):
            self.publish(event)
        return "250 received"

    def protocol(self) -> SMTP:
        return SMTP(self, data_size_limit=BIGGEST, enable_SMTPUTF8=True, hostname="sewaka.local")


def events(message: Message) -> list[Event]:
    """The events that SES would publish, in their order; none for a mail without a configuration set."""
    if not parsed(message.raw.encode()).get("X-SES-CONFIGURATION-SET"):
        return []
    bounced = [to for to in message.to if _bounces(to)]
    delivered = [to for to in message.to if not _bounces(to)]
    complained = [to for to in delivered if to.lower().startswith("complaint@")]
    told = [_event(message, "Send", {})]
    told += [_event(message, "Bounce", _bounce(message, bounced))] if bounced else []
    told += [_event(message, "Delivery", _delivery(delivered))] if delivered else []
    return told + ([_event(message, "Complaint", _complaint(message, complained))] if complained else [])


def _bounces(address: str) -> bool:
    local, _, domain = address.lower().rpartition("@")
    return local == "bounce" or domain == "bounce.example"


def _event(message: Message, kind: str, detail: Event) -> Event:
    return {"eventType": kind, "mail": _mail(message), kind.lower(): detail}


def _mail(message: Message) -> Event:
    headers = [{"name": name, "value": value} for name, value in message.headers]
    return {
        "timestamp": message.at,
        "source": message.sender,
        "sourceArn": f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/{message.sender.rpartition('@')[2].rstrip('>')}",
        "sendingAccountId": ACCOUNT,
        "messageId": message.id,
        "destination": list(message.to),
        "headersTruncated": False,
        "headers": headers,
        "commonHeaders": {"from": [message.sender], "to": list(message.to), "subject": message.subject},
        "tags": tags(message),
    }


def tags(message: Message) -> dict[str, list[str]]:
    """`X-SES-MESSAGE-TAGS: name=value, name=value` and the configuration set, each as a list of one."""
    mail = parsed(message.raw.encode())
    pairs = [pair.split("=", 1) for pair in str(mail.get("X-SES-MESSAGE-TAGS", "")).split(",") if "=" in pair]
    own = {name.strip(): [value.strip()] for name, value in pairs}
    return {"ses:configuration-set": [str(mail["X-SES-CONFIGURATION-SET"])], **own}


def _delivery(recipients: list[str]) -> Event:
    said = "250 received"
    return {"timestamp": now(), "processingTimeMillis": 1, "recipients": recipients, "smtpResponse": said}


def _bounce(message: Message, recipients: list[str]) -> Event:
    gone = {"action": "failed", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 user unknown"}
    return {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [{"emailAddress": address, **gone} for address in recipients],
        "timestamp": now(),
        "feedbackId": f"bounce-{message.id}",
        "reportingMTA": "dsn; sewaka.local",
    }


def _complaint(message: Message, recipients: list[str]) -> Event:
    return {
        "complainedRecipients": [{"emailAddress": address} for address in recipients],
        "timestamp": now(),
        "feedbackId": f"complaint-{message.id}",
        "complaintFeedbackType": "abuse",
    }


def as_text(event: Event) -> str:
    return json.dumps(event)
