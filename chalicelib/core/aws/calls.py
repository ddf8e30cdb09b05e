"""How an AWS call can end badly, in three words: nothing happened, nobody knows, or it was refused."""

import random
import time
from collections.abc import Callable
from typing import Any, TypeVar

from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError
from botocore.exceptions import ConnectionError as NoConnection

from chalicelib.core.errors import Unavailable

TRIES = 5
# A silence costs its whole read timeout: after two of them the page must still have time to say so.
MOST_SILENCES = 2
BUSY = {
    "LimitExceededException",
    "ProvisionedThroughputExceeded",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "SlowDown",
    "Throttling",
    "ThrottlingError",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionConflict",
    "TransactionConflictException",
}
UNKNOWN = {"InternalFailure", "InternalServerError", "ServiceUnavailable", "TransactionInProgressException"}

T = TypeVar("T")


class Busy(Exception):
    """Throttled or in somebody's way: nothing happened."""


class Lost(Exception):
    """No answer: it may have happened, and it may still be happening."""


def answer(call: Callable[[], T]) -> T:
    """One attempt. Raises Busy, Lost, or the ClientError of a refusal."""
    try:
        return call()
    except ClientError as error:
        raise _ended(error) from error
    except (HTTPClientError, NoConnection, IncompleteReadError) as error:
        raise Lost(type(error).__name__) from error


def repeated(call: Callable[[], T], pause: Callable[[float], None] = time.sleep) -> T:
    """For calls that may happen twice: up to five attempts with jitter, two when no answer comes, then Unavailable."""
    silences = 0
    for attempt in range(TRIES):
        try:
            return answer(call)
        except (Busy, Lost) as trouble:
            silences += not isinstance(trouble.__cause__, ClientError)
            if attempt == TRIES - 1 or silences == MOST_SILENCES:
                break
            pause(jitter(attempt))
    raise Unavailable(reason="aws_call")


def jitter(attempt: int) -> float:
    """Seconds to wait after a failed attempt: full jitter, at most 25, 50, 100 ... ms."""
    return random.uniform(0, 0.025 * 2**attempt)  # noqa: S311 (no secret)


def code_of(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _ended(error: ClientError) -> Exception:
    code = code_of(error)
    metadata: dict[str, Any] = {**error.response.get("ResponseMetadata", {})}
    if code in BUSY:
        return Busy(code)
    if code in UNKNOWN or metadata.get("HTTPStatusCode", 400) >= 500:
        return Lost(code)
    refusal: Exception = error
    return refusal
