"""How long a text message is, in the parts that networks bill and may drop (3GPP TS 23.038)."""

import math
from typing import Final

MOST_PARTS: Final = 3

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("^{}\\[~]|€")
# One typographic sign would more than halve what fits: phones get the plain one.
_PLAIN: Final = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " ", "•": "-", "\t": " "}
)


def plain(words: str) -> str:
    """The words on one line, in signs that phones have."""
    return " ".join(words.translate(_PLAIN).split())


def parts(words: str) -> int:
    """How many parts a message takes: 160 or 153 septets each, 70 or 67 UTF-16 units for any other alphabet."""
    if all(sign in _BASIC or sign in _EXTENDED for sign in words):
        return _parts(len(words) + sum(sign in _EXTENDED for sign in words), 160, 153)
    return _parts(len(words.encode("utf-16-le")) // 2, 70, 67)


def _parts(length: int, alone: int, joined: int) -> int:
    return 1 if length <= alone else math.ceil(length / joined)
