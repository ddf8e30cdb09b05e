"""What leaves the city for people: the carriers and their words. Each send is one attempt (see `core/delivery.py`).

A carrier either has the message, has Refused it (nothing left, trying again is safe), or was Unanswered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from chalicelib.core.errors import CityError

# The name of the message tag that brings a delivery row's id back in SES's events.
ROW_TAG: Final = "row"
SENT_EVENTS: Final = frozenset({"Send", "Delivery", "Open", "Click"})


class Refused(CityError):
    """The carrier said no and sent nothing: trying again is safe. `final` when it never will send this."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason=reason)
        self.reason = reason
        self.final = final


class Unanswered(CityError):
    """No answer came back: the message may or may not be on its way."""


@dataclass(frozen=True, kw_only=True)
class Mail:
    """An e-mail as it will leave. `row` is the delivery row's id, `headers` are extra ones (List-Unsubscribe ...)."""

    to: str
    subject: str
    text: str
    html: str
    language: str
    row: str
    headers: tuple[tuple[str, str], ...] = ()


def one_click(url: str) -> tuple[tuple[str, str], ...]:
    """Headers by which a mail program unsubscribes with one POST to `url` (RFC 8058)."""
    return ("List-Unsubscribe", f"<{url}>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")


@dataclass(frozen=True, kw_only=True)
class MailEvent:
    """What SES tells of one mail. `failed` is empty when it was sent; `gone`: nothing may go to that address again."""

    row: str
    message_id: str
    failed: str = ""

    @property
    def gone(self) -> bool:
        return self.failed in ("bounce_permanent", "complaint")


def mail_event(event: Mapping[str, Any]) -> MailEvent | None:
    """One event of SES's event publishing in our words; None for one that settles nothing or carries no row."""
    mail = event.get("mail", {})
    rows = mail.get("tags", {}).get(ROW_TAG, [])
    kind = str(event.get("eventType", ""))
    failed = _failure(kind, event)
    if len(rows) != 1 or not (failed or kind in SENT_EVENTS):
        return None
    return MailEvent(row=str(rows[0]), message_id=str(mail.get("messageId", "")), failed=failed)


def _failure(kind: str, event: Mapping[str, Any]) -> str:
    if kind == "Bounce":
        # Undetermined bounces are treated as passing: the next alert tries the address again.
        permanent = event.get("bounce", {}).get("bounceType") == "Permanent"
        return "bounce_permanent" if permanent else "bounce_transient"
    return kind.lower() if kind in ("Complaint", "Reject") else ""


class MailCarrier(Protocol):
    """The promises are the tests of `tests/contracts/test_post.py`."""

    def send(self, mail: Mail) -> str:
        """One attempt through SES; the carrier's message id. Raises Refused or Unanswered."""


class PhoneCarrier(Protocol):
    def text(self, number: str, words: str) -> str:
        """One SMS to one E.164 number, one attempt; the message id. Raises Refused or Unanswered."""

    def publish(self, topic: str, words: str) -> str:
        """One publish to every phone on a topic (its name without the stage's prefix). Raises as `text`; NotFound."""

    def subscribe(self, topic: str, number: str) -> str:
        """Makes the topic if it is the first phone; the subscription's ARN. Safe to repeat. Raises Refused (final)."""

    def unsubscribe(self, subscription: str) -> None:
        """Safe to repeat."""


class Queue(Protocol):
    def send(self, body: str) -> None:
        """Puts one message (pure ASCII JSON) on the queue."""


class Waiting(Protocol):
    def put_off(self, queue: str, handle: str, seconds: int) -> None:
        """The message that was received by this handle from a queue (its ARN) comes back in so many seconds.

        Raises Unavailable, also where the queue refuses: then its own time-out counts.
        """


class OrderedQueue(Protocol):
    def send(self, body: str, *, group: str, key: str) -> None:
        """Puts one message (pure ASCII JSON) on the queue, behind the earlier ones of its group.

        The same `key` within five minutes is the same message (SQS FIFO deduplication).
        """
