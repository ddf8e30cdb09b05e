"""Whatever is done to both, the memory twin and DynamoDB answer alike and end alike."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from hypothesis.strategies import booleans, integers, none, sampled_from

from chalicelib.core.aws.store import DynamoStore
from chalicelib.core.errors import AlreadyDone, Conflict
from chalicelib.core.store import Add, Key, Listing, Once, Record, Store
from tests.contracts.permits import CLERK, PermitApproved, permit
from tests.twins.clock import Clock
from tests.twins.store import MemoryStore

pytestmark = pytest.mark.stack

NAMES = ("a", "b", "c")


class Pair(RuleBasedStateMachine):
    """Two stores, one clock, the same acts."""

    client: Any
    table: str

    @initialize()
    def open(self) -> None:
        self.clock = Clock()
        self.run = uuid.uuid4().hex[:8]
        self.stores: tuple[Store, Store] = (
            MemoryStore(self.clock),
            DynamoStore(self.client, self.table, self.clock, pause=lambda _: None),
        )

    @rule(
        name=sampled_from(NAMES),
        behind=sampled_from([0, 0, 0, 1]),
        facts=integers(0, 2),
        fate=sampled_from(["kept", "kept", "listed", "expires", "removed"]),
        once=none() | sampled_from(NAMES),
        amount=none() | integers(-1, 3),
        capped=booleans(),
    )
    def commit(
        self, name: str, behind: int, facts: int, fate: str, once: str | None, amount: int | None, capped: bool
    ) -> None:
        thing = self._thing(name, behind, fate)
        claim = Once(scope=self.run, id=once, result=f"by {name}") if once else None
        adds = [] if amount is None else [Add(key=self._counter(name), amount=amount, cap=4 if capped else None)]
        told = [PermitApproved(permit=thing.key.pk)] * facts
        answers = [
            _answer(lambda s=store: s.commit([thing], told, by=CLERK, once=claim, adds=adds)) for store in self.stores
        ]
        assert answers[0] == answers[1]

    @rule(seconds=sampled_from([30, 61, 3600]))
    def wait(self, seconds: int) -> None:
        self.clock.forward(seconds=seconds)

    @rule(name=sampled_from(NAMES), limit=integers(0, 3))
    def spend(self, name: str, limit: int) -> None:
        until = self.clock() + timedelta(seconds=60)
        answers = [store.spend(f"{self.run}{name}", limit=limit, until=until) for store in self.stores]
        assert answers[0] == answers[1]

    @rule(name=sampled_from(NAMES))
    def mark(self, name: str) -> None:
        for store in self.stores:
            store.mark_sent(store.journal(self._key(name).pk)[:1])

    @invariant()
    def both_hold_the_same(self) -> None:
        memory, dynamo = (self._picture(store) for store in self.stores)
        assert memory == dynamo

    def _picture(self, store: Store) -> Any:
        keys = [self._key(name) for name in NAMES]
        journals = [store.journal(key.pk) for key in keys]
        return (
            [store.read(key) for key in keys],
            store.read_many(keys),
            [store.head(key.pk) for key in keys],
            [[replace(entry, id="") for entry in journal] for journal in journals],
            [[entry.version for entry in store.still_unsent(journal)] for journal in journals],
            [store.counter(self._counter(name)) for name in NAMES],
            store.list(self.run).records,
            [store.under(key.pk).records for key in keys],
        )

    def _thing(self, name: str, behind: int, fate: str) -> Record:
        found = self.stores[0].read(self._key(name))
        return permit(
            self._key(name).pk,
            version=max((found.version if found else 0) - behind, 0),
            state=fate,
            listing=Listing(self.run, name) if fate == "listed" else None,
            expires_at=self.clock() + timedelta(seconds=60, microseconds=7) if fate == "expires" else None,
            removed=fate == "removed",
        )

    def _key(self, name: str) -> Key:
        return Key(f"permit#{self.run}{name}")

    def _counter(self, name: str) -> Key:
        return Key(f"counter#{self.run}{name}", "sold")


def _answer(act: Any) -> str:
    """What became of an act: the kind of refusal, and what a repeat was told."""
    try:
        act()
    except AlreadyDone as done:
        return f"already {done.result}"
    except (Conflict, ValueError) as refusal:
        return type(refusal).__name__
    return "done"


def test_both_stores_answer_alike(table: tuple[Any, str]) -> None:
    Pair.client, Pair.table = table

    calm = settings(max_examples=15, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Pair, settings=calm)
