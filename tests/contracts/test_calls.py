"""How often a call to AWS is made again, so that a page can still answer."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from chalicelib.core.aws.calls import repeated
from chalicelib.core.errors import Unavailable

SILENCE = ReadTimeoutError(endpoint_url="https://table.example")
THROTTLED = ClientError({"Error": {"Code": "ThrottlingException"}}, "GetItem")
BROKEN = ClientError({"Error": {"Code": "InternalServerError"}}, "GetItem")


def answering(*answers: Exception | str) -> tuple[Callable[[], str], list[int]]:
    left, made = list(answers), []

    def call() -> str:
        made.append(1)
        now: Any = left.pop(0)
        if isinstance(now, Exception):
            raise now
        return str(now)

    return call, made


def no_pause(_: float) -> None:
    pass


@pytest.mark.parametrize("trouble", [THROTTLED, BROKEN])
def test_a_call_that_is_answered_badly_is_made_five_times(trouble: ClientError) -> None:
    call, made = answering(*[trouble] * 4, "here")

    assert repeated(call, no_pause) == "here"
    assert len(made) == 5


def test_one_silence_is_forgiven() -> None:
    call, _ = answering(SILENCE, THROTTLED, "here")

    assert repeated(call, no_pause) == "here"


def test_after_two_silences_the_page_is_told_while_it_can_still_answer() -> None:
    call, made = answering(SILENCE, SILENCE, "too late")

    with pytest.raises(Unavailable):
        repeated(call, no_pause)
    assert len(made) == 2
