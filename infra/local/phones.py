"""The phone network: who would have received an SMS, and what it said.

The embedded SNS only logs what it sends to phones on a topic. So an HTTP subscription hangs beside the phones of
each place topic: when a message arrives, the phones that are subscribed at that moment get it. An SMS to one
number is read from the emulator's own list. Delete the rule, the topic or a subscription: the inbox stays empty.
"""

import contextlib
import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.city import City
from infra.local.clients import client
from infra.local.inbox import Inbox, Message, now

Subscription = dict[str, str]

SENDER = "SEWAKA"


@dataclass
class Phones:
    city: City
    inbox: Inbox
    _watched: set[str] = field(default_factory=set)

    @property
    def address(self) -> str:
        """Where SNS delivers to us."""
        return f"{self.city.origin}/_inbox/sns"

    def look(self) -> None:
        """One round: hang beside new topics, fetch texts to single numbers. A cloud that is away is asked again."""
        with contextlib.suppress(BotoCoreError, ClientError, OSError):
            self._watch(self._topics())
            self._fetch_direct()

    def _topics(self) -> set[str]:
        pages = client(self.city, "sns").get_paginator("list_topics").paginate()
        names = (topic["TopicArn"] for page in pages for topic in page["Topics"])
        return {name for name in names if name.startswith(self.city.topic("phone-"))}

    def _watch(self, topics: set[str]) -> None:
        self._watched &= topics
        for topic in topics - self._watched:
            self._hang_beside(topic)
            self._watched.add(topic)

    def _hang_beside(self, topic: str) -> None:
        sns = client(self.city, "sns")
        for own in (sub for sub in self._subscriptions(topic) if sub["Endpoint"] == self.address):
            if not _pending(sns, own["SubscriptionArn"]):
                return
            # Its handshake was lost with an earlier process, and the same endpoint gets no second token.
            sns.unsubscribe(SubscriptionArn=own["SubscriptionArn"])
        sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=self.address)

    def _subscriptions(self, topic: str) -> Iterator[Subscription]:
        pages = client(self.city, "sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
        return (subscription for page in pages for subscription in page["Subscriptions"])

    def receive(self, envelope: dict[str, Any]) -> None:
        """One POST from SNS: a handshake is confirmed, a message goes to every phone on the topic."""
        if envelope.get("Type") == "SubscriptionConfirmation":
            client(self.city, "sns").confirm_subscription(TopicArn=envelope["TopicArn"], Token=envelope["Token"])
        elif envelope.get("Type") == "Notification":
            for phone in self._numbers(envelope["TopicArn"]):
                text = (envelope["MessageId"], phone, envelope["Message"], envelope["TopicArn"])
                self.inbox.add(_sms(*text))

    def _numbers(self, topic: str) -> list[str]:
        return [one["Endpoint"] for one in self._subscriptions(topic) if one["Protocol"] == "sms"]

    def _fetch_direct(self) -> None:
        with urllib.request.urlopen(f"{self.city.endpoint}/_ministack/sns/sms-messages", timeout=5) as answer:
            known: dict[str, list[dict[str, str]]] = json.load(answer)["sms_messages"]
        for number, texts in known.items():
            for text in texts:
                self.inbox.add_once(_sms(text["MessageId"], number, text["Message"]))


def _pending(sns: Any, subscription: str) -> bool:
    if not subscription.startswith("arn:"):
        return True
    told = sns.get_subscription_attributes(SubscriptionArn=subscription)["Attributes"]
    return str(told.get("PendingConfirmation", "false")) == "true"


def _sms(identifier: str, phone: str, text: str, topic: str = "") -> Message:
    unique = f"{identifier}-{phone.lstrip('+')}"
    return Message(unique, "sms", now(), SENDER, (phone,), "", text, topic=topic.rpartition(":")[2])
