"""The whole journey of an alert over HTTP: a resident subscribes and reports, officers warn, the inbox is read.

Officers log in as people do, through the hosted page of the embedded Cognito: its forms are posted, since it needs no
script. What left the city is read from `/_inbox.json`, which holds only what SES and SNS endpoints received.
"""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from chalicelib.core.clock import utc_now
from chalicelib.core.text import local
from infra.local.seed import PASSWORD
from tests.stack.browser import Browser, Seen
from tests.stack.second_city import SecondCity

HERE = "51.71.03.2003"  # Dauh Puri Kauh
SOON = 240  # seconds: workers start cold, and several cities may share two cores

Letter = dict[str, Any]


@dataclass(frozen=True)
class People:
    """Who listens: a mailbox and a phone, both at one place and both in Indonesian."""

    mail: str
    phone: str
    place: str = HERE

    def both(self) -> tuple[str, str]:
        return self.mail, self.phone


def new_people() -> People:
    """A mailbox and a phone that nobody has used; each phone lies in another block of a thousand numbers."""
    number = uuid.uuid4().int
    return People(mail=f"warga-{number % 10**12}@example.com", phone=f"+62812{number % 10**8:08}")


def is_somebody_of_ours(address: str) -> bool:
    """Whether it is one of `new_people`."""
    return address.startswith(("warga-", "+62812"))


def visitor(city: SecondCity) -> Browser:
    return Browser(city.origin)


def logged_in(city: SecondCity, username: str) -> Browser:
    """An officer's browser after the login: the city, the provider's page, the city again."""
    browser, elsewhere = visitor(city), Browser(city.city.endpoint)
    page = elsewhere.get(browser.get("/en/login").location)
    form = page.form("/login")
    back = elsewhere.post(form.action, {**form.values, "username": username, "password": PASSWORD})
    done = browser.get(back.location)
    assert (done.status, done.location[-9:]) == (303, "/en/staff"), done.text
    return browser


def received(city: SecondCity, address: str, *words: str) -> list[Letter]:
    """What one mailbox or phone has got with all of these words, newest first."""
    mine = [one for one in city.inbox() if address in one["to"]]
    return [one for one in mine if all(word in one["subject"] + one["text"] for word in words)]


def awaited(city: SecondCity, address: str, *words: str) -> Letter:
    """The newest message with these words, as soon as it is there."""
    found: list[Letter] = city.eventually(lambda: received(city, address, *words), SOON)
    return found[0]


def subscribe(city: SecondCity, people: People, place: str = HERE, floor: str = "waspada") -> str:
    """Mailbox and phone, asked for and confirmed; the path of the mailbox's own page."""
    asked = {"floor": floor, "language": "id"}
    done(visitor(city).press("/id/alerts/subscribe/email", email=people.mail, places=[place], **asked))
    code_page = done(visitor(city).press("/id/alerts/subscribe/phone", phone=people.phone, place=place, **asked))
    manage = confirm_mail(city, people)
    confirm_phone(city, people, code_page.location)
    city.eventually(lambda: hangs(city, people.phone, place), SOON)
    return manage


def confirm_mail(city: SecondCity, people: People) -> str:
    letter = awaited(city, people.mail, "/confirm/")
    link = next(one for one in letter["links"] if "/confirm/" in one)
    return done(visitor(city).press(link)).location.removesuffix("/confirmed")


def confirm_phone(city: SecondCity, people: People, page: str) -> None:
    found = re.search(r"\b\d{6}\b", awaited(city, people.phone, "Kode")["text"])
    assert found
    done(visitor(city).press(page, code=found[0]))


def hangs(city: SecondCity, phone: str, place: str) -> bool:
    """Whether a phone is on the topic of its place, and the phone network listens there too."""
    topics = [topic for topic in phone_topics(city, place) if phone in listeners(city, topic)]
    return bool(topics) and f"{city.origin}/_inbox/sns" in listeners(city, topics[0])


def phone_topics(city: SecondCity, place: str) -> list[str]:
    pages = city.client("sns").get_paginator("list_topics").paginate()
    mark = f"-phone-{place.replace('.', '_')}-"
    return [topic["TopicArn"] for page in pages for topic in page["Topics"] if mark in topic["TopicArn"]]


def listeners(city: SecondCity, topic: str) -> set[str]:
    """Endpoints that have confirmed."""
    sns = city.client("sns")
    there = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    told = {one["Endpoint"]: sns.get_subscription_attributes(SubscriptionArn=one["SubscriptionArn"]) for one in there}
    return {end for end, one in told.items() if one["Attributes"].get("PendingConfirmation", "false") == "false"}


def report(city: SecondCity, **typed: Any) -> str:
    """The reference of a report without a contact."""
    usual = {"kind": "flood", "village": HERE, "words": "Air naik di tepi sungai", "place_words": "", "contact": ""}
    return done(visitor(city).press("/id/report", **{**usual, **typed})).location.rsplit("/", 1)[1]


def opened(officer: Browser, *references: str) -> str:
    """The id of the incident that an officer made of reports."""
    return done(officer.press("/en/staff/incidents", reports=list(references))).location.rsplit("/", 1)[1]


def verified(officer: Browser, incident: str) -> None:
    done(officer.press(f"/en/staff/incidents/{incident}", "/verify"))


def drafted(officer: Browser, incident: str = "", **typed: Any) -> str:
    """The id of a new draft."""
    page = f"/en/staff/alerts/new?incident={incident}"
    return done(officer.press(page, **{**composed(), "incident": incident, **typed})).location.rsplit("/", 1)[1]


def composed() -> dict[str, Any]:
    """What an officer types: an alert for one village that ends in half an hour."""
    until = local(utc_now() + timedelta(minutes=30))
    return {
        "status": "actual",
        "hazard": "flood",
        "level": "siaga",
        "areas": [HERE],
        "headline_id": "Banjir di Dauh Puri Kauh",
        "headline_en": "Flood in Dauh Puri Kauh",
        "instruction_id": "Jauhi bantaran sungai",
        "instruction_en": "Keep away from the river banks",
        "description_id": "Air naik di tepi Tukad Badung",
        "description_en": "The Badung river is rising",
        "until_day": until.date().isoformat(),
        "until_time": f"{until:%H.%M}",
    }


def submitted(officer: Browser, alert: str) -> None:
    done(officer.press(f"/en/staff/alerts/{alert}", "/submit"))


def approved(officer: Browser, alert: str) -> None:
    done(officer.press(f"/en/staff/alerts/{alert}", "/approve"))


def issued(author: Browser, second: Browser, incident: str = "", **typed: Any) -> str:
    """The id of an alert that one officer wrote and another let out."""
    alert = drafted(author, incident, **typed)
    submitted(author, alert)
    approved(second, alert)
    return alert


def cancelled(author: Browser, second: Browser, alert: str) -> None:
    done(author.press(f"/en/staff/alerts/{alert}", "/cancel", ending_id="Air surut", ending_en="The water has gone"))
    done(second.press(f"/en/staff/alerts/{alert}", "/approve-cancel"))


def done(seen: Seen) -> Seen:
    """A form that was taken leads on to another page."""
    assert seen.status == 303, f"{seen.url} answers {seen.status}:\n{seen.text[-3000:]}"
    return seen


def numbered(words: str) -> Iterator[str]:
    """Headlines that nobody has seen before."""
    while True:
        yield f"{words} {uuid.uuid4().hex[:6]}"
