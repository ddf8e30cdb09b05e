"""Six digits by SMS: how often they may be tried, how long they are good, when new ones may be asked for.

The digits are stored nowhere: the vault computes them from `subject`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core.errors import Invalid, TooMany
from chalicelib.core.text import Text, moment

MOST_TRIES: Final = 5
LIFE: Final = timedelta(minutes=10)
# A message is often only slow.
PAUSE: Final = timedelta(minutes=1)

OVER: Final = Text(id="Kode ini sudah tidak berlaku. Minta kode baru", en="This code is over. Ask for a new one")
WRONG: Final = Text(
    id="Kode salah. Periksa lagi SMS dari kami. Kesempatan tersisa: {left}",
    en="Wrong code. Check our text message again. Tries left: {left}",
)
WAIT: Final = Text(
    id="Terlalu banyak kode salah. Anda dapat meminta kode baru pukul {at}",
    en="Too many wrong codes. You can ask for a new one at {at}",
)


class TooSoon(TooMany):
    title = Text(id="Tunggu sebentar sebelum meminta kode baru", en="Wait a moment before you ask for a new code")


@dataclass(frozen=True, kw_only=True)
class Code:
    """`tries` are wrong ones since `asked_at` (UTC); `round` counts the messages."""

    asked_at: datetime
    round: int = 1
    tries: int = 0

    @property
    def next_at(self) -> datetime:
        """When another one may be asked for: after five wrong tries not before this one is over."""
        return self.asked_at + (LIFE if self.tries >= MOST_TRIES else PAUSE)

    def subject(self, id: str) -> str:
        return f"{id}#{self.round}"

    def check_open(self, now: datetime) -> None:
        """Raises Invalid when nothing more may be tried."""
        if self.tries >= MOST_TRIES:
            raise Invalid(errors={"code": self.refusal()})
        if now >= self.asked_at + LIFE:
            raise Invalid(errors={"code": OVER})

    def mistyped(self) -> "Code":
        return replace(self, tries=self.tries + 1)

    def refusal(self) -> Text:
        """What is said after a wrong code."""
        if self.tries >= MOST_TRIES:
            return WAIT.format(at=Text(id=moment(self.next_at, "id"), en=moment(self.next_at, "en")))
        return WRONG.format(left=MOST_TRIES - self.tries)

    def renewed(self, now: datetime) -> "Code":
        """Raises TooSoon."""
        if now < self.next_at:
            raise TooSoon(retry_after=int((self.next_at - now).total_seconds()) + 1)
        return Code(asked_at=now, round=self.round + 1)
