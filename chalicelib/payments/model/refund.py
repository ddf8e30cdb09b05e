"""A refund: who asked, who approved, and how far the money is. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from chalicelib.core.errors import Conflict, Forbidden
from chalicelib.core.money import Money, rupiah
from chalicelib.core.text import Text

# An officer may give this much of an order back alone; more, in one or in several, needs a second one.
ALONE: Final = rupiah(500_000)
# One transaction holds the order, the refund, its tickets and a fact for each of them.
MOST_PLACES: Final = 40


class Reason(StrEnum):
    CHANGED_MIND = "changed_mind"
    LATE = "late"  # paid after the places had gone to others
    SURPLUS = "surplus"  # paid twice
    OFFICER = "officer"
    DASHBOARD = "dashboard"  # somebody did it on the provider's own pages


class Progress(StrEnum):
    ASKED = "asked"  # waits for a second officer; its tickets are frozen
    APPROVED = "approved"  # waits for the provider
    SENT = "sent"  # the provider has it
    DONE = "done"
    FAILED = "failed"  # the provider or the bank said no
    REJECTED = "rejected"  # the second officer said no


class NeedsAnother(Forbidden):
    title = Text(
        id="Pengembalian ini harus disetujui petugas lain",
        en="Another officer has to approve this refund",
    )


class AlreadySettled(Conflict):
    title = Text(id="Pengembalian ini sudah diputuskan", en="This refund is already decided")


NEXT: Final = {
    Progress.ASKED: {Progress.APPROVED, Progress.REJECTED},
    Progress.APPROVED: {Progress.SENT, Progress.DONE, Progress.FAILED},
    Progress.SENT: {Progress.DONE, Progress.FAILED},
    Progress.DONE: {Progress.FAILED},
    Progress.FAILED: set[Progress](),
    Progress.REJECTED: set[Progress](),
}


@dataclass(frozen=True, kw_only=True)
class Refund:
    """`id` is the provider's key: never made of the amount, so that two equal refunds are two. `places` are tickets.

    `words` are why an officer asked, `decided_words` why another one decided as they did; `why` is the provider's code.
    """

    id: str
    order: str
    payment: str
    amount: Money
    reason: Reason
    asked_at: datetime
    asked_by: str
    places: tuple[int, ...] = ()
    progress: Progress = Progress.APPROVED
    approved_by: str = ""
    provider_id: str = ""
    why: str = ""
    words: str = ""
    decided_words: str = ""
    settled_at: datetime | None = None
    version: int = 0

    def approved(self, by: str, words: str = "") -> Self:
        """Raises AlreadySettled, NeedsAnother for whoever asked."""
        self._asked_by_another(by)
        return replace(self, progress=Progress.APPROVED, approved_by=by, decided_words=words)

    def rejected(self, by: str, words: str = "") -> Self:
        self._asked_by_another(by)
        return replace(self, progress=Progress.REJECTED, approved_by=by, decided_words=words)

    def told(self, progress: Progress, provider_id: str, now: datetime, why: str = "") -> Self:
        """What the provider says; itself when that is known or older than what is known."""
        if progress not in NEXT[self.progress]:
            return self
        return replace(self, progress=progress, provider_id=provider_id, settled_at=now, why=why)

    def _asked_by_another(self, by: str) -> None:
        if self.progress is not Progress.ASKED:
            raise AlreadySettled
        if by == self.asked_by:
            raise NeedsAnother
