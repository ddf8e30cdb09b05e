"""The journal's half of the store on DynamoDB: what happened, and what the bus has not taken yet."""

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from chalicelib.core.aws.items import entry_of, expression, key_of, plain
from chalicelib.core.aws.table import Table, partition
from chalicelib.core.clock import as_stamp
from chalicelib.core.events import Entry, Poisoned
from chalicelib.core.store import RECORD, Entries, Head, Key, Line, Lines


class DynamoJournal:
    """`client` is a low-level DynamoDB client that tries once: all repeats are made here."""

    def __init__(
        self, client: Any, table: str, now: Callable[[], datetime], pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._table = Table(client, table, pause)
        self._now = now

    def journal(self, pk: str) -> Entries:
        entries = self.lines(pk)
        if poisoned := [entry for entry in entries if isinstance(entry, Poisoned)]:
            raise ValueError(f"unreadable: {poisoned[0].key} {poisoned[0].sort_key} {poisoned[0].reason}")
        return [entry for entry in entries if isinstance(entry, Entry)]

    def lines(self, pk: str) -> Lines:
        return [entry_of(item) for item in self._table.items(partition(pk, "fact#"))]

    def head(self, pk: str) -> Head | None:
        item = plain(self._table.item(Key(pk, RECORD)))
        return Head(item["version"], item.get("facts", 0), item.get("last_fact", 0)) if item else None

    def unsent(self, shard: int, *, before: datetime, limit: int = 100) -> Lines:
        query = expression(
            {"shard": f"u{shard}", "before": as_stamp(before)},
            KeyConditionExpression="#unsent = :shard AND #at < :before",
        )
        found = self._table.items({"IndexName": "unsent", "Limit": limit, **query})
        return [entry_of(item) for item in islice(found, limit)]

    def still_unsent(self, lines: Sequence[Line]) -> Sequence[Line]:
        keys = [Key(line.key, line.sort_key) for line in lines]
        waiting = {(item["pk"]["S"], item["sk"]["S"]) for item in self._table.batch(keys) if "unsent" in item}
        return [line for line, key in zip(lines, keys, strict=True) if key in waiting]

    def mark_sent(self, entries: Iterable[Entry | Poisoned]) -> None:
        update = expression(UpdateExpression="REMOVE #unsent", ConditionExpression="attribute_exists(#pk)")
        for entry in entries:
            self._table.refused("update_item", Key=key_of(Key(entry.key, entry.sort_key)), **update)
