"""Faults at the wire of an AWS client: an answer that never comes, one that says no, a request that is late."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError
from botocore.httpsession import URLLib3Session

Hook = Callable[[Any], Any]


@contextmanager
def striking(client: Any, operation: str, *hooks: Hook | None) -> Iterator[list[Any]]:
    """The first requests of one operation meet one hook each (None: it passes); yields the requests that were made."""
    made: list[Any] = []
    left = list(hooks)

    def strike(request: Any, **_: Any) -> Any:
        made.append(request)
        hook = left.pop(0) if left else None
        return hook(request) if hook else None

    event = f"before-send.{client.meta.service_model.service_id.hyphenize()}.{operation}"
    client.meta.events.register(event, strike)
    try:
        yield made
    finally:
        client.meta.events.unregister(event, strike)


def silence(request: Any) -> None:
    """It never arrived, and nobody is told."""
    raise ReadTimeoutError(endpoint_url=request.url)


def lost(request: Any) -> None:
    """It is done, and nobody is told."""
    URLLib3Session().send(request)
    raise ReadTimeoutError(endpoint_url=request.url)


def saying(code: str, *, status: int = 400, **more: Any) -> Hook:
    """An answer in DynamoDB's words."""
    return answering({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": code, **more}, status=status)


def answering(body: dict[str, Any], *, status: int = 200) -> Hook:
    def hook(request: Any) -> AWSResponse:
        return AWSResponse(request.url, status, {"content-type": "application/x-amz-json-1.0"}, _Raw(body))

    return hook


CONFLICT = saying("TransactionCanceledException", CancellationReasons=[{"Code": "TransactionConflict"}])


class _Raw:
    def __init__(self, body: dict[str, Any]) -> None:
        self._body = json.dumps(body).encode()

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._body
