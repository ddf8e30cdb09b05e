"""What the alerts service relies on: pages of people, who wants what, links, and how few round trips it takes."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.core.store import Key, Page, Record, Records
from chalicelib.core.toolbox import working_with
from chalicelib.core.vault import Sealed, Secret
from chalicelib.subscriptions import reads
from chalicelib.subscriptions.model.listener import AudienceRow, shard_of
from chalicelib.subscriptions.store import ROWS
from tests.subscriptions.people import SANUR, facts, subscribed_by_mail, subscribed_by_phone
from tests.twins.store import MemoryStore
from tests.web.city import City

EMAIL = Sealed(secret=Secret.EMAIL, sealed="x", mask="b•••@example.com", found_by="x")


def somebody(number: int = 0, **changes: Any) -> reads.Listener:
    usual: dict[str, Any] = {"language": "id", "hazards": frozenset(), "floor": "waspada", "email": EMAIL}
    return reads.Listener(id=f"subscription_{number:03}", places=(SANUR,), **{**usual, **changes})


LADDER = ("normal", "waspada", "siaga", "awas")


@pytest.mark.parametrize("floor", LADDER[1:])
@pytest.mark.parametrize("level", LADDER)
def test_a_level_reaches_the_floors_up_to_it(floor: str, level: str) -> None:
    reaches = LADDER.index(level) >= LADDER.index(floor)
    assert reads.wants(somebody(floor=floor), "flood", level) is reaches


@pytest.mark.parametrize(
    ("hazards", "wanted"), [((), True), (("flood",), True), (("flood", "fire"), True), (("fire",), False)]
)
def test_no_hazards_means_all_of_them(hazards: tuple[str, ...], wanted: bool) -> None:
    assert reads.wants(somebody(hazards=frozenset(hazards)), "flood", "awas") is wanted


def test_what_is_no_level_is_refused() -> None:
    with pytest.raises(ValueError, match="tuple"):
        reads.wants(somebody(), "flood", "red")


def test_pages_of_an_audience_name_everybody_once_in_their_shard(city: City) -> None:
    crowd = [somebody(number) for number in range(100)]
    rows = [ROWS.record(AudienceRow(place=SANUR, listener=one)) for one in crowd]
    from chalicelib.core.events import system

    city.store.commit(rows, by=system("test"))

    found: list[str] = []
    for shard in range(reads.AUDIENCE_SHARDS):
        cursor = None
        while True:
            page = reads.audience(SANUR, shard, cursor=cursor, limit=3)
            assert len(page.people) <= 3
            assert all(shard_of(one.id) == shard for one in page.people)
            found += [one.id for one in page.people]
            cursor = page.cursor
            if cursor is None:
                break

    assert sorted(found) == [one.id for one in crowd]


class CountingStore(MemoryStore):
    """Counts the round trips to the table."""

    trips = 0

    def read(self, key: Key) -> Record | None:
        CountingStore.trips += 1
        return super().read(key)

    def read_many(self, keys: Any) -> Records:
        CountingStore.trips += 1
        return [record for key in keys if (record := MemoryStore.read(self, key))]

    def under(self, pk: str, prefix: str = "", *, limit: int = 25, cursor: str | None = None) -> Page:
        CountingStore.trips += 1
        return super().under(pk, prefix, limit=limit, cursor=cursor)


def test_a_page_of_people_costs_one_query_and_a_hundred_ids_one_batch(city: City) -> None:
    subscribed_by_mail(city)
    ids = [facts(city)[0].data["subscription_id"], *(f"nobody-{number}" for number in range(99))]
    counting = CountingStore(now=city.clock, rows=city.store.rows)

    with working_with(replace(city.tools, store=counting)):
        trips = []
        for ask in (lambda: reads.audience(SANUR, shard_of(ids[0])), lambda: reads.listeners(ids), reads.topics):
            CountingStore.trips = 0
            assert ask() is not None
            trips.append(CountingStore.trips)
        known = reads.listeners(ids)

    assert trips == [1, 1, 1]
    assert [one.id for one in known] == ids[:1]


def test_listeners_are_as_they_are_now_and_without_phones_and_stopped_ones(city: City) -> None:
    subscribed_by_mail(city)
    subscribed_by_phone(city)
    ids = [entry.data["subscription_id"] for entry in facts(city, "SubscriptionConfirmed")]

    (listener,) = reads.listeners(ids)
    stop = reads.stop_link(listener.id, "id").removeprefix(city.tools.origin)
    city.visitor().post(stop, {})

    assert listener.language == "id"
    assert reads.listeners(ids) == []


def test_links_are_whole_addresses_in_the_language_that_was_asked_for(city: City) -> None:
    assert reads.manage_link("subscription_1", "en").startswith(f"{city.tools.origin}/en/alerts/subscriptions/")
    assert reads.stop_link("subscription_1", "id").startswith(f"{city.tools.origin}/id/alerts/subscriptions/stop/")


def test_there_are_no_topics_before_the_first_phone(city: City) -> None:
    assert reads.topics() == frozenset()
