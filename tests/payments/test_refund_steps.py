"""A refund's steps: one for every progress, with the day by which the bank shows it."""

from datetime import UTC, datetime

import pytest

from chalicelib.core.money import rupiah
from chalicelib.payments.model.refund import Progress, Reason, Refund
from chalicelib.payments.pages import steps as words
from chalicelib.payments.pages.steps import steps

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)


def refund(progress: Progress, reason: Reason = Reason.CHANGED_MIND) -> Refund:
    return Refund(
        id="r",
        order="PS-K7MH-K52N-FTR8",
        payment="p",
        amount=rupiah(50_000),
        reason=reason,
        asked_at=NOW,
        asked_by="public",
        progress=progress,
        settled_at=NOW if progress in (Progress.SENT, Progress.DONE, Progress.FAILED) else None,
    )


@pytest.mark.parametrize(
    ("progress", "states"),
    [
        (Progress.ASKED, ["done", "now", "next", "next"]),
        (Progress.APPROVED, ["done", "done", "now", "next"]),
        (Progress.SENT, ["done", "done", "done", "now"]),
        (Progress.DONE, ["done", "done", "done", "now"]),
        (Progress.FAILED, ["done", "done", "now"]),
        (Progress.REJECTED, ["done", "now"]),
    ],
)
def test_each_progress_has_its_steps_and_one_of_them_is_now(progress: Progress, states: list[str]) -> None:
    assert [step["state"] for step in steps(refund(progress))] == states


def test_a_refund_by_the_rule_is_approved_by_it_and_others_by_people() -> None:
    assert steps(refund(Progress.SENT))[1]["title"] == words.BY_RULE
    assert steps(refund(Progress.SENT, Reason.OFFICER))[1]["title"] == words.APPROVED


@pytest.mark.parametrize("reason", [Reason.LATE, Reason.SURPLUS])
def test_what_came_too_much_goes_back_by_itself(reason: Reason) -> None:
    assert steps(refund(Progress.SENT, reason))[0]["title"] == words.BY_ITSELF[reason].format(amount="Rp 50.000")


def test_what_was_sent_says_by_when_it_arrives() -> None:
    note = steps(refund(Progress.SENT))[-1]["note"]

    assert note.in_("id").startswith("Paling lambat 15 Desember 2026.")
    assert note.in_("en").startswith("By 15 December 2026 at the latest.")
