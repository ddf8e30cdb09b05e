"""The store on one DynamoDB table: reads, lists, counters and buckets. How a commit is made: `transaction.py`."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.core.aws.calls import code_of, repeated
from chalicelib.core.aws.items import (
    Item,
    entry_of,
    epoch,
    expression,
    has_expired,
    is_record,
    key_of,
    plain,
    record_of,
)
from chalicelib.core.aws.transaction import Continued, Transaction
from chalicelib.core.clock import as_stamp
from chalicelib.core.commit import planned
from chalicelib.core.cursors import cursor_at, position_of
from chalicelib.core.errors import Unavailable
from chalicelib.core.events import Actor, Entry, Fact, Poisoned
from chalicelib.core.store import RECORD, Add, Entries, Head, Key, Lines, Numbers, Once, Page, Record, Records

LARGEST_BATCH = 100
Items = list[Item]


class DynamoStore:
    """`client` is a low-level DynamoDB client that tries once: all repeats are made here."""

    def __init__(
        self, client: Any, table: str, now: Callable[[], datetime], pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._table = table
        self._now = now
        self._pause = pause

    def read(self, key: Key) -> Record | None:
        item = self._item(key)
        return record_of(item) if is_record(item, self._now()) else None

    def read_many(self, keys: Sequence[Key]) -> Records:
        now = self._now()
        found = {record.key: record for record in map(record_of, (i for i in self._batch(keys) if is_record(i, now)))}
        return [found[key] for key in dict.fromkeys(keys) if key in found]

    def list(self, name: str, *, limit: int = 25, cursor: str | None = None, backwards: bool = False) -> Page:
        start = dict(zip(_LIST_KEY, position_of(name, cursor, 4), strict=True)) if cursor else None
        query = {
            "IndexName": "lists",
            "ScanIndexForward": not backwards,
            **expression({"name": name}, KeyConditionExpression="#list_pk = :name"),
        }
        return self._page(name, query, limit, start, _LIST_KEY)

    def under(self, pk: str, prefix: str = "", *, limit: int = 25, cursor: str | None = None) -> Page:
        name = f"{pk}\n{prefix}"
        start = dict(zip(_TABLE_KEY, position_of(name, cursor, 2), strict=True)) if cursor else None
        return self._page(name, {"ConsistentRead": True, **_partition(pk, prefix)}, limit, start, _TABLE_KEY)

    def journal(self, pk: str) -> Entries:
        entries = self.lines(pk)
        if poisoned := [entry for entry in entries if isinstance(entry, Poisoned)]:
            raise ValueError(f"unreadable: {poisoned[0].key} {poisoned[0].sort_key} {poisoned[0].reason}")
        return [entry for entry in entries if isinstance(entry, Entry)]

    def lines(self, pk: str) -> Lines:
        """The journal as it lies there, with what nobody can read."""
        return [entry_of(item) for item in self._items({"ConsistentRead": True, **_partition(pk, "fact#")})]

    def head(self, pk: str) -> Head | None:
        item = plain(self._item(Key(pk, RECORD)))
        return Head(item["version"], item.get("facts", 0), item.get("last_fact", 0)) if item else None

    def commit(
        self,
        records: Sequence[Record],
        facts: Sequence[Fact] = (),
        *,
        by: Actor,
        once: Once | None = None,
        adds: Sequence[Add] = (),
    ) -> None:
        plan = planned(records, facts, by=by, at=self._now(), once=once, adds=adds)
        try:
            self._transaction(plan).write()
        except Continued as continued:
            # A new record under the key of a removed or expired one: its versions go on where they stopped.
            plan = planned(continued.records, facts, by=by, at=plan.at, once=once, adds=adds)
            self._transaction(plan).write()

    def counter(self, key: Key) -> int:
        return int(plain(self._item(key)).get("amount", 0))

    def counts(self, keys: Sequence[Key]) -> Numbers:
        found = {Key(value["pk"], value["sk"]): int(value.get("amount", 0)) for value in map(plain, self._batch(keys))}
        return [found.get(key, 0) for key in keys]

    def spend(self, bucket: str, *, limit: int, until: datetime) -> bool:
        if limit < 1:
            return False
        now = epoch(self._now())
        update = expression(
            {"none": 0, "one": 1, "until": epoch(until), "limit": limit, "now": now},
            UpdateExpression="SET #spent = if_not_exists(#spent, :none) + :one, #ttl = if_not_exists(#ttl, :until)",
            ConditionExpression="attribute_not_exists(#pk) OR (#spent < :limit AND #ttl > :now)",
        )
        refused = self._refused("update_item", Key=key_of(_bucket(bucket)), **update, **_TELL)
        if refused is None or not has_expired(refused, self._now()):
            return refused is None
        return self._refill(bucket, until, refused)

    def unsent(self, shard: int, *, before: datetime, limit: int = 100) -> Lines:
        query = {
            "IndexName": "unsent",
            "Limit": limit,
            **expression(
                {"shard": f"u{shard}", "before": as_stamp(before)},
                KeyConditionExpression="#unsent = :shard AND #at < :before",
            ),
        }
        return [entry_of(item) for item in islice(self._items(query), limit)]

    def still_unsent(self, entries: Sequence[Entry]) -> Entries:
        keys = [Key(entry.key, entry.sort_key) for entry in entries]
        waiting = {Key(i["pk"]["S"], i["sk"]["S"]) for i in self._batch(keys) if "unsent" in i}
        return [entry for entry, key in zip(entries, keys, strict=True) if key in waiting]

    def mark_sent(self, entries: Iterable[Entry | Poisoned]) -> None:
        update = expression(UpdateExpression="REMOVE #unsent", ConditionExpression="attribute_exists(#pk)")
        for entry in entries:
            self._refused("update_item", Key=key_of(Key(entry.key, entry.sort_key)), **update)

    def _transaction(self, plan: Any) -> Transaction:
        return Transaction(self._client, self._table, plan, self._pause)

    def _item(self, key: Key) -> Item:
        answer = self._ask("get_item", TableName=self._table, Key=key_of(key), ConsistentRead=True)
        item: Item = answer.get("Item", {})
        return item

    def _page(
        self, name: str, query: dict[str, Any], limit: int, start: dict[str, str] | None, key: tuple[str, ...]
    ) -> Page:
        """One row more than asked for tells whether there is a next page."""
        request = {**query, "Limit": limit + 1, **({"ExclusiveStartKey": _wired(start)} if start else {})}
        now = self._now()
        rows = list(islice((item for item in self._items(request) if is_record(item, now)), limit + 1))
        more = len(rows) > limit
        last = tuple(rows[limit - 1][part]["S"] for part in key) if more else ()
        return Page(tuple(map(record_of, rows[:limit])), cursor_at(name, last) if more else None)

    def _items(self, query: dict[str, Any]) -> Iterator[Item]:
        request = {**query, "TableName": self._table}
        while True:
            answer = self._ask("query", **request)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _batch(self, keys: Sequence[Key]) -> Items:
        if len(keys) > LARGEST_BATCH:
            raise ValueError(f"more than {LARGEST_BATCH} keys")
        wanted = [key_of(key) for key in dict.fromkeys(keys)]
        found: Items = []
        for _ in range(LARGEST_BATCH):
            if not wanted:
                return found
            request = {self._table: {"Keys": wanted, "ConsistentRead": True}}
            answer = self._ask("batch_get_item", RequestItems=request)
            found += answer["Responses"].get(self._table, [])
            wanted = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
        raise Unavailable(reason="unprocessed_keys")

    def _refill(self, bucket: str, until: datetime, expired: Item) -> bool:
        key = _bucket(bucket)
        item = {**key_of(key), "spent": {"N": "1"}, "ttl": {"N": str(epoch(until))}}
        condition = expression({"old": plain(expired)["ttl"]}, ConditionExpression="#ttl = :old")
        return self._refused("put_item", Item=item, **condition) is None

    def _refused(self, operation: str, **request: Any) -> Item | None:
        """None when the conditional write was made; else the item that stood in its way (or {})."""
        try:
            self._ask(operation, TableName=self._table, **request)
        except ClientError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise
            refusal: Any = error.response
            item: Item = refusal.get("Item", {})
            return item
        return None

    def _ask(self, operation: str, **request: Any) -> dict[str, Any]:
        """For requests that may be made twice."""
        answer: dict[str, Any] = repeated(lambda: getattr(self._client, operation)(**request), self._pause)
        return answer


_TABLE_KEY = ("pk", "sk")
_LIST_KEY = ("pk", "sk", "list_pk", "list_sk")
_TELL = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def _bucket(name: str) -> Key:
    return Key(f"rate#{name}", "bucket")


def _wired(start: dict[str, str]) -> dict[str, Any]:
    return {name: {"S": value} for name, value in start.items()}


def _partition(pk: str, prefix: str) -> dict[str, Any]:
    if not prefix:
        return expression({"pk": pk}, KeyConditionExpression="#pk = :pk")
    return expression({"pk": pk, "prefix": prefix}, KeyConditionExpression="#pk = :pk AND begins_with(#sk, :prefix)")
