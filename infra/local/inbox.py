"""What left the city: every e-mail and SMS that an endpoint really received, kept in one file of JSON lines.

Clearing writes a line too, so that what was read once from a list that never empties does not come back.
"""

import email
import email.policy
import json
import re
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Literal

LINK = re.compile(r"https?://[^\s<>\"']+")


@dataclass(frozen=True)
class Message:
    """kind: mail or sms. at: ISO time, UTC. raw: the whole MIME text of a mail, empty for an SMS."""

    id: str
    kind: Literal["mail", "sms"]
    at: str
    sender: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str = ""
    raw: str = ""
    topic: str = ""

    @property
    def headers(self) -> list[tuple[str, str]]:
        """As they arrived, in their order; none for an SMS."""
        return [(name, str(value)) for name, value in parsed(self.raw.encode()).items()] if self.raw else []

    @property
    def links(self) -> list[str]:
        """Every address in the text, once, in its order."""
        return list(dict.fromkeys(found.rstrip(".,;)") for found in LINK.findall(self.text)))


def parsed(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def read_mail(raw: bytes, recipients: tuple[str, ...]) -> Message:
    """A mail as a sink received it; its id is the Message-ID that SES gave to the sender, without brackets."""
    mail = parsed(raw)
    return Message(
        id=str(mail.get("Message-ID", "")).strip("<> "),
        kind="mail",
        at=now(),
        sender=str(mail.get("From", "")),
        to=recipients,
        subject=str(mail.get("Subject", "")),
        text=_part(mail, "plain"),
        html=_part(mail, "html"),
        raw=raw.decode("utf-8", "replace"),
    )


def _part(mail: EmailMessage, kind: Literal["plain", "html"]) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


class Inbox:
    """Safe to use from several threads."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._turn = threading.Lock()
        self._messages: list[Message] = []
        self._seen: set[str] = set()
        for line in file.read_text("utf-8").splitlines() if file.exists() else ():
            self._read(json.loads(line))

    def _read(self, line: dict[str, object]) -> None:
        if "cleared" in line:
            self._messages.clear()
        else:
            message = Message(**{**line, "to": tuple(line["to"])})  # type: ignore[arg-type]
            self._messages.append(message)
            self._seen.add(message.id)

    def add(self, message: Message) -> None:
        with self._turn:
            self._append(asdict(message))

    def add_once(self, message: Message) -> bool:
        """False for an id that was here before, cleared or not."""
        with self._turn:
            if message.id in self._seen:
                return False
            self._append(asdict(message))
            return True

    def clear(self) -> None:
        with self._turn:
            self._append({"cleared": now()})

    def _append(self, line: dict[str, object]) -> None:
        self._read(line)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def newest_first(self, wanted: Callable[[Message], bool] = lambda _: True) -> list[Message]:
        with self._turn:
            return [message for message in reversed(self._messages) if wanted(message)]

    def get(self, identifier: str) -> Message | None:
        return next(iter(self.newest_first(lambda message: message.id == identifier)), None)
