"""SQS queues that something is put on."""

from typing import Any

from botocore.exceptions import ClientError

from chalicelib.core.aws.calls import code_of, repeated
from chalicelib.core.errors import Unavailable


class SqsQueue:
    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, body: str) -> None:
        """Raises ValueError for more than pure ASCII, which SQS may refuse or silently change; Unavailable.

        A lost answer is repeated: a message may arrive twice.
        """
        _put(self._client, self._url, body)


class SqsWaiting:
    def __init__(self, client: Any) -> None:
        self._client = client

    def put_off(self, queue: str, handle: str, seconds: int) -> None:
        told = {"QueueUrl": _url(queue), "ReceiptHandle": handle, "VisibilityTimeout": seconds}
        try:
            repeated(lambda: self._client.change_message_visibility(**told))
        except ClientError as error:
            raise Unavailable(reason=code_of(error)) from error


def _url(arn: str) -> str:
    """To ask for it would need a permission more, and a call."""
    _, _, _, region, account, name = arn.split(":")
    return f"https://sqs.{region}.amazonaws.com/{account}/{name}"


class SqsFifo:
    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, body: str, *, group: str, key: str) -> None:
        """As `SqsQueue.send`; a repeat within five minutes is no second message."""
        _put(self._client, self._url, body, MessageGroupId=group, MessageDeduplicationId=key)


def _put(client: Any, url: str, body: str, **told: str) -> None:
    if not body.isascii():
        raise ValueError("only pure ASCII JSON goes into a queue")
    repeated(lambda: client.send_message(QueueUrl=url, MessageBody=body, **told))
