"""What tests look at in the running city's cloud: its journal, its archive, its topics."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

from chalicelib.core.aws.archive import S3Archive
from infra.local.city import STAGE
from infra.verify import Finding, verified
from tests.stack.by_hand import tools_at
from tests.stack.second_city import SecondCity

Item = dict[str, Any]


def findings(city: SecondCity) -> list[Finding]:
    """What `make verify` says of this city."""
    return list(verified(tools_at(city).store, archive(city).versions()).findings)


def archive(city: SecondCity) -> S3Archive:
    return S3Archive(city.client("s3"), city.told["ArchiveBucketName"])


def items(city: SecondCity) -> Iterator[Item]:
    """The whole table: no function may read it so."""
    for page in city.client("dynamodb").get_paginator("scan").paginate(TableName=city.told["TableName"]):
        yield from page["Items"]


def everything_is_sent(city: SecondCity) -> bool:
    return not [item for item in items(city) if "unsent" in item]


class Ear:
    """A queue of the test's own, and the ids of the facts that it has heard."""

    def __init__(self, city: SecondCity) -> None:
        self._sqs = city.client("sqs")
        self.name = f"ear-{uuid.uuid4().hex[:8]}"
        self.url = self._sqs.create_queue(QueueName=self.name)["QueueUrl"]
        told = self._sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        self.arn = str(told["Attributes"]["QueueArn"])
        self.heard: list[Item] = []

    def hears(self, fact: str) -> bool:
        """Whether a fact's id was heard by now."""
        for message in self._sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages", []):
            self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
            self.heard.append(json.loads(message["Body"]))
        return fact in self.ids()

    def ids(self) -> list[str]:
        return [event["detail"]["id"] for event in self.heard]

    def close(self) -> None:
        self._sqs.delete_queue(QueueUrl=self.url)


class Tap(Ear):
    """Hears all that leaves a topic, as a partner's queue would."""

    def __init__(self, city: SecondCity, topic: str) -> None:
        super().__init__(city)
        self._sns, arn = city.client("sns"), city.city.topic(topic)
        self._sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": _let_in(self.arn, arn)})
        request = {"TopicArn": arn, "Protocol": "sqs", "Endpoint": self.arn, "ReturnSubscriptionArn": True}
        self._subscription = self._sns.subscribe(**request, Attributes={"RawMessageDelivery": "true"})

    def close(self) -> None:
        self._sns.unsubscribe(SubscriptionArn=self._subscription["SubscriptionArn"])
        super().close()


class RuleEar(Ear):
    """Hears what a rule of its own lets out of the bus."""

    def __init__(self, city: SecondCity, pattern: Item) -> None:
        super().__init__(city)
        self._events, self._rule = city.client("events"), {"EventBusName": f"sewaka-{STAGE}-city"}
        self._events.put_rule(Name=self.name, **self._rule, EventPattern=json.dumps(pattern))
        self._events.put_targets(Rule=self.name, **self._rule, Targets=[{"Id": "1", "Arn": self.arn}])

    def close(self) -> None:
        self._events.remove_targets(Rule=self.name, **self._rule, Ids=["1"])
        self._events.delete_rule(Name=self.name, **self._rule)
        super().close()


def _let_in(queue: str, topic: str) -> str:
    allow = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    condition = {"ArnEquals": {"aws:SourceArn": topic}}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**allow, "Resource": queue, "Condition": condition}]})


def put_on_the_bus(city: SecondCity, detail: Item, name: str = "AlertIssued") -> None:
    """As nobody but the account's root could."""
    event = {"Source": "city.alerts", "DetailType": name, "Detail": json.dumps(detail)}
    told = city.client("events").put_events(Entries=[{**event, "EventBusName": f"sewaka-{STAGE}-city"}])
    assert told["FailedEntryCount"] == 0
