"""Receipts and their numbers.

Access patterns: the receipt of a payment (`receipt#<payment>`), the receipts of an authority and year by number (list
`receipts#<authority>#<year>`), the last number of a series (`receipts#<authority>#<year>`).
"""

from dataclasses import replace

from chalicelib.core.errors import NotFound
from chalicelib.core.events import Fact, system
from chalicelib.core.store import Key, Kind, Listing, Once, Store, retried
from chalicelib.payments.model.receipt import Receipt, Series

PAYMENTS = system("payments")


def series_key(authority: str, year: int) -> str:
    return f"receipts#{authority}#{year}"


SERIES = Kind(name="receipts", model=Series, key=lambda one: Key(series_key(one.authority, one.year)))
RECEIPTS = Kind(
    name="receipt",
    model=Receipt,
    key=lambda receipt: Key(f"receipt#{receipt.payment}"),
    listing=lambda receipt: Listing(series_key(receipt.authority, receipt.year), f"{receipt.serial:09d}"),
)


class ReceiptStore:
    def __init__(self, store: Store) -> None:
        self._store = store

    def series(self, authority: str, year: int) -> Series:
        record = self._store.read(Key(series_key(authority, year)))
        return SERIES.thing(record) if record else Series(authority=authority, year=year)

    def find(self, payment: str) -> Receipt | None:
        record = self._store.read(Key(f"receipt#{payment}"))
        return RECEIPTS.thing(record) if record else None

    def receipt(self, payment: str) -> Receipt:
        """Raises NotFound."""
        found = self.find(payment)
        if found is None:
            raise NotFound
        return found

    @retried
    def drawn(self, payment: str) -> None:
        """Its documents are kept. Raises NotFound."""
        receipt = self.receipt(payment)
        if not receipt.drawn:
            self._store.commit([RECEIPTS.record(replace(receipt, drawn=True))], by=PAYMENTS)

    def of(self, authority: str, year: int, cursor: str | None = None) -> tuple[tuple[Receipt, ...], str | None]:
        """A page of a series, by number."""
        page = self._store.list(series_key(authority, year), cursor=cursor, limit=100)
        return tuple(RECEIPTS.thing(record) for record in page.records), page.cursor

    def keep(self, series: Series, receipt: Receipt, fact: Fact) -> None:
        """Number and use in one commit, so that no number is given and lost. Raises Stale, AlreadyDone."""
        records = [SERIES.record(series), RECEIPTS.record(receipt)]
        self._store.commit(records, [fact], by=PAYMENTS, once=Once(scope="receipts", id=receipt.payment))
