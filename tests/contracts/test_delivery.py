"""A delivery row's life on both homes of the store: claims exclude each other, lists and counters follow."""

import threading
import uuid
from datetime import timedelta

import pytest

from chalicelib.core.delivery import Channel, Deliveries, Delivery, State
from chalicelib.core.post import Refused, Unanswered
from chalicelib.core.store import Store
from tests.twins.clock import Clock


@pytest.fixture
def rows(store: Store, clock: Clock) -> Deliveries:
    return Deliveries(store, clock)


@pytest.fixture
def batch() -> str:
    return f"alert_{uuid.uuid4().hex[:8]}#1"


def deliver(rows: Deliveries, batch: str, target: str = "person_1", ending: BaseException | None = None) -> Delivery:
    def send(_row: str) -> str:
        if ending:
            raise ending
        return "message-1"

    return rows.deliver(batch, target, Channel.MAIL, send, guard=lambda: None)


def test_a_row_is_found_as_it_was_recorded(rows: Deliveries, batch: str) -> None:
    row = deliver(rows, batch)

    assert rows.find(batch, "person_1") == row
    assert (row.state, row.version) == (State.SENT, 2)


def test_many_workers_at_once_send_one_message(rows: Deliveries, batch: str) -> None:
    sent: list[str] = []
    start = threading.Barrier(6)

    def work() -> None:
        start.wait()
        rows.deliver(batch, "person_1", Channel.MAIL, lambda row: sent.append(row) or "m", guard=lambda: None)  # type: ignore[func-returns-value]

    workers = [threading.Thread(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(sent) == 1
    assert rows.tally(batch)[State.SENT] == 1


def test_the_tally_follows_every_row_of_every_batch(rows: Deliveries, batch: str) -> None:
    others = f"{batch}-more"
    deliver(rows, batch)
    unknown = deliver(rows, batch, "person_2", Unanswered())
    deliver(rows, others, "person_3", Refused("gone", final=True))
    rows.settle(unknown.id)

    assert rows.tally(batch, others) == {State.SENT: 2, State.SKIPPED: 0, State.FAILED: 1, State.UNKNOWN: 0}


def test_lists_hold_what_has_no_outcome(rows: Deliveries, batch: str, clock: Clock) -> None:
    with pytest.raises(KeyboardInterrupt):
        deliver(rows, batch, "killed", KeyboardInterrupt())
    with pytest.raises(Refused):
        deliver(rows, batch, "refused", Refused("busy"))
    later = clock() + timedelta(minutes=16)

    overdue = [row.target for row in rows.overdue(later) if row.batch == batch]
    refused = [row.target for row in rows.refused(later) if row.batch == batch]
    unknown = [row.target for row in rows.unknown() if row.batch == batch]

    assert (overdue, refused, unknown) == (["killed"], ["refused"], ["killed"])
    assert [row.target for row in rows.overdue(later) if row.batch == batch] == []
