"""What finance officers do with bills: hand in a list, as a whole or not at all, and withdraw one with a reason.

A list is checked, then taken in one transaction with its rows and its fact. The worker enters the bills by that fact,
in chunks that may be done again: a list that was taken is entered to its end, whoever is killed on the way.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.core.errors import AlreadyDone, Conflict, Invalid, NotFound, Stale
from chalicelib.core.events import officer, system
from chalicelib.core.ids import new_id
from chalicelib.core.store import Once, Store, retried
from chalicelib.core.text import Text
from chalicelib.core.toolbox import toolbox
from chalicelib.payments.events import BillsIssued, BillWithdrawn
from chalicelib.payments.model.bill import (
    CHUNK,
    Batch,
    Bill,
    BillState,
    Demand,
    DemandList,
    Entering,
    in_rows,
)
from chalicelib.payments.model.order import NOTHING
from chalicelib.payments.service.bills import billed_scheme
from chalicelib.payments.store.bills import BillChange, BillStore

PAYMENTS = system("payments")

IS_THERE = Text(
    id="Nomor dan masa ini sudah ada tagihannya. Tarik dulu yang lama bila salah",
    en="This number has a bill for this period. Withdraw the old one first if it is wrong",
)
BEING_PAID = Text(
    id="Tagihan ini sedang dibayar. Coba lagi setelah pembayaran itu selesai atau gagal",
    en="This bill is being paid. Try again when that payment is done or has failed",
)


class NotEntered(Conflict):
    title = Text(id="Tagihan ini belum dimasukkan", en="This bill is not entered yet")


@dataclass(frozen=True, kw_only=True)
class Entered:
    """A row of an import and its bill: None while it waits, or where another bill was there before (`left_out`)."""

    row: int
    demand: Demand
    bill: Bill | None
    left_out: bool


class Billing:
    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._now = now
        self._bills = BillStore(store)

    def check(self, scheme: str, listed: DemandList) -> Mapping[int, Text]:
        """What is wrong with which line, bills that are there already among it. Raises NotFound."""
        standing = self._bills.standing(billed_scheme(scheme).code, listed.demands)
        there = {
            line: IS_THERE
            for line, one in zip(listed.lines, listed.demands, strict=True)
            if (bill := standing.get((one.number, one.period))) and bill.state is not BillState.WITHDRAWN
        }
        return dict(sorted({**there, **listed.wrong}.items()))

    def take(self, scheme: str, demands: Sequence[Demand], by: str, form_id: str) -> str:
        """The import's id, the same one however often the form is sent. Raises NotFound."""
        batch = self._drafted(billed_scheme(scheme).code, demands, by)
        fact = BillsIssued(batch=batch.id, scheme=scheme, bills=batch.bills, amount=batch.total.minor_units)
        change = BillChange(batch=batch, rows=in_rows(batch.id, demands), facts=(fact,))
        try:
            self._bills.commit(change, by=officer(by), once=Once(scope="billing", id=form_id, result=batch.id))
        except AlreadyDone as done:
            return done.result
        return batch.id

    def enter(self, id: str) -> None:
        """Enters the bills of an import; what an earlier try has entered stays as it is. Raises NotFound."""
        batch = self._bills.batch(id)
        if batch.state is Entering.ENTERED:
            return
        left_out = [row for first in range(0, batch.bills, CHUNK) for row in self._enter_chunk(batch, first)]
        self._bills.commit(
            BillChange(batch=replace(batch, state=Entering.ENTERED, left_out=tuple(left_out))), by=PAYMENTS
        )

    def batches(self, cursor: str | None = None) -> tuple[tuple[Batch, ...], str | None]:
        return self._bills.batches(cursor)

    def rows(self, id: str, first: int) -> tuple[Batch, tuple[Entered, ...]]:
        """An import and the rows of one chunk. Raises NotFound."""
        batch = self._bills.batch(id)
        demands = self._bills.demands(id, first)
        standing = self._bills.standing(batch.scheme, demands)
        return batch, tuple(
            _entered(batch, row, demand, standing.get((demand.number, demand.period)))
            for row, demand in enumerate(demands, start=first)
        )

    def of(self, scheme: str, number: str) -> tuple[Bill, ...]:
        """All bills of a number, withdrawn ones too, oldest first. Raises NotFound for a scheme without bills."""
        return self._bills.of(billed_scheme(scheme).code, number)

    def bill(self, id: str) -> Bill:
        """Raises NotFound, NotEntered."""
        batch, _, row = id.rpartition("-")
        if not (row.isascii() and row.isdigit()) or len(row) > 4:
            raise NotFound
        _, rows = self.rows(batch, int(row) - int(row) % CHUNK)
        found = next((one for one in rows if one.row == int(row)), None)
        if found is None:
            raise NotFound
        if found.bill is None:
            raise NotEntered
        return found.bill

    @retried
    def withdraw(self, id: str, reason: str, by: str) -> None:
        """Raises NotFound, NotEntered, NotOpen; Invalid while somebody pays it."""
        bill = self.bill(id)
        withdrawn = bill.withdrawn(reason, self._now())
        batch = self._bills.batch(id.rpartition("-")[0])
        fact = BillWithdrawn(batch=batch.id, bill=bill.id, amount=bill.amount.minor_units)
        change = BillChange(bills=(withdrawn,), batch=batch, facts=(fact,), took=(withdrawn,))
        try:
            self._bills.commit(change, by=officer(by))
        except Stale:
            raise
        except Conflict:
            raise Invalid(errors={"reason": BEING_PAID}) from None

    def _drafted(self, scheme: str, demands: Sequence[Demand], by: str) -> Batch:
        now = self._now()
        return Batch(
            id=new_id("bills", now),
            scheme=scheme,
            issued_by=by,
            issued_at=now,
            bills=len(demands),
            total=sum((demand.amount for demand in demands), NOTHING),
        )

    @retried
    def _enter_chunk(self, batch: Batch, first: int) -> list[int]:
        """The rows that another bill was in the way of. One that was withdrawn makes room, and its place is free."""
        demands = self._bills.demands(batch.id, first)
        standing = self._bills.standing(batch.scheme, demands)
        bills: list[Bill] = []
        left_out: list[int] = []
        for row, demand in enumerate(demands, start=first):
            there = standing.get((demand.number, demand.period))
            if there is None or (there.state is BillState.WITHDRAWN and there.id != batch.bill_id(row)):
                bills.append(replace(batch.bill(row, demand), version=there.version if there else 0))
            elif there.id != batch.bill_id(row):
                left_out.append(row)
        freed = tuple(bill for bill in bills if bill.version)
        if bills:
            self._bills.commit(BillChange(bills=tuple(bills), freed=freed), by=PAYMENTS)
        return left_out


def _entered(batch: Batch, row: int, demand: Demand, bill: Bill | None) -> Entered:
    ours = bill if bill and bill.id == batch.bill_id(row) else None
    return Entered(row=row, demand=demand, bill=ours, left_out=row in batch.left_out)


def billing() -> Billing:
    return Billing(toolbox().store, toolbox().now)
