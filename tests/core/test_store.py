"""How one dataclass is kept, and how a use case is tried again."""

from dataclasses import dataclass, replace
from typing import Any

import msgspec
import pytest

from chalicelib.core.clock import from_stamp
from chalicelib.core.commit import shard_of
from chalicelib.core.errors import Conflict, Stale
from chalicelib.core.store import UNSENT_SHARDS, Key, Kind, Listing, Once, retried
from tests.twins.clock import START


@dataclass(frozen=True, kw_only=True)
class Permit:
    id: str
    villages: tuple[str, ...]
    ends: Any = None
    version: int = 0


PERMITS: Kind[Permit] = Kind(
    name="permit",
    model=Permit,
    key=lambda permit: Key(f"permit#{permit.id}"),
    schema=2,
    upgrades={1: lambda body: {"id": body["id"], "villages": [body["village"]]}},
    listing=lambda permit: Listing("permits", permit.id),
    expires=lambda permit: permit.ends,
)
ONE = Permit(id="1", villages=("a", "b"))


def test_a_thing_comes_back_from_its_record_with_the_version_that_was_read() -> None:
    record = replace(PERMITS.record(ONE), version=7)

    assert PERMITS.thing(record) == replace(ONE, version=7)
    assert (record.key, record.listing, record.removed) == (Key("permit#1"), Listing("permits", "1"), False)
    assert "version" not in record.body


def test_a_thing_knows_when_it_expires() -> None:
    assert PERMITS.record(replace(ONE, ends=START)).expires_at == START


def test_old_bodies_are_read_as_new_ones() -> None:
    record = replace(PERMITS.record(ONE), schema=1, body={"id": "1", "village": "a"})

    assert PERMITS.thing(record) == Permit(id="1", villages=("a",))


def test_a_body_from_the_future_is_refused() -> None:
    with pytest.raises(ValueError, match="reads up to 2"):
        PERMITS.thing(replace(PERMITS.record(ONE), schema=3))


def test_a_body_that_does_not_fit_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        PERMITS.thing(replace(PERMITS.record(ONE), body={"id": 7, "villages": []}))


def test_a_stale_use_case_is_run_again_from_its_load() -> None:
    tries: list[int] = []
    pauses: list[float] = []

    def decide(word: str) -> str:
        tries.append(1)
        if len(tries) < 4:
            raise Stale
        return word

    assert retried(decide, pause=pauses.append)("done") == "done"
    assert (len(tries), len(pauses)) == (4, 3)
    assert all(0 <= pause <= 0.02 * 2**turn for turn, pause in enumerate(pauses))


def test_endless_conflicts_end() -> None:
    tries: list[int] = []

    def decide() -> None:
        tries.append(1)
        raise Stale

    with pytest.raises(Stale):
        retried(decide, tries=3, pause=lambda _: None)()
    assert len(tries) == 3


def test_another_conflict_is_an_answer_and_not_tried_again() -> None:
    tries: list[int] = []

    def decide() -> None:
        tries.append(1)
        raise Conflict

    with pytest.raises(Conflict):
        retried(decide)()
    assert len(tries) == 1


def test_a_claim_has_a_key_of_its_scope_and_id() -> None:
    assert Once(scope="alerts", id="f1").key == Key("once#alerts#f1", "claim")


def test_keys_spread_over_all_shards() -> None:
    assert {shard_of(f"permit#{number}") for number in range(200)} == set(range(UNSENT_SHARDS))


def test_stamps_sort_as_text_and_come_back() -> None:
    assert from_stamp("2026-11-24T02:00:00.000000Z") == START
