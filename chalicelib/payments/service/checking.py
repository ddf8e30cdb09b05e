"""Whether the prepared sums are those of the postings: what no worker counted is counted, what differs is told."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from chalicelib.core.clock import WITA
from chalicelib.core.money import Money
from chalicelib.core.toolbox import Toolbox
from chalicelib.payments.model.books import Posting
from chalicelib.payments.model.day import ClosedDay, ends, summed
from chalicelib.payments.model.difference import Difference, Topic
from chalicelib.payments.service.books import Books
from chalicelib.payments.store.books import BookStore

MANY: Final = 100


class Checking:
    def __init__(self, tools: Toolbox) -> None:
        self._now = tools.now
        self._store = BookStore(tools.store)
        self._books = Books(tools)

    def check(self, since: datetime, until: datetime, *, whole: bool) -> None:
        """Counts what nobody counted; on the first run of a day every day that is over is added up and compared.

        Today's sums would differ by what is posted while they are read.
        """
        for day in _days(since, until):
            sums = self._sums(day.isoformat())
            if whole and ends(day) <= self._now():
                self._compare(day.isoformat(), sums)

    def _sums(self, day: str) -> dict[str, int]:
        sums: dict[str, int] = {}
        cursor: str | None = None
        while True:
            some, cursor = self._store.postings(day, limit=MANY, cursor=cursor)
            self._books.note_missing(some)
            for posting in some:
                sums = summed((*sums.items(), *_legs(posting)))
            if cursor is None:
                return sums

    def _compare(self, day: str, sums: dict[str, int]) -> None:
        prepared = self._store.balances(day)
        wrong = [one for one in sorted({*sums, *prepared}) if sums.get(one, 0) != prepared.get(one, 0)]
        for account in prepared:
            if account not in wrong:
                self._books.agrees(f"{Topic.BOOKS}-{_subject(day, account)}")
        for account in wrong:
            self._books.report(self._apart(day, account, sums.get(account, 0), prepared.get(account, 0)))
        if closed := self._store.closed(day):
            self._compare_closed(closed, prepared)

    def _compare_closed(self, closed: ClosedDay, prepared: dict[str, int]) -> None:
        """What came after the close is told posting by posting; here the rest, which came while it was closed."""
        late = [one for one in self._store.all_postings(closed.day) if self._is_told(one)]
        expected = summed((*closed.balances, *(leg for posting in late for leg in _legs(posting))))
        apart = {one: prepared.get(one, 0) - expected.get(one, 0) for one in {*prepared, *expected}}
        for account, amount in sorted(apart.items()):
            if amount:
                self._books.report(
                    self._difference(
                        Topic.LATE, closed.day, account, expected.get(account, 0), prepared.get(account, 0)
                    )
                )

    def _is_told(self, posting: Posting) -> bool:
        return self._store.difference(f"{Topic.LATE}-{posting.id}") is not None

    def _apart(self, day: str, account: str, sums: int, prepared: int) -> Difference:
        return self._difference(Topic.BOOKS, day, account, sums, prepared)

    def _difference(self, topic: Topic, day: str, account: str, expected: int, found: int) -> Difference:
        return Difference(
            topic=topic,
            subject=_subject(day, account),
            day=day,
            found_at=self._now(),
            expected=Money(expected, "IDR"),
            found=Money(found, "IDR"),
        )


def _subject(day: str, account: str) -> str:
    return f"{day}-{account.replace(':', '_')}"


def _legs(posting: Posting) -> list[tuple[str, int]]:
    return [(leg.account, leg.amount.minor_units) for leg in posting.legs]


def _days(since: datetime, until: datetime) -> Iterator[date]:
    """The city's days from one moment to another."""
    day, last = since.astimezone(WITA).date(), until.astimezone(WITA).date()
    while day <= last:
        yield day
        day += timedelta(days=1)
