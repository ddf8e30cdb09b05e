"""Mail subscribers as senders need them, and where they are kept for a place."""

import zlib
from dataclasses import dataclass
from typing import Final

from chalicelib.core.vault import Sealed
from chalicelib.subscriptions.model.wishes import rank

# Audience rows of one place lie in so many partitions: workers read them in parallel, and none runs hot.
AUDIENCE_SHARDS: Final = 8


@dataclass(frozen=True, kw_only=True)
class Listener:
    """A confirmed mail subscriber. No `hazards` means all; `email` opens with `id` as its owner."""

    id: str
    language: str
    hazards: frozenset[str]
    floor: str
    email: Sealed
    places: tuple[str, ...]

    def wants(self, hazard: str, level: str) -> bool:
        """ValueError for what is no level of the ladder."""
        return rank(level) >= rank(self.floor) and (not self.hazards or hazard in self.hazards)


@dataclass(frozen=True, kw_only=True)
class AudienceRow:
    """One listener under one of their places."""

    place: str
    listener: Listener
    version: int = 0


def shard_of(id: str) -> int:
    return zlib.crc32(id.encode()) % AUDIENCE_SHARDS
