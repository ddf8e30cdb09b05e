"""What somebody wants to hear of: places, hazards, and how bad it must be."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from chalicelib.core import places
from chalicelib.core.hazards import hazards
from chalicelib.core.text import Text

LADDER: Final = ("normal", "waspada", "siaga", "awas")


class Channel(StrEnum):
    MAIL = "mail"
    PHONE = "phone"


class Floor(StrEnum):
    """The least level that somebody wants to hear of."""

    WASPADA = "waspada"
    SIAGA = "siaga"
    AWAS = "awas"


# What choosing a floor means for a person: what will come, and how often that may be.
FLOOR_MEANINGS: Final = {
    Floor.WASPADA: Text(
        id="Semua peringatan, mulai dari keadaan yang perlu dipantau",
        en="Every alert, from the moment there is something to watch",
    ),
    Floor.SIAGA: Text(
        id="Peringatan Siaga dan Awas: saatnya bersiap dan mengikuti arahan petugas",
        en="Siaga and Awas: when it is time to get ready and follow instructions",
    ),
    Floor.AWAS: Text(
        id="Hanya Awas: saatnya bertindak untuk menyelamatkan diri",
        en="Awas only: when you must act to stay safe",
    ),
}


WHOLE: Final = {
    "city": Text(id="Seluruh kota {name}", en="The whole city of {name}"),
    "district": Text(id="Seluruh Kecamatan {name}", en="All of {name} district"),
}
EVERY_HAZARD: Final = Text(id="Semua bahaya", en="Every danger")


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """`places` are codes, a phone has one; no `hazards` means all of them, also those that are added later."""

    places: tuple[str, ...]
    hazards: tuple[str, ...] = ()
    floor: Floor = Floor.WASPADA
    language: str = "id"

    def __post_init__(self) -> None:
        if not self.places or len(set(self.places)) != len(self.places):
            raise ValueError("wishes need places, each once")

    @property
    def topic(self) -> str:
        """The phone topic of the one place."""
        (place,) = self.places
        return topic_of(place, self.floor, self.language)


def rank(level: str) -> int:
    """0 for normal up to 3 for awas; ValueError for what is no level of the ladder."""
    return LADDER.index(level)


def topic_of(place: str, floor: str, language: str) -> str:
    """A phone topic without the stage's prefix: `51.71.01-siaga-id`."""
    return f"{place}-{floor}-{language}"


def place_and_floor(topic: str) -> tuple[str, str]:
    """The place code and the floor that a topic is for."""
    place, floor, _ = topic.split("-")
    return place, floor


def chosen_hazards(ticked: Collection[str]) -> tuple[str, ...]:
    """In the order of the list; empty where all are ticked, so that hazards which are added later count as well."""
    found = tuple(code for code in hazards() if code in ticked)
    return () if len(found) == len(hazards()) else found


def place_words(codes: Collection[str]) -> Text:
    """Places as one line: the city and districts as the whole of them."""
    return _joined([_place_name(code) for code in codes])


def hazard_words(codes: Collection[str]) -> Text:
    """The names of hazards as one line; one that is not on the list any more is left out."""
    return _joined([hazards()[code].name for code in codes if code in hazards()] or [EVERY_HAZARD])


def _joined(names: list[Text]) -> Text:
    return Text(id=", ".join(name.id for name in names), en=", ".join(name.en for name in names))


def _place_name(code: str) -> Text:
    place = places.place(code)
    return WHOLE.get(place.kind, Text(id="{name}", en="{name}")).format(name=place.name)
