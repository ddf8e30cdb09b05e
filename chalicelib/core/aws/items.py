"""How records, facts, claims and counters look as DynamoDB items, and the writes that make them.

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

from chalicelib.core.clock import as_stamp, from_stamp
from chalicelib.core.commit import Plan, Write, shard_of
from chalicelib.core.events import Entry, Poisoned, ascii_json
from chalicelib.core.store import CLAIM_LIFE, Add, Key, Listing, Once, Record

Item = Mapping[str, Any]
Value = str | int | None
_KEPT = ("kind", "schema", "body", "list_pk", "list_sk", "ttl")


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


def transaction(plan: Plan, table: str) -> list[dict[str, Any]]:
    """The writes of a commit in the order of `subjects`: records, facts, claim, counters."""
    writes = [
        *(_record_write(write, plan.id) for write in plan.writes),
        *(_entry_put(entry) for entry in plan.entries),
        *([_claim_put(plan.once, plan)] if plan.once else []),
        *(_counter_add(add) for add in plan.adds),
    ]
    return [{verb: {"TableName": table, **request}} for verb, request in writes]


def _record_write(write: Write, commit: str) -> tuple[str, dict[str, Any]]:
    record = write.record
    if record.removed and not write.facts:
        return _record_delete(record)
    content = _tombstone() if record.removed else _content(record)
    values: dict[str, Value] = {**content, "version": write.version, "commit": commit}
    sets = [f"#{name} = :{name}" for name, value in values.items() if value is not None]
    if write.facts:
        sets.append("#facts = if_not_exists(#facts, :none) + :told")
        sets.append("#last_fact = :version")
        values |= {"none": 0, "told": write.facts}
    gone = [f"#{name}" for name, value in values.items() if value is None]
    condition = "#version = :read" if record.version else "attribute_not_exists(#pk)"
    update = expression(
        {**values, **({"read": record.version} if record.version else {})},
        UpdateExpression=f"SET {', '.join(sets)}" + (f" REMOVE {', '.join(gone)}" if gone else ""),
        ConditionExpression=condition,
    )
    return "Update", {"Key": key_of(record.key), **update, **_TELL}


def _record_delete(record: Record) -> tuple[str, dict[str, Any]]:
    condition = "#version = :read AND attribute_not_exists(#last_fact)"
    request = expression({"read": record.version}, ConditionExpression=condition)
    return "Delete", {"Key": key_of(record.key), **request, **_TELL}


def _content(record: Record) -> dict[str, Value]:
    return {
        "kind": record.kind,
        "schema": record.schema,
        "body": json.dumps(record.body, separators=(",", ":")),
        "list_pk": record.listing.name if record.listing else None,
        "list_sk": record.listing.sort if record.listing else None,
        "ttl": epoch(record.expires_at) if record.expires_at else None,
        "removed": None,
    }


def _tombstone() -> dict[str, Value]:
    return {**dict.fromkeys(_KEPT), "removed": 1}


def _entry_put(entry: Entry) -> tuple[str, dict[str, Any]]:
    item = wire(
        {
            "pk": entry.key,
            "sk": entry.sort_key,
            "id": entry.id,
            "name": entry.name,
            "source": entry.source,
            "schema": entry.schema,
            "version": entry.version,
            "at": as_stamp(entry.at),
            "actor": entry.actor,
            "correlation": entry.correlation,
            "data": ascii_json(entry.data),
            "until": as_stamp(entry.until) if entry.until else None,
            "unsent": f"u{shard_of(entry.key)}",
        }
    )
    return "Put", {"Item": item, **expression(ConditionExpression="attribute_not_exists(#pk)")}


def _claim_put(once: Once, plan: Plan) -> tuple[str, dict[str, Any]]:
    end = epoch(plan.at + CLAIM_LIFE)
    item: dict[str, Value] = {
        "pk": once.key.pk,
        "sk": once.key.sk,
        "result": once.result,
        "ttl": end,
        "commit": plan.id,
    }
    free = expression({"now": epoch(plan.at)}, ConditionExpression="attribute_not_exists(#pk) OR #ttl <= :now")
    return "Put", {"Item": wire(item), **free, **_TELL}


def _counter_add(add: Add) -> tuple[str, dict[str, Any]]:
    values: dict[str, Value] = {"amount": add.amount}
    condition = ""
    if add.cap is not None:
        values["room"] = add.cap - add.amount
        untouched = "attribute_not_exists(#amount) OR " if add.amount <= add.cap else ""
        condition = f"{untouched}#amount <= :room"
    update = expression(values, UpdateExpression="ADD #amount :amount", ConditionExpression=condition)
    return "Update", {"Key": key_of(add.key), **update}


# A refusal shows the item that stood in the way: the first result of a claim, the version of a removed record.
_TELL = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


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
        return Poisoned(key=value["pk"], sort_key=value["sk"], reason=f"{type(problem).__name__}: {problem}"[:200])


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
