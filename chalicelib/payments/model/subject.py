"""What a payment is for where a scheme asks for it: a number plate, a trader's code, a burial register number. Pure."""

import re
import unicodedata
from typing import Final

from chalicelib.core.errors import BadValue
from chalicelib.core.text import Text

PLATE: Final = re.compile(r"([A-Z]{1,2})([1-9][0-9]{0,3})([A-Z]{0,3})")
CODE: Final = re.compile(r"[A-Z0-9](?:[A-Z0-9./-]{1,22})[A-Z0-9]")
LONGEST: Final = 60
BLANKS: Final = dict.fromkeys(map(ord, " -._\u00a0"))

NOT_A_PLATE: Final = Text(
    id="Tulis nomor polisi seperti pada pelat, misalnya DK 1234 AB",
    en="Write the number plate as it stands on the vehicle, for example DK 1234 AB",
)
NOT_A_CODE: Final = Text(
    id="Tulis kodenya seperti pada kartu atau surat: 3 sampai 24 huruf dan angka",
    en="Write the code as it stands on the card or letter: 3 to 24 letters and numbers",
)


def plate(typed: str) -> str:
    """`DK 1234 AB`, however it was typed. BadValue for what no plate of Indonesia looks like."""
    found = PLATE.fullmatch(_upper(typed).translate(BLANKS))
    if found is None:
        raise BadValue(NOT_A_PLATE)
    return " ".join(part for part in found.groups() if part)


def code(typed: str) -> str:
    """Upper case, without blanks. BadValue for anything but letters, numbers and the signs between them."""
    found = "".join(_upper(typed).split())
    if not CODE.fullmatch(found):
        raise BadValue(NOT_A_CODE)
    return found


def _upper(typed: str) -> str:
    """Nothing of what is too long to be either: cut, it might be one."""
    return unicodedata.normalize("NFKC", typed).upper() if len(typed) <= LONGEST else ""
