"""Residents and visitors: what they do on the public pages, and what they find in mailbox and phone."""

import itertools
import re
import time
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from tests.journeys.browser import Window
from tests.stack.second_city import SecondCity

SANUR, RENON, PANJER, EAST = "51.71.01.1006", "51.71.01.1005", "51.71.01.1004", "51.71.02"
PLACES = {"Sanur": SANUR, "Renon": RENON, "Panjer": PANJER}
# Nobody's address and number twice, however often the tests run on one city.
NUMBERS = itertools.count(int(time.time()) % 1_000_000 * 100)


@dataclass
class Reader:
    """Somebody with a mailbox or a phone, who reads in one language. address: an e-mail address or +62…"""

    city: SecondCity
    address: str
    language: str

    def messages(self) -> list[dict[str, Any]]:
        """What reached this person, newest first."""
        return [one for one in self.city.inbox() if one["to"] == [self.address]]

    def waits_for(self, words: str, seconds: float = 60) -> dict[str, Any]:
        """The newest message with these words in its subject or text. AssertionError when none comes."""
        found: dict[str, Any] = self.city.eventually(lambda: next(iter(self.heard(words)), None), seconds)
        return found

    def heard(self, words: str) -> list[dict[str, Any]]:
        return [one for one in self.messages() if words in one["subject"] + one["text"]]

    def link(self, words: str, room: str) -> str:
        """A link of the newest message with these words, as a path."""
        links = [one for one in self.waits_for(words)["links"] if f"/alerts/subscriptions/{room}" in one]
        return str(links[0]).removeprefix(self.city.origin)


def mailbox(city: SecondCity, language: str) -> Reader:
    return Reader(city, f"warga.{next(NUMBERS)}@example.com", language)


def phone(city: SecondCity, language: str) -> Reader:
    return Reader(city, f"+62812{next(NUMBERS):08d}", language)


def ask_by_mail(window: Window, reader: Reader, *places: str, floor: str = "waspada") -> None:
    window.go("/alerts/subscribe/email")
    window.fill(email=reader.address)
    window.tick("places", *places)
    window.tick("floor", floor)
    window.tick("language", reader.language)
    window.press("Send me the link")


def confirm_by_mail(window: Window, reader: Reader) -> None:
    """Opens the link of the mail and presses its button."""
    window.page.goto(reader.city.origin + reader.link("24", "confirm/"))
    window.press("Yes, send me these alerts")


def ask_by_phone(window: Window, reader: Reader, place: str, floor: str = "waspada") -> None:
    window.go("/alerts/subscribe/phone")
    window.fill(phone=reader.address)
    window.select("place", place)
    window.tick("floor", floor)
    window.tick("language", reader.language)
    window.press("Send me the code")


def type_code(window: Window, reader: Reader) -> None:
    """The six digits of the SMS, typed on the page that asks for them."""
    (code,) = re.findall(r"\b\d{6}\b", reader.waits_for("10")["text"])
    window.fill(code=code)
    window.press("Confirm")


def joined(reader: Reader, place: str, floor: str = "waspada") -> str:
    """The ARN of the topic on which a confirmed phone hangs, once it does and the network listens beside it."""
    sns = reader.city.client("sns")
    topic = reader.city.city.topic(f"phone-{place.replace('.', '_')}-{floor}-{reader.language}")

    def hangs() -> bool:
        known = {one["TopicArn"] for page in sns.get_paginator("list_topics").paginate() for one in page["Topics"]}
        there = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] if topic in known else []
        return {"sms", "http"} <= {one["Protocol"] for one in there} and reader.address in str(there)

    reader.city.eventually(hangs, 60)
    return topic


def one_click(reader: Reader, message: dict[str, Any]) -> int:
    """What a mail program does (RFC 8058): one POST, without cookie or page of ours. The answer's status."""
    headers = dict(message["headers"])
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = re.search(r"<(https?://[^>]+)>", headers["List-Unsubscribe"])
    assert address
    asked = urllib.request.Request(address[1], data=b"List-Unsubscribe=One-Click", method="POST")
    with urllib.request.urlopen(asked, timeout=20) as answer:
        assert "Set-Cookie" not in answer.headers
        return int(answer.status)


@dataclass
class Sighting:
    """What somebody reports."""

    kind: str = "flood"
    village: str = SANUR
    words: str = "Air setinggi lutut di depan pasar"
    place_words: str = "Jalan Danau Tamblingan"
    contact: str = ""
    extra: dict[str, str] = field(default_factory=dict)


def fill_report(window: Window, seen: Sighting) -> None:
    window.go("/report")
    window.tick("kind", seen.kind)
    window.select("village", seen.village)
    window.fill(place_words=seen.place_words, words=seen.words, contact=seen.contact)


def report(window: Window, seen: Sighting) -> str:
    """The reference of a new report."""
    fill_report(window, seen)
    window.press("Send the report")
    return window.last
