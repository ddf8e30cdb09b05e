"""How long a text message is, in the parts that networks bill, and may drop one by one.

Alphabets and their lengths: 3GPP TS 23.038 (septets of the default alphabet and its extension, or UCS-2); parts of a
joined message lose six octets to their header (TS 23.040): 153 of 160 septets, 67 of 70 UTF-16 units remain.
"""

from dataclasses import dataclass
from enum import StrEnum


class Alphabet(StrEnum):
    GSM = "gsm"
    UNICODE = "unicode"


# Units that fit when a message is alone, and in each part of a joined one.
ROOM = {Alphabet.GSM: (160, 153), Alphabet.UNICODE: (70, 67)}


@dataclass(frozen=True)
class Size:
    """`units` are septets or UTF-16 units of the whole message, `left` those that its last part still takes."""

    alphabet: Alphabet
    units: int
    parts: int
    left: int


def size(words: str) -> Size:
    """One sign outside the default alphabet more than halves what fits. An empty message is one part."""
    widths, alphabet = _widths(words)
    alone, joined = ROOM[alphabet]
    units = sum(widths)
    if units <= alone:
        return Size(alphabet, units, 1, alone - units)
    return Size(alphabet, units, *_joined(widths, joined))


def _widths(words: str) -> tuple[list[int], Alphabet]:
    import gsm0338  # type: ignore[import-untyped]

    encode = gsm0338.Codec().encode
    try:
        return [len(encode(sign)[0]) for sign in words], Alphabet.GSM
    except UnicodeEncodeError:
        return [1 + (ord(sign) > 0xFFFF) for sign in words], Alphabet.UNICODE


def _joined(widths: list[int], room: int) -> tuple[int, int]:
    """Parts, and the room left in the last: a sign of two units is never torn apart."""
    parts, left = 1, room
    for width in widths:
        if width > left:
            parts, left = parts + 1, room
        left -= width
    return parts, left
