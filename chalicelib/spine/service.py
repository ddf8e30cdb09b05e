"""From the journal to the archive and the bus: at least once, in any order, and never a fact that is lost.

Archive first, bus second, mark last: a crash between two of them only repeats. What cannot be read or will never be
taken is parked alone, with the place where the journal keeps it, so that those behind it pass.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from chalicelib.core.bus import Archive, Bus, Refusal
from chalicelib.core.errors import Unavailable
from chalicelib.core.events import Entry, Poisoned, ascii_json
from chalicelib.core.log import note
from chalicelib.core.post import Queue
from chalicelib.core.store import UNSENT_SHARDS, Store

Line = Entry | Poisoned
AT_ONCE = 100
# The stream brings facts within seconds: what waits longer has been missed.
MISSED = timedelta(minutes=1)


class Relay:
    def __init__(self, store: Store, archive: Archive, bus: Bus, park: Queue, now: Callable[[], datetime]) -> None:
        self._store = store
        self._archive = archive
        self._bus = bus
        self._park = park
        self._now = now

    def send(self, lines: Sequence[Line]) -> None:
        """Sends what is still unsent, marks what was taken, and only then raises Unavailable for the rest."""
        for start in range(0, len(lines), AT_ONCE):
            left = self._send(lines[start : start + AT_ONCE])
            if left:
                note("facts_left_unsent", left=left + len(lines[start + AT_ONCE :]))
                raise Unavailable(reason="facts_left_unsent")

    def _send(self, lines: Sequence[Line]) -> int:
        """How many could not be sent now. The good ones are marked before anything else can fail."""
        # A retried batch and a sweep bring what was sent meanwhile: partners need not hear it again.
        unsent = self._store.still_unsent(list({(line.key, line.sort_key): line for line in lines}.values()))
        waiting = [line for line in unsent if isinstance(line, Entry)]
        archived = list(zip(waiting, self._archive.keep(waiting), strict=True))
        kept = [entry for entry, refusal in archived if refusal is None]
        sent = list(zip(kept, self._bus.put(kept, now=self._now()), strict=True))
        self._store.mark_sent([entry for entry, refusal in sent if refusal is None])
        for entry in (entry for entry, refusal in archived + sent if refusal is Refusal.NEVER):
            self._set_aside(entry, "refused as invalid")
        for poisoned in (line for line in unsent if isinstance(line, Poisoned)):
            self._set_aside(poisoned, poisoned.reason)
        return sum(refusal is Refusal.LATER for _, refusal in archived + sent)

    def _set_aside(self, line: Line, reason: str) -> None:
        self._park.send(ascii_json({"key": line.key, "sort_key": line.sort_key, "reason": reason}))
        self._store.mark_sent([line])
        note("fact_parked", key=line.key, sort_key=line.sort_key, reason=reason)


def missed(store: Store, now: datetime) -> list[Line]:
    """The oldest lines of every shard that the stream should have brought to the relay by now, oldest first."""
    found = [line for shard in range(UNSENT_SHARDS) for line in store.unsent(shard, before=now - MISSED)]
    return sorted(found, key=lambda line: line.at or now)


def oldest_seconds(lines: Sequence[Line], now: datetime) -> float:
    """The age of the oldest of them; 0 when nothing waits."""
    return max(((now - line.at).total_seconds() for line in lines if line.at), default=0.0)


def sweep(relay: Relay, store: Store, now: Callable[[], datetime], *, seconds: float = 40) -> None:
    """Sends what was missed, round after round while there is some and time is left. Raises as `Relay.send`."""
    end = now() + timedelta(seconds=seconds)
    while (lines := missed(store, now())) and now() < end:
        relay.send(lines)
