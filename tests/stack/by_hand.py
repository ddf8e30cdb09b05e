"""The running city with its event sources off: a test hands over each message, as Lambda's pollers and clocks would.

So one step can be taken, with one permission less, while nothing else runs by itself. What is prepared for a step is
written by the app's own code on the city's table and keys, as the account's root: quick, and no function's right.
"""

import json
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from chalicelib.core.aws.files import S3Files
from chalicelib.core.aws.signing import KmsSigner
from chalicelib.core.aws.store import DynamoStore
from chalicelib.core.aws.vault import AwsVault
from chalicelib.core.clock import utc_now
from chalicelib.core.events import Entry, ascii_json
from chalicelib.core.toolbox import Toolbox
from infra.local.city import STAGE
from tests.stack.second_city import SecondCity
from tests.twins.post import MemoryFifo, MemoryMail, MemoryPhones, MemoryQueue

QUEUES = ("incidents", "subscriptions", "mail", "phone", "outcomes", "payments", "receipts.fifo")
SCHEDULED = ("sweeper", "alerts-clock", "subscriptions-clock", "payments-clock", "payments-reconcile")
CLOCKS = tuple(f"sewaka-{STAGE}-{name}" for name in SCHEDULED)


def tools_at(city: SecondCity, *, minutes_ago: float = 0) -> Toolbox:
    """The city's table and keys behind the app's own code; its carriers and queues lead nowhere."""
    past = timedelta(minutes=minutes_ago)
    return Toolbox(
        store=DynamoStore(city.client("dynamodb"), city.told["TableName"], lambda: utc_now() - past),
        vault=AwsVault(city.client("kms"), city.told["VaultKeyArn"], city.told["MacKeyArn"]),
        signer=KmsSigner(city.client("kms"), [city.told["VoucherKeyArn"]]),
        files=S3Files(city.client("s3"), city.told["FilesBucketName"]),
        mail=MemoryMail(),
        phones=MemoryPhones(),
        mail_queue=MemoryQueue(),
        phone_queue=MemoryQueue(),
        receipts_queue=MemoryFifo(),
        origin=city.origin,
        stage=STAGE,
        now=lambda: utc_now() - past,
    )


@dataclass
class ByHand:
    city: SecondCity

    def tools(self, minutes_ago: float = 0) -> Toolbox:
        return tools_at(self.city, minutes_ago=minutes_ago)

    def handed(self, function: str, body: str, message: str = "") -> bool:
        """Gives one queue message to a worker; whether it took it. A message that failed stays on its queue."""
        answer = self.city.invoke(function, {"Records": [sqs_record(message or uuid.uuid4().hex, body)]})
        return bool(answer == {"batchItemFailures": []})

    def relayed(self, *keys: tuple[str, str]) -> bool:
        """Gives lines of the journal to the relay, as the table's stream would; whether it came to an end."""
        table = self.city.client("dynamodb")
        places = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in keys]
        images = [table.get_item(TableName=self.city.told["TableName"], Key=place)["Item"] for place in places]
        return self.city.invoke("relay", {"Records": [stream_record(image) for image in images]}) is None

    def ticked(self, function: str) -> bool:
        """A clock's minute; whether it came to an end."""
        return self.city.invoke(function) is None

    def is_sent(self, *entries: Entry) -> bool:
        return not self.tools().store.still_unsent(entries)

    def waiting(self, queue: str) -> list[str]:
        """The bodies on a queue, which stay there."""
        url = self.queue(queue)
        found = self.city.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return [message["Body"] for message in found.get("Messages", [])]

    def is_quiet(self, *queues: str) -> bool:
        """Nothing waits there, and nothing is under way."""
        sqs, names = self.city.client("sqs"), ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        told = [sqs.get_queue_attributes(QueueUrl=self.queue(queue), AttributeNames=names) for queue in queues]
        return not any(int(count) for one in told for count in one["Attributes"].values())

    def empty(self, queue: str) -> None:
        self.city.client("sqs").purge_queue(QueueUrl=self.queue(queue))

    def queue(self, name: str) -> str:
        return str(self.city.client("sqs").get_queue_url(QueueName=f"sewaka-{STAGE}-{name}")["QueueUrl"])

    def logged(self, function: str, *words: str) -> list[str]:
        """Lines of a function's log with all of these words."""
        group = f"/aws/lambda/sewaka-{STAGE}-{function}"
        pages = self.city.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
        lines = (event["message"] for page in pages for event in page["events"])
        return [line for line in lines if all(word in line for word in words)]


def fact_message(entry: Entry) -> str:
    """A fact as its rule puts it on a queue."""
    return ascii_json({"detail-type": entry.name, "detail": entry.detail(utc_now())})


def sqs_record(message: str, body: str) -> dict[str, Any]:
    return {
        "messageId": message,
        "receiptHandle": message,
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:ap-southeast-3:000000000000:sewaka-{STAGE}",
        "awsRegion": "ap-southeast-3",
    }


def stream_record(image: dict[str, Any]) -> dict[str, Any]:
    keys = {"pk": image["pk"], "sk": image["sk"]}
    return {
        "eventID": uuid.uuid4().hex,
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "ap-southeast-3",
        "eventSourceARN": f"arn:aws:dynamodb:ap-southeast-3:000000000000:table/sewaka-{STAGE}/stream/1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1,
            "Keys": keys,
            "NewImage": image,
            "SequenceNumber": "1",
            "SizeBytes": 1,
            "StreamViewType": "NEW_IMAGE",
        },
    }


@contextmanager
def at_rest(city: SecondCity, functions: Sequence[str] = ()) -> Iterator[ByHand]:
    """Nothing runs by itself: no stream, no queue, no clock; `functions` names the only ones that rest."""
    mappings = [one["UUID"] for one in _mappings(city) if _named(one, functions)]
    clocks = [rule for rule in CLOCKS if not functions or rule.removeprefix(f"sewaka-{STAGE}-") in functions]
    _switch(city, mappings, clocks, on=False)
    try:
        yield ByHand(city)
    finally:
        _switch(city, mappings, clocks, on=True)


def _mappings(city: SecondCity) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = city.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    return found


def _named(mapping: dict[str, Any], functions: Sequence[str]) -> bool:
    name = mapping["FunctionArn"].rpartition(":")[2].removeprefix(f"sewaka-{STAGE}-")
    return not functions or name in functions


def _switch(city: SecondCity, mappings: Sequence[str], clocks: Sequence[str], *, on: bool) -> None:
    for uuid_ in mappings:
        city.client("lambda").update_event_source_mapping(UUID=uuid_, Enabled=on)
    for rule in clocks:
        (city.client("events").enable_rule if on else city.client("events").disable_rule)(Name=rule)


@contextmanager
def impatient(hand: ByHand, *queues: str, seconds: int = 1) -> Iterator[None]:
    """A message that failed, or whose worker is gone, comes back soon and not after six timeouts of its reader."""
    sqs = hand.city.client("sqs")
    kept = {}
    for queue in queues:
        told = sqs.get_queue_attributes(QueueUrl=hand.queue(queue), AttributeNames=["VisibilityTimeout"])
        kept[queue] = told["Attributes"]["VisibilityTimeout"]
        sqs.set_queue_attributes(QueueUrl=hand.queue(queue), Attributes={"VisibilityTimeout": str(seconds)})
    yield
    for queue, before in kept.items():
        sqs.set_queue_attributes(QueueUrl=hand.queue(queue), Attributes={"VisibilityTimeout": before})


@contextmanager
def without(city: SecondCity, function: str, action: str, sid: str = "") -> Iterator[None]:
    """A function's role lacks one action, in every statement or in the one with that Sid, until the end."""
    role = _role(city, function)
    iam = city.client("iam")
    kept = {name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in _names(city, role)}
    for name, policy in kept.items():
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(_less(policy, action, sid)))
    try:
        yield
    finally:
        for name, policy in kept.items():
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))


def _role(city: SecondCity, function: str) -> str:
    told = city.client("lambda").get_function_configuration(FunctionName=f"sewaka-{STAGE}-{function}")
    return str(told["Role"].rpartition("/")[2])


def _names(city: SecondCity, role: str) -> list[str]:
    return list(city.client("iam").list_role_policies(RoleName=role)["PolicyNames"])


def _less(policy: dict[str, Any], action: str, sid: str) -> dict[str, Any]:
    """The policy without an action; a statement that has nothing left is left out."""
    statements = [
        {**one, "Action": [each for each in one["Action"] if each != action or sid not in ("", one["Sid"])]}
        for one in policy["Statement"]
        if one["Effect"] == "Allow"
    ]
    denied = [one for one in policy["Statement"] if one["Effect"] == "Deny"]
    return {**policy, "Statement": [one for one in statements if one["Action"]] + denied}
