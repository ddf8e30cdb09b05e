"""The spine in the running city: table, stream, relay, archive, bus and sweeper as they are deployed."""

import json
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core.aws.archive import S3Archive
from chalicelib.core.aws.store import DynamoStore
from chalicelib.core.clock import utc_now
from chalicelib.core.events import Entry, entry_from
from infra.local.city import ACCOUNT, STAGE
from infra.verify import Finding, verified
from tests.contracts.permits import CLERK, PermitApproved, permit
from tests.stack.second_city import SecondCity

pytestmark = pytest.mark.stack

TABLE = f"sewaka-{STAGE}"


def store_of(city: SecondCity, minutes_ago: float = 0) -> DynamoStore:
    return DynamoStore(city.client("dynamodb"), TABLE, lambda: utc_now() - timedelta(minutes=minutes_ago))


def committed(store: DynamoStore, facts: int = 1) -> list[Entry]:
    thing = permit()
    store.commit([thing], [PermitApproved(permit=thing.key.pk)] * facts, by=CLERK)
    return store.journal(thing.key.pk)


def is_sent(city: SecondCity, *entries: Entry) -> bool:
    return not store_of(city).still_unsent(entries)


def findings(city: SecondCity) -> tuple[Finding, ...]:
    archive = S3Archive(city.client("s3"), f"{TABLE}-archive-{ACCOUNT}")
    return verified(store_of(city), archive.versions()).findings


class Ear:
    """A queue that hears everything that permits announce."""

    def __init__(self, city: SecondCity) -> None:
        self._sqs = city.client("sqs")
        name = f"ear-{uuid.uuid4().hex[:8]}"
        self.url = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        self.heard: list[dict[str, Any]] = []
        arn = self._sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        rule = {"Name": name, "EventBusName": f"{TABLE}-city"}
        city.client("events").put_rule(**rule, EventPattern=json.dumps({"source": ["city.permits"]}))
        city.client("events").put_targets(
            Rule=name, EventBusName=rule["EventBusName"], Targets=[{"Id": "1", "Arn": arn}]
        )

    def hears(self, *entries: Entry) -> bool:
        """Whether all of these were heard by now."""
        for message in self._sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages", []):
            self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
            self.heard.append(json.loads(message["Body"]))
        return {entry.id for entry in entries} <= {event["detail"]["id"] for event in self.heard}


@pytest.fixture(scope="module")
def ear(running_city: SecondCity) -> Ear:
    return Ear(running_city)


@pytest.fixture
def no_stream(running_city: SecondCity) -> Iterator[None]:
    """The relay hears nothing of the table."""
    functions = running_city.client("lambda")
    mappings = functions.list_event_source_mappings(FunctionName=f"sewaka-{STAGE}-relay")["EventSourceMappings"]
    for mapping in mappings:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    yield
    for mapping in mappings:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


def test_a_committed_fact_is_archived_announced_and_marked(running_city: SecondCity, ear: Ear) -> None:
    entries = committed(store_of(running_city), facts=2)

    running_city.eventually(lambda: ear.hears(*entries))
    running_city.eventually(lambda: is_sent(running_city, *entries))

    event = next(event for event in ear.heard if event["detail"]["id"] == entries[0].id)
    assert (event["source"], event["detail-type"]) == ("city.permits", "PermitApproved")
    assert event["detail"]["live"] is True
    assert entry_from(event["detail"]) == entries[0]
    assert findings(running_city) == ()


def test_a_line_that_nobody_can_read_is_parked_and_those_behind_it_pass(running_city: SecondCity, ear: Ear) -> None:
    pk = f"permit#{uuid.uuid4().hex}"
    poison = {"pk": pk, "sk": "fact#000000000001", "unsent": "u0", "at": "2026-11-24T02:00:00.000000Z", "data": "{"}
    sqs = running_city.client("sqs")
    parked = sqs.get_queue_url(QueueName=f"{TABLE}-parked-facts")["QueueUrl"]

    running_city.client("dynamodb").put_item(TableName=TABLE, Item={name: {"S": v} for name, v in poison.items()})
    entries = committed(store_of(running_city))

    running_city.eventually(lambda: ear.hears(*entries))
    (message,) = running_city.eventually(lambda: sqs.receive_message(QueueUrl=parked).get("Messages"))
    assert json.loads(message["Body"])["key"] == pk
    sqs.delete_message(QueueUrl=parked, ReceiptHandle=message["ReceiptHandle"])
    running_city.client("dynamodb").delete_item(TableName=TABLE, Key={"pk": {"S": pk}, "sk": {"S": poison["sk"]}})


@pytest.mark.usefixtures("no_stream")
def test_what_the_stream_misses_is_swept_up(running_city: SecondCity, ear: Ear) -> None:
    entries = committed(store_of(running_city, minutes_ago=2), facts=3)

    told = running_city.invoke("sweeper")

    assert told is None
    running_city.eventually(lambda: ear.hears(*entries))
    assert is_sent(running_city, *entries)


def test_a_stream_that_comes_late_does_not_tell_twice_what_was_swept_up(running_city: SecondCity, ear: Ear) -> None:
    last = committed(store_of(running_city))

    running_city.eventually(lambda: ear.hears(*last))
    running_city.eventually(lambda: is_sent(running_city, *last))
    ear.hears()

    heard = Counter(event["detail"]["id"] for event in ear.heard)
    assert set(heard.values()) == {1}


def test_an_altered_line_is_named_against_the_locked_archive(running_city: SecondCity) -> None:
    (entry,) = committed(store_of(running_city))
    running_city.eventually(lambda: is_sent(running_city, entry))
    place = {"pk": {"S": entry.key}, "sk": {"S": entry.sort_key}}

    change(running_city, place, "officer:9")
    named = findings(running_city)
    change(running_city, place, entry.actor)

    assert [(finding.what, finding.place) for finding in named] == [("altered", f"{entry.key} {entry.sort_key}")]
    assert findings(running_city) == ()


def change(city: SecondCity, place: dict[str, Any], actor: str) -> None:
    city.client("dynamodb").update_item(
        TableName=TABLE,
        Key=place,
        UpdateExpression="SET #actor = :actor",
        ExpressionAttributeNames={"#actor": "actor"},
        ExpressionAttributeValues={":actor": {"S": actor}},
    )
