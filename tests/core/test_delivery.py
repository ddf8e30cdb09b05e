"""Nothing is sent twice except by `repeat`, whatever dies where; the ambiguous window is UNKNOWN and says so."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chalicelib.core.delivery import COUNTED, Channel, Deliveries, Delivery, State, row_id, row_of
from chalicelib.core.errors import NotFound, Stale, Unavailable
from chalicelib.core.post import Mail, Refused, Unanswered
from tests.twins.post import MemoryMail, Script
from tests.twins.store import MemoryStore

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
BATCH = "alert_7#2"
WIDE = settings(max_examples=60, stateful_step_count=30, deadline=None)


class Killed(BaseException):
    """The process is gone: nothing after this line runs."""


class Fate:
    """What happens before ("commit") or after ("committed") the nth commit of a store."""

    def __init__(self) -> None:
        self.commits = 0
        self.plan: dict[tuple[str, int], BaseException] = {}

    def __call__(self, step: str) -> None:
        self.commits += step == "commit"
        if ending := self.plan.pop((step, self.commits), None):
            raise ending


class Desk:
    """Deliveries on memory twins with a clock that tests move."""

    def __init__(self) -> None:
        self.now = NOON
        self.fate = Fate()
        self.store = MemoryStore(step=self.fate)
        self.mail = MemoryMail()
        self.rows = Deliveries(self.store, lambda: self.now)
        self.guard: Callable[[], str | None] = lambda: None

    def send(self, row: str) -> str:
        return self.mail.send(Mail(to="a@example.id", subject="s", text="t", html="h", language="id", row=row))

    def deliver(self, target: str = "person_1") -> Delivery:
        return self.rows.deliver(BATCH, target, Channel.MAIL, self.send, guard=self.guard)

    def repeat(self, row: Delivery) -> Delivery:
        return self.rows.repeat(row, self.send, guard=self.guard)

    def row(self, target: str = "person_1") -> Delivery:
        found = self.rows.find(BATCH, target)
        assert found is not None
        return found

    def later(self, minutes: int = 16) -> list[Delivery]:
        self.now += timedelta(minutes=minutes)
        return list(self.rows.overdue(self.now))

    def tally(self) -> dict[State, int]:
        return {state: count for state, count in self.rows.tally(BATCH).items() if count}


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_message_is_sent_and_its_row_says_so(desk: Desk) -> None:
    row = desk.deliver()

    assert (row.state, row.message_id, row.attempts) == (State.SENT, "mail-1", 1)
    assert (row.claimed_at, row.settled_at) == (NOON, NOON)
    assert desk.row() == row
    assert desk.tally() == {State.SENT: 1}


def test_the_message_carries_the_id_of_its_row(desk: Desk) -> None:
    row = desk.deliver()

    assert desk.mail.sent[0].row == row.id


def test_what_was_sent_is_never_sent_again(desk: Desk) -> None:
    first = desk.deliver()
    again = desk.deliver()

    assert again == first
    assert len(desk.mail.sent) == 1


def test_the_guard_is_asked_after_the_claim_and_its_reason_stays_in_the_row(desk: Desk) -> None:
    seen = []

    def guard() -> str:
        seen.append(desk.row().state)
        return "expired"

    desk.guard = guard
    row = desk.deliver()

    assert seen == [State.CLAIMED]
    assert (row.state, row.reason) == (State.SKIPPED, "expired")
    assert desk.mail.sent == []
    assert desk.tally() == {State.SKIPPED: 1}


def test_what_was_skipped_stays_skipped_when_the_guard_changes_its_mind(desk: Desk) -> None:
    desk.guard = lambda: "cancelled"
    desk.deliver()
    desk.guard = lambda: None

    assert desk.deliver().state is State.SKIPPED
    assert desk.mail.sent == []


def test_a_broken_guard_frees_the_row_and_is_heard(desk: Desk) -> None:
    def broken() -> str | None:
        raise Unavailable

    desk.guard = broken
    with pytest.raises(Unavailable):
        desk.deliver()
    desk.guard = lambda: None

    assert desk.deliver().state is State.SENT
    assert len(desk.mail.sent) == 1


def test_a_refusal_is_raised_and_may_be_tried_again(desk: Desk) -> None:
    desk.mail.script = Script([Refused("busy")])
    with pytest.raises(Refused):
        desk.deliver()
    refused = desk.row()

    row = desk.deliver()

    assert (refused.state, refused.reason, refused.attempts) == (State.READY, "busy", 1)
    assert (row.state, row.attempts, row.reason) == (State.SENT, 2, "")
    assert len(desk.mail.sent) == 1


def test_a_final_refusal_fails_the_row_and_is_not_raised(desk: Desk) -> None:
    desk.mail.script = Script([Refused("MessageRejected", final=True)])

    row = desk.deliver()

    assert (row.state, row.reason) == (State.FAILED, "MessageRejected")
    assert desk.deliver() == row
    assert desk.mail.sent == []


def test_no_answer_makes_the_row_unknown_and_nobody_tries_again(desk: Desk) -> None:
    desk.mail.script = Script([Unanswered()], lost=True)

    row = desk.deliver()

    assert row.state is State.UNKNOWN
    assert desk.deliver() == row
    assert len(desk.mail.sent) == 1
    assert desk.tally() == {State.UNKNOWN: 1}


def test_a_topic_that_does_not_exist_has_nobody_to_tell(desk: Desk) -> None:
    desk.mail.script = Script([NotFound()])

    row = desk.deliver()

    assert (row.state, row.reason) == (State.SKIPPED, "nobody")


@pytest.mark.parametrize("commit", [1, 2], ids=["claim", "record"])
@pytest.mark.parametrize("moment", ["commit", "committed"], ids=["before", "after"])
def test_a_death_around_a_commit_never_sends_twice(desk: Desk, commit: int, moment: str) -> None:
    desk.fate.plan[moment, commit] = Killed()
    with pytest.raises(Killed):
        desk.deliver()

    states = [desk.deliver().state, *(row.state for row in desk.later()), desk.deliver().state]

    sent = len(desk.mail.sent)
    assert sent <= 1
    assert (states[-1], sent) == {
        (1, "commit"): (State.SENT, 1),  # nothing had happened: the queue's second try sends
        (1, "committed"): (State.UNKNOWN, 0),
        (2, "commit"): (State.UNKNOWN, 1),
        (2, "committed"): (State.SENT, 1),
    }[commit, moment]
    assert desk.tally() == {states[-1]: 1}


@pytest.mark.parametrize("lost", [False, True], ids=["before the send", "after the send"])
def test_a_death_around_the_send_leaves_an_unknown_row(desk: Desk, lost: bool) -> None:
    desk.mail.script = Script([Killed()], lost=lost)
    with pytest.raises(Killed):
        desk.deliver()

    claimed = desk.deliver()
    overdue = desk.later()

    assert claimed.state is State.CLAIMED
    assert [row.state for row in overdue] == [State.UNKNOWN]
    assert desk.deliver().state is State.UNKNOWN
    assert len(desk.mail.sent) == int(lost)


def test_a_store_that_fails_after_the_send_leaves_the_claim_standing(desk: Desk) -> None:
    desk.fate.plan["commit", 2] = Unavailable()
    with pytest.raises(Unavailable):
        desk.deliver()

    assert desk.deliver().state is State.CLAIMED
    assert len(desk.mail.sent) == 1


def test_a_rival_commit_is_met_by_loading_again(desk: Desk) -> None:
    desk.fate.plan = {("commit", 1): Stale(), ("commit", 3): Stale()}

    row = desk.deliver()

    assert row.state is State.SENT
    assert len(desk.mail.sent) == 1
    assert desk.tally() == {State.SENT: 1}


def test_two_workers_with_the_same_message_send_it_once(desk: Desk) -> None:
    rivals: list[Delivery] = []

    def rival() -> None:
        desk.guard = lambda: None
        rivals.append(desk.deliver())

    desk.guard = rival
    row = desk.deliver()

    assert rivals[0].state is State.CLAIMED
    assert row.state is State.SENT
    assert len(desk.mail.sent) == 1


def test_a_claim_is_overdue_after_fifteen_minutes_and_not_before(desk: Desk) -> None:
    desk.mail.script = Script([Killed()])
    with pytest.raises(Killed):
        desk.deliver()

    early, late, later = desk.later(14), desk.later(2), desk.later(16)

    assert (early, [row.target for row in late], later) == ([], ["person_1"], [])
    assert [row.target for row in desk.rows.unknown()] == ["person_1"]


def test_many_overdue_rows_are_found_page_by_page(desk: Desk) -> None:
    for number in range(230):
        desk.mail.script = Script([Killed()])
        with pytest.raises(Killed):
            desk.deliver(f"person_{number}")

    assert len(desk.later()) == 230
    assert desk.tally() == {State.UNKNOWN: 230}


def test_refused_rows_are_found_when_their_queue_message_may_be_gone(desk: Desk) -> None:
    desk.mail.script = Script([Refused("busy")])
    with pytest.raises(Refused):
        desk.deliver()

    assert list(desk.rows.refused(desk.now)) == []
    assert [row.target for row in desk.rows.refused(desk.now + timedelta(minutes=16))] == ["person_1"]


def test_a_refused_row_that_was_queued_again_is_found_a_quarter_of_an_hour_later(desk: Desk) -> None:
    desk.mail.script = Script([Refused("busy")])
    with pytest.raises(Refused):
        desk.deliver()
    desk.now += timedelta(minutes=16)
    (late,) = desk.rows.refused(desk.now)
    desk.rows.queued(late)

    assert list(desk.rows.refused(desk.now + timedelta(minutes=14))) == []
    assert [row.target for row in desk.rows.refused(desk.now + timedelta(minutes=15))] == ["person_1"]


def test_noting_that_a_row_is_queued_never_undoes_what_became_of_it_meanwhile(desk: Desk) -> None:
    desk.mail.script = Script([Unanswered()], lost=True)
    unknown = desk.deliver()
    desk.rows.queued(unknown)
    desk.rows.settle(unknown.id, message_id="m")
    desk.rows.queued(unknown)

    assert desk.row().state is State.SENT
    assert desk.tally() == {State.SENT: 1}


def test_an_unknown_row_is_repeated_once_and_says_so(desk: Desk) -> None:
    desk.mail.script = Script([Unanswered()], lost=True)
    unknown = desk.deliver()
    desk.mail.script = Script([Unanswered()], lost=True)

    second = desk.repeat(unknown)
    third = desk.repeat(second)

    assert (second.state, second.repeated, second.attempts) == (State.UNKNOWN, True, 2)
    assert third == second
    assert len(desk.mail.sent) == 2
    assert desk.tally() == {State.UNKNOWN: 1}


def test_only_an_unknown_row_is_repeated(desk: Desk) -> None:
    row = desk.deliver()

    assert desk.repeat(row) == row
    assert len(desk.mail.sent) == 1


def test_a_repeat_asks_the_guard_and_a_refused_one_may_be_tried_again(desk: Desk) -> None:
    desk.mail.script = Script([Unanswered()], lost=True)
    unknown = desk.deliver()
    desk.guard = lambda: "expired"
    assert desk.repeat(unknown) == unknown
    desk.guard = lambda: None
    desk.mail.script = Script([Refused("busy")])
    with pytest.raises(Refused):
        desk.repeat(unknown)

    refused = desk.row()
    row = desk.repeat(refused)

    assert (refused.state, refused.repeated) == (State.UNKNOWN, False)
    assert (row.state, row.repeated, len(desk.mail.sent)) == (State.SENT, True, 2)
    assert desk.tally() == {State.SENT: 1}


@pytest.mark.parametrize("lost", [True, False])
def test_the_carriers_event_settles_an_unknown_row(desk: Desk, lost: bool) -> None:
    desk.mail.script = Script([Unanswered()], lost=lost)
    unknown = desk.deliver()

    row = desk.rows.settle(unknown.id, message_id="ses-1")

    assert row is not None
    assert (row.state, row.message_id) == (State.SENT, "ses-1")
    assert desk.tally() == {State.SENT: 1}


def test_an_event_that_overtakes_our_own_record_is_no_conflict(desk: Desk) -> None:
    def send(row: str) -> str:
        desk.rows.settle(row, message_id="ses-1")
        return "ses-1"

    row = desk.rows.deliver(BATCH, "person_1", Channel.MAIL, send, guard=lambda: None)

    assert (row.state, row.message_id) == (State.SENT, "ses-1")
    assert desk.tally() == {State.SENT: 1}


def test_a_bounce_fails_the_row_and_later_events_do_not_mend_it(desk: Desk) -> None:
    sent = desk.deliver()

    bounced = desk.rows.settle(sent.id, failed="bounce")
    late = desk.rows.settle(sent.id)

    assert bounced is not None
    assert (bounced.state, bounced.reason, bounced.message_id) == (State.FAILED, "bounce", "mail-1")
    assert late == bounced
    assert desk.tally() == {State.FAILED: 1}


@pytest.mark.parametrize("id", ["", "nothing", row_id("alert_9", "nobody"), "a__b__c", "a_zz__b"])
def test_an_event_about_no_row_of_ours_is_nothing(desk: Desk, id: str) -> None:
    assert desk.rows.settle(id) is None


def test_a_worker_that_comes_back_after_a_repeat_does_not_free_the_row(desk: Desk) -> None:
    def slow(row: str) -> str:
        desk.later()
        desk.repeat(desk.row())
        raise Refused("busy")

    with pytest.raises(Refused):
        desk.rows.deliver(BATCH, "person_1", Channel.MAIL, slow, guard=lambda: None)

    assert (desk.row().state, desk.row().repeated) == (State.SENT, True)


def test_the_rows_of_a_batch_are_read_in_pages(desk: Desk) -> None:
    for number in range(5):
        desk.deliver(f"person_{number}")

    first, cursor = desk.rows.rows(BATCH, limit=3)
    rest, end = desk.rows.rows(BATCH, limit=3, cursor=cursor)

    assert [row.target for row in first + rest] == [f"person_{number}" for number in range(5)]
    assert end is None


WORDS = st.text(max_size=40)


@given(batch=WORDS, target=WORDS)
def test_batch_and_target_survive_the_letters_of_a_message_tag(batch: str, target: str) -> None:
    try:
        tag = row_id(batch, target)
    except ValueError:
        return

    assert re.fullmatch(r"[A-Za-z0-9_-]{1,256}", tag)
    assert row_of(tag) == (batch, target)


def test_an_id_that_no_tag_could_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="256 fit"):
        row_id("alert", "p" * 250)


PEOPLE = st.sampled_from(["a", "b"])
ENDINGS = st.sampled_from([None, Refused("busy"), Refused("bad", final=True), Unanswered(), NotFound(), Killed()])


class Post(RuleBasedStateMachine):
    """Workers, schedules and events in any order, dying anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.repeats: dict[str, int] = {}

    @rule(who=PEOPLE, ending=ENDINGS, lost=st.booleans(), guard=st.sampled_from([None, None, "expired"]))
    def deliver(self, who: str, ending: BaseException | None, lost: bool, guard: str | None) -> None:
        self._play(ending, lost, guard)
        self._survive(lambda: self.desk.deliver(who))

    @rule(who=PEOPLE, ending=ENDINGS, lost=st.booleans())
    def repeat(self, who: str, ending: BaseException | None, lost: bool) -> None:
        row = self.desk.rows.find(BATCH, who)
        if row:
            self._play(ending, lost, None)
            before = len(self.desk.mail.sent)
            self._survive(lambda: self.desk.repeat(row))
            self.repeats[who] = self.repeats.get(who, 0) + len(self.desk.mail.sent) - before

    @rule(minutes=st.integers(1, 20))
    def time_passes(self, minutes: int) -> None:
        self._survive(lambda: self.desk.later(minutes))

    @rule(who=PEOPLE, failed=st.sampled_from(["", "bounce"]))
    def event(self, who: str, failed: str) -> None:
        if any(row_of(mail.row)[1] == who for mail in self.desk.mail.sent):
            self._survive(lambda: self.desk.rows.settle(row_id(BATCH, who), failed=failed))

    @rule(commit=st.integers(1, 3), after=st.booleans(), ending=st.sampled_from([Killed(), Stale(), Unavailable()]))
    def something_breaks_soon(self, commit: int, after: bool, ending: BaseException) -> None:
        # A Stale after the commit would be a lie of the store.
        step = "committed" if after and not isinstance(ending, Stale) else "commit"
        self.desk.fate.plan[step, self.desk.fate.commits + commit] = ending

    @invariant()
    def nobody_is_told_twice_but_by_a_repeat(self) -> None:
        for who in ("a", "b"):
            told = sum(row_of(mail.row)[1] == who for mail in self.desk.mail.sent)
            assert told - self.repeats.get(who, 0) <= 1
            assert self.repeats.get(who, 0) <= 1

    @invariant()
    def the_tally_is_the_rows(self) -> None:
        rows, _ = self.desk.rows.rows(BATCH)
        states = [row.state for row in rows]
        assert self.desk.rows.tally(BATCH) == {state: states.count(state) for state in COUNTED}

    def teardown(self) -> None:
        self.desk.fate.plan = {}
        self.desk.later()
        rows, _ = self.desk.rows.rows(BATCH)
        assert all(row.state is not State.CLAIMED for row in rows)

    def _play(self, ending: BaseException | None, lost: bool, guard: str | None) -> None:
        # Only a lost answer or a death can come after the message has left.
        late = lost and isinstance(ending, (Unanswered, Killed))
        self.desk.mail.script = Script([ending], lost=late)
        self.desk.guard = lambda: guard

    def _survive(self, step: Callable[[], object]) -> None:
        with suppress(Killed, Refused, Stale, Unavailable):
            step()


TestPost = Post.TestCase
TestPost.settings = WIDE
