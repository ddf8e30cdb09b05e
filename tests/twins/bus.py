"""The archive and the bus in memory. `fate` is told each step before and after it is done and may raise there;
`refuse` maps a fact's id to what the other side says, again and again, until it is taken out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.core.bus import Refusal, Verdicts
from chalicelib.core.events import Entry, ascii_json


def _no_fate(step: str) -> None:
    pass


@dataclass
class MemoryArchive:
    """`objects` holds the versions of each fact, the oldest first."""

    fate: Callable[[str], None] = _no_fate
    objects: dict[str, list[bytes | None]] = field(default_factory=dict)
    refuse: dict[str, Refusal] = field(default_factory=dict)

    def keep(self, entries: Sequence[Entry]) -> Verdicts:
        return [self._keep(entry) for entry in entries]

    def versions(self) -> list[tuple[str, list[bytes | None]]]:
        return list(self.objects.items())

    def _keep(self, entry: Entry) -> Refusal | None:
        self.fate("archive")
        if entry.id in self.refuse:
            return self.refuse[entry.id]
        self.objects.setdefault(entry.id, [ascii_json(entry.archived()).encode()])
        self.fate("archived")
        return None


@dataclass
class MemoryBus:
    """`events` are the details that the bus has taken, in the order in which it took them."""

    fate: Callable[[str], None] = _no_fate
    events: list[dict[str, Any]] = field(default_factory=list)
    refuse: dict[str, Refusal] = field(default_factory=dict)

    def put(self, entries: Sequence[Entry], *, now: datetime) -> Verdicts:
        self.fate("bus")
        taken = [entry for entry in entries if entry.id not in self.refuse]
        self.events += [entry.detail(now) for entry in taken]
        self.fate("bused")
        return [self.refuse.get(entry.id) for entry in entries]

    def ids(self) -> list[str]:
        return [event["id"] for event in self.events]
