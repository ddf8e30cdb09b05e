"""Where facts go after the commit: an archive that nobody can change, and the bus that routes them."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from chalicelib.core.events import Entry


class Refusal(StrEnum):
    """Why an entry was not taken: the other side is busy or silent, or it will never take this one."""

    LATER = "later"
    NEVER = "never"


Verdicts = list[Refusal | None]


class Archive(Protocol):
    def keep(self, entries: Sequence[Entry]) -> Verdicts:
        """Writes what is not there yet; None for each entry that is kept now. Never waits for one that is silent."""


class Bus(Protocol):
    def put(self, entries: Sequence[Entry], *, now: datetime) -> Verdicts:
        """Announces entries as they are at this moment (`live`); None for each that the bus has taken."""
