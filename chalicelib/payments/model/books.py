"""Double-entry bookkeeping: every posting balances, or it does not exist. Pure.

Debits are positive, credits negative, all in rupiah (minor units of IDR).

    clearing                          what the provider owes the city (an asset)
    due:<authority>:<account code>    what the city owes the authority whose money it is (a liability)
    refunds:<authority>:<code>        what went back to payers
    fees:<authority>                  what the provider kept for itself; fees:shared where no payment is the reason
    disputes:<authority>              what banks took back
    bank                              what the provider paid out
    unmatched                         what the provider moved and nobody here knows why: a difference, never silent
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from chalicelib.core.clock import WITA
from chalicelib.core.money import Money

CLEARING: Final = "clearing"
BANK: Final = "bank"
UNMATCHED: Final = "unmatched"
SHARED: Final = "shared"
NOTHING: Final = Money(0, "IDR")


@dataclass(frozen=True, kw_only=True)
class Leg:
    account: str
    amount: Money


@dataclass(frozen=True, kw_only=True)
class Posting:
    """`id` says what it is about (`capture-<payment>`), so that the same thing is never posted twice.

    `kind` is capture, refund, refund_failed, dispute, dispute_won, fee, payout, unmatched, or what takes something out
    of `unmatched` again: matched (its reason came late), explained (by an officer). `at` is UTC. ValueError for one
    that does not balance, has a leg of nothing, or is not in rupiah.
    """

    id: str
    kind: str
    at: datetime
    legs: tuple[Leg, ...]
    authority: str = ""
    scheme: str = ""
    order: str = ""
    version: int = 0

    def __post_init__(self) -> None:
        if sum((leg.amount for leg in self.legs), NOTHING) != NOTHING:
            raise ValueError(f"{self.id} does not balance")
        if len(self.legs) < 2 or not all(leg.amount for leg in self.legs):
            raise ValueError(f"{self.id} moves nothing")

    @property
    def day(self) -> date:
        """The city's day on which it stands in the books."""
        return self.at.astimezone(WITA).date()


def moved(amount: Money, *, to: str, out_of: str) -> tuple[Leg, ...]:
    return Leg(account=to, amount=amount), Leg(account=out_of, amount=-amount)


def due(authority: str, code: str) -> str:
    return f"due:{authority}:{code}"


def refunds(authority: str, code: str) -> str:
    return f"refunds:{authority}:{code}"


def fees(authority: str) -> str:
    return f"fees:{authority}"


def disputes(authority: str) -> str:
    return f"disputes:{authority}"
