"""Where bills are kept.

Access patterns: the bills of a number (`bills#<scheme>#<number>` / period); an import (`billing#<id>`) and its rows in
chunks (`rows#...` under it); the newest imports (list `billings`, by the time).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.core.clock import as_stamp
from chalicelib.core.errors import NotFound
from chalicelib.core.events import Actor, Fact
from chalicelib.core.store import Add, Key, Kind, Listing, Once, Store
from chalicelib.payments.model.bill import CHUNK, Batch, Bill, Demand, Rows
from chalicelib.payments.store.orders import counter

BATCHES = "billings"
# Ten years of monthly dues.
MOST_BILLS = 120


def _bill_key(scheme: str, number: str, period: str) -> Key:
    return Key(_partition(scheme, number), period)


def _partition(scheme: str, number: str) -> str:
    return f"bills#{scheme}#{number}"


BILL = Kind(name="bill", model=Bill, key=lambda bill: _bill_key(bill.scheme, bill.number, bill.period))
BATCH = Kind(
    name="billing",
    model=Batch,
    key=lambda batch: Key(f"billing#{batch.id}"),
    listing=lambda batch: Listing(BATCHES, as_stamp(batch.issued_at)),
)
ROWS = Kind(name="billing_rows", model=Rows, key=lambda rows: Key(f"billing#{rows.batch}", f"rows#{rows.first:04d}"))


@dataclass(frozen=True, kw_only=True)
class BillChange:
    """What one commit writes together; `took` and `freed` are bills whose one place is taken or free from then on."""

    bills: tuple[Bill, ...] = ()
    batch: Batch | None = None
    rows: tuple[Rows, ...] = ()
    facts: tuple[Fact, ...] = ()
    took: tuple[Bill, ...] = ()
    freed: tuple[Bill, ...] = ()

    def adds(self) -> list[Add]:
        took = [Add(key=counter(bill.stock.key), amount=1, cap=bill.stock.cap) for bill in self.took]
        return took + [Add(key=counter(bill.stock.key), amount=-1) for bill in self.freed]


class BillStore:
    def __init__(self, store: Store) -> None:
        self._store = store

    def commit(self, change: BillChange, *, by: Actor, once: Once | None = None) -> None:
        """Raises Conflict when a place is taken, and what `Store.commit` raises."""
        records = [BILL.record(bill) for bill in change.bills]
        records += [BATCH.record(change.batch)] if change.batch else []
        records += [ROWS.record(rows) for rows in change.rows]
        self._store.commit(records, change.facts, by=by, once=once, adds=change.adds())

    def of(self, scheme: str, number: str) -> tuple[Bill, ...]:
        """The bills of a number by their periods, oldest first."""
        page = self._store.under(_partition(scheme, number), limit=MOST_BILLS)
        return tuple(BILL.thing(record) for record in page.records)

    def standing(self, scheme: str, demands: Sequence[Demand]) -> dict[tuple[str, str], Bill]:
        """The bills that there are for the numbers and periods of some demands."""
        found: dict[tuple[str, str], Bill] = {}
        for first in range(0, len(demands), 100):
            keys = [_bill_key(scheme, one.number, one.period) for one in demands[first : first + 100]]
            bills = [BILL.thing(record) for record in self._store.read_many(keys)]
            found |= {(bill.number, bill.period): bill for bill in bills}
        return found

    def held(self, bills: Sequence[Bill]) -> list[bool]:
        """Which of up to 100 have their place taken: by who pays, who paid, or an officer who withdrew it."""
        return [taken > 0 for taken in self._store.counts([counter(bill.stock.key) for bill in bills])] if bills else []

    def batch(self, id: str) -> Batch:
        """Raises NotFound."""
        record = self._store.read(Key(f"billing#{id}"))
        if record is None:
            raise NotFound
        return BATCH.thing(record)

    def batches(self, cursor: str | None = None) -> tuple[tuple[Batch, ...], str | None]:
        """A page of the imports, newest first."""
        page = self._store.list(BATCHES, cursor=cursor, backwards=True)
        return tuple(BATCH.thing(record) for record in page.records), page.cursor

    def demands(self, batch: str, first: int) -> tuple[Demand, ...]:
        """The rows of the chunk in which row `first` stands. Raises NotFound."""
        record = self._store.read(Key(f"billing#{batch}", f"rows#{first - first % CHUNK:04d}"))
        if record is None:
            raise NotFound
        return ROWS.thing(record).demands
