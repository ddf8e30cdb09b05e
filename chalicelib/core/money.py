"""Money in whole minor units of one currency; floats never come near it.

The exponent says how many minor units make one unit: 10 ** exponent. It follows ISO 4217 (list one, "minor
unit": IDR 2, JPY 0, KWD 3), which is what Stripe charges rupiah in: Rp 150.000 is 15000000. A currency that
is not in the table is refused, so that nobody is charged a hundredfold.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import total_ordering
from typing import Final

from chalicelib.core.errors import BadValue
from chalicelib.core.text import Text, number

# ISO 4217 list one, published by SIX for ISO; the currencies of Bali's visitors. Read 2026-11-24.
EXPONENTS: Final = {
    **dict.fromkeys(("AUD", "CAD", "CHF", "CNY", "EUR", "GBP", "HKD", "IDR", "INR"), 2),
    **dict.fromkeys(("MYR", "NZD", "PHP", "RUB", "SGD", "THB", "TWD", "USD"), 2),
    **dict.fromkeys(("JPY", "KRW", "VND"), 0),
    **dict.fromkeys(("BHD", "KWD", "OMR"), 3),
}
LIMIT: Final = 2**63
LONGEST: Final = 60

# A whole amount with or without groups of three, one kind of separator; `,00`, `.00` and `,-` may end it
# unless the same sign separates the groups.
RUPIAH: Final = re.compile(
    r"(?:(?:rp|idr)\.?\s*)?"
    r"(?P<whole>[1-9][0-9]{0,2}(?P<group>[.,])[0-9]{3}(?:(?P=group)[0-9]{3})*|[1-9][0-9]*)"
    r"(?:(?!(?P=group))[.,](?:00|-))?",
    re.IGNORECASE,
)


class BadAmount(BadValue):
    """What was typed is not a whole amount of rupiah above zero that we can hold."""


@total_ordering
@dataclass(frozen=True)
class Money:
    """`minor_units` may be negative (a refund); ValueError for an unknown currency or beyond 63 bits."""

    minor_units: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor_units) is not int:
            raise TypeError(f"minor units are whole numbers, not {type(self.minor_units).__name__}")
        if self.currency not in EXPONENTS:
            raise ValueError(f"unknown currency {self.currency!r}")
        if abs(self.minor_units) >= LIMIT:
            raise ValueError("more money than there is")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor_units + self._alike(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor_units - self._alike(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor_units, self.currency)

    def __mul__(self, times: int) -> "Money":
        return Money(self.minor_units * times, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: "Money") -> bool:
        return self.minor_units < self._alike(other)

    def __bool__(self) -> bool:
        return self.minor_units != 0

    def shown(self, lang: str) -> str:
        """`Rp 150.000` for everybody, as on every price tag; `USD 1,234.50` as the reader's language does."""
        style, name = ("id", "Rp") if self.currency == "IDR" else (lang, self.currency)
        whole, rest = divmod(abs(self.minor_units), 10 ** EXPONENTS[self.currency])
        cents = self._cents(rest, style)
        return f"{'-' if self.minor_units < 0 else ''}{name} {number(whole, style)}{cents}"

    def _cents(self, rest: int, lang: str) -> str:
        if not EXPONENTS[self.currency] or (self.currency == "IDR" and not rest):
            return ""
        return f"{',' if lang == 'id' else '.'}{rest:0{EXPONENTS[self.currency]}}"

    def _alike(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not mix")
        return other.minor_units


def rupiah(amount: int) -> Money:
    """Whole rupiah."""
    return Money(amount, "IDR") * 100


def parse(text: str) -> Money:
    """Rupiah as people type it: `150000`, `150.000`, `150,000`, `Rp 150.000,00`, `Rp150.000,-`.

    BadAmount for fractions (`1.5`), zero, signs, mixed separators and more than 63 bits hold.
    """
    # Cut to what is read, `Rp` and many blanks would be another amount.
    typed = RUPIAH.fullmatch(unicodedata.normalize("NFKC", text).strip()) if len(text) <= LONGEST else None
    if not typed:
        raise BadAmount(
            Text(
                id="Masukkan jumlah rupiah tanpa sen, misalnya 150.000",
                en="Enter a whole amount of rupiah, for example 150.000",
            )
        )
    return _held(int(re.sub(r"[.,]", "", typed["whole"])))


def _held(amount: int) -> Money:
    try:
        return rupiah(amount)
    except ValueError as too_much:
        raise BadAmount(Text(id="Jumlah itu terlalu besar", en="That amount is too large")) from too_much
