"""What goes wrong between us and DynamoDB: conflicts, throttles and lost answers, injected at the wire."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.httpsession import URLLib3Session

from chalicelib.core.aws.store import DynamoStore
from chalicelib.core.errors import AlreadyDone, Conflict, Stale, Unavailable
from chalicelib.core.store import Add, Key, Once, Record, retried
from tests.contracts.conftest import quick_client
from tests.contracts.faults import CONFLICT, answering, lost, saying, silence, striking
from tests.contracts.permits import CLERK, PermitApproved, PermitSealed, fresh, permit
from tests.twins.clock import Clock

pytestmark = pytest.mark.stack

TRANSACT = "TransactWriteItems"


@pytest.fixture
def client(table: tuple[Any, str]) -> Any:
    return table[0]


def commit_all(store: DynamoStore, thing: Record, once: Once, counter: Key) -> None:
    """A commit of every sort: a record, a fact, a claim and a counter."""
    store.commit(
        [thing], [PermitApproved(permit=thing.key.pk)], by=CLERK, once=once, adds=[Add(key=counter, amount=1, cap=9)]
    )


def assert_done_once(store: DynamoStore, thing: Record, once: Once, counter: Key) -> None:
    assert store.head(thing.key.pk) == (1, 1, 1)
    assert [entry.version for entry in store.journal(thing.key.pk)] == [1]
    assert store.counter(counter) == 1
    with pytest.raises(AlreadyDone):
        store.commit([], by=CLERK, once=once)


@pytest.mark.parametrize(
    "hooks",
    [
        [CONFLICT],
        [CONFLICT, CONFLICT, CONFLICT, CONFLICT],
        [saying("ThrottlingException")],
        [saying("ProvisionedThroughputExceededException"), CONFLICT],
        [saying("TransactionCanceledException", CancellationReasons=[{"Code": "ThrottlingError"}])],
        [lost],
        [silence],
        [silence, silence, lost],
        [silence, CONFLICT, lost],
        [saying("InternalServerError", status=500)],
        [saying("ServiceUnavailable", status=503), lost],
        [saying("TransactionInProgressException"), None],
    ],
    ids=lambda hooks: "-".join(getattr(hook, "__name__", "passes") for hook in hooks),
)
def test_a_commit_gets_through_a_passing_fault_and_is_done_once(
    dynamo: DynamoStore, client: Any, hooks: list[Any]
) -> None:
    thing, once, counter = permit(), Once(scope="contracts", id=fresh()), Key(fresh("counter"), "sold")

    with striking(client, TRANSACT, *hooks) as made:
        commit_all(dynamo, thing, once, counter)

    assert len(made) == len(hooks) + (hooks[-1] is not lost and hooks[-1] is not None)
    assert_done_once(dynamo, thing, once, counter)


@pytest.mark.parametrize("kind", ["record", "claim", "fact"])
@pytest.mark.parametrize("hook", [lost, silence])
def test_a_lost_answer_is_looked_up_by_what_the_commit_left(
    dynamo: DynamoStore, client: Any, kind: str, hook: Callable[[Any], None]
) -> None:
    thing = permit()
    facts = [PermitApproved(permit=thing.key.pk)] if kind == "fact" else []
    once = Once(scope="contracts", id=fresh()) if kind == "claim" else None

    with striking(client, TRANSACT, hook):
        dynamo.commit([thing], facts, by=CLERK, once=once)

    assert dynamo.head(thing.key.pk) == (1, len(facts), len(facts))


def test_a_request_that_lands_late_makes_its_repeat_fail_or_do_nothing(dynamo: DynamoStore, client: Any) -> None:
    thing, once, counter = permit(), Once(scope="contracts", id=fresh()), Key(fresh("counter"), "sold")
    late: list[Any] = []

    def delayed(request: Any) -> None:
        late.append(request)
        silence(request)

    def overtaken(request: Any) -> None:
        URLLib3Session().send(late[0])

    with striking(client, TRANSACT, delayed, overtaken):
        commit_all(dynamo, thing, once, counter)

    assert_done_once(dynamo, thing, once, counter)


def test_a_repeat_whose_token_is_forgotten_is_refused_and_found_to_be_ours(dynamo: DynamoStore, client: Any) -> None:
    thing, once, counter = permit(), Once(scope="contracts", id=fresh()), Key(fresh("counter"), "sold")
    taken = answering({"Item": {}})
    refused = saying(
        "TransactionCanceledException",
        CancellationReasons=[{"Code": "ConditionalCheckFailed"}] * 3 + [{"Code": "None"}],
    )

    with striking(client, TRANSACT, lost, refused), striking(client, "GetItem", taken):
        commit_all(dynamo, thing, once, counter)

    assert_done_once(dynamo, thing, once, counter)


def test_endless_conflicts_mean_load_and_decide_again(dynamo: DynamoStore, client: Any) -> None:
    thing = permit()

    with striking(client, TRANSACT, *[CONFLICT] * 5) as made, pytest.raises(Stale):
        dynamo.commit([thing], by=CLERK)

    assert len(made) == 5
    assert dynamo.read(thing.key) is None


@pytest.mark.parametrize("hook", [saying("ThrottlingException"), silence])
def test_endless_silence_and_throttling_mean_unavailable(dynamo: DynamoStore, client: Any, hook: Any) -> None:
    with striking(client, TRANSACT, *[hook] * 5), pytest.raises(Unavailable):
        dynamo.commit([permit()], by=CLERK)


def test_a_conflict_is_retried_from_the_load(dynamo: DynamoStore, client: Any) -> None:
    thing = permit()
    dynamo.commit([thing], by=CLERK)

    def rival(request: Any) -> Any:
        dynamo.commit([replace(thing, version=1, body={"seals": 1})], [PermitSealed(permit=thing.key.pk)], by=CLERK)
        return CONFLICT(request)

    @retried
    def seal() -> None:
        found = dynamo.read(thing.key)
        assert found
        body = {"seals": found.body.get("seals", 0) + 1}
        dynamo.commit([replace(found, body=body)], [PermitSealed(permit=thing.key.pk)], by=CLERK)

    with striking(client, TRANSACT, rival):
        seal()

    found = dynamo.read(thing.key)
    assert found
    assert found.body == {"seals": 2}
    assert [entry.version for entry in dynamo.journal(thing.key.pk)] == [2, 3]


def test_a_refused_cap_beside_a_stale_record_is_stale(dynamo: DynamoStore) -> None:
    thing, counter = permit(), Key(fresh("counter"), "sold")
    dynamo.commit([thing], by=CLERK, adds=[Add(key=counter, amount=1, cap=1)])

    with pytest.raises(Conflict) as refusal:
        dynamo.commit([thing], by=CLERK, adds=[Add(key=counter, amount=1, cap=1)])

    assert type(refusal.value) is Stale


THROTTLED, BROKEN = saying("ThrottlingException"), saying("InternalServerError", status=500)


@pytest.mark.parametrize("hooks", [[THROTTLED] * 4, [BROKEN] * 4, [silence], [silence, THROTTLED]])
def test_a_read_is_repeated(dynamo: DynamoStore, client: Any, hooks: list[Any]) -> None:
    thing = permit()
    dynamo.commit([thing], by=CLERK)

    with striking(client, "GetItem", *hooks):
        assert dynamo.read(thing.key)


def test_keys_that_were_not_processed_are_asked_for_again(
    dynamo: DynamoStore, client: Any, table: tuple[Any, str]
) -> None:
    things = [permit(), permit()]
    dynamo.commit(things, by=CLERK)
    keys = [{"pk": {"S": thing.key.pk}, "sk": {"S": thing.key.sk}} for thing in things]
    nothing = answering({"Responses": {}, "UnprocessedKeys": {table[1]: {"Keys": keys}}})

    with striking(client, "BatchGetItem", nothing):
        assert len(dynamo.read_many([thing.key for thing in things])) == 2


def test_a_table_that_cannot_be_reached_is_unavailable(clock: Clock) -> None:
    store = DynamoStore(quick_client("dynamodb", "http://127.0.0.1:9"), "none", clock, pause=lambda _: None)

    with pytest.raises(Unavailable):
        store.read(Key("a"))
    with pytest.raises(Unavailable):
        store.commit([permit()], by=CLERK)


def test_no_request_scans(dynamo: DynamoStore, client: Any, clock: Clock) -> None:
    with striking(client, "Scan") as made:
        dynamo.list(fresh("list"))
        dynamo.under(fresh())
        dynamo.unsent(0, before=clock())
        dynamo.journal(fresh())

    assert made == []
