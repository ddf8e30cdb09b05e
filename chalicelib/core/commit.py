"""What one commit will write, decided before any storage is asked: versions, journal entries and refusals.

Both stores work from the same `Plan`, so that the memory twin cannot number facts in a way of its own.
"""

import json
import uuid
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.core.events import LARGEST_FACT, Actor, Entry, Fact, ascii_json
from chalicelib.core.log import correlation
from chalicelib.core.store import LARGEST_TRANSACTION, UNSENT_SHARDS, Add, Key, Once, Record


@dataclass(frozen=True, kw_only=True)
class Write:
    """A record on its way from the version that was read (`record.version`) to `version`; `facts` says how many
    versions of the way are facts."""

    record: Record
    facts: int = 0

    @property
    def version(self) -> int:
        return self.record.version + max(self.facts, 1)


@dataclass(frozen=True, kw_only=True)
class Plan:
    id: str
    at: datetime
    writes: tuple[Write, ...]
    entries: tuple[Entry, ...]
    once: Once | None
    adds: tuple[Add, ...]


def planned(
    records: Sequence[Record],
    facts: Sequence[Fact],
    *,
    by: Actor,
    at: datetime,
    once: Once | None = None,
    adds: Sequence[Add] = (),
) -> Plan:
    """Raises ValueError for what no store may ever accept (see `Store.commit`)."""
    keys = [*(record.key for record in records), *(add.key for add in adds)]
    _refuse_impossible(keys, facts, once, bool(adds) and not records and once is None)
    told = Counter(Key(fact.about()) for fact in facts)
    versions = {record.key: record.version for record in records}
    if strangers := told.keys() - versions.keys():
        raise ValueError(f"facts about records that are not committed with them: {sorted(strangers)}")
    return Plan(
        id=uuid.uuid4().hex,
        at=at,
        writes=tuple(Write(record=record, facts=told[record.key]) for record in records),
        entries=tuple(_entries(facts, versions, by, at)),
        once=once,
        adds=tuple(adds),
    )


def _refuse_impossible(keys: Sequence[Key], facts: Sequence[Fact], once: Once | None, bare_adds: bool) -> None:
    if bare_adds:
        raise ValueError("a counter alone cannot tell a repeat: add it with a record or `once`")
    if not keys and once is None:
        raise ValueError("nothing to commit")
    if len(keys) + len(facts) + (once is not None) > LARGEST_TRANSACTION:
        raise ValueError(f"more than {LARGEST_TRANSACTION} items: work in chunks")
    if twice := [key for key, times in Counter(keys).items() if times > 1]:
        raise ValueError(f"twice in one commit: {twice}")
    if taken := [key for key in keys if key.sk.startswith(("fact#", "claim"))]:
        raise ValueError(f"sort keys of the journal and of claims: {taken}")


def _entries(facts: Sequence[Fact], versions: dict[Key, int], by: Actor, at: datetime) -> Iterator[Entry]:
    last = dict(versions)
    for fact in facts:
        key = Key(fact.about())
        last[key] += 1
        yield Entry(
            id=uuid.uuid4().hex,
            name=type(fact).__name__,
            source=fact.source,
            schema=fact.schema,
            key=key.pk,
            version=last[key],
            at=at,
            actor=str(by),
            correlation=correlation(),
            data=_data(fact),
            until=fact.until(),
        )


def _data(fact: Fact) -> dict[str, Any]:
    """The fact as the JSON that will travel. ValueError when it is too large or no text of this world (a surrogate)."""
    written = ascii_json(fact)
    if len(written) > LARGEST_FACT:
        raise ValueError(f"{type(fact).__name__} has {len(written)} bytes, more than {LARGEST_FACT}")
    data: dict[str, Any] = json.loads(written)
    json.dumps(data, ensure_ascii=False).encode()
    return data


def shard_of(pk: str) -> int:
    return zlib.crc32(pk.encode()) % UNSENT_SHARDS
