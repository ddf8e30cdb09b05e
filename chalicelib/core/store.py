"""What is kept: records at versions, the journal of facts, claims and counters, behind one seam.

Every change goes through `commit`, one transaction (DESIGN 3). DynamoDB keeps it in production
(`core/aws/store.py`), a memory twin in unit tests; both pass `tests/contracts/test_store.py`.
"""

import functools
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, NamedTuple, ParamSpec, Protocol, TypeVar

import msgspec

from chalicelib.core.errors import Stale
from chalicelib.core.events import Actor, Entry, Fact, Poisoned, Upgrade

RECORD = "record"
LARGEST_TRANSACTION = 100
UNSENT_SHARDS = 8
# Claims outlive the bus archive (30 days) and every dead-letter queue (14 days).
CLAIM_LIFE = timedelta(days=60)


class Key(NamedTuple):
    pk: str
    sk: str = RECORD


class Listing(NamedTuple):
    """A place in the `lists` index: rows of one `name`, ordered by `sort`."""

    name: str
    sort: str


@dataclass(frozen=True, kw_only=True)
class Record:
    """One stored thing as it was read (`version` 0: never stored). `body` is JSON-able."""

    key: Key
    kind: str
    schema: int
    body: dict[str, Any]
    version: int = 0
    listing: Listing | None = None
    expires_at: datetime | None = None
    removed: bool = False


@dataclass(frozen=True, kw_only=True)
class Once:
    """A claim on an incoming event or idempotency key; `result` is what a repeat is told (AlreadyDone.result)."""

    scope: str
    id: str
    result: str = ""

    @property
    def key(self) -> Key:
        return Key(f"once#{self.scope}#{self.id}", "claim")


@dataclass(frozen=True, kw_only=True)
class Add:
    """Adds `amount` to a counter in the same transaction, refused (Conflict) when it would pass `cap`."""

    key: Key
    amount: int
    cap: int | None = None


class Head(NamedTuple):
    """What a record says of its own journal: its version, how many facts it had, and the version of the last one."""

    version: int
    facts: int
    last_fact: int


@dataclass(frozen=True)
class Page:
    """Some records of a list, and where the next page starts (opaque; None: this was the last)."""

    records: tuple[Record, ...]
    cursor: str | None = None


# `Store.list` hides the builtin inside the class.
Entries = list[Entry]
Lines = list[Entry | Poisoned]
Line = TypeVar("Line", bound=Entry | Poisoned)
Records = list[Record]
Numbers = list[int]


class Store(Protocol):
    """The promises are the tests of `tests/contracts/test_store.py`."""

    def read(self, key: Key) -> Record | None:
        """The record as last committed (a consistent read); what has expired is None."""

    def read_many(self, keys: Sequence[Key]) -> Records:
        """Those of up to 100 keys that exist, in the order of the keys."""

    def list(self, name: str, *, limit: int = 25, cursor: str | None = None, backwards: bool = False) -> Page:
        """A page of the `lists` index. It may lag behind commits. Raises Malformed for a cursor that is not its own."""

    def under(self, pk: str, prefix: str = "", *, limit: int = 25, cursor: str | None = None) -> Page:
        """A page of the records (never journal entries) of one partition whose sort key starts with `prefix`."""

    def journal(self, pk: str) -> Entries:
        """The whole journal of one record, oldest first. Raises ValueError for a line that nobody can read."""

    def lines(self, pk: str) -> Lines:
        """The same as it lies there, with what nobody can read."""

    def head(self, pk: str) -> Head | None:
        """How far the record's own count of its journal goes, for `make verify`; removed records count too."""

    def commit(
        self,
        records: Sequence[Record],
        facts: Sequence[Fact] = (),
        *,
        by: Actor,
        once: Once | None = None,
        adds: Sequence[Add] = (),
    ) -> None:
        """One transaction: all of it or nothing.

        Each record is conditional on the version that was read. Each fact is appended to the journal of its record
        (`fact.about()`, which must be among `records`) at the next version, unsent. Raises Stale (someone else was
        first: load and decide again), AlreadyDone (`once` is claimed; carries the first result), Conflict (a counter
        would pass its cap), Unavailable, ValueError (more than 100 items; a fact without its record; `adds` with
        neither a record nor `once`, since a counter alone cannot tell a repeat; an unannounced removal, see below).

        Versions only grow. A removal that a fact announces leaves the bare version behind, so that the journal goes
        on where it stopped when the key is used again; a removal without a fact deletes, and is refused for a record
        that has a journal. What has expired counts as removed; once the time to live has swept it away its version
        is forgotten, so a kind that expires and announces facts needs keys that are never used again.
        """

    def counter(self, key: Key) -> int:
        """The value of a counter; 0 for one that was never added to."""

    def counts(self, keys: Sequence[Key]) -> Numbers:
        """The values of up to 100 counters in one round trip, in the order of the keys."""

    def spend(self, bucket: str, *, limit: int, until: datetime) -> bool:
        """Takes one of `limit` from a rate-limit bucket that is forgotten at `until`; False when it is empty."""

    def unsent(self, shard: int, *, before: datetime, limit: int = 100) -> Lines:
        """Entries of one shard that were committed before a moment and are not marked sent, oldest first."""

    def still_unsent(self, lines: Sequence[Line]) -> Sequence[Line]:
        """Those of up to 100 lines whose mark stands (a consistent read), in their order."""

    def mark_sent(self, entries: Iterable[Entry | Poisoned]) -> None:
        """Clears the unsent mark; clearing twice is allowed."""


T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Kind(Generic[T]):
    """How one dataclass is kept. The model has a field `version: int = 0` that carries the version as read.

    `upgrades[n]` turns a body of schema n into one of n + 1; readers ship one release before writers.
    """

    name: str
    model: type[T]
    key: Callable[[T], Key]
    schema: int = 1
    upgrades: Mapping[int, Upgrade] = field(default_factory=dict)
    listing: Callable[[T], Listing | None] = lambda _: None
    expires: Callable[[T], datetime | None] = lambda _: None

    def record(self, thing: T, *, removed: bool = False) -> Record:
        body: dict[str, Any] = msgspec.to_builtins(thing)
        version = body.pop("version")
        return Record(
            key=self.key(thing),
            kind=self.name,
            schema=self.schema,
            body=body,
            version=version,
            listing=self.listing(thing),
            expires_at=self.expires(thing),
            removed=removed,
        )

    def thing(self, record: Record) -> T:
        """Raises ValueError for a schema from the future, msgspec.ValidationError for a body that does not fit."""
        if record.schema > self.schema:
            raise ValueError(f"{self.name} has schema {record.schema}, this release reads up to {self.schema}")
        body = record.body
        for step in range(record.schema, self.schema):
            body = self.upgrades[step](body)
        return msgspec.convert({**body, "version": record.version}, self.model)


P = ParamSpec("P")
R = TypeVar("R")


def retried(use_case: Callable[P, R], *, tries: int = 5, pause: Callable[[float], None] = time.sleep) -> Callable[P, R]:
    """A conflict means: load and decide again, a few times with jitter. Wrap the whole use case, loads included."""

    @functools.wraps(use_case)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(tries - 1):
            try:
                return use_case(*args, **kwargs)
            except Stale:
                pause(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 (jitter, not a secret)
        return use_case(*args, **kwargs)

    return run
