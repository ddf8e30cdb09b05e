"""What every store promises: one list, run on the memory twin and on DynamoDB."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import pytest

from chalicelib.core.cursors import cursor_at
from chalicelib.core.errors import AlreadyDone, Conflict, Malformed, Stale
from chalicelib.core.events import Entry
from chalicelib.core.log import correlated
from chalicelib.core.store import CLAIM_LIFE, UNSENT_SHARDS, Add, Key, Listing, Once, Record, Store
from tests.contracts.permits import CLERK, PermitApproved, PermitErased, PermitSealed, PermitTold, fresh, permit
from tests.twins.clock import Clock

T = TypeVar("T")

# --- records and versions


def test_a_record_is_read_as_it_was_committed(store: Store, clock: Clock) -> None:
    thing = permit(listing=Listing(fresh("list"), "1"), expires_at=clock() + timedelta(hours=1))

    store.commit([thing], by=CLERK)

    assert store.read(thing.key) == replace(thing, version=1)


def test_what_was_never_stored_is_none(store: Store) -> None:
    assert store.read(Key(fresh())) is None


@pytest.mark.parametrize("key", [Key("permit#" + "x" * 3000), Key("permit#" + "é" * 1500), Key("permit#1", "x" * 1500)])
def test_what_is_too_long_to_be_a_key_is_none(store: Store, key: Key) -> None:
    thing = permit()
    store.commit([thing], by=CLERK)

    assert store.read(key) is None
    assert [record.key for record in store.read_many([key, thing.key])] == [thing.key]
    assert store.counter(key) == 0


def test_a_stale_version_is_refused(store: Store) -> None:
    thing = permit()
    store.commit([thing], by=CLERK)
    store.commit([replace(thing, version=1, body={"state": "first"})], by=CLERK)

    with pytest.raises(Stale):
        store.commit([replace(thing, version=1, body={"state": "second"})], by=CLERK)

    assert _read(store, thing.key).body == {"state": "first"}


def test_a_new_record_is_refused_when_its_key_is_taken(store: Store) -> None:
    thing = permit()
    store.commit([thing], by=CLERK)

    with pytest.raises(Stale):
        store.commit([thing], by=CLERK)


def test_a_change_of_what_was_never_stored_is_refused(store: Store) -> None:
    with pytest.raises(Stale):
        store.commit([permit(version=3)], by=CLERK)


def test_a_commit_without_facts_is_a_version_too(store: Store) -> None:
    thing = permit()
    store.commit([thing], by=CLERK)
    store.commit([replace(thing, version=1)], by=CLERK)

    assert _read(store, thing.key).version == 2
    assert store.journal(thing.key.pk) == []


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    taken, other = permit(), permit()
    counter = Key(fresh("counter"), "sold")
    store.commit([taken], by=CLERK)
    once = Once(scope="contracts", id=fresh("once"))

    with pytest.raises(Stale):
        store.commit(
            [other, taken],
            [PermitApproved(permit=other.key.pk)],
            by=CLERK,
            once=once,
            adds=[Add(key=counter, amount=1)],
        )

    assert store.read(other.key) is None
    assert store.journal(other.key.pk) == []
    assert store.counter(counter) == 0
    store.commit([other], by=CLERK, once=once)


def test_what_a_record_no_longer_has_is_gone(store: Store, clock: Clock) -> None:
    thing = permit(listing=Listing(fresh("list"), "1"), expires_at=clock() + timedelta(hours=1))
    store.commit([thing], by=CLERK)
    store.commit([replace(thing, version=1, listing=None, expires_at=None)], by=CLERK)

    clock.forward(hours=2)

    assert _read(store, thing.key).expires_at is None
    assert thing.listing
    assert store.list(thing.listing.name).records == ()


def test_many_are_read_in_the_order_of_their_keys_without_those_that_are_missing(store: Store) -> None:
    things = [permit() for _ in range(3)]
    store.commit(things, by=CLERK)
    keys = [things[2].key, Key(fresh()), things[0].key, things[2].key]

    assert [record.key for record in store.read_many(keys)] == [things[2].key, things[0].key]


def test_more_than_a_hundred_keys_are_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="100"):
        store.read_many([Key(fresh()) for _ in range(101)])


# --- facts and the journal


def test_two_facts_get_two_versions(store: Store) -> None:
    thing = permit()
    pk = thing.key.pk

    store.commit([thing], [PermitApproved(permit=pk), PermitSealed(permit=pk)], by=CLERK)

    assert [(e.name, e.version) for e in store.journal(pk)] == [("PermitApproved", 1), ("PermitSealed", 2)]
    assert _read(store, thing.key).version == 2


def test_the_journal_says_who_when_what_and_for_which_request(store: Store, clock: Clock) -> None:
    thing = permit()
    ends = clock() + timedelta(hours=6)

    with correlated("request-00001"):
        store.commit([thing], [PermitTold(permit=thing.key.pk, words="Déjà\n", ends=ends)], by=CLERK)

    (entry,) = store.journal(thing.key.pk)
    assert entry == Entry(
        id=entry.id,
        name="PermitTold",
        source="permits",
        schema=1,
        key=thing.key.pk,
        version=1,
        at=clock(),
        actor="system:contracts",
        correlation="request-00001",
        data={"permit": thing.key.pk, "words": "Déjà\n", "ends": "2026-11-24T08:00:00Z"},
        until=ends,
    )


def test_the_journal_is_in_the_order_of_versions(store: Store) -> None:
    thing = permit()
    for version in range(12):
        store.commit([replace(thing, version=version)], [PermitApproved(permit=thing.key.pk)], by=CLERK)

    assert [entry.version for entry in store.journal(thing.key.pk)] == list(range(1, 13))


def test_facts_about_two_records_stand_in_two_journals(store: Store) -> None:
    one, two = permit(), permit()

    store.commit([one, two], [PermitApproved(permit=one.key.pk), PermitSealed(permit=two.key.pk)], by=CLERK)

    assert [e.name for e in store.journal(one.key.pk)] == ["PermitApproved"]
    assert [e.name for e in store.journal(two.key.pk)] == ["PermitSealed"]


def test_a_fact_without_its_record_is_refused(store: Store) -> None:
    thing = permit()

    with pytest.raises(ValueError, match="not committed with them"):
        store.commit([thing], [PermitApproved(permit=fresh())], by=CLERK)

    assert store.read(thing.key) is None


@pytest.mark.parametrize("words", ["x" * 70_000, "\ud800"], ids=["too large", "a lone surrogate"])
def test_a_fact_that_cannot_travel_is_refused(store: Store, words: str) -> None:
    thing = permit()

    with pytest.raises(ValueError):  # noqa: PT011
        store.commit([thing], [PermitTold(permit=thing.key.pk, words=words)], by=CLERK)

    assert store.read(thing.key) is None


def test_the_record_counts_its_facts(store: Store) -> None:
    thing = permit()
    pk = thing.key.pk
    store.commit([thing], [PermitApproved(permit=pk), PermitSealed(permit=pk)], by=CLERK)
    store.commit([replace(thing, version=2)], by=CLERK)

    assert store.head(pk) == (3, 2, 2)
    assert store.head(fresh()) is None


# --- once


def test_the_same_once_commits_nothing_and_tells_the_first_result(store: Store) -> None:
    once = Once(scope="contracts", id=fresh("once"), result="DPS-1")
    store.commit([permit()], by=CLERK, once=once)
    second = permit()

    with pytest.raises(AlreadyDone) as told:
        store.commit([second], [PermitApproved(permit=second.key.pk)], by=CLERK, once=replace(once, result="DPS-2"))

    assert told.value.result == "DPS-1"
    assert store.read(second.key) is None
    assert store.journal(second.key.pk) == []


def test_a_repeat_is_told_so_even_where_its_record_moved_on(store: Store) -> None:
    once = Once(scope="contracts", id=fresh("once"), result="first")
    thing = permit()
    store.commit([thing], by=CLERK, once=once)

    with pytest.raises(AlreadyDone):
        store.commit([thing], by=CLERK, once=once)


def test_a_claim_of_another_scope_is_another_claim(store: Store) -> None:
    id_ = fresh("once")
    store.commit([permit()], by=CLERK, once=Once(scope="alerts", id=id_))

    store.commit([permit()], by=CLERK, once=Once(scope="incidents", id=id_))


def test_a_claim_alone_may_be_committed(store: Store) -> None:
    once = Once(scope="contracts", id=fresh("once"))
    store.commit([], by=CLERK, once=once)

    with pytest.raises(AlreadyDone):
        store.commit([], by=CLERK, once=once)


def test_a_claim_holds_for_its_life_and_no_longer(store: Store, clock: Clock) -> None:
    once = Once(scope="contracts", id=fresh("once"))
    store.commit([], by=CLERK, once=once)

    clock.forward(seconds=CLAIM_LIFE.total_seconds() - 1)
    with pytest.raises(AlreadyDone):
        store.commit([], by=CLERK, once=once)
    clock.forward(seconds=2)

    store.commit([], by=CLERK, once=once)


# --- counters


def test_a_counter_never_passes_its_cap(store: Store) -> None:
    key = Key(fresh("counter"), "sold")
    store.commit([permit()], by=CLERK, adds=[Add(key=key, amount=3, cap=4)])

    with pytest.raises(Conflict) as refusal:
        store.commit([permit()], by=CLERK, adds=[Add(key=key, amount=2, cap=4)])

    assert type(refusal.value) is Conflict
    assert store.counter(key) == 3


def test_a_first_amount_above_the_cap_is_refused(store: Store) -> None:
    key = Key(fresh("counter"), "sold")

    with pytest.raises(Conflict):
        store.commit([permit()], by=CLERK, adds=[Add(key=key, amount=5, cap=4)])

    assert store.counter(key) == 0


def test_a_counter_goes_down_again(store: Store) -> None:
    key = Key(fresh("counter"), "sold")
    for amount in (4, -3, 3):
        store.commit([permit()], by=CLERK, adds=[Add(key=key, amount=amount, cap=4)])

    assert store.counter(key) == 4


def test_many_counters_are_read_together_in_the_order_of_their_keys(store: Store) -> None:
    keys = [Key(fresh("counter"), f"shard-{number}") for number in range(3)]
    adds = [Add(key=keys[0], amount=5), Add(key=keys[2], amount=7)]
    store.commit([permit()], by=CLERK, adds=adds)

    assert store.counts([keys[2], keys[1], keys[0]]) == [7, 0, 5]


def test_a_counter_that_was_never_added_to_is_zero(store: Store) -> None:
    assert store.counter(Key(fresh("counter"), "sold")) == 0


def test_racing_threads_never_pass_the_cap(store: Store) -> None:
    key = Key(fresh("counter"), "sold")

    def sell() -> str:
        try:
            store.commit([permit()], by=CLERK, adds=[Add(key=key, amount=1, cap=5)])
        except Conflict:
            return "refused"
        return "sold"

    answers = _racing(sell, times=12)

    assert sorted(answers) == ["refused"] * 7 + ["sold"] * 5
    assert store.counter(key) == 5


def test_of_racing_changes_to_one_version_one_wins(store: Store) -> None:
    thing = permit()
    store.commit([thing], by=CLERK)

    def approve() -> str:
        try:
            store.commit([replace(thing, version=1)], [PermitApproved(permit=thing.key.pk)], by=CLERK)
        except Stale:
            return "late"
        return "first"

    answers = _racing(approve, times=8)

    assert sorted(answers) == ["first"] + ["late"] * 7
    assert len(store.journal(thing.key.pk)) == 1


def test_of_racing_repeats_one_is_done(store: Store) -> None:
    once = Once(scope="contracts", id=fresh("once"), result="DPS-1")

    def submit() -> str:
        try:
            store.commit([permit()], by=CLERK, once=once)
        except AlreadyDone as done:
            return done.result
        return "first"

    assert sorted(_racing(submit, times=8)) == ["DPS-1"] * 7 + ["first"]


# --- what no store may accept


@pytest.mark.parametrize(
    ("records", "adds", "said"),
    [
        ([], [Add(key=Key("c"), amount=1)], "cannot tell a repeat"),
        ([], [], "nothing to commit"),
        ([permit() for _ in range(101)], [], "100"),
        ([permit("p"), permit("p")], [], "twice"),
        ([permit("p")], [Add(key=Key("p"), amount=1)], "twice"),
        ([permit(sk="fact#000000000001")], [], "journal"),
    ],
    ids=["bare adds", "nothing", "101 items", "one key twice", "record and counter", "a forged fact"],
)
def test_an_impossible_commit_is_refused(store: Store, records: list[Record], adds: list[Add], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        store.commit(records, by=CLERK, adds=adds)


def test_adds_are_fine_with_a_claim_alone(store: Store) -> None:
    key = Key(fresh("counter"), "sold")

    store.commit([], by=CLERK, once=Once(scope="contracts", id=fresh()), adds=[Add(key=key, amount=1)])

    assert store.counter(key) == 1


def test_a_hundred_items_are_one_transaction(store: Store) -> None:
    things = [permit() for _ in range(50)]

    store.commit(things, [PermitApproved(permit=thing.key.pk) for thing in things], by=CLERK)

    assert len(store.read_many([thing.key for thing in things])) == 50


# --- removal and expiry


def test_a_record_without_a_journal_can_be_removed(store: Store) -> None:
    thing = permit()
    store.commit([thing], by=CLERK)

    store.commit([replace(thing, version=1, removed=True)], by=CLERK)

    assert store.read(thing.key) is None
    store.commit([thing], by=CLERK)


def test_a_stale_removal_is_refused(store: Store) -> None:
    thing = permit()
    store.commit([thing], by=CLERK)
    store.commit([replace(thing, version=1)], by=CLERK)

    with pytest.raises(Stale):
        store.commit([replace(thing, version=1, removed=True)], by=CLERK)

    assert store.read(thing.key)


def test_a_record_with_a_journal_is_not_removed_silently(store: Store) -> None:
    thing = permit()
    store.commit([thing], [PermitApproved(permit=thing.key.pk)], by=CLERK)

    with pytest.raises(ValueError, match="journal"):
        store.commit([replace(thing, version=1, removed=True)], by=CLERK)

    assert store.read(thing.key)


def test_versions_go_on_after_an_announced_removal(store: Store) -> None:
    thing = permit(listing=Listing(fresh("list"), "1"))
    pk = thing.key.pk
    store.commit([thing], [PermitApproved(permit=pk)], by=CLERK)
    store.commit([replace(thing, version=1, removed=True)], [PermitErased(permit=pk)], by=CLERK)

    gone = store.read(thing.key), store.list(thing.listing.name if thing.listing else "").records
    store.commit([thing], [PermitApproved(permit=pk)], by=CLERK)

    assert gone == (None, ())
    assert [(e.name, e.version) for e in store.journal(pk)] == [
        ("PermitApproved", 1),
        ("PermitErased", 2),
        ("PermitApproved", 3),
    ]
    assert _read(store, thing.key).version == 3


def test_what_has_expired_is_none_everywhere(store: Store, clock: Clock) -> None:
    thing = permit(listing=Listing(fresh("list"), "1"), expires_at=clock() + timedelta(minutes=5))
    store.commit([thing], by=CLERK)

    before = store.read(thing.key)
    clock.forward(minutes=5)

    assert before
    assert thing.listing
    assert store.read(thing.key) is None
    assert store.read_many([thing.key]) == []
    assert store.list(thing.listing.name).records == ()
    assert store.under(thing.key.pk).records == ()


def test_the_key_of_an_expired_record_is_free(store: Store, clock: Clock) -> None:
    thing = permit(expires_at=clock() + timedelta(minutes=5))
    store.commit([thing], [PermitApproved(permit=thing.key.pk)], by=CLERK)
    clock.forward(minutes=6)

    store.commit([replace(thing, expires_at=None)], [PermitSealed(permit=thing.key.pk)], by=CLERK)

    assert _read(store, thing.key).version == 2
    assert [entry.version for entry in store.journal(thing.key.pk)] == [1, 2]


# --- lists


def test_a_list_is_paged_in_both_directions(store: Store) -> None:
    name = fresh("list")
    for number in range(7):
        store.commit([permit(listing=Listing(name, f"{number}"))], by=CLERK)

    assert _sorts(store, name, backwards=False) == [["0", "1", "2"], ["3", "4", "5"], ["6"]]
    assert _sorts(store, name, backwards=True) == [["6", "5", "4"], ["3", "2", "1"], ["0"]]


def test_a_full_last_page_says_that_it_is_the_last(store: Store) -> None:
    name = fresh("list")
    store.commit([permit(listing=Listing(name, f"{number}")) for number in range(3)], by=CLERK)

    assert store.list(name, limit=3).cursor is None


def test_rows_of_one_sort_are_all_listed(store: Store) -> None:
    name = fresh("list")
    store.commit([permit(listing=Listing(name, "same")) for _ in range(5)], by=CLERK)

    pages = _sorts(store, name, backwards=False)

    assert sum(map(len, pages)) == 5


def test_a_record_moves_from_list_to_list(store: Store) -> None:
    old, new = fresh("list"), fresh("list")
    thing = permit(listing=Listing(old, "1"))
    store.commit([thing], by=CLERK)

    store.commit([replace(thing, version=1, listing=Listing(new, "1"))], by=CLERK)

    assert store.list(old).records == ()
    assert [record.key for record in store.list(new).records] == [thing.key]


def test_a_foreign_or_altered_cursor_is_refused(store: Store) -> None:
    name, other = fresh("list"), fresh("list")
    store.commit([permit(listing=Listing(name, f"{number}")) for number in range(3)], by=CLERK)
    cursor = store.list(name, limit=1).cursor
    assert cursor

    for wrong in (cursor[:-4], cursor[:20] + "A" + cursor[21:], "x", "", "\u00e9", "bnVsbA", cursor + "!"):
        if wrong:
            with pytest.raises(Malformed):
                store.list(name, cursor=wrong)
    with pytest.raises(Malformed):
        store.list(other, cursor=cursor)
    with pytest.raises(Malformed):
        store.under(name, cursor=cursor)


@pytest.mark.parametrize("row", [("x", "y"), ("x" * 3000, "y")])
def test_a_forged_cursor_leads_nowhere_else(store: Store, row: tuple[str, str]) -> None:
    name, other = fresh("list"), fresh("list")
    store.commit([permit(listing=Listing(other, "1"))], by=CLERK)

    with suppress(Malformed):
        assert store.list(name, cursor=cursor_at(name, (*row, other, "0"))).records == ()
    with suppress(Malformed):
        assert store.list(name, cursor=cursor_at(name, (*row, other))).records == ()


def test_under_a_key_stand_its_records_and_nothing_else(store: Store) -> None:
    thing = permit()
    pk = thing.key.pk
    rows = [permit(pk, f"row#{number}") for number in range(5)]
    store.commit([thing, *rows], [PermitApproved(permit=pk), PermitSealed(permit=pk)], by=CLERK)

    first = store.under(pk, "row#", limit=3)
    second = store.under(pk, "row#", limit=3, cursor=first.cursor)

    assert [r.key.sk for r in first.records] == ["row#0", "row#1", "row#2"]
    assert [r.key.sk for r in second.records] == ["row#3", "row#4"]
    assert second.cursor is None
    assert [r.key.sk for r in store.under(pk).records] == ["record", "row#0", "row#1", "row#2", "row#3", "row#4"]


# --- rate limits


def test_a_bucket_gives_its_limit_and_is_forgotten_in_time(store: Store, clock: Clock) -> None:
    bucket, until = fresh("bucket"), clock() + timedelta(minutes=10)

    taken = [store.spend(bucket, limit=3, until=until) for _ in range(5)]
    clock.forward(minutes=10)
    later = [store.spend(bucket, limit=3, until=clock() + timedelta(minutes=10)) for _ in range(4)]

    assert taken == [True, True, True, False, False]
    assert later == [True, True, True, False]


def test_a_bucket_is_not_prolonged_by_those_who_ask(store: Store, clock: Clock) -> None:
    bucket = fresh("bucket")
    for _ in range(4):
        store.spend(bucket, limit=1, until=clock() + timedelta(minutes=1))
        clock.forward(seconds=20)

    assert store.spend(bucket, limit=1, until=clock() + timedelta(minutes=1)) is False
    clock.forward(seconds=40)
    assert store.spend(bucket, limit=1, until=clock() + timedelta(minutes=1)) is True


def test_racing_threads_never_spend_more_than_the_limit(store: Store, clock: Clock) -> None:
    bucket, until = fresh("bucket"), clock() + timedelta(minutes=10)

    answers = _racing(lambda: store.spend(bucket, limit=4, until=until), times=12)

    assert sorted(answers) == [False] * 8 + [True] * 4


# --- what the bus has not taken yet


def test_what_is_committed_is_unsent_until_it_is_marked(store: Store, clock: Clock) -> None:
    thing = permit()
    store.commit([thing], [PermitApproved(permit=thing.key.pk), PermitSealed(permit=thing.key.pk)], by=CLERK)
    entries = store.journal(thing.key.pk)
    clock.forward(seconds=1)

    before = _unsent(store, clock, thing.key.pk)
    store.mark_sent(entries[:1])
    store.mark_sent(entries[:1])

    assert before == entries
    assert _unsent(store, clock, thing.key.pk) == entries[1:]
    assert store.still_unsent(entries) == entries[1:]
    assert store.journal(thing.key.pk) == entries


def test_the_sweeper_leaves_alone_what_is_younger_than_it_asks_for(store: Store, clock: Clock) -> None:
    thing = permit()
    store.commit([thing], [PermitApproved(permit=thing.key.pk)], by=CLERK)

    assert _unsent(store, clock, thing.key.pk) == []


def test_marking_what_does_not_exist_makes_nothing(store: Store) -> None:
    thing = permit()
    store.commit([thing], [PermitApproved(permit=thing.key.pk)], by=CLERK)
    (entry,) = store.journal(thing.key.pk)

    store.mark_sent([replace(entry, version=99)])

    assert store.journal(thing.key.pk) == [entry]


def _read(store: Store, key: Key) -> Record:
    record = store.read(key)
    assert record
    return record


def _sorts(store: Store, name: str, *, backwards: bool) -> list[list[str]]:
    pages, cursor = [], None
    while True:
        page = store.list(name, limit=3, cursor=cursor, backwards=backwards)
        pages.append([record.listing.sort for record in page.records if record.listing])
        cursor = page.cursor
        if cursor is None:
            return pages


def _unsent(store: Store, clock: Clock, pk: str) -> list[Entry]:
    found = [entry for shard in range(UNSENT_SHARDS) for entry in store.unsent(shard, before=clock())]
    mine = [entry for entry in found if isinstance(entry, Entry) and entry.key == pk]
    return sorted(mine, key=lambda entry: entry.version)


def _racing(act: Callable[[], T], *, times: int) -> list[T]:
    """What `times` threads that start together are answered."""
    answers: list[T] = []
    barrier = threading.Barrier(times)

    def run() -> None:
        barrier.wait()
        answers.append(act())

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
