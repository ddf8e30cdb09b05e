"""Every numbered step from the resident's report to the inbox (I1 to I11), and every kind of fault that applies there:
all who should hear hear, nothing is done twice, and only what nobody can know is repeated, saying so."""

import random
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core.bus import Refusal
from chalicelib.core.delivery import State
from chalicelib.core.errors import Stale, Unavailable
from chalicelib.core.events import Poisoned, ascii_json
from chalicelib.core.post import Refused, Unanswered
from tests.alerts.build import DAUH_PURI_KAUH
from tests.alerts.desk import TYPED
from tests.alerts.wire import Killed, carries, listens
from tests.faults.whole import WORKERS, Whole, whole
from tests.web.client import Client, Reply

BUDI, GONE, HERE, REPORTER = "budi@example.com", "bounce@example.com", "+6281234567890", "saksi@example.com"
# What the journal says in the end, and how often: nothing is lost, and nothing happened twice.
STORY = {
    "SubscriptionRequested": 3,
    "SubscriptionConfirmed": 3,
    "ReportReceived": 1,
    "ReportLinked": 1,
    "IncidentOpened": 1,
    "IncidentVerified": 1,
    "AlertDrafted": 1,
    "AlertSubmitted": 1,
    "AlertIssued": 1,
    "IncidentWarned": 1,
    "SubscriptionStopped": 1,
}


@dataclass
class Walk:
    """The journey; who gets no answer, or a page that says sorry, presses the same form again."""

    city: Whole

    def __post_init__(self) -> None:
        self.ayu, self.made = self.city.city.officer("Ayu"), self.city.city.officer("Made")

    def subscribe(self) -> None:
        # The twins of a city are those of `wire.py`: the toolbox in force is the same.
        listens(self.city, BUDI, DAUH_PURI_KAUH)  # type: ignore[arg-type]
        listens(self.city, GONE, DAUH_PURI_KAUH)  # type: ignore[arg-type]
        carries(self.city, HERE, DAUH_PURI_KAUH)  # type: ignore[arg-type]

    def report_and_verify(self) -> str:
        """The id of the incident."""
        seen = {"kind": "flood", "village": DAUH_PURI_KAUH, "place_words": "", "words": "Air naik", "contact": REPORTER}
        reply = self.pressed("report", self.city.city.visitor(), "/id/report", seen)
        self.city.run()
        chosen = {"reports": reply.location.rpartition("/")[2]}
        incident = self.pressed("desk", self.ayu, "/en/staff/incidents", chosen).location
        self.pressed("desk", self.ayu, f"{incident}/verify", {}, page=incident, repeated_is=409)
        self.city.run()
        return incident.rpartition("/")[2]

    def warn(self, incident: str) -> None:
        typed = {**TYPED, "level": "awas", "incident": incident}
        alert = self.pressed("desk", self.ayu, "/en/staff/alerts/new", typed).location
        for officer, action in ((self.ayu, "/submit"), (self.made, "/approve")):
            self.pressed("desk", officer, alert + action, {"revision": "1"}, page=alert)

    def pressed(
        self, phase: str, who: Client, to: str, typed: dict[str, Any], *, page: str = "", repeated_is: int = 303
    ) -> Reply:
        shown = who.get(page or to)
        form = {**typed, "form_id": str(uuid.uuid4())}
        form |= {"csrf": shown.hidden("csrf")} if 'name="csrf"' in shown.text else {}
        replies: list[Reply] = []
        while sum(reply.status < 500 for reply in replies) < (2 if self.city.twice else 1):
            assert len(replies) < 5, [reply.text for reply in replies]
            self.city.tried(phase, lambda: replies.append(who.post(to, form)))
        assert {reply.status for reply in replies if reply.status < 500} <= {303, repeated_is}, replies[-1].text
        return next(reply for reply in replies if reply.status == 303) if repeated_is == 303 else replies[0]

    def whole_way(self) -> None:
        self.subscribe()
        self.city.run()
        self.city.fates.armed = True
        self.warn(self.report_and_verify())
        self.city.run()
        self.settle()

    def settle(self) -> None:
        """What nobody knows is unknown after a quarter of an hour, and an Awas is then sent once more."""
        for _ in range(4):
            self.city.later(minutes=16)


def check(city: Whole, where: str) -> None:
    assert Counter(entry.name for entry in city.entries()) == STORY, where
    assert city.dead == [], where
    assert (city.unsent(), city.findings()) == ([], []), where
    check_heard([mail.subject for mail in city.mail.sent if mail.to == BUDI], where)
    check_heard([words for number, words in city.phones.texts if number == HERE], where)
    check_reporter(city, where)


def check_heard(said: list[str], where: str) -> None:
    """One warning; a second one says that it is a repeat."""
    warnings = [words for words in said if "AWAS" in words]
    assert len(warnings) in (1, 2), f"{where}: {said}"
    assert all(words.startswith("(diulang)") for words in warnings[1:]), f"{where}: {said}"


def check_reporter(city: Whole, where: str) -> None:
    """News is no warning: it comes once or, where nobody can know, perhaps not at all, and the row says so."""
    (row,) = [row for row in city.rows() if row.batch.startswith("incident-")]
    letters = [mail for mail in city.mail.sent if mail.to == REPORTER]
    assert len(letters) == (row.state is State.SENT), f"{where}: {row}"
    assert row.state in (State.SENT, State.UNKNOWN), f"{where}: {row}"


def labels() -> list[str]:
    """Every numbered step of a way on which nothing goes wrong, once."""
    with whole() as city:
        Walk(city).whole_way()
        check(city, "fair weather")
        return list(dict.fromkeys(city.fates.seen))


LABELS = labels()
COMMITS = [label for label in LABELS if label.endswith(" commit")]
COMMITTED = [label for label in LABELS if label.endswith(" committed")]
SENDS = [label for label in LABELS if label.split()[1] in ("mail", "publish")]
SENT = [label for label in LABELS if label.split()[1] in ("mailed", "published")]
QUEUED = [label for label in LABELS if label.split()[1] in ("queue", "queued")]
KINDS: list[tuple[str, list[str], Callable[[str], BaseException]]] = [
    ("crash", LABELS, Killed),
    ("conflict", COMMITS, lambda _: Stale()),
    ("answer lost", COMMITTED, lambda _: Unavailable()),
    ("answer lost", SENDS + SENT, lambda _: Unanswered()),
    ("throttled", SENDS, lambda _: Refused("throttled")),
    ("down", COMMITS + QUEUED, lambda _: Unavailable()),
]
CASES = [(kind, label, raises) for kind, where, raises in KINDS for label in where]


def test_the_way_has_every_numbered_step_of_ours() -> None:
    assert {label.split()[0] for label in LABELS} == {f"I{number}" for number in range(1, 12)} - {"I6"}


@pytest.mark.faults
@pytest.mark.parametrize(("kind", "label", "raises"), CASES, ids=[f"{kind} at {label}" for kind, label, _ in CASES])
def test_a_fault_at_a_numbered_step(kind: str, label: str, raises: Callable[[str], BaseException]) -> None:
    with whole() as city:
        city.fates.label, city.fates.raises = label, raises
        Walk(city).whole_way()

        assert city.fates.label == "", "it never came by"
        check(city, f"{kind} at {label}")


def test_everything_twice_is_heard_once() -> None:
    with whole(twice=True) as city:
        Walk(city).whole_way()

        check(city, "doubled")
        assert max(Counter((mail.to, mail.subject) for mail in city.mail.sent).values()) == 1
        assert max(Counter(city.phones.texts).values()) == 1


@pytest.mark.parametrize("seed", range(6))
def test_in_any_order_everybody_hears_once(seed: int) -> None:
    with whole(dice=random.Random(seed), twice=seed % 2 == 1) as city:
        Walk(city).whole_way()

        check(city, f"reordered by {seed}")
        assert max(Counter(city.phones.texts).values()) == 1


def test_what_comes_an_hour_late_is_still_heard() -> None:
    with whole() as city:
        walk = Walk(city)
        walk.subscribe()
        walk.city.run()
        incident = walk.report_and_verify()
        city.held = True
        walk.warn(incident)
        city.run()
        city.later(hours=1)
        city.held = False
        city.run()

        check(city, "an hour late")


@pytest.mark.parametrize("waits", ["for the relay", "on the queues"])
def test_what_comes_after_its_end_is_heard_by_nobody(waits: str) -> None:
    with whole() as city:
        walk = Walk(city)
        walk.subscribe()
        walk.city.run()
        walk.warn(walk.report_and_verify())
        city.held = True
        if waits == "on the queues":
            city.run()
        city.city.clock.pass_(timedelta(hours=7))
        city.held = False
        city.later(minutes=1)

        assert [mail.to for mail in city.mail.sent if "AWAS" in mail.subject] == []
        assert [words for _, words in city.phones.texts if "AWAS" in words] == []
        assert city.findings() == []


def test_poison_goes_aside_alone_wherever_it_lies() -> None:
    with whole() as city:
        walk = Walk(city)
        walk.subscribe()
        poisoned(city)
        walk.warn(walk.report_and_verify())
        city.run()
        walk.settle()

        # What is no event of SES settles nothing, whatever it says.
        assert len(city.dead) == 2 * len(WORKERS) - 1
        assert len(city.parked.bodies) == 1
        city.dead.clear()
        check(city, "poisoned")


def poisoned(city: Whole) -> None:
    """What is no JSON and what comes from the future on each queue; a line that nobody can read in the journal."""
    future = {"detail-type": "AlertIssued", "detail": {"id": "f", "schema": 99}}
    for queue in city.queues.values():
        queue += ["{", ascii_json(future)]
    line = Poisoned(key="permit#9", sort_key="fact#000000000001", reason="KeyError: 'id'", at=city.city.clock())
    city.city.store.entries["permit#9", line.sort_key] = line
    city.city.store.marks.add(("permit#9", line.sort_key))


@pytest.mark.parametrize("where", ["archive", "bus"])
def test_an_archive_or_a_bus_that_is_down_only_delays(where: str) -> None:
    with whole() as city:
        walk = Walk(city)
        walk.subscribe()
        city.run()
        incident = walk.report_and_verify()
        city.held = True
        walk.warn(incident)
        refuse = city.archive.refuse if where == "archive" else city.bus.refuse
        refuse |= {entry.id: Refusal.LATER for entry in city.entries()}
        city._one_round()
        assert city.unsent()
        refuse.clear()
        city.held = False
        city.run()
        walk.settle()

        check(city, f"{where} down")
