"""A cursor is opaque: whoever makes one up is told so, however well it is made."""

import base64
import hashlib
import json
from typing import Any

import pytest

from chalicelib.core.cursors import cursor_at, position_of
from chalicelib.core.errors import Malformed


def forged(name: str, *position: Any) -> str:
    """A cursor with the digest that its position should have."""
    digest = hashlib.sha256(json.dumps([name, *position]).encode()).hexdigest()[:16]
    return _written(json.dumps([digest, *position], separators=(",", ":")))


def _written(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def test_a_cursor_is_read_as_it_was_made() -> None:
    assert position_of("queue", cursor_at("queue", ("a", "b")), 2) == ("a", "b")


@pytest.mark.parametrize(
    "wrong", [(1, 2), (None, None), ("", "b"), ("a", ""), (["a"], "b"), (True, "b"), ("\ud800", "b")]
)
def test_a_forged_position_that_no_row_can_have_is_refused(wrong: tuple[Any, ...]) -> None:
    with pytest.raises(Malformed):
        position_of("queue", forged("queue", *wrong), 2)


@pytest.mark.parametrize("deep", ["[" * 5_000, "[" * 100_000, '{"a":' * 5_000])
def test_a_cursor_that_is_nested_without_end_is_refused(deep: str) -> None:
    with pytest.raises(Malformed):
        position_of("queue", _written(deep), 2)
