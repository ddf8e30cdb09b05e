"""Old facts are read for ever: what earlier releases put into the archive and the queues, this one understands."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import msgspec
import pytest

from chalicelib.core.events import Fact, entry_from, fact_from
from tests.golden.story import archived, fact_classes, golden, release

GOLDEN = golden()


@pytest.mark.parametrize(("of", "name"), GOLDEN)
def test_a_golden_fact_is_read_by_the_class_of_today(of: str, name: str) -> None:
    entry = entry_from(GOLDEN[of, name])
    fact = fact_from(fact_classes()[name], entry)

    assert (entry.name, fact.source, fact.about()) == (name, entry.source, entry.key)
    assert fact.until() == entry.until


@pytest.mark.parametrize("name", fact_classes())
def test_every_fact_of_this_release_has_a_golden_one_with_all_its_fields(name: str) -> None:
    """A new field needs a default and a golden fact: `python -m tests.golden.story`, after the version was raised."""
    kind = fact_classes()[name]
    newest = max((of for of, known in GOLDEN if known == name), key=_number, default="")

    assert newest, f"no golden {name}: run python -m tests.golden.story"
    assert GOLDEN[newest, name]["schema"] == kind.schema
    assert set(GOLDEN[newest, name]["data"]) == {field.name for field in fields(kind)}


def _number(of: str) -> list[int]:
    return [int(part) for part in of.split(".")]


def test_the_story_tells_every_fact_just_as_the_golden_ones_say() -> None:
    told, of = archived(), release()

    assert set(told) == set(fact_classes())
    for name, fact in told.items():
        assert shape(fact) == shape(GOLDEN[of, name]), name


def shape(value: Any) -> Any:
    """Names and types, all the way down."""
    if isinstance(value, Mapping):
        return {name: shape(one) for name, one in value.items()}
    if isinstance(value, list):
        return [shape(one) for one in value[:1]]
    return type(value).__name__


@dataclass(frozen=True, kw_only=True)
class SirenTested(Fact):
    """Schema 2 names the village's code where schema 1 had its name."""

    source: ClassVar[str] = "city.sirens"
    schema: ClassVar[int] = 2
    upgrades: ClassVar[Mapping[int, Any]] = {1: lambda data: {"siren": data["siren"], "village": "51.71.01.1006"}}
    siren: str
    village: str
    loud: bool = True

    def about(self) -> str:
        return f"siren#{self.siren}"


def siren(schema: int, **data: Any) -> Any:
    known = GOLDEN[release(), "ReportReceived"]
    return entry_from({**known, "name": "SirenTested", "source": "city.sirens", "schema": schema, "data": data})


def test_a_fact_of_schema_1_is_read_as_schema_2() -> None:
    old, new = siren(1, siren="7", place="Sanur"), siren(2, siren="7", village="51.71.01.1006")

    assert fact_from(SirenTested, old) == fact_from(SirenTested, new)


def test_a_new_field_has_a_default_for_facts_that_lack_it() -> None:
    assert fact_from(SirenTested, siren(2, siren="7", village="51.71.01.1006")).loud is True


def test_a_fact_from_the_future_is_refused_and_so_is_one_with_a_hole() -> None:
    with pytest.raises(ValueError, match="schema 3"):
        fact_from(SirenTested, siren(3, siren="7"))
    with pytest.raises(msgspec.ValidationError):
        fact_from(SirenTested, siren(2, siren="7"))
