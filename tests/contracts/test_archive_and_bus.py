"""The archive and the bus: in memory and on the embedded cloud they give the same verdicts."""

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.core.aws.archive import S3Archive
from chalicelib.core.aws.bus import EventBus, calls
from chalicelib.core.aws.queue import SqsQueue, SqsWaiting
from chalicelib.core.bus import Archive, Refusal
from chalicelib.core.events import Entry, entry_from
from tests.contracts.conftest import cloud, quick_client
from tests.contracts.faults import answering, lost, saying, silence, striking
from tests.twins.bus import MemoryArchive
from tests.twins.clock import START


def entry(version: int = 1, words: str = "") -> Entry:
    return Entry(
        id=uuid.uuid4().hex,
        name="PermitTold",
        source="permits",
        schema=1,
        key="permit#1",
        version=version,
        at=START,
        actor="public",
        correlation="request-00001",
        data={"permit": "permit#1", "words": words},
    )


@pytest.fixture(scope="session")
def bucket(request: pytest.FixtureRequest) -> tuple[Any, str]:
    client = quick_client("s3", cloud(request))
    name = f"contracts-{uuid.uuid4().hex[:8]}"
    place = {"LocationConstraint": "ap-southeast-3"}
    client.create_bucket(Bucket=name, CreateBucketConfiguration=place, ObjectLockEnabledForBucket=True)
    return client, name


@pytest.fixture(params=["memory", pytest.param("s3", marks=pytest.mark.stack)])
def archive(request: pytest.FixtureRequest) -> Archive:
    if request.param == "memory":
        return MemoryArchive()
    return S3Archive(*request.getfixturevalue("bucket"))


def versions_of(archive: Any, wanted: Entry) -> list[Any]:
    found = dict(archive.versions())[wanted.id]
    return [entry_from(json.loads(version)) for version in found]


def test_what_is_kept_is_read_as_it_was_committed(archive: Archive) -> None:
    entries = [entry(words="Hujan \u2614\n"), entry(2)]

    assert archive.keep(entries) == [None, None]
    assert [versions_of(archive, kept) for kept in entries] == [[entries[0]], [entries[1]]]


def test_what_is_kept_twice_has_one_version(archive: Archive) -> None:
    kept = entry()

    assert [archive.keep([kept]), archive.keep([kept])] == [[None], [None]]
    assert len(versions_of(archive, kept)) == 1


@pytest.mark.stack
class TestOnTheCloud:
    """What only the wire can do."""

    @pytest.mark.parametrize(
        ("hook", "verdict"), [(silence, Refusal.LATER), (lost, Refusal.LATER)], ids=["silence", "a lost answer"]
    )
    def test_a_silent_archive_is_asked_again_later(self, bucket: tuple[Any, str], hook: Any, verdict: Refusal) -> None:
        archive, kept = S3Archive(*bucket), entry()

        with striking(bucket[0], "PutObject", hook):
            first = archive.keep([kept])

        assert (first, archive.keep([kept])) == ([verdict], [None])
        assert len(versions_of(archive, kept)) == 1

    def test_no_entry_waits_for_an_archive_that_is_silent(self, bucket: tuple[Any, str]) -> None:
        with striking(bucket[0], "PutObject", *[silence] * 100) as made:
            verdicts = S3Archive(*bucket).keep([entry(version) for version in range(100)])

        assert verdicts == [Refusal.LATER] * 100
        assert len(made) <= 16

    def test_a_version_put_over_a_fact_comes_after_the_truth(self, bucket: tuple[Any, str]) -> None:
        client, name = bucket
        kept = entry()
        S3Archive(client, name).keep([kept])
        client.put_object(Bucket=name, Key=f"facts/{kept.id}", Body=b"{}")
        client.delete_object(Bucket=name, Key=f"facts/{kept.id}")

        found = dict(S3Archive(client, name).versions())[kept.id]

        assert entry_from(json.loads(found[0] or b"")) == kept
        assert sorted(found[1:], key=str) == sorted([b"{}", None], key=str)

    def test_an_entry_reaches_the_bus(self, request: pytest.FixtureRequest) -> None:
        bus = EventBus(quick_client("events", cloud(request)), "default")

        assert bus.put([entry(version) for version in range(23)], now=START) == [None] * 23

    def test_each_entry_has_its_own_verdict(self, request: pytest.FixtureRequest) -> None:
        client = quick_client("events", cloud(request))
        told = [{"EventId": "1"}, {"ErrorCode": "ThrottlingException"}, {"ErrorCode": "MalformedDetail"}]

        with striking(client, "PutEvents", answering({"FailedEntryCount": 2, "Entries": told})):
            verdicts = EventBus(client, "default").put([entry(version) for version in range(3)], now=START)

        assert verdicts == [None, Refusal.LATER, Refusal.NEVER]

    def test_one_invalid_entry_does_not_take_its_mates_along(self, request: pytest.FixtureRequest) -> None:
        client = quick_client("events", cloud(request))
        invalid = saying("ValidationException")

        with striking(client, "PutEvents", invalid, None, invalid, None):
            verdicts = EventBus(client, "default").put([entry(version) for version in range(3)], now=START)

        assert verdicts == [None, Refusal.NEVER, None]

    def test_a_silent_bus_is_asked_once(self, request: pytest.FixtureRequest) -> None:
        client = quick_client("events", cloud(request))

        with striking(client, "PutEvents", *[silence] * 5) as made:
            verdicts = EventBus(client, "default").put([entry(version) for version in range(40)], now=START)

        assert verdicts == [Refusal.LATER] * 40
        assert len(made) == 1

    def test_a_missing_permission_is_loud(self, request: pytest.FixtureRequest) -> None:
        client = quick_client("events", cloud(request))

        with striking(client, "PutEvents", saying("AccessDeniedException")), pytest.raises(ClientError):
            EventBus(client, "default").put([entry()], now=START)

    def test_a_queue_takes_pure_ascii_and_nothing_else(self, request: pytest.FixtureRequest) -> None:
        client = quick_client("sqs", cloud(request))
        url = client.create_queue(QueueName=f"contracts-{uuid.uuid4().hex[:8]}")["QueueUrl"]
        queue = SqsQueue(client, url)

        queue.send('{"a": "\\u00e9"}')
        with pytest.raises(ValueError, match="ASCII"):
            queue.send("é")

        assert client.receive_message(QueueUrl=url)["Messages"][0]["Body"] == '{"a": "\\u00e9"}'

    def test_a_message_comes_back_when_it_was_told_to(self, request: pytest.FixtureRequest) -> None:
        client = quick_client("sqs", cloud(request))
        url = client.create_queue(QueueName=f"contracts-{uuid.uuid4().hex[:8]}")["QueueUrl"]
        arn = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        SqsQueue(client, url).send("{}")
        (taken,) = client.receive_message(QueueUrl=url, VisibilityTimeout=600)["Messages"]

        SqsWaiting(client).put_off(arn, taken["ReceiptHandle"], 0)

        (again,) = client.receive_message(QueueUrl=url)["Messages"]
        assert again["MessageId"] == taken["MessageId"]


def test_a_call_takes_ten_entries_and_no_more_bytes_than_it_may() -> None:
    small = [{"Detail": "x" * 100}] * 23
    large = [{"Detail": "x" * 65_000}] * 7

    assert [len(call) for call in calls(small)] == [10, 10, 3]
    assert [len(call) for call in calls(large)] == [3, 3, 1]
