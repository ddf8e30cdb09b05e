"""The states of an alert, and who may move it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.alerts.model.alert import ACTIVE, ENDED, GRAPH, Alert, State
from chalicelib.alerts.model.refusals import (
    BadExpiry,
    EditedMeanwhile,
    NotNow,
    OtherRevision,
    OwnAlert,
    OwnCancel,
    Refusal,
)
from chalicelib.core.text import Text
from tests.alerts.build import AYU, KOMANG, MADE, NOW, content, draft, issued

ENDING = Text(id="Air sudah surut", en="The water has gone")


def test_a_second_officer_lets_a_submitted_alert_out() -> None:
    alert = issued()

    assert (alert.state, alert.approver, alert.issued_at) == (State.ISSUED, MADE, NOW)


def test_the_author_cannot_approve_and_is_told_the_rule() -> None:
    with pytest.raises(OwnAlert) as refusal:
        draft().submitted(NOW, 1).approved(AYU, NOW, 1)

    assert "Two-officer rule" in refusal.value.errors["decision"].en


def test_the_last_editor_cannot_approve() -> None:
    alert = draft().edited(content(hazard="rain"), MADE, NOW, 1).submitted(NOW, 2)

    with pytest.raises(OwnAlert):
        alert.approved(MADE, NOW, 2)


def test_an_edit_voids_the_approval_that_was_asked_for() -> None:
    edited = draft().submitted(NOW, 1).edited(content(hazard="rain"), KOMANG, NOW, 1)

    assert edited.state is State.DRAFT
    with pytest.raises(NotNow):
        edited.approved(MADE, NOW, 1)
    with pytest.raises(OtherRevision):
        edited.submitted(NOW, 2).approved(MADE, NOW, 1)


def test_the_officer_who_saves_second_is_told_and_changes_nothing() -> None:
    first = draft().edited(content(hazard="rain"), MADE, NOW, 1)

    with pytest.raises(EditedMeanwhile) as refusal:
        first.edited(content(hazard="wind"), KOMANG, NOW, 1)
    assert "Made" in refusal.value.errors["headline_id"].en


def test_a_returned_alert_keeps_the_reason_until_it_is_submitted_again() -> None:
    returned = draft().submitted(NOW, 1).returned(MADE, NOW, 1, "Sebut jalan yang ditutup")
    edited = returned.edited(content(), AYU, NOW, 1)

    assert edited.state is State.RETURNED
    assert edited.reason == "Sebut jalan yang ditutup"
    assert edited.submitted(NOW, 2).reason == ""


def test_a_cancel_takes_two_officers() -> None:
    asked = issued().cancel_requested(AYU, NOW, ENDING)

    with pytest.raises(OwnCancel):
        asked.cancelled(AYU, NOW)
    assert asked.cancelled(MADE, NOW).state is State.CANCELLED


@pytest.mark.parametrize("hours", [-1, 0, 24.01, 24 * 365])
def test_an_alert_ends_in_the_future_and_within_a_day(hours: float) -> None:
    late = draft(expires_at=NOW + timedelta(hours=hours))

    with pytest.raises(BadExpiry):
        late.submitted(NOW, 1)


def test_an_approval_that_comes_after_the_end_is_refused() -> None:
    submitted = draft().submitted(NOW, 1)

    with pytest.raises(BadExpiry):
        submitted.approved(MADE, NOW + timedelta(hours=6), 1)


def test_an_alert_is_over_at_its_end_also_before_the_clock_says_so() -> None:
    alert, end = issued(), NOW + timedelta(hours=6)

    assert alert.expired(end - timedelta(seconds=1)) is alert
    assert alert.public_state(end) is State.EXPIRED
    assert alert.expired(end).state is State.EXPIRED


def test_a_cancel_that_one_officer_wants_has_not_happened_for_the_public() -> None:
    assert issued().cancel_requested(AYU, NOW, ENDING).public_state(NOW) is State.ISSUED


def test_the_city_and_its_districts_stand_for_their_villages() -> None:
    assert len(content(areas=("51.71",)).villages) == 43
    assert set(content(areas=("51.71.03", "51.71.03.2003")).villages) == set(content(areas=("51.71.03",)).villages)


OFFICERS = st.sampled_from([AYU, MADE, KOMANG])
# Mostly the revision that is read, sometimes one that is not there any more or not yet.
OFF_BY = st.sampled_from([0, 0, 0, 0, -1, 1])
MOMENTS = st.integers(0, 8 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes))
MOVES = st.one_of(
    st.tuples(st.just("edited"), OFF_BY, st.just(content()), OFFICERS, MOMENTS),
    st.tuples(st.just("submitted"), OFF_BY, MOMENTS),
    st.tuples(st.just("approved"), OFF_BY, OFFICERS, MOMENTS),
    st.tuples(st.just("returned"), OFF_BY, OFFICERS, MOMENTS),
    st.tuples(st.just("cancel_requested"), st.none(), OFFICERS, MOMENTS, st.just(ENDING)),
    st.tuples(st.just("cancelled"), st.none(), OFFICERS, MOMENTS),
    st.tuples(st.just("expired"), st.none(), MOMENTS),
)


@given(st.lists(MOVES, max_size=25))
def test_whatever_officers_do_the_alert_follows_its_graph_and_two_people_stand_behind_it(moves: list[tuple]) -> None:  # type: ignore[type-arg]
    alert = draft()
    for name, off_by, *details in moves:
        before, alert = alert, moved(alert, name, off_by, *details)
        assert alert is before or alert.state in GRAPH[before.state]
        check(alert, before)


def moved(alert: Alert, name: str, off_by: int | None, *details: object) -> Alert:
    revision = [] if off_by is None else [alert.revision + off_by]
    why = ["why"] if name == "returned" else []
    try:
        after: Alert = getattr(alert, name)(*details, *revision, *why)
    except Refusal:
        return alert
    return after


def check(alert: Alert, before: Alert) -> None:
    if before.state in ACTIVE | ENDED:
        assert alert.headline == before.headline
        assert alert.revision == before.revision
    if alert.state in ACTIVE | ENDED:
        assert alert.approver is not None
        assert alert.approver.id not in (alert.author.id, alert.last_editor.id)
        assert alert.submitted_revision == alert.revision
        assert alert.issued_at is not None
        assert alert.issued_at < alert.expires_at <= alert.issued_at + timedelta(hours=24)
    if alert.state is State.CANCELLED:
        assert alert.cancel_requester
        assert alert.ended_by
        assert alert.cancel_requester.id != alert.ended_by.id
    if before.state in ENDED:
        assert alert is before
