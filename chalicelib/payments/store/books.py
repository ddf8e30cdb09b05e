"""The prepared books, what differs, closed days, and how far the provider was asked.

Access patterns: a posting by id, the postings of a day (list `postings#<day>`) and of an order (under the order);
the accounts that moved on a day (list `balances#<day>`) and its rows by authority and scheme (list `rows#<day>`), each
with its sums in counters; a movement of the provider by id and those of a day (list `movements#<day>`); open
differences (list `differences#open`) and the settled ones of a day (list `differences#<day>`); disputes that are not
decided (list `disputes#open`); a closed day by its date.
"""

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.core.clock import as_stamp
from chalicelib.core.events import Actor, Fact
from chalicelib.core.money import Money
from chalicelib.core.store import Add, Key, Kind, Listing, Once, Page, Record, Store
from chalicelib.payments.model.books import Posting
from chalicelib.payments.model.day import AccountDay, Amounts, ClosedDay, Column, Figures, Noted, Row, Side
from chalicelib.payments.model.difference import Difference
from chalicelib.payments.store.kinds import POSTINGS, postings

OPEN = "differences#open"
UNDECIDED = "disputes#open"
MOST_KEYS = 100
COUNT, AMOUNT = "count", "amount"


@dataclass(frozen=True, kw_only=True)
class Movement:
    """A line of the provider's account that the books know: `posting` is the one that it agrees with, or made."""

    id: str
    kind: str
    at: datetime
    day: str
    gross: Money
    fee: Money
    authority: str = ""
    scheme: str = ""
    order: str = ""
    posting: str = ""
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class OpenDispute:
    """A dispute that its bank has not decided yet."""

    id: str
    payment: str
    order: str
    at: datetime
    decided: bool = False
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Up to when the provider was asked, up to when about eight days at once, and when the balance last agreed.

    `looked_until`: how far a look at eight days came that has not ended yet.
    """

    until: datetime
    whole_until: datetime
    agreed_at: datetime | None = None
    looked_until: datetime | None = None
    version: int = 0


def _standing(difference: Difference) -> Listing:
    name = OPEN if difference.is_open else f"differences#{difference.day}"
    return Listing(name, f"{difference.day}#{difference.id}")


NOTED = Kind(name="noted", model=Noted, key=lambda noted: noted_key(noted.order, noted.posting))
ACCOUNT_DAYS = Kind(
    name="account-day",
    model=AccountDay,
    key=lambda one: Key(f"balance#{one.day}#{one.account}"),
    listing=lambda one: Listing(f"balances#{one.day}", one.account),
)
ROWS = Kind(
    name="books-row",
    model=Row,
    key=lambda row: Key(_row(row)),
    listing=lambda row: Listing(f"rows#{row.day}", f"{row.authority}#{row.scheme}"),
)
MOVEMENTS = Kind(
    name="movement",
    model=Movement,
    key=lambda one: Key(f"movement#{one.id}"),
    listing=lambda one: Listing(f"movements#{one.day}", f"{as_stamp(one.at)}#{one.id}"),
)
DIFFERENCES = Kind(name="difference", model=Difference, key=lambda one: Key(f"difference#{one.id}"), listing=_standing)
DISPUTES = Kind(
    name="dispute",
    model=OpenDispute,
    key=lambda one: Key(f"dispute#{one.id}"),
    listing=lambda one: None if one.decided else Listing(UNDECIDED, f"{as_stamp(one.at)}#{one.id}"),
)
CLOSED = Kind(name="closed-day", model=ClosedDay, key=lambda one: Key(f"day#{one.day}"))
ASKED = Kind(name="asked", model=Asked, key=lambda _: Key("payments-asked"))


def noted_key(order: str, posting: str) -> Key:
    """Under its order, so that an order's postings are one query."""
    return Key(f"order#{order}", f"posting#{posting}") if order else Key(f"noted#{posting}")


def _row(row: Row) -> str:
    return f"row#{row.day}#{row.authority}#{row.scheme}"


def _cell(row: Row, side: Side, what: str) -> Key:
    return Key(_row(row), f"{side}#{what}")


def _balance(day: str, account: str) -> Key:
    return Key(f"balance#{day}#{account}", AMOUNT)


def _total(account: str) -> Key:
    return Key(f"balance#total#{account}", AMOUNT)


@dataclass
class Entry:
    """What one commit writes into the prepared books: records that are new, and sums that grow."""

    records: list[Record] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    adds: list[Add] = field(default_factory=list)

    def moves(self, day: str, account: str, amount: int) -> None:
        # The running total is asked for by the reconciliation alone; only workers write it, and they wait their turn.
        self.adds += [Add(key=_balance(day, account), amount=amount), Add(key=_total(account), amount=amount)]

    def says(self, row: Row, side: Side, amounts: Amounts) -> None:
        found = [Add(key=_cell(row, side, column), amount=amount) for column, amount in amounts.items() if amount]
        self.adds += found

    def receipts(self, row: Row, amount: int) -> None:
        self.adds += [Add(key=_cell(row, Side.RECEIPTS, COUNT), amount=1)]
        self.adds += [Add(key=_cell(row, Side.RECEIPTS, AMOUNT), amount=amount)]


class BookStore:
    def __init__(self, store: Store) -> None:
        self._store = store

    def commit(self, entry: Entry, *, by: Actor, once: Once | None = None) -> None:
        """Raises what `Store.commit` raises; Stale where one of its new records is there already."""
        self._store.commit(entry.records, entry.facts, by=by, once=once, adds=entry.adds)

    def new_places(self, row: Row, accounts: Sequence[str] = ()) -> list[Record]:
        """The records of a row and of accounts on its day that nobody has made yet."""
        wanted = [ROWS.record(row)]
        wanted += [ACCOUNT_DAYS.record(AccountDay(day=row.day, account=account)) for account in accounts]
        there = {record.key for record in self._store.read_many([record.key for record in wanted])}
        return [record for record in wanted if record.key not in there]

    def posting(self, id: str) -> Posting | None:
        record = self._store.read(Key(f"posting#{id}"))
        return POSTINGS.thing(record) if record else None

    def postings(self, day: str, *, limit: int = 100, cursor: str | None = None) -> tuple[list[Posting], str | None]:
        page = self._store.list(postings(day), limit=limit, cursor=cursor)
        return [POSTINGS.thing(record) for record in page.records], page.cursor

    def all_postings(self, day: str) -> Iterator[Posting]:
        """Every posting of a day, oldest first."""
        for page in _listed(self._store, postings(day)):
            yield from map(POSTINGS.thing, page.records)

    def postings_of(self, order: str) -> list[Posting]:
        """All that is posted for an order, by time; what was posted a moment ago may be missing."""
        found: list[Record] = []
        for page in _pages(functools.partial(self._noted_of, order)):
            found += self._store.read_many([Key(f"posting#{NOTED.thing(record).posting}") for record in page.records])
        return sorted(map(POSTINGS.thing, found), key=lambda one: (one.at, one.id))

    def not_noted(self, some: Sequence[Posting]) -> list[Posting]:
        """Those of up to 100 postings that the prepared sums lack."""
        keys = {noted_key(one.order, one.id): one for one in some}
        there = {record.key for record in self._store.read_many(list(keys))}
        return [one for key, one in keys.items() if key not in there]

    def is_noted(self, order: str, posting: str) -> bool:
        return self._store.read(noted_key(order, posting)) is not None

    def balances(self, day: str) -> dict[str, int]:
        """What each account moved on a day, as prepared, by its name."""
        pages = _listed(self._store, f"balances#{day}")
        accounts = [ACCOUNT_DAYS.thing(record).account for page in pages for record in page.records]
        return dict(zip(accounts, self._counted([_balance(day, account) for account in accounts]), strict=True))

    def total(self, account: str) -> int:
        """What an account has moved in all its time, as prepared."""
        return self._store.counter(_total(account))

    def figures(self, day: str) -> list[Figures]:
        """The rows of a day with their sums, by authority and scheme."""
        rows = [ROWS.thing(record) for page in _listed(self._store, f"rows#{day}") for record in page.records]
        keys = [key for row in rows for key in _cells(row)]
        found = dict(zip(keys, self._counted(keys), strict=True))
        return [_figures(row, found) for row in rows]

    def movements(self, ids: Sequence[str]) -> dict[str, Movement]:
        """Those of up to 100 movements that are in the books."""
        records = self._store.read_many([Key(f"movement#{one}") for one in ids])
        return {one.id: one for one in map(MOVEMENTS.thing, records)}

    def difference(self, id: str) -> Difference | None:
        record = self._store.read(Key(f"difference#{id}"))
        return DIFFERENCES.thing(record) if record else None

    def open_differences(self) -> Iterator[Difference]:
        """By day, the oldest first."""
        for page in _listed(self._store, OPEN):
            yield from map(DIFFERENCES.thing, page.records)

    def settled_differences(self, day: str) -> list[Difference]:
        pages = _listed(self._store, f"differences#{day}")
        return [DIFFERENCES.thing(record) for page in pages for record in page.records]

    def dispute(self, id: str) -> OpenDispute | None:
        record = self._store.read(Key(f"dispute#{id}"))
        return DISPUTES.thing(record) if record else None

    def undecided(self) -> Iterator[OpenDispute]:
        for page in _listed(self._store, UNDECIDED):
            yield from map(DISPUTES.thing, page.records)

    def keep_dispute(self, dispute: OpenDispute, *, by: Actor) -> None:
        self._store.commit([DISPUTES.record(dispute)], by=by)

    def closed(self, day: str) -> ClosedDay | None:
        record = self._store.read(Key(f"day#{day}"))
        return CLOSED.thing(record) if record else None

    def asked(self) -> Asked | None:
        record = self._store.read(Key("payments-asked"))
        return ASKED.thing(record) if record else None

    def keep_asked(self, asked: Asked, *, by: Actor) -> None:
        self._store.commit([ASKED.record(asked)], by=by)

    def _noted_of(self, order: str, cursor: str | None) -> Page:
        return self._store.under(f"order#{order}", "posting#", limit=MOST_KEYS, cursor=cursor)

    def _counted(self, keys: Sequence[Key]) -> list[int]:
        found: list[int] = []
        for first in range(0, len(keys), MOST_KEYS):
            found += self._store.counts(keys[first : first + MOST_KEYS])
        return found


def _listed(store: Store, name: str) -> Iterator[Page]:
    return _pages(lambda cursor: store.list(name, limit=MOST_KEYS, cursor=cursor))


def _pages(ask: Callable[[str | None], Page]) -> Iterator[Page]:
    page = ask(None)
    yield page
    while page.cursor:
        page = ask(page.cursor)
        yield page


def _cells(row: Row) -> list[Key]:
    sides = [_cell(row, side, column) for side in (Side.PROVIDER, Side.LEDGER) for column in Column]
    return [*sides, _cell(row, Side.RECEIPTS, COUNT), _cell(row, Side.RECEIPTS, AMOUNT)]


def _figures(row: Row, found: dict[Key, int]) -> Figures:
    provider, ledger = (
        {column: found[_cell(row, side, column)] for column in Column} for side in (Side.PROVIDER, Side.LEDGER)
    )
    receipts, amount = (found[_cell(row, Side.RECEIPTS, what)] for what in (COUNT, AMOUNT))
    return Figures(row=row, provider=provider, ledger=ledger, receipts=receipts, receipted=amount)
