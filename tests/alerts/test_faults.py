"""Killed before or after, or failing, at any single step between the officer's click and the inbox: all who should
hear hear, and only a message of unknown outcome may come twice, saying so (reliability P3, P9; steps I5 to I10)."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from chalicelib.alerts.model.ladder import Level
from chalicelib.alerts.service import alerts
from chalicelib.core.delivery import Delivery, State
from chalicelib.core.errors import CityError, Unavailable
from chalicelib.core.post import Refused, Unanswered
from chalicelib.core.text import Text
from tests.alerts.build import AYU, DAUH_PURI_KAUH, MADE, content
from tests.alerts.desk import cancelled, issued
from tests.alerts.wire import Killed, Wire, carries, listens, wired

WEST, CITY = "51.71.03", "51.71"
BUDI, LISA, HERE, THERE = "budi@example.com", "lisa@example.com", "+6281234567890", "+6281234567891"
REPEATED = ("(diulang) ", "(repeated) ")

Raises = Callable[[str], BaseException]


def failing(step: str) -> BaseException:
    return Unanswered() if step in ("mail", "mailed", "publish", "published") else Unavailable()


def refusing(step: str) -> BaseException:
    """A carrier that says no before it has sent; what was sent already cannot be refused."""
    return Refused("throttled") if step in ("mail", "publish") else failing(step)


FAULTS: dict[str, Raises] = {"killed": Killed, "failing": failing, "refusing": refusing}


@dataclass(frozen=True)
class Story:
    """What happens, and at which level; `silent` is the first carrier's missing answer, so that the clock has work."""

    level: str
    cancel: bool = False
    silent: bool = False

    def run(self, wire: Wire) -> None:
        people(wire)
        if self.silent:
            wire.mail.script.answers, wire.mail.script.lost = [Unanswered()], True
        self.click(wire)
        wire.relay()
        wire.drain()
        wire.later(minutes=16)
        wire.strikes.armed = False
        wire.later(minutes=16)
        self.settle(wire)

    def click(self, wire: Wire) -> None:
        """Made approves what Ayu wrote, or wants to take back."""
        desk = alerts()
        alert_id = desk.draft(content(level=Level(self.level)), AYU, "draft")
        desk.submit(alert_id, AYU, "submit", 1)
        if not self.cancel:
            armed(wire, lambda: desk.approve(alert_id, MADE, "approve", 1))
            return
        desk.approve(alert_id, MADE, "approve", 1)
        wire.relay()
        wire.drain()
        desk.request_cancel(alert_id, AYU, "cancel", Text(id="Air surut", en="Water gone"))
        armed(wire, lambda: desk.approve_cancel(alert_id, MADE, "approve-cancel"))

    def settle(self, wire: Wire) -> None:
        """An officer decides on what is still unknown; Awas has been repeated by then."""
        rows = tuple(row.id for row in wire.rows() if row.state is State.UNKNOWN)
        if rows:
            alert_id = wire.news()[0].data["alert_id"]
            alerts().send_again(alert_id, MADE, str(uuid.uuid4()), rows)
        wire.later(minutes=16)


def people(wire: Wire) -> None:
    listens(wire, BUDI, DAUH_PURI_KAUH, CITY)
    listens(wire, LISA, WEST, lang="en")
    carries(wire, HERE, DAUH_PURI_KAUH)
    carries(wire, THERE, CITY, lang="en")


def armed(wire: Wire, press: Callable[[], None]) -> None:
    """The click from which on things may break; when no answer comes the officer presses once more."""
    wire.strikes.armed = True
    try:
        press()
    except (Killed, CityError):
        press()


STORIES = [
    Story("awas"),
    Story("siaga"),
    Story("awas", silent=True),
    Story("siaga", silent=True),
    Story("siaga", cancel=True),
]


def steps(story: Story) -> list[str]:
    """Every step of a story in which nothing goes wrong."""
    with wired() as wire:
        story.run(wire)
        return wire.strikes.seen


@pytest.mark.faults
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("story", STORIES, ids=str)
def test_whatever_breaks_once_everybody_hears_and_only_the_unknown_is_repeated(story: Story, fault: str) -> None:
    all_steps = steps(story)
    assert {"commit", "committed", "mail", "mailed", "publish", "published", "queue", "queued"} <= set(all_steps)

    for at, step in enumerate(all_steps):
        with wired(at=at, raises=FAULTS[fault]) as wire:
            story.run(wire)
            check(wire, story, f"{fault} at {at}, {step}")


def check(wire: Wire, story: Story, where: str) -> None:
    assert wire.dead == [], where
    assert len(wire.news()) == 1 + story.cancel, where
    for announcement in ("issued", "cancelled") if story.cancel else ("issued",):
        rows = {row.target: row for row in wire.rows() if f".{announcement}." in row.batch}
        assert len(rows) == 4, where
        for row in rows.values():
            check_row(wire, row, announcement, where)


def check_row(wire: Wire, row: Delivery, announcement: str, where: str) -> None:
    """One message reached whoever hangs on a row, or two of which the second says that it is one."""
    got = [said for said in reached(wire, row) if is_cancel(said) == (announcement == "cancelled")]
    assert got, f"{where}: {row.target} heard nothing of {announcement}"
    # A repeat that is interrupted as well stays unknown, for everybody to see: there is no third try.
    assert row.state is State.SENT or (row.repeated and row.state is State.UNKNOWN), f"{where}: {row.state}"
    assert len(got) == 1 or (row.repeated and len(got) == 2), f"{where}: {row.target} got {got}"
    assert [said for said in got[1:] if not any(mark in said for mark in REPEATED)] == [], where


def reached(wire: Wire, row: Delivery) -> list[str]:
    if row.channel == "phone":
        return [words for topic, words in wire.phones.published if topic == row.target]
    return [mail.subject for mail in wire.mail.sent if mail.row == row.id]


def is_cancel(said: str) -> bool:
    return "DIBATALKAN" in said or "CANCELLED" in said


def test_a_cancel_comes_through_while_half_of_the_alert_is_still_on_its_way() -> None:
    with wired() as wire:
        people(wire)
        alert_id = issued(wire.city)
        wire.relay()
        for _ in range(4):
            for name, queue in wire.queues.items():
                assert not queue.bodies or wire._worked(name, queue.bodies.pop(0))
        cancelled(wire.city, alert_id)
        wire.relay()
        wire.drain()

        first = {row.target for row in wire.rows() if ".issued." in row.batch and row.state is State.SENT}
        second = {row.target for row in wire.rows() if ".cancelled." in row.batch and row.state is State.SENT}
        assert first == second
