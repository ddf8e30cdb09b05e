"""What finance does: looks at a day, explains what differs, closes the day, takes the books along.

Nothing is reopened or changed silently: a closed day stays as it was, and what comes later is a difference of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from chalicelib.core.clock import WITA
from chalicelib.core.errors import Conflict, NotFound, Stale
from chalicelib.core.events import Entry as Told
from chalicelib.core.events import officer
from chalicelib.core.store import retried
from chalicelib.core.text import Text
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.payments.events import DayClosed
from chalicelib.payments.model.books import BANK, SHARED, Posting
from chalicelib.payments.model.books import disputes as disputes_of
from chalicelib.payments.model.books import due as due_of
from chalicelib.payments.model.books import fees as fees_of
from chalicelib.payments.model.books import refunds as refunds_of
from chalicelib.payments.model.day import (
    AlreadyClosed,
    ClosedDay,
    Figures,
    NotAsked,
    NotOver,
    OpenDifferences,
    ends,
)
from chalicelib.payments.model.difference import Difference, booked
from chalicelib.payments.model.order import Order
from chalicelib.payments.model.refund import Refund
from chalicelib.payments.service.books import settle
from chalicelib.payments.service.settling import posted
from chalicelib.payments.store.books import CLOSED, Asked, BookStore, Entry, OpenDispute
from chalicelib.payments.store.kinds import ASKED, FAILED, GOING, POSTINGS
from chalicelib.payments.store.orders import OrderStore
from chalicelib.schemes.reads import schemes

# What one answer of a function holds (6 MB), made within the seconds of a page.
MOST_POSTINGS: Final = 15_000
MOST_DAYS: Final = 31


class TooManyPostings(Conflict):
    title = Text(
        id="Terlalu banyak catatan untuk satu berkas. Ambil hari demi hari",
        en="There are too many postings for one file. Take them day by day",
    )


class NothingUnmatched(Conflict):
    title = Text(
        id="Selisih ini tidak menyimpan uang yang dapat dipindahkan (aturan D6)",
        en="This difference holds no money that could be moved (rule D6)",
    )


@dataclass(frozen=True, kw_only=True)
class DayView:
    """A day as finance sees it. `open`: differences of this day and before; `later`, after it; `settled` of the day."""

    day: date
    open: Sequence[Difference]
    later: Sequence[Difference]
    settled: Sequence[Difference]
    disputes: Sequence[OpenDispute]
    figures: Sequence[Figures]
    balances: Sequence[tuple[str, int]]
    closed: ClosedDay | None
    asked: Asked | None


@dataclass(frozen=True, kw_only=True)
class OrderMoney:
    """All that is known of one order's money."""

    order: Order
    journal: Sequence[Told]
    postings: Sequence[Posting]
    refunds: Sequence[Refund]


class Finance:
    def __init__(self, tools: Toolbox) -> None:
        self._tools = tools
        self._store = BookStore(tools.store)
        self._orders = OrderStore(tools.store)

    def day(self, day: date) -> DayView:
        iso = day.isoformat()
        waiting = list(self._store.open_differences())
        figures = self._store.figures(iso)
        return DayView(
            day=day,
            open=[one for one in waiting if one.day <= iso],
            later=[one for one in waiting if one.day > iso],
            settled=self._store.settled_differences(iso),
            disputes=list(self._store.undecided()),
            figures=sorted(figures, key=lambda one: (one.agrees, one.row.authority, one.row.scheme)),
            balances=sorted(self._store.balances(iso).items()),
            closed=self._store.closed(iso),
            asked=self._store.asked(),
        )

    def today(self) -> date:
        return self._tools.now().astimezone(WITA).date()

    def difference(self, id: str) -> Difference:
        """Raises NotFound."""
        found = self._store.difference(id)
        if found is None:
            raise NotFound
        return found

    @retried
    def explain(self, id: str, by: str, why: str, account: str = "") -> None:
        """An officer's sentence; with `account`, the money that stood unmatched is booked there.

        Raises NotFound, AlreadyExplained, NothingUnmatched.
        """
        difference = self.difference(id)
        explained = difference.explained(by, self._tools.now(), why)
        entry = Entry()
        settle(entry, explained)
        if account:
            posting = self._booked(explained, account)
            entry.records.append(POSTINGS.record(posting))
            entry.facts.append(posted(posting))
        self._store.commit(entry, by=officer(by))

    def _booked(self, explained: Difference, account: str) -> Posting:
        if not explained.unmatched:
            raise NothingUnmatched
        # A difference that opens again and is explained again makes another posting.
        return booked(explained, account, f"explained-{explained.id}-{explained.version}", self._tools.now())

    def accounts(self, difference: Difference) -> list[str]:
        """Where the money of a difference may belong: to the bank, to nobody, or to one authority's own accounts."""
        found = [BANK, fees_of(SHARED)]
        if not difference.unmatched:
            return []
        for scheme in schemes():
            if difference.authority in ("", scheme.authority):
                owned = (due_of, refunds_of)
                found += [account(scheme.authority, scheme.account_code) for account in owned]
                found += [fees_of(scheme.authority), disputes_of(scheme.authority)]
        return list(dict.fromkeys(found))

    def close(self, day: date, by: str, reason: str = "") -> None:
        """Closes a day for good. Raises NotOver, NotAsked, OpenDifferences, AlreadyClosed: two officers, one close."""
        iso = day.isoformat()
        self._refuse_early(day)
        left = tuple(one.id for one in self._store.open_differences() if one.day <= iso)
        if left and not reason:
            raise OpenDifferences
        closed = ClosedDay(
            day=iso,
            closed_at=self._tools.now(),
            closed_by=by,
            balances=tuple(sorted(self._store.balances(iso).items())),
            open=left,
            reason=reason,
        )
        self._keep(closed)

    def _refuse_early(self, day: date) -> None:
        if self._store.closed(day.isoformat()):
            raise AlreadyClosed
        if self._tools.now() < ends(day):
            raise NotOver
        asked = self._store.asked()
        # The first reconciliation of the next day has added this one up.
        if asked is None or asked.whole_until < ends(day):
            raise NotAsked

    def _keep(self, closed: ClosedDay) -> None:
        fact = DayClosed(day=closed.day, balances=closed.balances, open=len(closed.open))
        try:
            self._store.commit(Entry(records=[CLOSED.record(closed)], facts=[fact]), by=officer(closed.closed_by))
        except Stale as first:
            raise AlreadyClosed from first

    def asked_refunds(self, cursor: str | None = None) -> tuple[tuple[Refund, ...], str | None]:
        return self._orders.refunds(ASKED, cursor)

    def going_refunds(self, cursor: str | None = None) -> tuple[tuple[Refund, ...], str | None]:
        return self._orders.refunds(GOING, cursor)

    def failed_refunds(self, cursor: str | None = None) -> tuple[tuple[Refund, ...], str | None]:
        return self._orders.refunds(FAILED, cursor)

    def refund(self, id: str) -> Refund:
        """Raises NotFound."""
        return self._orders.refund(id)

    def money_of(self, reference: str) -> OrderMoney:
        """Raises NotFound."""
        order = self._orders.order(reference)
        return OrderMoney(
            order=order,
            journal=self._tools.store.journal(f"order#{reference}"),
            postings=self._store.postings_of(reference),
            refunds=[self._orders.refund(one) for one in order.refunds],
        )

    def postings(self, first: date, last: date) -> list[Posting]:
        """All postings from one day to another, both included. Raises TooManyPostings."""
        found: list[Posting] = []
        for day in _days(first, last):
            found += self._store.all_postings(day.isoformat())
            if len(found) > MOST_POSTINGS:
                raise TooManyPostings
        return found


def _days(first: date, last: date) -> Iterator[date]:
    for number in range(min((last - first).days + 1, MOST_DAYS)):
        yield first + timedelta(days=number)


def finance() -> Finance:
    return Finance(toolbox())
