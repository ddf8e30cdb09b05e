"""A bill: what somebody owes under a number (a trader's code, the number of a fine), for a period. Pure.

    open        owed; while an order holds its place it is being paid, and nobody else can pay it
    paid        the books have its money
    withdrawn   an officer took it back and said why

A bill says what the books say. When all of its money went back (a refund, a lost dispute) it is open again; where the
debt is to end with the refund, an officer withdraws the bill then.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Self

from chalicelib.core.contacts import MASK, clean
from chalicelib.core.errors import BadValue, Conflict
from chalicelib.core.money import Money, rupiah
from chalicelib.core.money import parse as parse_money
from chalicelib.core.text import MONTHS, Text, day
from chalicelib.payments.model import subject
from chalicelib.payments.model.lists import MOST_LINES, rows_of
from chalicelib.payments.model.order import Stock

# So many rows of an import stand in one record, and so many bills are written in one transaction, each perhaps with
# its counter.
CHUNK: Final = 40
# What one order may settle: each bill is a line of the payment page.
MOST_AT_ONCE: Final = 20
LONGEST: Final = 120
# Twelve digits with sen: no payment takes more, and a whole list of such bills can still be added up.
MOST_OWED: Final = rupiah(9_999_999_999)
MONTH: Final = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])")
HEADS: Final = {"number", "nomor", "kode", "code"}

NO_NUMBER = Text(id="Nomor tidak ada", en="The number is missing")
NO_WORDS = Text(id="Keterangan tagihan tidak ada", en="What the bill is for is missing")
WRONG_PERIOD = Text(
    id="Tulis masa sebagai 2026-11 atau tanggal 2026-11-24",
    en="Write the period as 2026-11, or a day as 2026-11-24",
)
TOO_MUCH = Text(id="Paling banyak {most} untuk satu tagihan", en="At most {most} for one bill")
CELLS = Text(
    id="Satu baris berisi nomor, masa, jumlah, keterangan, dan bila ada keterangan dalam bahasa Inggris serta nama",
    en="A line holds number, period, amount, what it is, and if known what it is in English, and a name",
)
TWICE = Text(
    id="Nomor dan masa yang sama sudah ada di baris {line}", en="The same number and period stand in line {line}"
)
TOO_MANY = Text(id="Paling banyak {most} tagihan sekaligus", en="At most {most} bills at once")


class BillState(StrEnum):
    OPEN = "open"
    PAID = "paid"
    WITHDRAWN = "withdrawn"


class NotOpen(Conflict):
    title = Text(id="Tagihan ini sudah tidak terbuka", en="This bill is not open any more")


@dataclass(frozen=True, kw_only=True)
class Demand:
    """One row of an import. `holder` is a mask, made before anything is kept: "I W••• S•••"; "" where nobody is named.

    `period` is a month (`2026-11`) or a day.
    """

    number: str
    period: str
    amount: Money
    what: Text
    holder: str = ""


@dataclass(frozen=True, kw_only=True)
class Bill:
    """`id` is the import's and the row's, so that facts need no number.

    `order` is that which paid it; `returned` are orders that paid it once and whose money went back.
    """

    id: str
    scheme: str
    number: str
    period: str
    amount: Money
    what: Text
    holder: str
    issued_by: str
    issued_at: datetime
    state: BillState = BillState.OPEN
    order: str = ""
    returned: tuple[str, ...] = ()
    settled_at: datetime | None = None
    reason: str = ""
    version: int = 0

    @property
    def stock(self) -> Stock:
        """The one place that who pays takes: nobody pays twice, and nobody pays what was withdrawn."""
        return Stock(key=f"bill#{self.scheme}#{self.number}#{self.period}", places=1, cap=1)

    def paid(self, order: str, at: datetime) -> Self:
        """Raises NotOpen."""
        self._is(BillState.OPEN)
        kept = tuple(one for one in self.returned if one != order)
        return replace(self, state=BillState.PAID, order=order, returned=kept, settled_at=at)

    def reopened(self, order: str) -> Self:
        """All that this order paid went back, whether anybody had noted that it paid or not. Raises NotOpen."""
        if self.state is BillState.WITHDRAWN or (self.state is BillState.PAID and self.order != order):
            raise NotOpen
        return replace(self, state=BillState.OPEN, order="", returned=(*self.returned, order), settled_at=None)

    def withdrawn(self, reason: str, at: datetime) -> Self:
        """Raises NotOpen."""
        self._is(BillState.OPEN)
        return replace(self, state=BillState.WITHDRAWN, reason=reason, settled_at=at)

    def _is(self, state: BillState) -> None:
        if self.state is not state:
            raise NotOpen


class Entering(StrEnum):
    """How far an import is: taken as a whole, then entered in chunks by the worker."""

    TAKEN = "taken"
    ENTERED = "entered"


@dataclass(frozen=True, kw_only=True)
class Batch:
    """An import. `left_out` are its rows (from 0) that had a bill already when they were entered."""

    id: str
    scheme: str
    issued_by: str
    issued_at: datetime
    bills: int
    total: Money
    state: Entering = Entering.TAKEN
    left_out: tuple[int, ...] = ()
    version: int = 0

    def bill_id(self, row: int) -> str:
        return f"{self.id}-{row}"

    def bill(self, row: int, demand: Demand) -> Bill:
        return Bill(
            id=self.bill_id(row),
            scheme=self.scheme,
            number=demand.number,
            period=demand.period,
            amount=demand.amount,
            what=demand.what,
            holder=demand.holder,
            issued_by=self.issued_by,
            issued_at=self.issued_at,
        )


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Some rows of an import, from row `first` on."""

    batch: str
    first: int
    demands: tuple[Demand, ...]
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class DemandList:
    """What a pasted list holds, and what is wrong with which line; `lines` are where the demands stand."""

    demands: tuple[Demand, ...]
    lines: tuple[int, ...]
    wrong: Mapping[int, Text]


def demand_list(text: str) -> DemandList:
    """Reads CSV of number, period, amount, words (Indonesian, English) and name; a heading is passed over."""
    found: dict[int, Demand] = {}
    wrong: dict[int, Text] = {}
    seen: dict[tuple[str, str], int] = {}
    for line, cells in rows_of(text):
        if not found and not wrong and cells[0].casefold() in HEADS:
            continue
        try:
            found[line] = demand = _demand(cells)
            _first(seen, demand, line)
        except BadValue as refusal:
            wrong[line] = refusal.message
    if len(found) > MOST_LINES:
        wrong[MOST_LINES + 1] = TOO_MANY.format(most=MOST_LINES)
    return DemandList(demands=tuple(found.values()), lines=tuple(found), wrong=wrong)


def _first(seen: dict[tuple[str, str], int], demand: Demand, line: int) -> None:
    before = seen.setdefault((demand.number, demand.period), line)
    if before != line:
        raise BadValue(TWICE.format(line=before))


def _demand(cells: Sequence[str]) -> Demand:
    if not 4 <= len(cells) <= 6:
        raise BadValue(CELLS)
    number, period, amount, what = cells[:4]
    english, holder = (*cells[4:], "", "")[:2]
    return demand(number=number, period=period, amount=amount, what=what, english=english, holder=holder)


def demand(*, number: str, period: str, amount: str, what: str, english: str, holder: str) -> Demand:
    """One row as it was typed. Raises BadValue for the first part that cannot be taken."""
    if not number:
        raise BadValue(NO_NUMBER)
    words = clean(what, LONGEST)
    if not words:
        raise BadValue(NO_WORDS)
    return Demand(
        number=subject.code(number),
        period=period_of(period),
        amount=amount_of(amount),
        what=Text(id=words, en=clean(english, LONGEST) or words),
        holder=masked(clean(holder, LONGEST)),
    )


def amount_of(typed: str) -> Money:
    """BadValue, also for more than can be paid at once."""
    amount = parse_money(typed)
    if amount > MOST_OWED:
        raise BadValue(TOO_MUCH.format(most=MOST_OWED.shown("id")))
    return amount


def period_of(typed: str) -> str:
    """A month or a day. BadValue."""
    if MONTH.fullmatch(typed):
        return typed
    try:
        return date.fromisoformat(typed).isoformat()
    except ValueError:
        raise BadValue(WRONG_PERIOD) from None


def period_words(period: str) -> Text:
    """`November 2026` or `24 November 2026`."""
    if MONTH.fullmatch(period):
        year, month = period.split("-")
        return Text(id=f"{MONTHS['id'][int(month) - 1]} {year}", en=f"{MONTHS['en'][int(month) - 1]} {year}")
    on = date.fromisoformat(period)
    return Text(id=day(on, "id"), en=day(on, "en"))


def masked(name: str) -> str:
    """`I Wayan Sudarma` as `I W••• S•••`: enough to recognise, too little to find somebody."""
    return " ".join(word if len(word) == 1 else f"{word[0]}{MASK * 3}" for word in name.split())


def in_rows(batch: str, demands: Sequence[Demand]) -> tuple[Rows, ...]:
    return tuple(
        Rows(batch=batch, first=first, demands=tuple(demands[first : first + CHUNK]))
        for first in range(0, len(demands), CHUNK)
    )
