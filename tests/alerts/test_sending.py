"""What may leave the city: every case there is, against the promise in plain words (reliability P9)."""

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product

import pytest

from chalicelib.alerts.model.alert import State
from chalicelib.alerts.model.ladder import Status
from chalicelib.alerts.model.sending import Sending, Skip, may_leave
from chalicelib.alerts.model.words import Announcement
from tests.alerts.build import NOW

AGES = {
    "fresh": timedelta(hours=-1),
    "last second": timedelta(seconds=-1),
    "at its end": timedelta(0),
    "late": timedelta(hours=1),
}


@dataclass(frozen=True)
class Case:
    announcement: Announcement
    status: Status
    live: bool
    state: State
    superseded: bool
    age: timedelta
    told: bool
    resend: bool

    def answer(self) -> Skip | None:
        sending = Sending(
            announcement=self.announcement,
            status=self.status,
            live=self.live,
            state=self.state,
            revision=1,
            current=2 if self.superseded else 1,
            expires_at=NOW - self.age,
            told=self.told,
            resend=self.resend,
        )
        return may_leave(sending, NOW)


CASES = [
    Case(*details)
    for details in product(
        Announcement, Status, (True, False), State, (True, False), AGES.values(), (True, False), (True, False)
    )
]


def test_the_cases_are_all_there_are() -> None:
    assert len(CASES) == 2 * 3 * 2 * 7 * 2 * 4 * 2 * 2


@pytest.mark.parametrize("announcement", Announcement)
def test_only_an_actual_approved_unexpired_current_alert_leaves_live(announcement: Announcement) -> None:
    left = {case for case in CASES if case.live and case.announcement is announcement and case.answer() is None}
    wanted_state = {
        Announcement.ISSUED: {State.ISSUED, State.CANCEL_REQUESTED},
        Announcement.CANCELLED: {State.CANCELLED},
    }[announcement]

    assert left == {
        case
        for case in CASES
        if case.live
        and case.announcement is announcement
        and case.status is Status.ACTUAL
        and case.state in wanted_state
        and not case.superseded
        and case.age < timedelta(0)
        and (case.told or announcement is Announcement.ISSUED)
    }


@pytest.mark.parametrize("status", [Status.EXERCISE, Status.TEST])
def test_what_is_not_actual_never_leaves_by_a_live_channel(status: Status) -> None:
    assert {case.answer() for case in CASES if case.live and case.status is status} == {Skip.NOT_ACTUAL}


def test_a_send_again_passes_the_same_checks_as_a_first_send() -> None:
    assert all(case.answer() == replace(case, resend=not case.resend).answer() for case in CASES)


def test_what_is_over_never_leaves_by_any_channel() -> None:
    assert not [case for case in CASES if case.age >= timedelta(0) and case.answer() is None]
    assert not [case for case in CASES if case.state is State.EXPIRED and case.answer() is None]


def test_nothing_that_no_second_officer_has_seen_leaves_by_any_channel() -> None:
    unseen = {State.DRAFT, State.SUBMITTED, State.RETURNED}

    assert not [case for case in CASES if case.state in unseen and case.answer() is None]


def test_an_older_text_never_leaves_after_a_newer_one() -> None:
    assert not [case for case in CASES if case.superseded and case.answer() is None]


def test_a_cancel_goes_only_to_those_who_were_told() -> None:
    cancels = [case for case in CASES if case.announcement is Announcement.CANCELLED]

    assert not [case for case in cancels if not case.told and case.answer() is None]
    assert [case for case in cancels if case.told and case.answer() is None]
