"""An alert's words as a text message that phones have signs for, in few enough parts."""

from typing import Final

from chalicelib.core.sms import size

MOST_PARTS: Final = 3

# One typographic sign would more than halve what fits: phones get the plain one.
_PLAIN: Final = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " ", "•": "-", "\t": " "}
)


def plain(words: str) -> str:
    """The words on one line, in signs that phones have."""
    return " ".join(words.translate(_PLAIN).split())


def parts(words: str) -> int:
    """How many parts a message takes."""
    return size(words).parts
