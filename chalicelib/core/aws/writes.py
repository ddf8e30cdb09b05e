"""The writes that a commit consists of, each with the condition that holds it (`items.py` says how items look)."""

import json
from typing import Any

from chalicelib.core.aws.items import TELL, Value, epoch, expression, key_of, wire
from chalicelib.core.clock import as_stamp
from chalicelib.core.commit import Plan, Write, shard_of
from chalicelib.core.events import Entry, ascii_json
from chalicelib.core.store import CLAIM_LIFE, Add, Once, Record

KEPT = ("kind", "schema", "body", "list_pk", "list_sk", "ttl")


def transaction(plan: Plan, table: str) -> list[dict[str, Any]]:
    """The writes of a commit in this order: records, facts, claim, counters."""
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
    return "Update", {"Key": key_of(record.key), **update, **TELL}


def _record_delete(record: Record) -> tuple[str, dict[str, Any]]:
    condition = "#version = :read AND attribute_not_exists(#last_fact)"
    request = expression({"read": record.version}, ConditionExpression=condition)
    return "Delete", {"Key": key_of(record.key), **request, **TELL}


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
    return {**dict.fromkeys(KEPT), "removed": 1}


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
    return "Put", {"Item": wire(item), **free, **TELL}


def _counter_add(add: Add) -> tuple[str, dict[str, Any]]:
    values: dict[str, Value] = {"amount": add.amount}
    condition = ""
    if add.cap is not None:
        values["room"] = add.cap - add.amount
        untouched = "attribute_not_exists(#amount) OR " if add.amount <= add.cap else ""
        condition = f"{untouched}#amount <= :room"
    update = expression(values, UpdateExpression="ADD #amount :amount", ConditionExpression=condition)
    return "Update", {"Key": key_of(add.key), **update}
