"""Facts on their way: what the relay promises when all goes well, and when one of them does not."""

import json

import pytest

from chalicelib.core.bus import Refusal
from chalicelib.core.errors import Unavailable
from chalicelib.core.events import Poisoned, entry_from
from chalicelib.spine.service import Relay, missed, oldest_seconds, sweep
from tests.spine.city import Spine
from tests.twins.clock import START


@pytest.fixture
def spine() -> Spine:
    return Spine()


def test_a_fact_reaches_the_archive_and_the_bus_and_is_marked(spine: Spine) -> None:
    entries = spine.commit(facts=2)

    spine.relay.send(entries)

    assert [entry_from(event) for event in spine.bus.events] == entries
    assert [[entry_from(json.loads(v or b"")) for v in found] for _, found in spine.archive.versions()] == [
        [entry] for entry in entries
    ]
    assert not spine.store.marks


def test_what_was_sent_is_not_sent_again(spine: Spine) -> None:
    entries = spine.commit()

    spine.relay.send(entries)
    spine.relay.send(entries)

    assert spine.bus.ids() == [entries[0].id]


def test_live_is_stamped_at_the_time_of_sending(spine: Spine) -> None:
    early, late, endless = spine.tell(ends_in_minutes=5), spine.tell(ends_in_minutes=1), spine.commit()
    spine.clock.forward(minutes=1)

    spine.relay.send([*early, *late, *endless])

    assert [event["live"] for event in spine.bus.events] == [True, False, True]


def test_a_busy_bus_makes_the_stream_come_again_for_what_is_left_only(spine: Spine) -> None:
    entries = spine.commit(facts=3)
    spine.bus.refuse[entries[1].id] = Refusal.LATER

    with pytest.raises(Unavailable):
        spine.relay.send(entries)
    spine.bus.refuse.clear()
    spine.relay.send(entries)

    assert spine.bus.ids() == [entries[0].id, entries[2].id, entries[1].id]
    assert not spine.store.marks


def test_what_the_archive_does_not_keep_is_not_announced(spine: Spine) -> None:
    entries = spine.commit(facts=2)
    spine.archive.refuse[entries[0].id] = Refusal.LATER

    with pytest.raises(Unavailable):
        spine.relay.send(entries)

    assert spine.bus.ids() == [entries[1].id]
    assert spine.store.still_unsent(entries) == entries[:1]


def test_a_fact_that_is_never_taken_is_parked_alone(spine: Spine) -> None:
    entries = spine.commit(facts=3)
    spine.bus.refuse[entries[1].id] = Refusal.NEVER

    spine.relay.send(entries)

    assert spine.bus.ids() == [entries[0].id, entries[2].id]
    assert [json.loads(body) for body in spine.parked.bodies] == [
        {"key": entries[1].key, "sort_key": "fact#000000000002", "reason": "refused as invalid"}
    ]
    assert not spine.store.marks


def test_a_line_that_nobody_can_read_is_parked_alone(spine: Spine) -> None:
    entries = spine.commit()
    poison = Poisoned(key="permit#9", sort_key="fact#000000000001", reason="KeyError: 'id'", at=START)
    spine.store.entries["permit#9", poison.sort_key] = poison
    spine.store.marks.add(("permit#9", poison.sort_key))

    spine.relay.send([poison, *entries])

    assert spine.bus.ids() == [entries[0].id]
    assert json.loads(spine.parked.bodies[0])["reason"] == "KeyError: 'id'"
    assert not spine.store.marks


def test_the_sweeper_parks_a_line_that_nobody_can_read_as_well(spine: Spine) -> None:
    poison = Poisoned(key="permit#9", sort_key="fact#000000000001", reason="KeyError: 'id'", at=START)
    spine.store.entries["permit#9", poison.sort_key] = poison
    spine.store.marks.add(("permit#9", poison.sort_key))

    spine.drain()

    assert len(spine.parked.bodies) == 1


def test_more_than_one_call_takes_are_all_sent(spine: Spine) -> None:
    entries = [entry for _ in range(5) for entry in spine.commit(facts=50)]

    spine.relay.send(entries)

    assert sorted(spine.bus.ids()) == sorted(entry.id for entry in entries)


def test_a_line_that_was_parked_is_not_parked_again(spine: Spine) -> None:
    poison = Poisoned(key="permit#9", sort_key="fact#000000000001", reason="KeyError: 'id'", at=START)
    spine.store.entries["permit#9", poison.sort_key] = poison
    spine.store.marks.add(("permit#9", poison.sort_key))

    spine.relay.send([poison, poison])
    spine.relay.send([poison])

    assert len(spine.parked.bodies) == 1


def test_the_good_ones_are_marked_before_a_queue_that_is_down_is_noticed(spine: Spine) -> None:
    entries = spine.commit(facts=2)
    spine.bus.refuse[entries[0].id] = Refusal.NEVER
    relay = Relay(spine.store, spine.archive, spine.bus, DownQueue(), spine.clock)

    with pytest.raises(Unavailable):
        relay.send(entries)

    assert spine.store.still_unsent(entries) == entries[:1]


def test_the_sweeper_tells_the_age_of_the_oldest(spine: Spine) -> None:
    ages = [oldest_seconds(missed(spine.store, spine.clock()), spine.clock())]
    spine.commit()
    spine.clock.forward(seconds=59)
    ages.append(oldest_seconds(missed(spine.store, spine.clock()), spine.clock()))
    spine.clock.forward(seconds=31)
    spine.commit()
    ages.append(oldest_seconds(missed(spine.store, spine.clock()), spine.clock()))

    assert ages == [0, 0, 90]


def test_a_sweep_goes_on_until_nothing_is_missed(spine: Spine) -> None:
    entries = [entry for _ in range(30) for entry in spine.commit(facts=40)]
    spine.clock.forward(minutes=3)

    sweep(spine.relay, spine.store, spine.clock)

    assert len(spine.bus.ids()) == len(entries)
    assert not spine.store.marks


def test_a_sweep_stops_when_its_time_is_over(spine: Spine) -> None:
    spine.commit()
    spine.clock.forward(minutes=3)

    sweep(spine.relay, spine.store, spine.clock, seconds=0)

    assert spine.bus.ids() == []


class DownQueue:
    def send(self, body: str) -> None:
        raise Unavailable
