"""Where the next page of a list starts: opaque, and bound to the list that it was made for."""

import base64
import hashlib
import json

from chalicelib.core.errors import Malformed


def cursor_at(name: str, position: tuple[str, ...]) -> str:
    """URL-safe text. The digest is no secret: a forged cursor could only move inside its own list."""
    sealed = json.dumps([_digest(name, position), *position], separators=(",", ":"))
    return base64.urlsafe_b64encode(sealed.encode()).decode().rstrip("=")


def position_of(name: str, cursor: str, length: int) -> tuple[str, ...]:
    """The position inside. Raises Malformed for an altered cursor and for one of another list."""
    try:
        _, *position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        genuine = len(position) == length and _is_place(position) and cursor_at(name, tuple(position)) == cursor
    except (ValueError, TypeError, RecursionError) as problem:
        raise Malformed(reason="cursor") from problem
    if not genuine:
        raise Malformed(reason="cursor")
    return tuple(position)


def _is_place(position: list[object]) -> bool:
    """Whether a row could lie there: keys are texts that can be written down, and never empty."""
    return all(isinstance(part, str) and part.encode("utf-8") for part in position)


def _digest(name: str, position: tuple[str, ...]) -> str:
    return hashlib.sha256(json.dumps([name, *position]).encode()).hexdigest()[:16]
