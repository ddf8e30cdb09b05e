"""Names that nobody can guess: ids for machines, references that people read aloud.

A reference is a prefix and twelve characters in groups of four, `LP-K7MH-K52N-FTR8`: eleven drawn at random
(49.8 bits) and one check character (ISO 7064 over the prime 23, weights of 2), which finds every single wrong
character and every swap of two neighbours. The alphabet leaves out whatever is mistaken for something else: 0
O D Q, 1 I L, U V, and Z S B G, which look like 2 5 8 6 and are read as these.
"""

import secrets
import unicodedata
from base64 import b32hexencode
from datetime import datetime
from typing import Final

from chalicelib.core.clock import utc_now
from chalicelib.core.errors import BadValue
from chalicelib.core.text import Text

ALPHABET: Final = "23456789ACEFHJKMNPRTWXY"
LOOK_ALIKES: Final = str.maketrans("ZSBG", "2586")
SEPARATORS: Final = dict.fromkeys(map(ord, " -_.\u00a0\u2010\u2011\u2012\u2013\u2014\u2212"))
DRAWN: Final = 11


class BadReference(BadValue):
    """What was typed cannot be a reference: a character is wrong, missing or swapped."""


def new_id(prefix: str, now: datetime | None = None) -> str:
    """`report_` and 26 characters: 48 bits of milliseconds, then 80 random bits, so that ids sort by age."""
    stamp = int((now or utc_now()).timestamp() * 1000).to_bytes(6, "big")
    return f"{prefix}_{b32hexencode(stamp + secrets.token_bytes(10)).decode().rstrip('=').lower()}"


def new_reference(prefix: str) -> str:
    """A fresh reference; `prefix` is two or three capital letters, `LP` for a report (laporan)."""
    from stdnum.iso7064 import mod_37_2

    drawn = "".join(secrets.choice(ALPHABET) for _ in range(DRAWN))
    return _written(prefix, drawn + mod_37_2.calc_check_digit(drawn, ALPHABET))


def parse_reference(text: str, prefix: str | None = None) -> str:
    """The reference that somebody typed, in its one spelling; BadReference when it cannot be one.

    Case, blanks, dashes, full-width letters and look-alikes are forgiven. `prefix` is the one that is
    expected here: it may then be left out, and no other is taken.
    """
    from stdnum.iso7064 import mod_37_2

    typed = unicodedata.normalize("NFKC", text[:60]).upper().translate(SEPARATORS)
    name, code = typed[: -DRAWN - 1] or prefix or "", typed[-DRAWN - 1 :].translate(LOOK_ALIKES)
    if prefix not in (None, name) or not _is_prefix(name) or not mod_37_2.is_valid(code, ALPHABET):
        raise BadReference(
            Text(
                id="Nomor itu tidak sesuai. Periksa lagi huruf dan angkanya",
                en="That reference does not match. Check its letters and numbers",
            )
        )
    return _written(name, code)


def _is_prefix(name: str) -> bool:
    return name.isascii() and name.isalpha() and len(name) in (2, 3)


def _written(prefix: str, code: str) -> str:
    return "-".join((prefix, code[:4], code[4:8], code[8:]))
