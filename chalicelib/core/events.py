"""What happened: facts as services announce them, and the journal entries that carry them.

A fact is a frozen dataclass in the past tense whose class name is its detail-type. It holds ids and codes,
never free text or people (an alert's public text is the one exception): what must be erasable lives in records.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

import msgspec

from chalicelib.core.clock import as_stamp, from_stamp

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]

# A fact has to fit the bus (256 KB), a queue and a transaction with room to spare.
LARGEST_FACT = 64 * 1024


class ActorKind(StrEnum):
    PUBLIC = "public"
    OFFICER = "officer"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it, as an id: never a name."""

    kind: ActorKind
    id: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else str(self.kind)


PUBLIC = Actor(ActorKind.PUBLIC)


def officer(id: str) -> Actor:
    return Actor(ActorKind.OFFICER, id)


def system(name: str) -> Actor:
    return Actor(ActorKind.SYSTEM, name)


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Base of all facts. `source` is the announcing service; `upgrades[n]` turns the data of schema n into n + 1."""

    source: ClassVar[str]
    schema: ClassVar[int] = 1
    upgrades: ClassVar[Mapping[int, Upgrade]] = {}

    def about(self) -> str:
        """The partition key of the record under which the journal keeps this fact."""
        raise NotImplementedError

    def until(self) -> datetime | None:
        """After this moment the fact is history: rules that reach people no longer let it out."""
        return None


def fact_sort_key(version: int) -> str:
    """Where in its record's partition the journal keeps the fact of a version."""
    return f"fact#{version:012d}"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the journal: a fact under its record's key at the version that it made. `at` is UTC."""

    id: str
    name: str
    source: str
    schema: int
    key: str
    version: int
    at: datetime
    actor: str
    correlation: str
    data: dict[str, Any]
    until: datetime | None = None

    @property
    def sort_key(self) -> str:
        return fact_sort_key(self.version)

    def detail(self, now: datetime) -> dict[str, Any]:
        """The event's detail for the bus; `live` says whether it may still reach people now."""
        return {**self.archived(), "live": self.until is None or now < self.until}

    def archived(self) -> dict[str, Any]:
        """What the object-locked archive keeps: everything but what depends on the time of sending."""
        return {
            "id": self.id,
            "name": self.name,
            "source": self.source,
            "schema": self.schema,
            "key": self.key,
            "version": self.version,
            "at": as_stamp(self.at),
            "actor": self.actor,
            "correlation": self.correlation,
            "until": as_stamp(self.until) if self.until else None,
            "data": self.data,
        }


@dataclass(frozen=True, kw_only=True)
class Poisoned:
    """A line of the journal that nobody can read: where it stands, and why not."""

    key: str
    sort_key: str
    reason: str
    at: datetime | None = None


def entry_from(detail: Mapping[str, Any]) -> Entry:
    """The entry inside an event's detail or an archived object. Raises KeyError or ValueError for a malformed one."""
    known = {name: detail[name] for name in Entry.__dataclass_fields__ if name not in ("at", "until")}
    until = detail.get("until")
    return Entry(**known, at=from_stamp(detail["at"]), until=from_stamp(until) if until else None)


def ascii_json(value: object) -> str:
    """Pure ASCII JSON with sorted keys: SQS and SNS may refuse or silently change anything else.

    ValueError for NaN and infinity, which are no JSON.
    """
    plain = msgspec.to_builtins(value)
    return json.dumps(plain, ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":"))


F = TypeVar("F", bound=Fact)
T = TypeVar("T")


def fact_from(kind: type[F], entry: Entry) -> F:
    """The entry's data as the fact class that a reader knows, upgraded step by step from its schema.

    Raises ValueError for a schema from the future, msgspec.ValidationError for data that do not fit.
    """
    _refuse_future(entry, kind.schema)
    data = entry.data
    for step in range(entry.schema, kind.schema):
        data = kind.upgrades[step](data)
    return msgspec.convert(data, kind)


def read_as(kind: type[T], entry: Entry, *, up_to: int = 1) -> T:
    """Another service's fact as the few fields that a reader needs, a dataclass of the reader's own.

    Raises ValueError for a schema above `up_to`, msgspec.ValidationError for data that do not fit.
    """
    _refuse_future(entry, up_to)
    return msgspec.convert(entry.data, kind)


def _refuse_future(entry: Entry, known: int) -> None:
    if entry.schema > known:
        raise ValueError(f"{entry.name} has schema {entry.schema}, this release reads up to {known}")
