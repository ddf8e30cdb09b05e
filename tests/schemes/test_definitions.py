"""The files of data/schemes are whole, and the linter finds every fault that could be planted in them."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chalicelib.core import ROOT
from chalicelib.schemes.model import authorities, schemes
from infra.build.definitions import check, faults
from infra.steps import Trouble

SHIPPED = ROOT / "data" / "schemes"
TODAY = date(2026, 11, 24)
BAD_TEXT = {"id": "Ada", "en": " "}


def test_what_is_shipped_has_no_fault_today() -> None:
    check(SHIPPED)


@pytest.mark.parametrize("scheme", schemes().values(), ids=lambda scheme: str(scheme.code))
def test_every_figure_has_a_source_or_says_that_it_is_a_sample(scheme: Any) -> None:
    assert scheme.source or scheme.sampled


def test_the_levy_is_the_provinces_and_is_only_shown() -> None:
    levy = schemes()["levy"]

    assert authorities()[levy.authority].kind == "province"
    assert levy.sale == "shown"
    assert levy.official_site == "https://lovebali.baliprov.go.id"
    assert levy.price("person", date(2024, 2, 14)).amount.minor_units == 15_000_000


def put(place: str, value: Any) -> Callable[[Any], None]:
    """Writes a value at `items.0.code`."""

    def plant(said: Any) -> None:
        *path, last = place.split(".")
        for step in path:
            said = said[int(step) if step.isdigit() else step]
        said[int(last) if last.isdigit() else last] = value

    return plant


def both(*plants: Callable[[Any], None]) -> Callable[[Any], None]:
    def plant(said: Any) -> None:
        for one in plants:
            one(said)

    return plant


PLANTED = [
    ("mangrove", "half said in English", put("name", BAD_TEXT), "no words in en"),
    ("mangrove", "half said in an item", put("items.0.note", BAD_TEXT), "no words in en"),
    ("mangrove", "one language", put("summary", {"id": "Ada"}), "missing required field"),
    ("mangrove", "a mistyped field", put("capasity", {"per": "day", "places": 1}), "nobody reads the field"),
    ("mangrove", "a mistyped field inside", put("visit.opns", "07:00"), "nobody reads the field"),
    ("mangrove", "an unknown kind", put("kind", "toll"), "Invalid enum value"),
    ("mangrove", "the code of another file", put("code", "museum"), "cannot be its code"),
    ("mangrove", "an unknown authority", put("authority", "badung"), "nobody knows the authority"),
    ("mangrove", "an unknown place", put("village", "51.71.09.9999"), "there is no place"),
    ("mangrove", "no source", put("sampled", False), "need a source"),
    ("mangrove", "no account", put("account_code", " "), "account code"),
    ("mangrove", "no office", put("office", ""), "account code or the office"),
    ("mangrove", "a doubled item", put("items.1.code", "adult"), "stands twice"),
    ("mangrove", "an item's code", put("items.0.code", "Adult 1"), "no code"),
    ("mangrove", "an item that nobody can order", put("items.0.most", 0), "nobody can order it"),
    ("mangrove", "an item for nothing", put("items.0.tariffs.0.rupiah", 0), "above zero"),
    ("mangrove", "half a rupiah", put("items.0.tariffs.0.rupiah", 0.5), "Expected `int`"),
    ("mangrove", "unsorted tariffs", put("items.0.tariffs.1.valid_from", "2025-12-31"), "in the order of their days"),
    ("mangrove", "two on one day", put("items.0.tariffs.1.valid_from", "2026-01-01"), "in the order of their days"),
    ("mangrove", "no tariff today", put("items.2.tariffs.0.valid_from", "2026-11-25"), "no tariff is in force"),
    ("mangrove", "no tariff at all", put("items.2.tariffs", []), "no tariff is in force"),
    ("mangrove", "no places", put("capacity.places", 0), "there are no places"),
    ("mangrove", "slots of days", put("capacity.slots", ["09:00"]), "places for each slot"),
    ("mangrove", "no slots", put("capacity.per", "slot"), "places for each slot"),
    ("mangrove", "a strange time", put("capacity", {"per": "slot", "places": 9, "slots": ["9.00"]}), "times like"),
    (
        "mangrove",
        "unsorted slots",
        put("capacity", {"per": "slot", "places": 9, "slots": ["10:00", "09:00"]}),
        "times like",
    ),
    (
        "mangrove",
        "a slot at night",
        put("capacity", {"per": "slot", "places": 9, "slots": ["20:00"]}),
        "while the doors are open",
    ),
    ("mangrove", "places without a day", put("visit", None), "need a day of visit"),
    ("mangrove", "doors that close first", put("visit.closes", "06:00"), "open before they close"),
    ("mangrove", "days without end", put("visit.days_ahead", 999), "days ahead"),
    ("mangrove", "a voucher for ever", put("validity", None), "a voucher has a validity"),
    ("mangrove", "a voucher for no time", put("validity", {"days": 0}), "valid for days or for hours"),
    ("mangrove", "days and hours", put("validity", {"days": 1, "hours": 1}), "valid for days or for hours"),
    ("mangrove", "more than was paid", put("refund.share_percent", 101), "1 to 100 per cent"),
    ("mangrove", "hours after", put("refund.until_hours_before", -1), "until some hours before"),
    ("mangrove", "a crowd", put("group", 2001), "2000 at most"),
    ("market", "a group without vouchers", put("group", 10), "a group has vouchers"),
    ("market", "a validity without voucher", put("validity", {"days": 1}), "a voucher has a validity"),
    ("market", "nobody's dues", put("subject", "none"), "asks for the trader"),
    ("parking", "no plate", put("subject", "none"), "asks for the plate"),
    ("parking", "nothing to order", put("items", []), "fines have no items"),
    ("levy", "no official site", put("official_site", ""), "leads to its official site"),
    ("levy", "a plain site", put("official_site", "http://lovebali.baliprov.go.id"), "begins with https"),
    ("authorities", "two of one code", put("1.code", "denpasar"), "stands twice"),
    ("authorities", "two of one prefix", put("1.receipts_prefix", "DPS"), "receipts of two"),
    ("authorities", "a strange prefix", put("1.receipts_prefix", "bali-1"), "opens no receipt"),
    ("authorities", "no city", put("0.kind", "partner"), "there is one city"),
    ("authorities", "an unknown kind", put("0.kind", "nation"), "Invalid enum value"),
    ("authorities", "half said", put("0.name", BAD_TEXT), "no words in en"),
    ("authorities", "a mistyped field", put("0.npwp", "01"), "nobody reads the field"),
    ("order", "no file", put("0", "zoo"), "zoo has no file"),
    ("order", "not shown", put("0", "museum"), "mangrove is not shown"),
    ("order", "shown twice", put("0", "museum"), "museum stands twice"),
]


@pytest.mark.parametrize(("file", "plant", "said"), [(f, p, s) for f, _, p, s in PLANTED], ids=[p[1] for p in PLANTED])
def test_a_planted_fault_is_found(tmp_path: Path, file: str, plant: Callable[[Any], None], said: str) -> None:
    folder = planted(tmp_path, file, plant)

    found = faults(folder, TODAY)

    assert any(fault.startswith(f"{file}: ") and said in fault for fault in found), found


@pytest.mark.parametrize("word", ["bills", "find", "group", "orders", "posters", "receipts", "tickets"])
def test_a_scheme_cannot_take_the_address_of_another_page(tmp_path: Path, word: str) -> None:
    folder = planted(tmp_path, "order", put("0", word))
    (folder / "mangrove.json").rename(folder / f"{word}.json")
    change(folder / f"{word}.json", put("code", word))

    assert f"{word}: {word!r} cannot be its code" in faults(folder, TODAY)


def test_the_build_stops_and_names_every_fault(tmp_path: Path) -> None:
    folder = planted(tmp_path, "mangrove", both(put("capacity.places", 0), put("group", 2001)))

    with pytest.raises(Trouble, match=r"(?s)there are no places.*2000 at most"):
        check(folder)


def planted(tmp_path: Path, file: str, plant: Callable[[Any], None]) -> Path:
    folder = tmp_path / "schemes"
    shutil.copytree(SHIPPED, folder)
    change(folder / f"{file}.json", plant)
    return folder


def change(path: Path, plant: Callable[[Any], None]) -> None:
    said = json.loads(path.read_text("utf-8"))
    plant(said)
    path.write_text(json.dumps(said), "utf-8")
