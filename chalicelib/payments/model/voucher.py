"""A ticket: what one person shows at the gate. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

from chalicelib.core.errors import Conflict
from chalicelib.core.text import Text

PREFIX: Final = "TK"  # tiket
# Tickets are made this many in one transaction: each with its fact.
CHUNK: Final = 25


class Standing(StrEnum):
    VALID = "valid"
    USED = "used"
    FROZEN = "frozen"  # a refund waits for a second officer, or a bank disputes the payment
    VOID = "void"  # its money went back


class NotGood(Conflict):
    """The ticket is used, frozen or void; `standing` says which."""

    title = Text(id="Tiket ini tidak berlaku lagi", en="This ticket is not good any more")

    def __init__(self, standing: Standing) -> None:
        super().__init__(standing=standing)
        self.standing = standing


@dataclass(frozen=True, kw_only=True)
class Voucher:
    """`place` counts from 0 within its order; times are UTC. `token` is the signed content of its QR.

    `used_with` is the nonce of the scan that let somebody in: the same scan sent again is the same entry.
    """

    code: str
    order: str
    place: int
    scheme: str
    item: str
    valid_from: datetime
    valid_until: datetime
    token: str
    standing: Standing = Standing.VALID
    used_at: datetime | None = None
    used_gate: str = ""
    used_with: str = ""
    version: int = 0

    def used(self, at: datetime, gate: str, nonce: str) -> Self:
        """Itself when this very scan was taken before. Raises NotGood."""
        if self.standing is Standing.USED and self.used_with == nonce:
            return self
        self._is(Standing.VALID)
        return replace(self, standing=Standing.USED, used_at=at, used_gate=gate, used_with=nonce)

    def frozen(self) -> Self:
        """Raises NotGood."""
        self._is(Standing.VALID)
        return replace(self, standing=Standing.FROZEN)

    def thawed(self) -> Self:
        self._is(Standing.FROZEN)
        return replace(self, standing=Standing.VALID)

    def void(self) -> Self:
        """Its money goes back. Raises NotGood for one that was used, or went void before."""
        if self.standing in (Standing.USED, Standing.VOID):
            raise NotGood(self.standing)
        return replace(self, standing=Standing.VOID)

    def _is(self, standing: Standing) -> None:
        if self.standing is not standing:
            raise NotGood(self.standing)
