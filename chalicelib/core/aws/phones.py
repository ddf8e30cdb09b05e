"""Phones through SNS: place topics with SMS subscriptions, and single texts.

Topics are not encrypted at rest: an alert's words are public, and the encryption of a topic would not cover the
numbers of its subscriptions anyway. No sender id: Indonesia wants one registered first.
"""

from typing import Any, Final

from botocore.exceptions import ClientError

from chalicelib.core.aws.calls import code_of, repeated
from chalicelib.core.aws.sends import sent_once
from chalicelib.core.errors import NotFound, Unavailable
from chalicelib.core.post import Refused

MISSING: Final = frozenset({"NotFound", "NotFoundException"})
# The number or the words will be no better the next time, or the person has opted out.
FINAL: Final = frozenset({"InvalidParameter", "InvalidParameterException", "OptedOut", "OptedOutException"})
URGENT: Final = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}


class SnsPhones:
    """A PhoneCarrier. `sns` is a boto3 client without retries; topics are `prefix` (an ARN's beginning) + name."""

    def __init__(self, sns: Any, prefix: str) -> None:
        self._sns = sns
        self._prefix = prefix

    def text(self, number: str, words: str) -> str:
        return self._publish(PhoneNumber=number, Message=words)

    def publish(self, topic: str, words: str) -> str:
        try:
            return self._publish(TopicArn=self._arn(topic), Message=words)
        except Refused as refused:
            if refused.reason in MISSING:
                raise NotFound(topic=topic) from None
            raise

    def subscribe(self, topic: str, number: str) -> str:
        try:
            return self._subscribed(topic, number)
        except NotFound:
            name = self._arn(topic).rpartition(":")[2]
            _repeated(lambda: self._sns.create_topic(Name=name))
            return self._subscribed(topic, number)

    def unsubscribe(self, subscription: str) -> None:
        try:
            _repeated(lambda: self._sns.unsubscribe(SubscriptionArn=subscription))
        except NotFound:
            return

    def _arn(self, topic: str) -> str:
        """SNS knows no dots in names; place codes are made of them."""
        return self._prefix + topic.replace(".", "_")

    def _publish(self, **message: str) -> str:
        answer = sent_once(lambda: self._sns.publish(**message, MessageAttributes=URGENT), FINAL)
        return str(answer["MessageId"])

    def _subscribed(self, topic: str, number: str) -> str:
        request = {"TopicArn": self._arn(topic), "Protocol": "sms", "Endpoint": number}
        return str(_repeated(lambda: self._sns.subscribe(**request, ReturnSubscriptionArn=True))["SubscriptionArn"])


def _repeated(call: Any) -> Any:
    """Subscribing twice is harmless. Raises NotFound, Refused (a number that SNS does not take) or Unavailable."""
    try:
        return repeated(call)
    except ClientError as error:
        code = code_of(error)
    if code in MISSING:
        raise NotFound
    if code in FINAL:
        raise Refused(code, final=True)
    raise Unavailable(reason=code)
