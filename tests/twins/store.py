"""The store in memory: thread safe, never shipped, held to the same contracts as DynamoDB.

`step` is told the name of each step, before and after it is done ("commit", "committed", "mark", "marked"): a test may
raise there to crash the city at that very point.
"""

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from chalicelib.core.clock import utc_now
from chalicelib.core.commit import Plan, Write, planned, shard_of
from chalicelib.core.cursors import cursor_at, position_of
from chalicelib.core.errors import AlreadyDone, Conflict, Stale
from chalicelib.core.events import Actor, Entry, Fact, Poisoned
from chalicelib.core.store import (
    CLAIM_LIFE,
    RECORD,
    Add,
    Entries,
    Head,
    Key,
    Line,
    Lines,
    Numbers,
    Once,
    Page,
    Record,
    Records,
)


@dataclass(frozen=True)
class Row:
    """A record as it lies there; `record` is None for a removed one."""

    record: Record | None
    version: int
    facts: int = 0
    last_fact: int = 0


def _no_step(name: str) -> None:
    pass


@dataclass
class MemoryStore:
    now: Callable[[], datetime] = utc_now
    step: Callable[[str], None] = _no_step
    rows: dict[Key, Row] = field(default_factory=dict)
    entries: dict[tuple[str, str], Entry | Poisoned] = field(default_factory=dict)
    marks: set[tuple[str, str]] = field(default_factory=set)
    claims: dict[Key, tuple[str, datetime]] = field(default_factory=dict)
    counters: dict[Key, int] = field(default_factory=dict)
    buckets: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    lock: Any = field(default_factory=threading.RLock)

    def read(self, key: Key) -> Record | None:
        with self.lock:
            row = self.rows.get(key)
            return _copy(row.record) if row and row.record and not self._expired(row.record) else None

    def read_many(self, keys: Sequence[Key]) -> Records:
        if len(keys) > 100:
            raise ValueError("more than 100 keys")
        return [record for key in dict.fromkeys(keys) if (record := self.read(key))]

    def list(self, name: str, *, limit: int = 25, cursor: str | None = None, backwards: bool = False) -> Page:
        start = position_of(name, cursor, 3) if cursor else None
        rows = [
            ((record.listing.sort, *record.key), record)
            for record in self._standing()
            if record.listing and record.listing.name == name
        ]
        return _page(name, rows, limit, start, backwards)

    def under(self, pk: str, prefix: str = "", *, limit: int = 25, cursor: str | None = None) -> Page:
        name = f"{pk}\n{prefix}"
        start = position_of(name, cursor, 2) if cursor else None
        rows = [(r.key, r) for r in self._standing() if r.key.pk == pk and r.key.sk.startswith(prefix)]
        return _page(name, rows, limit, start, False)

    def journal(self, pk: str) -> Entries:
        found = self.lines(pk)
        if any(isinstance(entry, Poisoned) for entry in found):
            raise ValueError(f"unreadable: {pk}")
        return [entry for entry in found if isinstance(entry, Entry)]

    def lines(self, pk: str) -> Lines:
        with self.lock:
            return [self.entries[place] for place in sorted(self.entries) if place[0] == pk]

    def head(self, pk: str) -> Head | None:
        row = self.rows.get(Key(pk, RECORD))
        return Head(row.version, row.facts, row.last_fact) if row else None

    def commit(
        self,
        records: Sequence[Record],
        facts: Sequence[Fact] = (),
        *,
        by: Actor,
        once: Once | None = None,
        adds: Sequence[Add] = (),
    ) -> None:
        self.step("commit")
        at = self.now()
        with self.lock:
            plan = planned(records, facts, by=by, at=at, once=once, adds=adds)
            plan = replace(plan, **_continued(self, plan, facts, by))
            self._check(plan)
            self._apply(plan)
        self.step("committed")

    def counter(self, key: Key) -> int:
        return self.counters.get(key, 0)

    def counts(self, keys: Sequence[Key]) -> Numbers:
        if len(keys) > 100:
            raise ValueError("more than 100 keys")
        return [self.counter(key) for key in keys]

    def spend(self, bucket: str, *, limit: int, until: datetime) -> bool:
        with self.lock:
            spent, end = self.buckets.get(bucket, (0, until))
            if _whole(end) <= self.now():
                spent, end = 0, until
            if spent >= limit:
                return False
            self.buckets[bucket] = (spent + 1, end)
            return True

    def unsent(self, shard: int, *, before: datetime, limit: int = 100) -> Lines:
        with self.lock:
            found = [self.entries[place] for place in self.marks if shard_of(place[0]) == shard]
        early = [(entry.at, entry.key, entry.sort_key, entry) for entry in found if entry.at and entry.at < before]
        return [entry for *_, entry in sorted(early, key=lambda row: row[:3])[:limit]]

    def still_unsent(self, lines: Sequence[Line]) -> Sequence[Line]:
        with self.lock:
            return [line for line in lines if (line.key, line.sort_key) in self.marks]

    def mark_sent(self, entries: Iterable[Entry | Poisoned]) -> None:
        for entry in entries:
            self.step("mark")
            with self.lock:
                self.marks.discard((entry.key, entry.sort_key))
            self.step("marked")

    def _standing(self) -> Iterator[Record]:
        with self.lock:
            records = [row.record for row in self.rows.values() if row.record]
        return (record for record in records if not self._expired(record))

    def _expired(self, record: Record) -> bool:
        return record.expires_at is not None and record.expires_at <= self.now()

    def _check(self, plan: Plan) -> None:
        if plan.once and (claim := self.claims.get(plan.once.key)) and _whole(claim[1]) > plan.at:
            raise AlreadyDone(result=claim[0])
        for write in plan.writes:
            self._check_write(write)
        for add in plan.adds:
            if add.cap is not None and self.counters.get(add.key, 0) + add.amount > add.cap:
                raise Conflict(reason="counter_cap")

    def _check_write(self, write: Write) -> None:
        row = self.rows.get(write.record.key)
        if (row.version if row else 0) != write.record.version:
            raise Stale(reason="version")
        if write.record.removed and not write.facts and (row is None or row.last_fact):
            raise ValueError("a record with a journal is removed by a fact that says so") if row else Stale()

    def _apply(self, plan: Plan) -> None:
        for write in plan.writes:
            self._apply_write(write)
        for entry in plan.entries:
            self.entries[entry.key, entry.sort_key] = entry
            self.marks.add((entry.key, entry.sort_key))
        if plan.once:
            self.claims[plan.once.key] = (plan.once.result, plan.at + CLAIM_LIFE)
        for add in plan.adds:
            self.counters[add.key] = self.counters.get(add.key, 0) + add.amount

    def _apply_write(self, write: Write) -> None:
        record, old = write.record, self.rows.get(write.record.key) or Row(None, 0)
        if record.removed and not write.facts:
            del self.rows[record.key]
            return
        self.rows[record.key] = Row(
            record=None if record.removed else _kept(record, write.version),
            version=write.version,
            facts=old.facts + write.facts,
            last_fact=write.version if write.facts else old.last_fact,
        )


def _continued(store: MemoryStore, plan: Plan, facts: Sequence[Fact], by: Actor) -> dict[str, Any]:
    """New records under the key of a removed or expired one go on from its version."""
    records = [replace(w.record, version=_gone_version(store, w.record) or w.record.version) for w in plan.writes]
    again = planned(records, facts, by=by, at=plan.at, once=plan.once, adds=plan.adds)
    return {"writes": again.writes, "entries": again.entries}


def _gone_version(store: MemoryStore, record: Record) -> int:
    row = store.rows.get(record.key)
    return row.version if row and not record.version and store.read(record.key) is None else 0


def _kept(record: Record, version: int) -> Record:
    whole = _whole(record.expires_at) if record.expires_at else None
    return replace(_copy(record), version=version, expires_at=whole)


def _copy(record: Record) -> Record:
    return replace(record, body=json.loads(json.dumps(record.body)))


def _whole(moment: datetime) -> datetime:
    """DynamoDB's time to live knows whole seconds only."""
    return moment.astimezone(UTC).replace(microsecond=0)


def _page(
    name: str,
    rows: Sequence[tuple[tuple[str, ...], Record]],
    limit: int,
    start: tuple[str, ...] | None,
    backwards: bool,
) -> Page:
    ordered = sorted(rows, key=lambda row: row[0], reverse=backwards)
    after = [row for row in ordered if not start or (row[0] < start if backwards else row[0] > start)]
    shown = after[:limit]
    cursor = cursor_at(name, tuple(shown[-1][0])) if len(after) > limit else None
    return Page(tuple(_copy(record) for _, record in shown), cursor)
