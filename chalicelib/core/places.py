"""The 48 places of the city: itself, 4 districts (kecamatan), 43 villages (desa, kelurahan); how to find them.

Codes are Kemendagri's and nest: `51.71` the city, `51.71.01` a district, `51.71.01.1006` a village. Names
repeat across districts (five Dauh Puri), so a place is always kept by its code. Source of the rows:
`data/places/README.md`.
"""

import csv
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from chalicelib.core import ROOT
from chalicelib.core.errors import BadValue
from chalicelib.core.text import Text

CITY: Final = "51.71"
# The city's bounds, 8°35'31"-8°44'49" S and 115°10'23"-115°16'27" E.
SOUTH, NORTH, WEST, EAST = -8.7470, -8.5919, 115.1731, 115.2742
# No point of the city lies farther from a reference point than 3.06 km: measured on 13,000 points inside
# public village boundaries (cahyadsn/wilayah_boundaries). The bounds also hold parts of Badung and Gianyar;
# most are farther away.
FARTHEST_KM: Final = 3.1
EARTH_KM: Final = 6371.0088


@dataclass(frozen=True)
class Place:
    """`kind` is city, district, kelurahan or desa; the point lies inside it; `neighbours` are codes."""

    code: str
    name: str
    kind: str
    district_code: str
    lat: float
    lon: float
    neighbours: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


class UnknownPlace(BadValue):
    """No place of the city has that code."""


class BadPoint(BadValue):
    """Latitude and longitude that are no point on Earth."""


class OutsideCity(BadValue):
    """A good point, but not in Denpasar."""


class SwappedPoint(OutsideCity):
    """Latitude and longitude changed places; `lat` and `lon` are what was probably meant."""

    def __init__(self, lat: float, lon: float) -> None:
        meant = Text(
            id="Lintang dan bujur tertukar. Maksud Anda {lat}, {lon}?",
            en="Latitude and longitude are swapped. Did you mean {lat}, {lon}?",
        )
        super().__init__(meant.format(lat=lat, lon=lon))
        self.lat, self.lon = lat, lon


@cache
def places() -> tuple[Place, ...]:
    """The city, its districts and its villages, in the order of their codes."""
    return tuple(_by_code().values())


def villages() -> tuple[Place, ...]:
    """The 43 villages in the order of their codes."""
    return tuple(place for place in places() if place.kind in ("kelurahan", "desa"))


def districts() -> tuple[Place, ...]:
    """The 4 districts in the order of their codes."""
    return tuple(place for place in places() if place.kind == "district")


def place(code: str) -> Place:
    """Any of the 48; UnknownPlace."""
    return _one(code, ("city", "district", "kelurahan", "desa"))


def village(code: str) -> Place:
    """One of the 43; UnknownPlace, for a district or the city too."""
    return _one(code, ("kelurahan", "desa"))


def district(code: str) -> Place:
    """One of the 4; UnknownPlace."""
    return _one(code, ("district",))


def kin(code: str) -> tuple[str, str, str]:
    """A village with its district and the city: the three codes whose subscribers hear of it."""
    return village(code).code, village(code).district_code, CITY


def covers(outer: str, inner: str) -> bool:
    """Whether a place (city, district or village) holds a village, or is it; UnknownPlace for a strange code."""
    return place(outer).code in kin(inner)


def find(text: str) -> tuple[Place, ...]:
    """The villages that a typed name can mean, closest first: `Dauh Puri` means five, `tegal arum` one."""
    typed = _plain(text)
    if len(typed) < 3:
        return ()
    found = [(rank, place) for place in villages() if (rank := _rank(typed, place)) is not None]
    return tuple(place for _, place in sorted(found, key=lambda pair: pair[0]))


def nearest(lat: float, lon: float) -> Place:
    """The village whose reference point is closest: a suggestion to confirm, right about 7 times in 10.

    BadPoint for what is no point, SwappedPoint ("did you mean"), OutsideCity. A tie goes to the lower code.
    """
    _check(lat, lon)
    distance, closest = min(
        ((_kilometres(lat, lon, place.lat, place.lon), place) for place in villages()),
        key=lambda pair: pair[0],
    )
    if distance > FARTHEST_KM or not _in_bounds(lat, lon):
        raise OutsideCity(
            Text(id="Titik itu berada di luar Kota Denpasar", en="That point is outside the city of Denpasar")
        )
    return closest


def _one(code: str, kinds: tuple[str, ...]) -> Place:
    found = _by_code().get(code)
    if found is None or found.kind not in kinds:
        raise UnknownPlace(Text(id="Pilih tempat dari daftar", en="Choose a place from the list"))
    return found


@cache
def _by_code() -> dict[str, Place]:
    with (ROOT / "data" / "places" / "villages.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = {row["district_code"]: row["district"] for row in rows}
    inner = [_village(row) for row in rows]
    districts = [
        _around(code, name, "district", [v for v in inner if v.district_code == code])
        for code, name in sorted(names.items())
    ]
    return {place.code: place for place in (_around(CITY, "Denpasar", "city", inner), *districts, *inner)}


def _village(row: dict[str, str]) -> Place:
    return Place(
        code=row["code"],
        name=row["name"],
        kind=row["kind"],
        district_code=row["district_code"],
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        neighbours=tuple(row["neighbours"].split()),
        aliases=tuple(filter(None, row["aliases"].split("|"))),
    )


def _around(code: str, name: str, kind: str, inner: list[Place]) -> Place:
    lat = sum(place.lat for place in inner) / len(inner)
    lon = sum(place.lon for place in inner) / len(inner)
    return Place(code, name, kind, code if kind == "district" else "", round(lat, 5), round(lon, 5))


def _plain(text: str) -> str:
    words = "".join(letter if letter.isalnum() else " " for letter in text.casefold()).split()
    return "".join(words[1:] if words[:1] in (["desa"], ["kelurahan"], ["kel"]) else words)


def _rank(typed: str, place: Place) -> int | None:
    spellings = [_plain(name) for name in (place.name, *place.aliases, place.code)]
    if typed in spellings:
        return 0
    return next((1 if name.startswith(typed) else 2 for name in spellings if typed in name), None)


def _check(lat: float, lon: float) -> None:
    if _in_bounds(lon, lat):
        raise SwappedPoint(lon, lat)
    if not (math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
        raise BadPoint(Text(id="Titik lokasi tidak terbaca", en="We cannot read that location"))


def _in_bounds(lat: float, lon: float) -> bool:
    return SOUTH <= lat <= NORTH and WEST <= lon <= EAST


def _kilometres(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Great-circle distance by the haversine formula."""
    a, b = math.radians(lat), math.radians(other_lat)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(math.radians(other_lon - lon) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(half))


def names(codes: Iterable[str]) -> str:
    """The names of places as one line, in the order that was given."""
    return ", ".join(place(code).name for code in codes)
