"""Whatever strikes between the commit and the mark: afterwards every fact was announced, and is archived once."""

import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.strategies import data as drawn
from hypothesis.strategies import integers, randoms, sampled_from

from chalicelib.core.bus import Refusal
from chalicelib.core.errors import Unavailable
from chalicelib.core.events import Entry
from tests.spine.city import STEPS, Crash, Fate, Spine
from tests.spine.verified import findings_of


def assert_nothing_is_lost(spine: Spine) -> None:
    committed = {entry.id for entry in spine.entries()}
    assert set(spine.bus.ids()) == committed
    assert set(spine.archive.objects) == committed
    assert all(len(versions) == 1 for versions in spine.archive.objects.values())
    assert not spine.store.marks
    assert findings_of(spine) == []


@pytest.mark.parametrize("turn", [1, 2, 3])
@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_any_step_loses_nothing(step: str, turn: int) -> None:
    spine = Spine(Fate(step, turn))

    for _ in range(3):
        try:
            spine.relay.send(spine.commit(facts=2))
        except Crash:
            continue
    spine.drain()

    assert_nothing_is_lost(spine)


@pytest.mark.parametrize("step", STEPS[2:])
def test_a_crash_repeats_at_most_what_was_under_way(step: str) -> None:
    spine = Spine(Fate(step))
    first, second = spine.commit(), spine.commit()

    spine.deliver(first)
    spine.deliver(second)
    spine.drain()

    repeated = Counter(spine.bus.ids())
    assert repeated[first[0].id] == (2 if step in ("bused", "mark") else 1)
    assert repeated[second[0].id] == 1


@pytest.mark.parametrize("where", ["archive", "bus"])
def test_an_outage_only_delays(where: str) -> None:
    spine = Spine()
    entries = spine.commit(facts=3)
    down = spine.archive.refuse if where == "archive" else spine.bus.refuse
    down |= {entry.id: Refusal.LATER for entry in entries}

    for _ in range(3):
        with pytest.raises(Unavailable):
            spine.relay.send(entries)
    down.clear()
    spine.drain()

    assert_nothing_is_lost(spine)
    assert Counter(spine.bus.ids()) == Counter(entry.id for entry in entries)


def test_a_stream_that_never_comes_is_swept_up() -> None:
    spine = Spine()
    for _ in range(40):
        spine.commit(facts=3)

    spine.drain()

    assert_nothing_is_lost(spine)


def test_batches_doubled_and_shuffled_are_announced_once() -> None:
    spine = Spine()
    entries = [entry for _ in range(10) for entry in spine.commit(facts=2)] * 2
    random.Random(20261124).shuffle(entries)

    for start in range(0, len(entries), 7):
        spine.relay.send(entries[start : start + 7])

    assert_nothing_is_lost(spine)
    assert set(Counter(spine.bus.ids()).values()) == {1}


class Weather(RuleBasedStateMachine):
    """Commits, batches of the stream, crashes, outages and sweeps in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.spine = Spine()
        self.stream: list[Entry] = []

    @rule(facts=integers(1, 3))
    def commit(self, facts: int) -> None:
        try:
            self.stream += self.spine.commit(facts=facts)
        except Crash:
            return

    @rule(step=sampled_from(STEPS), turn=integers(1, 4))
    def strike(self, step: str, turn: int) -> None:
        self.spine.fate.step, self.spine.fate.turn = step, turn

    @precondition(lambda self: self.stream)
    @rule(order=randoms(), data=drawn())
    def deliver(self, order: Any, data: Any) -> None:
        """Some of the stream, shuffled; what was delivered may come again."""
        order.shuffle(self.stream)
        batch = self.stream[: data.draw(integers(1, len(self.stream)))]
        try:
            self.spine.deliver(batch)
        except Unavailable:
            return

    @precondition(lambda self: self.stream)
    @rule(where=sampled_from(["archive", "bus"]), data=drawn())
    def outage(self, where: str, data: Any) -> None:
        entry = data.draw(sampled_from(self.stream))
        refuse = self.spine.archive.refuse if where == "archive" else self.spine.bus.refuse
        refuse[entry.id] = Refusal.LATER

    @rule()
    def calm(self) -> None:
        self.spine.archive.refuse.clear()
        self.spine.bus.refuse.clear()

    @rule()
    def the_stream_forgets(self) -> None:
        self.stream.clear()

    @invariant()
    def what_is_marked_was_announced_and_archived(self) -> None:
        marked = {e.id for e in self.spine.entries() if (e.key, e.sort_key) not in self.spine.store.marks}
        assert marked <= set(self.spine.bus.ids())
        assert marked <= set(self.spine.archive.objects)

    def teardown(self) -> None:
        self.calm()
        self.spine.fate.step = ""
        self.spine.drain()
        assert_nothing_is_lost(self.spine)


TestWeather = Weather.TestCase
TestWeather.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
