"""Where deliveries are kept: `delivery#<batch>` / target.

Lists: `deliveries#<state>#<shard>` by the time of the claim or of the last queueing, while a row is READY after a
refusal, CLAIMED or UNKNOWN.
Counters: `tally#<batch>` / `<state>#<shard>`, changed in the transaction that changes the row.
"""

import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import product
from typing import Final

from chalicelib.core.clock import as_stamp
from chalicelib.core.delivery.row import COUNTED, Delivery, State
from chalicelib.core.events import system
from chalicelib.core.log import note
from chalicelib.core.store import Add, Key, Kind, Listing, Page, Record, Store

# Every claim is written into its list: a hot one would throttle the table. Rows become UNKNOWN one by one.
SHARDS: Final = {"ready": 8, "claimed": 8, "unknown": 1}
# Counters in transactions conflict with each other. A large send has batches of its own for this reason too.
TALLY_SHARDS: Final = 2
BY: Final = system("delivery")


def _key(row: Delivery) -> Key:
    return Key(f"delivery#{row.batch}", row.target)


def _listing(row: Delivery) -> Listing | None:
    if row.state not in SHARDS or row.waits_since is None:
        return None
    return Listing(_list_name(row.state, _shard(row.target, SHARDS[row.state])), as_stamp(row.waits_since))


def _list_name(state: State, shard: int) -> str:
    return f"deliveries#{state}#{shard}"


def _shard(target: str, shards: int) -> int:
    return zlib.crc32(target.encode()) % shards


DELIVERY: Final = Kind(name="delivery", model=Delivery, key=_key, listing=_listing)


class DeliveryStore:
    """Rows by key, by state and by batch; every change is one transaction with its counters."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, batch: str, target: str) -> Delivery | None:
        record = self._store.read(Key(f"delivery#{batch}", target))
        return DELIVERY.thing(record) if record else None

    def rows(self, batch: str, *, limit: int, cursor: str | None) -> tuple[list[Delivery], str | None]:
        page = self._store.under(f"delivery#{batch}", limit=limit, cursor=cursor)
        return [DELIVERY.thing(record) for record in page.records], page.cursor

    def listed(self, state: State, *, before: datetime | None = None) -> Iterator[Delivery]:
        """Rows in a state that nobody took care of since a moment, who waits longest first in a shard. It may lag."""
        for shard in range(SHARDS[state]):
            for record in _pages(self._store, _list_name(state, shard)):
                row = DELIVERY.thing(record)
                if before and row.waits_since and row.waits_since > before:
                    break
                yield row

    def commit(self, before: Delivery, after: Delivery) -> Delivery:
        """The row as committed; nothing is written when nothing changed. Raises Stale when somebody was faster."""
        if after is before:
            return before
        self._store.commit([DELIVERY.record(after)], by=BY, adds=_adds(before, after))
        note("delivery", row=after.id, channel=after.channel, state=after.state, reason=after.reason)
        return replace(after, version=before.version + 1)

    def tally(self, *batches: str) -> dict[State, int]:
        keys = [_tally_key(*of) for of in product(batches, COUNTED, range(TALLY_SHARDS))]
        counts = [count for at in range(0, len(keys), 100) for count in self._store.counts(keys[at : at + 100])]
        found = dict.fromkeys(COUNTED, 0)
        for key, count in zip(keys, counts, strict=True):
            found[State(key.sk.partition("#")[0])] += count
        return found


def _adds(before: Delivery, after: Delivery) -> list[Add]:
    if after.state is before.state:
        return []
    counts = ((before.state, -1), (after.state, 1))
    shard = _shard(after.target, TALLY_SHARDS)
    return [Add(key=_tally_key(after.batch, state, shard), amount=n) for state, n in counts if state in COUNTED]


def _tally_key(batch: str, state: State, shard: int) -> Key:
    return Key(f"tally#{batch}", f"{state}#{shard:02}")


def _pages(store: Store, name: str) -> Iterator[Record]:
    page = Page(records=())
    while True:
        page = store.list(name, limit=100, cursor=page.cursor)
        yield from page.records
        if page.cursor is None:
            return
