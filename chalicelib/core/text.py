"""Words for people: `Text`, gettext catalogues, and how dates, times and numbers are written.

Machine values stay codes, UTC and plain numbers until they reach this page; local time is WITA
(Asia/Makassar, UTC+8, no summer time).
"""

import gettext
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Final

from chalicelib.core import ROOT
from chalicelib.core.clock import WITA

LANGUAGES: Final = ("id", "en")
MONTHS: Final = {
    "id": (
        *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
        *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}
GROUP: Final = {"id": ".", "en": ","}


@dataclass(frozen=True)
class Text:
    """One sentence in every language of the city; `{name}` marks a place that `format` fills."""

    id: str
    en: str

    def in_(self, lang: str) -> str:
        """The sentence in that language; KeyError for a language that the city does not speak."""
        return {"id": self.id, "en": self.en}[lang]

    def format(self, **values: object) -> "Text":
        """Both languages filled; a `Text` among the values is filled in the matching language."""
        return Text(id=_filled(self.id, "id", values), en=_filled(self.en, "en", values))


def _filled(sentence: str, lang: str, values: dict[str, object]) -> str:
    return sentence.format(**{name: _word(value, lang) for name, value in values.items()})


def _word(value: object, lang: str) -> object:
    return value.in_(lang) if isinstance(value, Text) else value


@cache
def translations(lang: str, root: Path = ROOT) -> gettext.NullTranslations:
    """The compiled catalogue of a language, read once.

    Message ids are the English sentences, so English needs no file.
    RuntimeError when the build has not made the catalogue.
    """
    if lang == "en":
        return gettext.NullTranslations()
    path = root / "locale" / lang / "messages.mo"
    try:
        with path.open("rb") as catalogue:
            return gettext.GNUTranslations(catalogue)
    except FileNotFoundError as missing:
        raise RuntimeError(f"no catalogue for {lang!r}: {path} is made by the build") from missing


def local(moment_: datetime) -> datetime:
    """An aware time on the city's own clock; ValueError for a naive one, whose zone nobody knows."""
    if moment_.tzinfo is None:
        raise ValueError("a time needs its zone")
    return moment_.astimezone(WITA)


def day(value: date, lang: str) -> str:
    """`24 November 2026`: a date as it is, an aware time by the city's clock."""
    value = local(value) if isinstance(value, datetime) else value
    return f"{value.day} {MONTHS[lang][value.month - 1]} {value.year}"


def moment(value: datetime, lang: str) -> str:
    """`10.42 WITA`: an aware time by the city's clock, written alike in both languages."""
    _known(lang)
    return f"{local(value):%H.%M} WITA"


def day_and_moment(value: datetime, lang: str) -> str:
    """`24 November 2026, 10.42 WITA`."""
    return f"{day(value, lang)}, {moment(value, lang)}"


def number(value: int, lang: str) -> str:
    """`1.234.567` in Indonesian, `1,234,567` in English."""
    return f"{value:,}".replace(",", GROUP[lang])


def _known(lang: str) -> None:
    if lang not in LANGUAGES:
        raise KeyError(lang)
