"""The files of data/services are whole, and the linter finds every fault that could be planted in them."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chalicelib.core import ROOT
from chalicelib.permits import reads
from chalicelib.permits.model.catalogue import services
from chalicelib.permits.model.search import Index
from chalicelib.permits.model.service import Kind, Service, Standing
from infra.build.services import check, faults, write_index
from infra.steps import Trouble

pytestmark = pytest.mark.slow

SHIPPED = ROOT / "data" / "services"
TODAY = date(2026, 11, 24)
BLANK = {"id": "Ada", "en": " "}
# What the law makes public (Law 25/2009, Permenpan RB 15/2014), as the definitions name it.
PUBLIC = ("who", "route", "promise", "outcome", "legal_basis")
Plant = Callable[[Any], None]


def test_what_is_shipped_has_no_fault_today() -> None:
    check(SHIPPED)


@pytest.mark.parametrize("one", services().values(), ids=lambda one: str(one.code))
def test_what_the_law_makes_public_is_said_of_every_service(one: Service) -> None:
    assert all(getattr(one, name) for name in PUBLIC)
    assert one.free or one.fees
    assert reads.standard(one).complaints


@pytest.mark.parametrize("code", ["death-benefit", "event", "filming"])
def test_the_whole_services_ask_enough_to_be_applied_for(code: str) -> None:
    kinds = {question.kind for question in services()[code].questions}

    assert kinds >= {Kind.CHOICE, Kind.DATE, Kind.NIK, Kind.PHONE, Kind.PLACE, Kind.FILE, Kind.TEXT}


def test_every_kind_of_question_is_asked_somewhere() -> None:
    assert {question.kind for one in services().values() for question in one.questions} == set(Kind)


def test_the_death_benefit_passes_four_offices_as_its_source_says() -> None:
    one = services()["death-benefit"]

    assert [step.office for step in one.route] == ["village", "disdukcapil", "dinsos", "bpkad"]
    assert {step.source for step in one.route} == {"sci18"}
    assert {document.source for document in one.documents} == {"bp26"}


def test_a_fee_without_a_rule_is_a_sample() -> None:
    tariffs = [tariff for one in services().values() for tariff in one.tariffs]

    assert tariffs
    assert {tariff.standing for tariff in tariffs} == {Standing.SAMPLE}


def put(place: str, value: Any) -> Plant:
    """Writes a value at `pages.0.code`; the last list grows where the place is its end."""

    def plant(said: Any) -> None:
        *path, last = place.split(".")
        for step in path:
            said = said[int(step)] if isinstance(said, list) else said.setdefault(step, {})
        if isinstance(said, list) and int(last) == len(said):
            said.append(value)
        else:
            said[int(last) if isinstance(said, list) else last] = value

    return plant


def drop(place: str) -> Plant:
    def plant(said: Any) -> None:
        *path, last = place.split(".")
        for step in path:
            said = said[int(step)] if isinstance(said, list) else said[step]
        del said[int(last) if isinstance(said, list) else last]

    return plant


PLANTED = [
    # Pages that nobody reaches, conditions that are dead, contradict themselves or say nothing.
    ("event", "a contradiction", put("pages.3.shown_if", "venue in {road} and venue in {beach}"), "never holds"),
    (
        "event",
        "an unreachable page",
        put("pages.3.shown_if", "venue in {road} and venue in {beach}"),
        "reaches the page road",
    ),
    ("event", "a page behind an exit", put("pages.3.shown_if", "event_kind in {film}"), "nobody reaches the page road"),
    (
        "event",
        "a question behind an exit",
        put("pages.9.questions.4.shown_if", "event_kind in {film}"),
        "nobody is asked passports",
    ),
    ("event", "a condition that says nothing", put("pages.6.shown_if", "ticketed in {yes, no}"), "always holds"),
    (
        "event",
        "a dead document",
        put("documents.4.shown_if", "event_kind in {film}"),
        "document statutes: 'event_kind in {film}' never",
    ),
    ("event", "a dead step", put("route.3.shown_if", "event_kind in {film}"), "step traffic"),
    ("event", "a dead limit", put("limits.0.when", "event_kind in {film}"), "limit 0 of starts_on"),
    ("event", "a dead decider", put("deciders.1.shown_if", "origin in {one_district}"), "decider 1 polresta"),
    ("filming", "a dead fee", put("fees.1.shown_if", "place_kind in {museum}"), "fee 1 drone"),
    ("filming", "an exit behind another", put("exits.1.when", "purpose in {holiday} and drone in {no}"), "exit museum"),
    ("death-benefit", "no way but out", put("exits.0.when", "denpasar_card in {yes, no}"), "every way ends at an exit"),
    ("event", "nobody who decides", drop("deciders.0"), "nobody who decides"),
    # Conditions and templates that look at what is not there.
    ("event", "an unknown question", put("pages.3.shown_if", "venu in {road}"), "nobody asks 'venu'"),
    ("event", "an unknown choice", put("pages.3.shown_if", "venue in {roof}"), "venue is never 'roof'"),
    ("event", "a question asked later", put("pages.3.shown_if", "ticketed in {yes}"), "ticketed is asked too late"),
    ("event", "a question of the same page", put("pages.1.questions.1.shown_if", "origin in {city}"), "asked too late"),
    (
        "event",
        "a condition on words",
        put("pages.9.questions.3.shown_if", "event_name in {x}"),
        "event_name has no choices",
    ),
    ("event", "an unreadable condition", put("pages.3.shown_if", "venue = road"), "nobody can read"),
    ("event", "an unknown exit condition", put("exits.1.when", "kind in {film}"), "exit film: nobody asks 'kind'"),
    ("event", "a template without a question", put("outcome.lines.0.id", "{evnt_name}"), "fills 'evnt_name'"),
    ("event", "a template not always filled", put("outcome.lines.0.id", "{street}"), "not always answered"),
    ("event", "a limit that fills more", put("limits.0.words.id", "{day} {origin}"), "knows {day} alone"),
    # Translations.
    ("event", "half said", put("pages.0.questions.0.label", BLANK), "no words in en"),
    ("event", "half said in a choice", put("pages.0.questions.0.choices.0.label", BLANK), "no words in en"),
    ("event", "one language", put("name", {"id": "Ada"}), "missing required field"),
    # Prices.
    ("filming", "a price without a tariff", put("fees.0.tariff", "hour"), "a fee without a tariff: 'hour'"),
    ("filming", "a tariff that never begins", put("tariffs.0.rates.0.valid_from", "2026-11-25"), "not in force"),
    ("filming", "a tariff without rates", put("tariffs.0.rates", []), "not in force"),
    ("filming", "a tariff for nothing", put("tariffs.0.rates.0.rupiah", 0), "above zero"),
    (
        "filming",
        "unsorted rates",
        put("tariffs.0.rates.1", {"valid_from": "2025-01-01", "rupiah": 5}),
        "order of its days",
    ),
    ("filming", "a tariff that nobody pays", drop("fees.1"), "the tariff drone is never due"),
    ("filming", "a price by words", put("fees.0.per", ["project"]), "'project', which is no number"),
    ("filming", "a price by nothing", put("fees.0.per", ["hours"]), "'hours', which is no number"),
    ("filming", "a number that is not asked", drop("fees.1.shown_if"), "'drones', which is not always asked"),
    (
        "filming",
        "free and with a fee",
        put("free", {"words": {"id": "Ya", "en": "Yes"}, "source": "tng"}),
        "it is free, or",
    ),
    ("event", "neither free nor with a fee", drop("free"), "it is free, or it has fees"),
    # Facts.
    ("death-benefit", "an unsourced fact", drop("who.0.source"), "who.0: said as a fact without a source"),
    ("death-benefit", "an unsourced document", drop("documents.0.source"), "documents.0: said as a fact"),
    ("death-benefit", "an unsourced step", drop("route.1.source"), "route.1: said as a fact"),
    ("death-benefit", "an unsourced promise", drop("promise.source"), "promise: said as a fact"),
    ("death-benefit", "an unsourced outcome", drop("outcome.name.source"), "outcome.name: said as a fact"),
    ("death-benefit", "an unsourced exit", drop("exits.2.source"), "exits.2: said as a fact"),
    ("death-benefit", "an unsourced limit", drop("limits.1.source"), "limits.1: said as a fact"),
    ("death-benefit", "an unsourced service", drop("source"), "it: said as a fact"),
    ("filming", "a tariff as a fact", drop("tariffs.0.standing"), "tariffs.0: said as a fact"),
    ("death-benefit", "a strange source", put("who.0.source", "aunt"), "nobody knows the source 'aunt'"),
    ("filming", "a sample with a source", put("tariffs.0.source", "bp26"), "a sample is invented"),
    ("standard", "an unsourced complaint", drop("complaints.0.source"), "complaints.0: said as a fact"),
    ("signposts", "an unsourced sign-post", drop("0.source"), "said as a fact without a source"),
    ("offices", "an unsourced address", drop("2.source"), "its address has no source"),
    # Routes, questions, documents.
    ("event", "a route without an end", put("route.8.may", ["approve", "refuse"]), "the last step pays or issues"),
    ("event", "nobody who refuses", put("route.8.may", ["approve", "issue"]), "no step may refuse"),
    ("event", "one who takes in and approves", put("route.0.may", ["check", "approve"]), "does not approve it"),
    ("event", "a late route", put("route.0.deadline.working_days", 2), "longer than the promise"),
    ("event", "an unknown office", put("route.0.office", "moon"), "nobody knows the office 'moon'"),
    ("event", "an unknown role", put("route.0.role", "king"), "no role 'king'"),
    ("event", "an unknown act", put("route.0.may", ["guess"]), "Invalid enum value"),
    ("event", "a doubled question", put("pages.1.questions.0.code", "home"), "the question home stands twice"),
    ("event", "a doubled page", put("pages.1.code", "kind"), "the page kind stands twice"),
    (
        "event",
        "a doubled choice",
        put("pages.0.questions.0.choices.1.value", "gathering"),
        "the choice gathering stands twice",
    ),
    ("event", "an empty page", put("pages.4.questions", []), "the page days asks nothing"),
    (
        "event",
        "a choice of one",
        put("pages.1.questions.1.choices", [{"value": "yes", "label": BLANK | {"en": "Yes"}}]),
        "one choice",
    ),
    (
        "event",
        "choices of words",
        put("pages.7.questions.0.choices", [{"value": "a", "label": BLANK | {"en": "A"}}]),
        "belong to a",
    ),
    ("event", "an unknown kind", put("pages.0.questions.0.kind", "guess"), "Invalid enum value"),
    ("event", "a reserved code", put("pages.7.questions.0.code", "number"), "cannot be its code"),
    ("event", "a number without bounds", drop("pages.6.questions.1.most"), "a least and a most"),
    ("event", "an unknown document", put("pages.9.questions.0.document", "poem"), "no document 'poem'"),
    ("event", "a file of nothing", drop("pages.9.questions.0.document"), "a file is one of the documents"),
    ("event", "a document that nobody uploads", drop("pages.9.questions.6"), "nobody uploads the document risk_plan"),
    ("event", "a limit on words", put("limits.0.question", "event_name"), "a limit is about a day"),
    ("event", "a limit without days", put("limits.0.days", 0), "has no days"),
    ("death-benefit", "an exit that is not there", put("limits.1.exit", "gone"), "which is not there"),
    ("death-benefit", "an exit that nothing leads to", drop("limits.1"), "nothing leads to the exit too_late"),
    ("event", "an exit to no service", put("exits.1.service", "opera"), "leads to 'opera'"),
    ("event", "a mistyped field", put("sumary", "x"), "nobody reads the field 'sumary'"),
    ("event", "a mistyped field inside", put("pages.0.show_if", "x"), "nobody reads the field 'show_if'"),
    ("event", "the code of another", put("code", "filming"), "cannot be its code"),
    ("event", "an unknown life event", put("life_event", "moon"), "nobody knows the life event"),
    ("event", "no law", put("legal_basis", []), "legal_basis is empty"),
    ("event", "nothing to find it by", put("words", []), "words is empty"),
    ("event", "no version", put("version", 0), "versions begin with 1"),
    ("event", "nothing kept", put("retention.months", 0), "kept for a while"),
    ("death-benefit", "a plain site", put("apply.site", "http://x.go.id"), "does not begin with https"),
    # What all services share.
    ("order", "no file", put("0", "zoo"), "zoo has no file"),
    ("order", "not shown", put("0", "zoo"), "death-benefit is not shown"),
    ("order", "shown twice", put("1", "death-benefit"), "death-benefit stands twice"),
    ("signposts", "the code of a service", put("0.code", "event"), "event stands twice"),
    ("signposts", "a plain site", put("0.site", "http://x.go.id"), "does not begin with https"),
    ("signposts", "an unknown office", put("0.office", "moon"), "nobody knows its office"),
    ("standard", "no complaints", put("complaints", []), "nobody says how to complain"),
    ("sources", "two of one code", put("1.code", "bp26"), "bp26 stands twice"),
    ("synonyms", "two words as one", put("0.0", "tutup jalan"), "is no plain word"),
]


@pytest.mark.parametrize(("file", "plant", "said"), [(f, p, s) for f, _, p, s in PLANTED], ids=[p[1] for p in PLANTED])
def test_a_planted_fault_is_found(tmp_path: Path, file: str, plant: Plant, said: str) -> None:
    found = faults(planted(tmp_path, file, plant), TODAY)

    # A code that stands twice is found where all codes stand in their order.
    places = (f"{file}: ", "order: " if file == "signposts" else f"{file}: ")
    assert any(fault.startswith(places) and said in fault for fault in found), found


def test_the_build_stops_and_names_every_fault(tmp_path: Path) -> None:
    folder = planted(tmp_path, "research", put("version", 0))
    change(folder / "square.json", put("fees.0.tariff", "hour"))

    with pytest.raises(Trouble, match=r"(?s)research: versions begin with 1.*square: a fee without a tariff"):
        check(folder)


def test_the_build_writes_the_index_that_a_checkout_makes(tmp_path: Path) -> None:
    write_index(tmp_path)
    first = (tmp_path / "services-index.json").read_bytes()
    write_index(tmp_path)

    assert (tmp_path / "services-index.json").read_bytes() == first
    assert msgspec.json.decode(first, type=Index) == reads.built_index()


def planted(tmp_path: Path, file: str, plant: Plant) -> Path:
    """Only the definitions that a fault concerns, so that the others are not walked again for each."""
    folder = tmp_path / "services"
    shutil.copytree(SHIPPED, folder)
    for code in services().keys() - {file, "death-benefit", "research", "square"}:
        (folder / f"{code}.json").unlink()
    change(folder / f"{file}.json", plant)
    return folder


def change(path: Path, plant: Plant) -> None:
    said = json.loads(path.read_text("utf-8"))
    plant(said)
    path.write_text(json.dumps(said), "utf-8")
