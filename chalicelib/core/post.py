"""What leaves the city for people: the carriers, and the delivery row that keeps a send from being repeated.

Neither SES nor SNS knows idempotency keys, so a row is claimed, the message is sent in one attempt (the SDK's own
retries are off), and the outcome is recorded (DESIGN 4). A claimed row without an outcome is UNKNOWN: nobody takes
it again by a lease.
"""

from dataclasses import dataclass
from typing import Protocol

from chalicelib.core.errors import CityError


class Refused(CityError):
    """The carrier said no and sent nothing: trying again is safe. `final` when it never will send this."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__()
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


class MailCarrier(Protocol):
    def send(self, mail: Mail) -> str:
        """One attempt through SES; the carrier's message id. Raises Refused or Unanswered."""


class PhoneCarrier(Protocol):
    def text(self, number: str, words: str) -> str:
        """One SMS to one E.164 number, one attempt; the message id. Raises Refused or Unanswered."""

    def publish(self, topic: str, words: str) -> str:
        """One publish to every phone on a topic (its name without the stage's prefix). Raises as `text`; NotFound."""

    def subscribe(self, topic: str, number: str) -> str:
        """Makes the topic if it is the first phone; the subscription's ARN. Safe to repeat."""

    def unsubscribe(self, subscription: str) -> None:
        """Safe to repeat."""


class Queue(Protocol):
    def send(self, body: str) -> None:
        """Puts one message (pure ASCII JSON) on the queue."""
