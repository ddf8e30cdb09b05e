"""Facts and entries: what travels, and how old ones are read."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, ClassVar

import msgspec
import pytest

from chalicelib.core.events import PUBLIC, Entry, Fact, ascii_json, entry_from, fact_from, officer, read_as, system
from tests.twins.clock import START


@dataclass(frozen=True, kw_only=True)
class PermitMoved(Fact):
    source: ClassVar[str] = "permits"
    schema: ClassVar[int] = 3
    upgrades: ClassVar[Any] = {
        1: lambda data: {**data, "village": data["place"]},
        2: lambda data: {"permit": data["permit"], "villages": [data["village"]]},
    }
    permit: str
    villages: tuple[str, ...]

    def about(self) -> str:
        return f"permit#{self.permit}"


def entry(**changes: Any) -> Entry:
    whole = Entry(
        id="f1",
        name="PermitMoved",
        source="permits",
        schema=3,
        key="permit#1",
        version=7,
        at=START,
        actor="officer:o1",
        correlation="request-00001",
        data={"permit": "1", "villages": ["51.71.01.1001"]},
        until=START + timedelta(hours=1),
    )
    return replace(whole, **changes)


@pytest.mark.parametrize("until", [None, START + timedelta(hours=1)])
def test_an_entry_comes_back_from_the_bus_as_it_went(until: Any) -> None:
    sent = entry(until=until)

    assert entry_from(json.loads(ascii_json(sent.detail(START)))) == sent
    assert entry_from(json.loads(ascii_json(sent.archived()))) == sent


def test_an_entry_is_live_until_its_end_and_not_at_it() -> None:
    moments = [START, START + timedelta(minutes=59), START + timedelta(hours=1)]

    assert [entry().detail(moment)["live"] for moment in moments] == [True, True, False]
    assert entry(until=None).detail(START + timedelta(days=900))["live"] is True


def test_the_archive_keeps_nothing_that_depends_on_the_time_of_sending() -> None:
    assert "live" not in entry().archived()


@pytest.mark.parametrize("missing", ["id", "key", "version", "at", "data"])
def test_a_detail_with_a_hole_is_refused(missing: str) -> None:
    detail = entry().archived()
    del detail[missing]

    with pytest.raises(KeyError):
        entry_from(detail)


@pytest.mark.parametrize(
    ("schema", "data"),
    [
        (1, {"permit": "1", "place": "a"}),
        (2, {"permit": "1", "village": "a"}),
        (3, {"permit": "1", "villages": ["a"]}),
        (3, {"permit": "1", "villages": ["a"], "from_a_newer_writer": 1}),
    ],
)
def test_old_facts_are_read_as_new_ones(schema: int, data: dict[str, Any]) -> None:
    assert fact_from(PermitMoved, entry(schema=schema, data=data)) == PermitMoved(permit="1", villages=("a",))


def test_a_schema_from_the_future_is_refused() -> None:
    with pytest.raises(ValueError, match="reads up to 3"):
        fact_from(PermitMoved, entry(schema=4))


def test_data_that_do_not_fit_are_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        fact_from(PermitMoved, entry(data={"permit": "1", "villages": [7]}))


@dataclass(frozen=True)
class PermitSeen:
    """What another service wants to know of a permit."""

    permit: str
    place: str = "unknown"


def test_a_fact_of_another_service_is_read_as_the_few_fields_that_are_needed() -> None:
    assert read_as(PermitSeen, entry(schema=1, data={"permit": "1", "villages": ["a"]})) == PermitSeen("1")
    assert read_as(PermitSeen, entry(schema=2, data={"permit": "1", "place": "a"}), up_to=2) == PermitSeen("1", "a")


def test_a_later_schema_of_another_service_is_refused_also_where_its_data_would_fit() -> None:
    with pytest.raises(ValueError, match="schema 2, this release reads up to 1"):
        read_as(PermitSeen, entry(schema=2, data={"permit": "1"}))
    with pytest.raises(msgspec.ValidationError):
        read_as(PermitSeen, entry(schema=1, data={"permit": 7}))


def test_json_is_pure_ascii_and_always_the_same() -> None:
    assert ascii_json({"b": "Déjà ☔", "a": START}) == r'{"a":"2026-11-24T02:00:00Z","b":"D\u00e9j\u00e0 \u2614"}'


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_json_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        ascii_json({"a": value})


def test_actors_are_kinds_and_ids() -> None:
    assert [str(PUBLIC), str(officer("o1")), str(system("relay"))] == ["public", "officer:o1", "system:relay"]
