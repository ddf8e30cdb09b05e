"""What the provider and our books do not agree on: found by a machine, explained by an officer. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from chalicelib.core.errors import Conflict
from chalicelib.core.money import Money
from chalicelib.core.text import Text
from chalicelib.payments.model.books import NOTHING, UNMATCHED, Posting, moved


class Topic(StrEnum):
    """What kind of difference; each has its chapter in `docs/when-the-numbers-differ.md`."""

    PAYMENT = "payment"  # money came in that no order can take
    REFUND = "refund"  # money went back, and no refund of ours says so
    DISPUTE = "dispute"  # a bank took or returned money of a payment that fits nowhere
    MOVEMENT = "movement"  # the account moved, and nobody here knows why
    CURRENCY = "currency"  # the account moved in another currency than rupiah
    BALANCE = "balance"  # the provider holds more or less than our books say
    BOOKS = "books"  # the prepared sums of a day are not the sums of its postings
    LATE = "late"  # something was posted to a day after its close


class Standing(StrEnum):
    OPEN = "open"
    EXPLAINED = "explained"
    GONE = "gone"  # a later reconciliation found that it agrees


class AlreadyExplained(Conflict):
    title = Text(
        id="Selisih ini sudah selesai (aturan D5)",
        en="This difference is settled already (rule D5)",
    )


@dataclass(frozen=True, kw_only=True)
class Difference:
    """`subject` is the id of what differs. `expected` is ours, `found` the provider's.

    `unmatched` is what stands in the books' account of that name because of it, and `awaits` the posting that would
    explain it. `why` is an officer's sentence. `day` is the city's day (ISO) in whose books it stands.
    """

    topic: Topic
    subject: str
    day: str
    found_at: datetime
    expected: Money | None = None
    found: Money | None = None
    order: str = ""
    authority: str = ""
    scheme: str = ""
    unmatched: Money = NOTHING
    awaits: str = ""
    standing: Standing = Standing.OPEN
    settled_by: str = ""
    settled_at: datetime | None = None
    why: str = ""
    version: int = 0

    @property
    def id(self) -> str:
        return f"{self.topic}-{self.subject}"

    @property
    def is_open(self) -> bool:
        return self.standing is Standing.OPEN

    def explained(self, by: str, now: datetime, why: str) -> Self:
        """Raises AlreadyExplained, also when it went away by itself."""
        if not self.is_open:
            raise AlreadyExplained
        return replace(self, standing=Standing.EXPLAINED, settled_by=by, settled_at=now, why=why)

    def gone(self, now: datetime) -> Self:
        return replace(self, standing=Standing.GONE, settled_by="", settled_at=now)

    def again(self, found: "Difference") -> Self:
        """It is back, or another amount: open once more, with what is found now."""
        return replace(
            self,
            standing=Standing.OPEN,
            day=found.day,
            found_at=found.found_at,
            expected=found.expected,
            found=found.found,
            settled_by="",
            settled_at=None,
            why="",
        )

    def says_as(self, other: "Difference") -> bool:
        """Whether it is as far apart as another one: an explained gap stays explained while money goes on moving."""
        if None in (self.expected, self.found, other.expected, other.found):
            return (self.expected, self.found) == (other.expected, other.found)
        return self._gap() == other._gap()

    def _gap(self) -> Money:
        return (self.found or NOTHING) - (self.expected or NOTHING)


def booked(difference: Difference, account: str, id: str, at: datetime) -> Posting:
    """Takes the money out of `unmatched`, to the account where it belongs."""
    return Posting(
        id=id,
        kind="explained",
        at=at,
        legs=moved(difference.unmatched, to=UNMATCHED, out_of=account),
        authority=difference.authority,
        scheme=difference.scheme,
        order=difference.order,
    )
