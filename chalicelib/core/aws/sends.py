"""How a send ends: in one attempt, with a message id, Refused (nothing left) or Unanswered (nobody knows).

What a carrier says may hold an address or a number, so only its error code goes on from here.
"""

from collections.abc import Callable, Set
from typing import TypeVar

from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
)
from botocore.parsers import ResponseParserError

from chalicelib.core.aws.calls import Busy, Lost, answer, code_of
from chalicelib.core.post import Refused, Unanswered

# SES may take seconds to accept a message; a worker waits rather than not knowing.
SEND_SECONDS = 8
# The connection was never made, so the message never left.
NEVER_LEFT = (ConnectTimeoutError, EndpointConnectionError)
NEVER_ASKED = (CredentialRetrievalError, NoCredentialsError, ParamValidationError)

T = TypeVar("T")


def sent_once(call: Callable[[], T], final: Set[str]) -> T:
    """`call` is one attempt (a client without retries); `final` are the codes of refusals that will not change."""
    try:
        return answer(call)
    except Busy as busy:
        raise Refused(str(busy)) from None
    except Lost as lost:
        raise _lost(lost) from None
    except ClientError as error:
        raise Refused(code_of(error), final=code_of(error) in final) from None
    except NEVER_ASKED as error:
        raise Refused(type(error).__name__) from None
    except ResponseParserError:
        raise Unanswered from None


def _lost(lost: Lost) -> Refused | Unanswered:
    return Refused(str(lost)) if isinstance(lost.__cause__, NEVER_LEFT) else Unanswered()
