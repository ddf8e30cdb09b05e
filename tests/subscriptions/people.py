"""Residents, tourists and the workers who write to them, on memory twins."""

import json
import re
import uuid
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from chalicelib.core.events import Entry, ascii_json
from chalicelib.subscriptions.workers import (
    HANDLERS,
    subscriptions_clock,
    subscriptions_outcomes,
    subscriptions_worker,
)
from tests.web.city import City
from tests.web.client import Client, Reply

EMAIL = "budi.santoso@example.com"
NUMBER = "+6281234567890"
TYPED_NUMBER = "0812 3456 7890"
SANUR, RENON, SOUTH, WHOLE = "51.71.01.1006", "51.71.01.1005", "51.71.01", "51.71"


def mail_form(**changes: Any) -> dict[str, Any]:
    usual = {"email": EMAIL, "places": [SANUR, SOUTH], "hazards": ["flood"], "floor": "siaga", "language": "id"}
    return {"form_id": str(uuid.uuid4()), **usual, **changes}


def phone_form(**changes: Any) -> dict[str, Any]:
    usual = {"phone": TYPED_NUMBER, "place": SANUR, "floor": "waspada", "language": "id"}
    return {"form_id": str(uuid.uuid4()), **usual, **changes}


def ask_by_mail(city: City, lang: str = "id", **changes: Any) -> Reply:
    return city.visitor().post(f"/{lang}/alerts/subscribe/email", mail_form(**changes))


def ask_by_phone(city: City, lang: str = "id", **changes: Any) -> Reply:
    return city.visitor().post(f"/{lang}/alerts/subscribe/phone", phone_form(**changes))


def facts(city: City, *names: str) -> list[Entry]:
    """All facts of these names (none: those that subscriptions react to), oldest first."""
    entries = [entry for entry in city.store.entries.values() if isinstance(entry, Entry)]
    wanted = [entry for entry in entries if entry.name in (names or HANDLERS)]
    return sorted(wanted, key=lambda entry: (entry.at, entry.version))


class Lambda:
    """What Lambda hands over; the worker sees a real SQS event."""

    aws_request_id = "request"


def deliver(city: City, entries: Sequence[Entry]) -> list[str]:
    """Gives facts to the worker as SQS would; the ids of the messages that failed."""
    bodies = [ascii_json({"detail": entry.detail(city.clock())}) for entry in entries]
    return handed(subscriptions_worker, bodies)


def tell(events: Sequence[dict[str, Any]]) -> list[str]:
    """Gives SES events to the worker, each in its SNS envelope."""
    return handed(
        subscriptions_outcomes, [json.dumps({"Type": "Notification", "Message": json.dumps(e)}) for e in events]
    )


def handed(worker: Any, bodies: Sequence[str]) -> list[str]:
    answer = worker({"Records": [_record(str(at), body) for at, body in enumerate(bodies)]}, Lambda())
    return [failed["itemIdentifier"] for failed in answer["batchItemFailures"]]


def work(city: City) -> None:
    """The worker handles everything that was announced so far, also what it knows already."""
    assert deliver(city, facts(city)) == []


def tick(city: City, **later: float) -> None:
    """Time passes, and the clock of subscriptions ticks."""
    city.clock.pass_(timedelta(**later))
    names = ("version", "account", "region", "detail", "detail-type", "source", "time", "id", "resources")
    subscriptions_clock(dict.fromkeys(names, ""), Lambda())


def _record(id: str, body: str) -> dict[str, Any]:
    return {
        "messageId": id,
        "receiptHandle": id,
        "body": body,
        "attributes": {},
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:ap-southeast-3:000000000000:subscriptions",
        "awsRegion": "ap-southeast-3",
    }


def link_in(text: str, room: str = "") -> str:
    """The path of the first link into a room of subscriptions."""
    found = re.search(rf"/(?:id|en)/alerts/subscriptions/{room}[A-Za-z0-9._-]+", text)
    assert found, text
    return found[0]


def code_in(words: str) -> str:
    found = re.search(r"\b\d{6}\b", words)
    assert found, words
    return found[0]


def pressed(visitor: Client, path: str) -> Reply:
    """Opens a page with one form and presses its button."""
    form_id = visitor.get(path).hidden("form_id")
    return visitor.post(path, {"form_id": form_id})


def subscribed_by_mail(city: City, **changes: Any) -> str:
    """Asks and confirms; the path of the manage page."""
    ask_by_mail(city, **changes)
    work(city)
    done = pressed(city.visitor(), link_in(city.mail.sent[-1].text, "confirm/"))
    assert done.status == 303
    work(city)
    return done.location.removesuffix("/confirmed")


def subscribed_by_phone(city: City, **changes: Any) -> str:
    asked = ask_by_phone(city, **changes)
    work(city)
    done = type_code(city, asked.location, code_in(city.phones.texts[-1][1]))
    assert done.status == 303
    work(city)
    return done.location.removesuffix("/confirmed")


def type_code(city: City, page: str, code: str) -> Reply:
    return city.visitor().post(page, {"form_id": str(uuid.uuid4()), "code": code})


def on_topics(city: City) -> dict[str, list[str]]:
    """Who hangs on which topic; topics that nobody hangs on are left out."""
    return {topic: sorted(lines.values()) for topic, lines in city.phones.topics.items() if lines}


def everything_kept(city: City) -> Iterator[str]:
    """All that the table and the journal hold, as text."""
    yield from (json.dumps(row.record.body) for row in city.store.rows.values() if row.record)
    yield from (f"{key.pk} {key.sk}" for key in city.store.rows)
    yield from (ascii_json(entry) for entry in city.store.entries.values())
