"""A day in the books: what moved the provider's account and ours, side by side, and its close. Pure.

Every number is an effect on `clearing`, in minor units of IDR: what raises the provider's debt is positive.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from chalicelib.core.clock import WITA
from chalicelib.core.errors import Conflict
from chalicelib.core.text import Text
from chalicelib.payments.model.books import CLEARING


class Side(StrEnum):
    """Who says so."""

    PROVIDER = "provider"
    LEDGER = "ledger"
    RECEIPTS = "receipts"


class Column(StrEnum):
    """Why money moved."""

    PAYMENTS = "payments"
    REFUNDS = "refunds"
    DISPUTES = "disputes"
    FEES = "fees"
    PAYOUTS = "payouts"
    UNMATCHED = "unmatched"


# The account on the other side says why (see `books.py`).
COLUMNS: Final = {
    "due": Column.PAYMENTS,
    "refunds": Column.REFUNDS,
    "disputes": Column.DISPUTES,
    "fees": Column.FEES,
    "bank": Column.PAYOUTS,
    "unmatched": Column.UNMATCHED,
}

Legs = Iterable[tuple[str, int]]
Amounts = Mapping[Column, int]


def effects(legs: Legs) -> dict[Column, int]:
    """What a posting did to `clearing`, by its reason."""
    found: dict[Column, int] = {}
    for account, amount in legs:
        if account != CLEARING:
            column = COLUMNS[account.split(":", 1)[0]]
            found[column] = found.get(column, 0) - amount
    return found


def summed(legs: Legs) -> dict[str, int]:
    """What each account moves."""
    found: dict[str, int] = {}
    for account, amount in legs:
        found[account] = found.get(account, 0) + amount
    return found


@dataclass(frozen=True, kw_only=True)
class Row:
    """One authority's scheme on one day; both "" for what belongs to none of them (a payout, an unknown payment)."""

    day: str
    authority: str
    scheme: str
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Figures:
    """A row with its sums. `receipts`: how many there are, and their amount in minor units."""

    row: Row
    provider: Amounts
    ledger: Amounts
    receipts: int = 0
    receipted: int = 0

    def differs(self, column: Column) -> bool:
        return self.provider.get(column, 0) != self.ledger.get(column, 0)

    @property
    def receipts_differ(self) -> bool:
        """Receipts follow in a moment; while there is none at all nothing is missed."""
        return bool(self.receipts) and self.receipted != self.ledger.get(Column.PAYMENTS, 0)

    @property
    def agrees(self) -> bool:
        return not self.receipts_differ and not any(self.differs(column) for column in Column)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Those in which anything moved."""
        return tuple(one for one in Column if self.provider.get(one) or self.ledger.get(one))


@dataclass(frozen=True, kw_only=True)
class AccountDay:
    """That an account moved on a day; how much it moved is a counter."""

    day: str
    account: str
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Noted:
    """That a posting is in the prepared rows; it lies under its order, which so knows its postings."""

    posting: str
    order: str
    day: str
    version: int = 0


class AlreadyClosed(Conflict):
    title = Text(
        id="Hari ini sudah ditutup, dan tidak dibuka lagi (aturan D4)",
        en="This day is closed already, and is not opened again (rule D4)",
    )


class NotOver(Conflict):
    title = Text(
        id="Hari ini belum selesai. Sebuah hari ditutup setelah berakhir (aturan D1)",
        en="This day is not over. A day is closed once it has ended (rule D1)",
    )


class NotAsked(Conflict):
    title = Text(
        id="Penyedia belum ditanya tentang seluruh hari itu. Tunggu pencocokan berikutnya (aturan D2)",
        en="The provider was not yet asked about all of that day. Wait for the next reconciliation (rule D2)",
    )


class OpenDifferences(Conflict):
    title = Text(
        id="Ada selisih yang belum dijelaskan. Jelaskan, atau tulis alasan menutup hari ini (aturan D3)",
        en="There are differences that nobody has explained. Explain them, or give a reason to close (rule D3)",
    )


@dataclass(frozen=True, kw_only=True)
class ClosedDay:
    """The day as an officer closed it: never changed again. `balances` are what each account moved on that day."""

    day: str
    closed_at: datetime
    closed_by: str
    balances: tuple[tuple[str, int], ...]
    open: tuple[str, ...] = ()
    reason: str = ""
    version: int = 0


def begins(day: date) -> datetime:
    """The first moment of the city's day."""
    return datetime(day.year, day.month, day.day, tzinfo=WITA)


def ends(day: date) -> datetime:
    return begins(day + timedelta(days=1))
