"""How records, facts, claims and counters look as DynamoDB items, and how those are read.

record   pk, sk, kind, schema, version, body (JSON), list_pk/list_sk, ttl, facts, last_fact, commit; a removed one keeps
         pk, sk, version, facts, last_fact and `removed`
fact     pk, fact#<version>, id, name, source, schema, version, at, actor, correlation, data (JSON), until,
         unsent (u0..u7 until the bus has it)
claim    once#<scope>#<id>, claim, result, ttl, commit
counter  pk, sk, amount
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from chalicelib.core.clock import from_stamp
from chalicelib.core.events import Entry, Poisoned
from chalicelib.core.store import Key, Listing, Record

Item = Mapping[str, Any]
Value = str | int | None
# A refusal shows the item that stood in the way: the first result of a claim, the version of a removed record.
TELL = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def wire(values: Mapping[str, Value]) -> dict[str, dict[str, Any]]:
    """Values in DynamoDB's notation; None is left out."""
    return {name: _typed(value) for name, value in values.items() if value is not None}


def _typed(value: str | int) -> dict[str, Any]:
    return {"N": str(value)} if isinstance(value, int) else {"S": value}


def plain(item: Item) -> dict[str, Any]:
    return {name: int(value["N"]) if "N" in value else value.get("S") for name, value in item.items()}


def key_of(key: Key) -> dict[str, Any]:
    return wire({"pk": key.pk, "sk": key.sk})


def expression(values: Mapping[str, Value] | None = None, **parts: str) -> dict[str, Any]:
    """Expression parameters of a request; `#name` stands for every attribute, since many are reserved words."""
    names = {name: name[1:] for part in parts.values() for name in re.findall(r"#\w+", part)}
    filled = {f":{name}": value for name, value in wire(values or {}).items()}
    return {
        **{name: part for name, part in parts.items() if part},
        **({"ExpressionAttributeNames": names} if names else {}),
        **({"ExpressionAttributeValues": filled} if filled else {}),
    }


def epoch(moment: datetime) -> int:
    return int(moment.timestamp())


def record_of(item: Item) -> Record:
    value = plain(item)
    return Record(
        key=Key(value["pk"], value["sk"]),
        kind=value["kind"],
        schema=value["schema"],
        body=json.loads(value["body"]),
        version=value["version"],
        listing=Listing(value["list_pk"], value["list_sk"]) if "list_pk" in value else None,
        expires_at=datetime.fromtimestamp(value["ttl"], UTC) if "ttl" in value else None,
    )


def is_record(item: Item, now: datetime) -> bool:
    """Whether the item is a record that still stands: neither removed, nor expired, nor a fact, claim or counter."""
    return "body" in item and not has_expired(item, now)


def has_expired(item: Item, now: datetime) -> bool:
    return "ttl" in item and int(item["ttl"]["N"]) <= now.timestamp()


def entry_of(item: Item) -> Entry | Poisoned:
    """The fact inside a journal item or a stream image."""
    value = plain(item)
    try:
        return _entry(value)
    except (KeyError, TypeError, ValueError) as problem:
        reason = f"{type(problem).__name__}: {problem}"[:200]
        return Poisoned(key=value["pk"], sort_key=value["sk"], reason=reason, at=_stamped(value.get("at")))


def _stamped(stamp: Any) -> datetime | None:
    try:
        return from_stamp(stamp)
    except (TypeError, ValueError):
        return None


def _entry(value: Mapping[str, Any]) -> Entry:
    entry = Entry(
        id=value["id"],
        name=value["name"],
        source=value["source"],
        schema=value["schema"],
        key=value["pk"],
        version=value["version"],
        at=from_stamp(value["at"]),
        actor=value["actor"],
        correlation=value["correlation"],
        data=json.loads(value["data"]),
        until=from_stamp(value["until"]) if "until" in value else None,
    )
    if entry.sort_key != value["sk"] or not isinstance(entry.data, dict):
        raise ValueError("not the entry of this place")
    return entry
