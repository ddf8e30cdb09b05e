"""Files that the city makes and keeps: receipts, lists, posters. Small ones, read and written whole."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class File:
    """`type` is the media type under which a browser gets it."""

    content: bytes = field(repr=False)
    type: str


class Files(Protocol):
    """The promises are the tests of `tests/contracts/test_files.py`."""

    def put(self, key: str, content: bytes, type: str) -> None:
        """Keeps a file under a name of ours (`receipts/...`); the same again changes nothing, another one replaces it.

        Raises Unavailable: it may or may not be there, put it again. The earlier one stays recoverable for a while.
        """

    def get(self, key: str) -> File:
        """Raises NotFound, Unavailable."""
