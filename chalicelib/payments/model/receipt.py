"""Receipts: numbered without gaps for each authority and year of payment (WITA). Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from chalicelib.core.clock import WITA
from chalicelib.core.money import Money


@dataclass(frozen=True, kw_only=True)
class Series:
    """The numbers of one authority and year; `last` is the highest that was given."""

    authority: str
    year: int
    last: int = 0
    version: int = 0

    def next(self) -> Self:
        return replace(self, last=self.last + 1)


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """That money came in: one for each payment that was captured. `number` reads `DPS/2026/000123`.

    `drawn`: its documents are kept. `charged` is what the payer saw in another currency, as the provider reports it.
    Times are UTC.
    """

    number: str
    serial: int
    authority: str
    year: int
    scheme: str
    order: str
    payment: str
    amount: Money
    paid_at: datetime
    made_at: datetime
    charged: Money | None = None
    drawn: bool = False
    version: int = 0


def year_of(paid_at: datetime) -> int:
    """The year in whose series a payment stands: that of the city's own clock."""
    return paid_at.astimezone(WITA).year


def written(prefix: str, year: int, serial: int) -> str:
    return f"{prefix}/{year}/{serial:06d}"
