"""The store on one DynamoDB table: records, lists, counters and buckets. A commit is made in `transaction.py`."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from chalicelib.core.aws.items import TELL, Item, epoch, expression, has_expired, is_record, key_of, plain, record_of
from chalicelib.core.aws.journal import DynamoJournal
from chalicelib.core.aws.table import partition
from chalicelib.core.aws.transaction import Continued, Transaction
from chalicelib.core.commit import Plan, planned
from chalicelib.core.cursors import cursor_at, position_of
from chalicelib.core.errors import Stale
from chalicelib.core.events import Actor, Fact
from chalicelib.core.store import Add, Key, Numbers, Once, Page, Record, Records


class DynamoStore(DynamoJournal):
    """The promises are those of `Store`; the constructor is the journal's."""

    def read(self, key: Key) -> Record | None:
        item = self._table.item(key)
        return record_of(item) if is_record(item, self._now()) else None

    def read_many(self, keys: Sequence[Key]) -> Records:
        now = self._now()
        found = {
            record.key: record for record in map(record_of, (i for i in self._table.batch(keys) if is_record(i, now)))
        }
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
        return self._page(name, partition(pk, prefix), limit, start, _TABLE_KEY)

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
            self._go_on(planned(continued.records, facts, by=by, at=plan.at, once=once, adds=adds))

    def counter(self, key: Key) -> int:
        return int(plain(self._table.item(key)).get("amount", 0))

    def counts(self, keys: Sequence[Key]) -> Numbers:
        found = {
            Key(value["pk"], value["sk"]): int(value.get("amount", 0)) for value in map(plain, self._table.batch(keys))
        }
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
        refused = self._table.refused("update_item", Key=key_of(_bucket(bucket)), **update, **TELL)
        if refused is None or not has_expired(refused, self._now()):
            return refused is None
        return self._refill(bucket, until, refused)

    def _go_on(self, plan: Plan) -> None:
        try:
            self._transaction(plan).write()
        except Continued as moved:
            raise Stale(reason="version") from moved

    def _transaction(self, plan: Plan) -> Transaction:
        return Transaction(self._table, plan)

    def _page(
        self, name: str, query: dict[str, Any], limit: int, start: dict[str, str] | None, key: tuple[str, ...]
    ) -> Page:
        """One row more than asked for tells whether there is a next page."""
        request = {**query, "Limit": limit + 1, **({"ExclusiveStartKey": _wired(start)} if start else {})}
        now = self._now()
        rows = list(islice((item for item in self._table.items(request) if is_record(item, now)), limit + 1))
        more = len(rows) > limit
        last = tuple(rows[limit - 1][part]["S"] for part in key) if more else ()
        return Page(tuple(map(record_of, rows[:limit])), cursor_at(name, last) if more else None)

    def _refill(self, bucket: str, until: datetime, expired: Item) -> bool:
        key = _bucket(bucket)
        item = {**key_of(key), "spent": {"N": "1"}, "ttl": {"N": str(epoch(until))}}
        condition = expression({"old": plain(expired)["ttl"]}, ConditionExpression="#ttl = :old")
        return self._table.refused("put_item", Item=item, **condition) is None


_TABLE_KEY = ("pk", "sk")
_LIST_KEY = ("pk", "sk", "list_pk", "list_sk")


def _bucket(name: str) -> Key:
    return Key(f"rate#{name}", "bucket")


def _wired(start: dict[str, str]) -> dict[str, Any]:
    return {name: {"S": value} for name, value in start.items()}
