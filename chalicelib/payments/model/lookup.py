"""Somebody looks for tickets by e-mail: asked, proved by a code or a link, forgotten after an hour. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from chalicelib.core.errors import Conflict
from chalicelib.core.text import Text
from chalicelib.core.vault import Sealed

LIFE: Final = timedelta(hours=1)
MOST_TRIES: Final = 5

WRONG = Text(
    id="Kode ini tidak cocok. Sisa {left} kali percobaan",
    en="This code does not match. You have {left} tries left",
)
NO_MORE = Text(
    id="Kode ini tidak cocok. Minta kode baru di halaman cari tiket",
    en="This code does not match. Ask for a new one from the page for lost tickets",
)


class Ended(Conflict):
    title = Text(
        id="Kode ini tidak berlaku lagi. Minta kode baru",
        en="This code is not good any more. Ask for a new one",
    )


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """`contact` is the address that was typed; times are UTC. The record goes with its hour."""

    id: str
    contact: Sealed
    language: str
    asked_at: datetime
    tries: int = 0
    version: int = 0

    @property
    def expires_at(self) -> datetime:
        return self.asked_at + LIFE

    def check_open(self) -> None:
        """Raises Ended."""
        if self.tries >= MOST_TRIES:
            raise Ended

    def tried(self) -> Self:
        return replace(self, tries=self.tries + 1)

    def refusal(self) -> Text:
        """What is said of a wrong code, with what is left of the tries."""
        left = MOST_TRIES - self.tries
        return WRONG.format(left=left) if left else NO_MORE
