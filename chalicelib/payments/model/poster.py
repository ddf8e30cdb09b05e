"""A poster: a printed sheet whose QR leads to one thing that can be paid. Pure.

    asked    an officer wants it; the worker draws its sheet
    ready    the sheet can be printed, and its link leads to the payment
    revoked  its link leads nowhere any more, for ever, and says so

The link is `/p/<token>`: the poster's number and letters that only the city can compute. It is short on purpose, so
that the QR has large squares, which old phones read from a distance, and so that somebody whose camera fails can
type it. 23^8 letters are 36 bits. They keep no secret: who guessed them would come to the city's own page. They tell
a mistyped or invented link from one of ours before anything is read.
"""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.ids import ALPHABET, LOOK_ALIKES
from chalicelib.core.text import Text

SERIAL: Final = 5
LETTERS: Final = 8


class PosterState(StrEnum):
    ASKED = "asked"
    READY = "ready"
    REVOKED = "revoked"


class Why(StrEnum):
    """Why a link was revoked. `forged`: a sticker imitates it; `price`, `place`: wrong on it; `lost`: or torn down."""

    FORGED = "forged"
    PRICE = "price"
    PLACE = "place"
    LOST = "lost"
    OTHER = "other"


class NotPrintable(Conflict):
    title = Text(
        id="Poster ini belum atau tidak lagi dapat dicetak", en="This poster cannot be printed yet, or any more"
    )


@dataclass(frozen=True, kw_only=True)
class Poster:
    """`item` "" stands for all of a scheme. `made_by` and `revoked_by` are officers."""

    serial: str
    scheme: str
    item: str
    made_by: str
    made_at: datetime
    state: PosterState = PosterState.ASKED
    revoked_by: str = ""
    revoked_at: datetime | None = None
    why: Why | None = None
    reason: str = ""
    version: int = 0

    @property
    def file(self) -> str:
        return f"posters/{self.serial}.pdf"

    @property
    def leads(self) -> bool:
        return self.state is not PosterState.REVOKED

    def drawn(self) -> Self:
        return replace(self, state=PosterState.READY) if self.state is PosterState.ASKED else self

    def revoked(self, why: Why, reason: str, by: str, now: datetime) -> Self:
        """Who revoked it first stays on file."""
        if not self.leads:
            return self
        return replace(self, state=PosterState.REVOKED, why=why, reason=reason, revoked_by=by, revoked_at=now)


def new_serial() -> str:
    """One of six million; whoever keeps it sees whether it is taken."""
    return "".join(secrets.choice(ALPHABET) for _ in range(SERIAL))


def letters(signature: str) -> str:
    """What of the city's signature people can type."""
    number = int.from_bytes(hashlib.sha256(signature.encode()).digest())
    return "".join(ALPHABET[number // len(ALPHABET) ** place % len(ALPHABET)] for place in range(LETTERS))


def parts(token: str) -> tuple[str, str]:
    """The serial and the letters of what somebody scanned or typed, in any case. Raises NotFound for another form."""
    serial, dash, signed = token[:40].upper().translate(LOOK_ALIKES).partition("-")
    if not dash or (len(serial), len(signed)) != (SERIAL, LETTERS) or not set(serial + signed) <= set(ALPHABET):
        raise NotFound
    return serial, signed
