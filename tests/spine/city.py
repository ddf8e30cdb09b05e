"""Commit, journal, relay, archive and bus in memory, with a fate that can strike at every step."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from chalicelib.core.events import Entry
from chalicelib.core.store import Record
from chalicelib.spine.service import Line, Relay, missed
from tests.contracts.permits import CLERK, PermitApproved, PermitTold, permit
from tests.twins.bus import MemoryArchive, MemoryBus
from tests.twins.clock import Clock
from tests.twins.post import MemoryQueue
from tests.twins.store import MemoryStore

STEPS = ("commit", "committed", "archive", "archived", "bus", "bused", "mark", "marked")


class Crash(BaseException):
    """The process is gone: nobody catches this."""


@dataclass
class Fate:
    """Strikes once, at the `turn`-th time that `step` comes by."""

    step: str = ""
    turn: int = 1

    def __call__(self, step: str) -> None:
        if step != self.step:
            return
        self.turn -= 1
        if self.turn == 0:
            raise Crash(step)


@dataclass
class Spine:
    fate: Fate = field(default_factory=Fate)
    clock: Clock = field(default_factory=Clock)
    committed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.store = MemoryStore(self.clock, step=self.fate)
        self.archive = MemoryArchive(self.fate)
        self.bus = MemoryBus(self.fate)
        self.parked = MemoryQueue()
        self.relay = Relay(self.store, self.archive, self.bus, self.parked, self.clock)

    def commit(self, facts: int = 1, thing: Record | None = None) -> list[Entry]:
        """A permit with that many facts; what the stream would bring of it."""
        thing = thing or permit()
        before = len(self.store.journal(thing.key.pk))
        self.store.commit([thing], [PermitApproved(permit=thing.key.pk)] * facts, by=CLERK)
        return self.store.journal(thing.key.pk)[before:]

    def tell(self, ends_in_minutes: float) -> list[Entry]:
        thing = permit()
        ends = Clock(self.clock())
        ends.forward(minutes=ends_in_minutes)
        self.store.commit([thing], [PermitTold(permit=thing.key.pk, ends=ends())], by=CLERK)
        return self.store.journal(thing.key.pk)

    def deliver(self, lines: Sequence[Line]) -> None:
        """The stream brings a batch, and the process dies where fate says so."""
        try:
            self.relay.send(lines)
        except Crash:
            return

    def entries(self) -> list[Entry]:
        return [entry for entry in self.store.entries.values() if isinstance(entry, Entry)]

    def drain(self) -> None:
        """Time passes, and sweeps run until nothing is missed."""
        self.clock.forward(minutes=2)
        while lines := missed(self.store, self.clock()):
            self.relay.send(lines)
