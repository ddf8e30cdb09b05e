"""SQS queues that something is put on."""

from typing import Any

from chalicelib.core.aws.calls import repeated


class SqsQueue:
    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, body: str) -> None:
        """Raises ValueError for more than pure ASCII, which SQS may refuse or silently change; Unavailable.

        A lost answer is repeated: a message may arrive twice.
        """
        if not body.isascii():
            raise ValueError("only pure ASCII JSON goes into a queue")
        repeated(lambda: self._client.send_message(QueueUrl=self._url, MessageBody=body))


class SqsFifo:
    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, body: str, *, group: str, key: str) -> None:
        """As `SqsQueue.send`; a repeat within five minutes is no second message."""
        if not body.isascii():
            raise ValueError("only pure ASCII JSON goes into a queue")
        told = {"MessageGroupId": group, "MessageDeduplicationId": key}
        repeated(lambda: self._client.send_message(QueueUrl=self._url, MessageBody=body, **told))
