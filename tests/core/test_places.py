"""Places: 43 villages with their codes, found by name, by point and by kin."""

import math
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core import places as module
from chalicelib.core.places import (
    CITY,
    BadPoint,
    OutsideCity,
    SwappedPoint,
    UnknownPlace,
    covers,
    district,
    districts,
    find,
    kin,
    nearest,
    place,
    places,
    village,
    villages,
)

SANUR = "51.71.01.1006"


def test_the_city_has_48_places_for_alerts() -> None:
    assert len(places()) == len({place.code for place in places()}) == 48


def test_there_are_16_kelurahan_and_27_desa_and_their_codes_say_which() -> None:
    kinds = [(place.kind, place.code.split(".")[3][0]) for place in villages()]

    assert (kinds.count(("kelurahan", "1")), kinds.count(("desa", "2"))) == (16, 27)


@pytest.mark.parametrize(
    ("name", "number"),
    [("Denpasar Selatan", 10), ("Denpasar Timur", 11), ("Denpasar Barat", 11), ("Denpasar Utara", 11)],
)
def test_each_district_has_its_number_of_villages(name: str, number: int) -> None:
    (code,) = [place.code for place in districts() if place.name == name]

    assert sum(place.district_code == code for place in villages()) == number


def test_neighbours_are_villages_and_know_each_other() -> None:
    for here in villages():
        assert all(here.code in village(code).neighbours for code in here.neighbours)


def test_every_reference_point_is_nearest_to_itself() -> None:
    assert [nearest(place.lat, place.lon) for place in villages()] == list(villages())


@pytest.mark.parametrize("code", ["", "51", "51.71.01", "51.71", "51.71.01.9999", "51.71.1.1006", "\u0000"])
def test_only_a_village_is_a_village(code: str) -> None:
    with pytest.raises(UnknownPlace):
        village(code)


@pytest.mark.parametrize("code", ["", CITY, SANUR, "51.71.09"])
def test_only_a_district_is_a_district(code: str) -> None:
    with pytest.raises(UnknownPlace):
        district(code)


def test_a_village_is_heard_of_by_itself_its_district_and_the_city() -> None:
    assert kin(SANUR) == (SANUR, "51.71.01", "51.71")


@pytest.mark.parametrize(("outer", "answer"), [(CITY, True), ("51.71.01", True), (SANUR, True), ("51.71.02", False)])
def test_a_place_covers_the_villages_inside_it(outer: str, answer: bool) -> None:
    assert covers(outer, SANUR) is answer


def test_every_village_is_covered_by_exactly_three_places() -> None:
    for inner in villages():
        assert sum(covers(outer.code, inner.code) for outer in places()) == 3


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Tegal Arum", "51.71.03.2008"),
        ("tegal kerta", "51.71.03.2009"),
        ("  DESA  Sumerta-Klod ", "51.71.02.2002"),
        ("Padangsambian Kaja", "51.71.03.2011"),
        ("padang sambian klod", "51.71.03.2001"),
        ("Kelurahan Renon", "51.71.01.1005"),
        ("kerthalangu", "51.71.02.2005"),
        ("Pamogan", "51.71.01.2008"),
        ("51.71.01.1001", "51.71.01.1001"),
    ],
)
def test_spellings_in_use_mean_one_village(typed: str, code: str) -> None:
    assert [place.code for place in find(typed)] == [code]


@pytest.mark.parametrize(
    ("typed", "first", "number"),
    [("Dauh Puri", "Dauh Puri", 5), ("Dangin Puri", "Dangin Puri", 6), ("sanur", "Sanur", 3)],
)
def test_an_ambiguous_name_means_all_its_villages_the_exact_one_first(typed: str, first: str, number: int) -> None:
    found = find(typed)

    assert (found[0].name, len(found)) == (first, number)


@pytest.mark.parametrize("typed", ["", "a", "ka", "Kuta", "'; --", "Desa", "\u0000\u0000\u0000"])
def test_a_name_of_nowhere_finds_nothing(typed: str) -> None:
    assert find(typed) == ()


def test_every_name_and_alias_finds_its_own_village_first() -> None:
    for here in villages():
        for spelling in (here.name, *here.aliases):
            assert find(spelling)[0] == here


def test_a_swapped_point_is_asked_back() -> None:
    with pytest.raises(SwappedPoint) as refused:
        nearest(115.2607, -8.6950)

    assert (refused.value.lat, refused.value.lon) == (-8.6950, 115.2607)
    assert "-8.695, 115.2607" in refused.value.message.en


@pytest.mark.parametrize("point", [(math.nan, 115.2), (-8.65, math.inf), (1e400, 115.2), (91.0, 0.0), (0.0, 181.0)])
def test_what_is_no_point_is_refused(point: tuple[float, float]) -> None:
    with pytest.raises(BadPoint):
        nearest(*point)


@pytest.mark.parametrize(
    ("where", "point"),
    [
        ("Null Island", (0.0, 0.0)),
        ("Kuta beach", (-8.7180, 115.1686)),
        ("Ubud", (-8.5069, 115.2625)),
        ("the sea off Kuta, inside the bounds", (-8.7460, 115.1740)),
        ("Benoa peninsula", (-8.7600, 115.2200)),
        ("north pole", (90.0, 115.2)),
    ],
)
def test_a_point_outside_the_city_is_told_so(where: str, point: tuple[float, float]) -> None:
    with pytest.raises(OutsideCity):
        nearest(*point)


def test_a_point_between_two_villages_belongs_to_exactly_one() -> None:
    a, b = village("51.71.04.2002"), village("51.71.03.2006")
    middle = ((a.lat + b.lat) / 2, (a.lon + b.lon) / 2)

    assert nearest(*middle) == nearest(*middle)


@given(st.floats(), st.floats())
def test_any_two_numbers_are_a_village_or_a_refusal(lat: float, lon: float) -> None:
    with suppress(BadPoint, OutsideCity):
        assert nearest(lat, lon) in villages()


def test_the_places_are_read_fast_enough_for_a_cold_start() -> None:
    module._by_code.cache_clear()
    start = time.process_time()
    places()

    assert time.process_time() - start < 0.05


def test_districts_and_city_have_a_point_inside_the_city() -> None:
    assert all(nearest(place.lat, place.lon) for place in places())


def test_a_place_of_any_kind_is_found_by_its_code() -> None:
    assert [place(code).name for code in (CITY, "51.71.02", SANUR)] == ["Denpasar", "Denpasar Timur", "Sanur"]
