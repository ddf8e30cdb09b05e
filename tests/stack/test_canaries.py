"""Canaries in every field that people fill in: afterwards they are in no log, no metric, no fact and no archive.

One exception: the public words of an alert stand in the facts that carry them out, and nowhere else.
"""

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from infra.local.city import STAGE
from tests.stack.browser import Browser
from tests.stack.cloud import archive, everything_is_sent, items
from tests.stack.journey import (
    HERE,
    SOON,
    People,
    awaited,
    composed,
    done,
    drafted,
    new_people,
    opened,
    report,
    submitted,
    subscribe,
    verified,
    visitor,
)
from tests.stack.second_city import SecondCity

pytestmark = pytest.mark.stack

PUBLIC_FACTS = {"AlertIssued", "AlertCancelled"}


def word(kind: str) -> str:
    return f"kenari{kind}{uuid.uuid4().hex[:10]}"


@dataclass
class Canaries:
    """`secret` may be nowhere; `public` are an alert's words."""

    secret: list[str] = field(default_factory=list)
    public: list[str] = field(default_factory=list)

    def new(self, kind: str) -> str:
        self.secret.append(word(kind))
        return self.secret[-1]

    def told(self, kind: str) -> str:
        self.public.append(word(kind))
        return self.public[-1]

    def phone(self) -> str:
        number = new_people().phone
        # However it is written: with country code or without, the last nine digits stay together.
        self.secret.append(number[-9:])
        return number

    def mail(self) -> str:
        return f"{self.new('mail')}@example.com"


@pytest.fixture(scope="module")
def canaries(running_city: SecondCity, ayu: Browser, made: Browser) -> Canaries:
    """The journey with a canary in each field, wrong ways included; all that follows from it has happened."""
    birds = Canaries()
    _report(running_city, ayu, birds)
    _listen(running_city, birds)
    _warn(running_city, ayu, made, birds)
    _go_wrong(running_city, ayu, birds)
    running_city.eventually(lambda: everything_is_sent(running_city), SOON)
    return birds


def _report(city: SecondCity, ayu: Browser, birds: Canaries) -> None:
    for contact in (birds.mail(), birds.phone()):
        words = {"words": f"Nama saya {birds.new('nama')}", "place_words": birds.new("tempat")}
        incident = opened(ayu, reference := report(city, contact=contact, **words))
        if "@" in contact:
            verified(ayu, incident)
        else:
            done(ayu.press(f"/en/staff/incidents/{incident}", "/reject", reason=birds.new("alasan")))
        awaited(city, contact, reference)


def _listen(city: SecondCity, birds: Canaries) -> None:
    people = People(mail=birds.mail(), phone=birds.phone())
    manage = subscribe(city, people)
    done(visitor(city).press(manage, places=[HERE, "51.71"], floor="awas", language="en"))


def _warn(city: SecondCity, ayu: Browser, made: Browser, birds: Canaries) -> None:
    public = [name for name in composed() if name.startswith(("headline", "instruction", "description"))]
    alert = drafted(ayu, level="awas", **{name: birds.told(name.replace("_", "")) for name in public})
    submitted(ayu, alert)
    done(made.press(f"/en/staff/alerts/{alert}", "/return", reason=birds.new("kembali")))
    submitted(ayu, alert)
    done(made.press(f"/en/staff/alerts/{alert}", "/approve"))
    done(ayu.press(f"/en/staff/alerts/{alert}", "/cancel", ending_id=birds.told("akhir"), ending_en=birds.told("end")))
    done(made.press(f"/en/staff/alerts/{alert}", "/approve-cancel"))


def _go_wrong(city: SecondCity, ayu: Browser, birds: Canaries) -> None:
    """Errors are where logs like to say too much."""
    person = visitor(city)
    wrong = [
        person.press("/id/alerts/subscribe/email", email=f"{birds.new('salah')}@@x", places=[HERE]),
        person.press("/id/report", kind=birds.new("jenis"), words=birds.new("kata"), village="x", contact="@"),
        person.get(f"/id/{birds.new('alamat')}?q={birds.new('tanya')}"),
        person.get(f"/id/alerts/subscriptions/{birds.new('tanda')}.1.x"),
        person.post("/id/report", {birds.new("medan"): "1"}),
        person.post(
            "/id/report", {"kind": "1"}, Cookie=f"a={birds.new('kuki')}", Referer=f"http://{birds.new('dari')}.example"
        ),
        ayu.get(f"/en/staff/alerts/{birds.new('id')}"),
        person.get(f"/login/callback?state={birds.new('state')}&code={birds.new('kode')}"),
    ]
    assert {400, 403, 404, 422} >= {seen.status for seen in wrong}, [seen.status for seen in wrong]


def found(birds: list[str], text: str) -> list[str]:
    low = text.lower()
    return [bird for bird in birds if bird in low]


def log_lines(city: SecondCity) -> Iterator[str]:
    logs = city.client("logs")
    pages = logs.get_paginator("describe_log_groups").paginate()
    groups = [group["logGroupName"] for page in pages for group in page["logGroups"]]
    functions = [one["FunctionName"] for one in city.client("lambda").list_functions()["Functions"]]
    assert {f"/aws/lambda/{name}" for name in functions} <= set(groups)
    for group in groups:
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group):
            yield from (event["message"] for event in page["events"])


def test_no_log_and_no_metric_knows_a_canary(running_city: SecondCity, canaries: Canaries) -> None:
    lines = list(log_lines(running_city))
    metrics = [line for line in lines if line.startswith('{"_aws"')]

    assert len(metrics) > 5
    assert [line for line in lines if '"event":"alert_changed"' in line]
    assert [line for line in lines if found(canaries.secret + canaries.public, line)] == []


def test_logs_hold_ids_and_codes_alone(running_city: SecondCity, canaries: Canaries) -> None:
    lines = "\n".join(log_lines(running_city))

    assert re.findall(r"[\w.+-]+@[\w-]+\.\w+|(?<![0-9A-Za-z])\+?62\d{8,12}(?![0-9A-Za-z])", lines) == []


def test_no_fact_knows_a_canary_but_the_public_words_in_alerts(running_city: SecondCity, canaries: Canaries) -> None:
    facts = [item for item in items(running_city) if item["sk"]["S"].startswith("fact#")]
    # A line that nobody can read has no name.
    public = [item for item in facts if item.get("name", {"S": ""})["S"] in PUBLIC_FACTS]
    others = [item for item in facts if item not in public]

    assert {bird for item in public for bird in found(canaries.public, str(item))} == set(canaries.public)
    assert [item for item in facts if found(canaries.secret, str(item))] == []
    assert [item for item in others if found(canaries.public, str(item))] == []


def test_the_archive_holds_no_canary_but_the_public_words_in_alerts(
    running_city: SecondCity, canaries: Canaries
) -> None:
    objects = [json.loads(version or b"{}") for _, versions in archive(running_city).versions() for version in versions]
    others = [fact for fact in objects if fact.get("name") not in PUBLIC_FACTS]

    assert len(objects) > 20
    assert [fact for fact in objects if found(canaries.secret, json.dumps(fact))] == []
    assert [fact for fact in others if found(canaries.public, json.dumps(fact))] == []


def test_no_address_and_no_number_lies_open_in_the_table(running_city: SecondCity, canaries: Canaries) -> None:
    contacts = [bird for bird in canaries.secret if bird.isdigit() or bird.startswith("kenarimail")]

    assert len(contacts) == 4
    assert [item["pk"] for item in items(running_city) if found(contacts, str(item))] == []


def test_no_queue_keeps_a_canary(running_city: SecondCity, canaries: Canaries) -> None:
    """What lies in dead letters or is parked stays for two weeks."""
    sqs = running_city.client("sqs")
    for url in sqs.list_queues(QueueNamePrefix=f"sewaka-{STAGE}-")["QueueUrls"]:
        told = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        assert found(canaries.secret, str(told.get("Messages", []))) == [], url
