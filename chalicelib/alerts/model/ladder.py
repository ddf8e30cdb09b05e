"""The one public ladder, and the one table from it to the scales of others."""

from dataclasses import dataclass
from enum import StrEnum

from chalicelib.core.text import Text


class Level(StrEnum):
    """Lower-case words, shared as strings with services that must not import this one."""

    NORMAL = "normal"
    WASPADA = "waspada"
    SIAGA = "siaga"
    AWAS = "awas"

    @property
    def rank(self) -> int:
        """0 for Normal, 3 for Awas."""
        return list(Level).index(self)

    def reaches(self, floor: str) -> bool:
        """Whether an alert of this level is for those who want to hear from `floor` upwards."""
        return self.rank >= Level(floor).rank


# What an alert may be issued at, and the least level that a subscriber may ask for.
LEVELS = (Level.WASPADA, Level.SIAGA, Level.AWAS)


@dataclass(frozen=True, kw_only=True)
class Rung:
    """A level as people see it, and what it is called elsewhere.

    `label` opens messages: whoever is new here learns what the word means. `severity` is CAP 1.2's (OASIS 2010),
    `volcano` PVMBG's Roman numeral (IV is worst), `river` the national river scale (Siaga I is worst), `tsunami`
    InaTEWS's level ("" where it has none).
    """

    name: Text
    label: Text
    meaning: Text
    colour: str
    shape: str
    severity: str
    volcano: str
    river: str
    tsunami: str


RUNGS = {
    Level.NORMAL: Rung(
        name=Text(id="Normal", en="Normal"),
        label=Text(id="NORMAL", en="NORMAL"),
        meaning=Text(id="tidak ada ancaman", en="no threat"),
        colour="green",
        shape="square",
        severity="Minor",
        volcano="I",
        river="Siaga IV",
        tsunami="",
    ),
    Level.WASPADA: Rung(
        name=Text(id="Waspada", en="Waspada"),
        label=Text(id="WASPADA", en="WASPADA (watch)"),
        meaning=Text(id="pantau keadaan dan berhati-hati", en="follow the situation and take care"),
        colour="yellow",
        shape="circle",
        severity="Moderate",
        volcano="II",
        river="Siaga III",
        tsunami="Waspada",
    ),
    Level.SIAGA: Rung(
        name=Text(id="Siaga", en="Siaga"),
        label=Text(id="SIAGA", en="SIAGA (warning)"),
        meaning=Text(id="bersiap dan ikuti arahan petugas", en="get ready and follow instructions"),
        colour="orange",
        shape="diamond",
        severity="Severe",
        volcano="III",
        river="Siaga II",
        tsunami="Siaga",
    ),
    Level.AWAS: Rung(
        name=Text(id="Awas", en="Awas"),
        label=Text(id="AWAS", en="AWAS (emergency)"),
        meaning=Text(id="bertindak sekarang untuk menyelamatkan diri", en="act now to stay safe"),
        colour="red",
        shape="triangle",
        severity="Extreme",
        volcano="IV",
        river="Siaga I",
        tsunami="Awas",
    ),
}


class Status(StrEnum):
    """CAP's status: only `actual` may ever reach people by a live channel."""

    ACTUAL = "actual"
    EXERCISE = "exercise"
    TEST = "test"


STATUS_NAMES = {
    Status.ACTUAL: Text(id="Nyata", en="Actual"),
    Status.EXERCISE: Text(id="Latihan", en="Exercise"),
    Status.TEST: Text(id="Uji coba", en="Test"),
}
