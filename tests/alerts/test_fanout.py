"""From the approval to mailboxes and phones, when nothing goes wrong, and when the world is late or repeats itself."""

import json
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.alerts.fanout.mail import MailWork
from chalicelib.alerts.fanout.plan import Batch, batch_of
from chalicelib.alerts.model.words import Announcement
from chalicelib.core.delivery import Channel, Deliveries, State
from chalicelib.core.events import system
from chalicelib.core.places import places
from chalicelib.core.post import Mail, Refused, Unanswered
from chalicelib.core.toolbox import working_with
from chalicelib.subscriptions import reads
from chalicelib.subscriptions.model.subscription import Reason
from chalicelib.subscriptions.model.wishes import Wishes
from chalicelib.subscriptions.service.asking import Subscriptions
from chalicelib.subscriptions.store import TOPICS, PhoneTopics
from tests.alerts.build import DAUH_PURI_KAUH, PEMOGAN
from tests.alerts.desk import cancelled, issued, press
from tests.alerts.test_round_trips import Counting
from tests.alerts.wire import Wire, carries, listens, wired

WEST, CITY = "51.71.03", "51.71"
BUDI, LISA, PUTU = "budi@example.com", "lisa@example.com", "putu@example.com"
HERE, THERE = "+6281234567890", "+6281234567891"
# For each person: row asked for, read and claimed, alert read anew, outcome kept; and a share of the page.
MOST_TRIPS = 5.5
SIAGA_ID = "SIAGA: Banjir di Dauh Puri Kauh"
SIAGA_EN = "SIAGA (warning): Flood in Dauh Puri Kauh"


@pytest.fixture
def wire() -> Iterator[Wire]:
    with wired() as wire:
        yield wire


def sent(wire: Wire, **typed: object) -> str:
    alert_id = issued(wire.city, **typed)
    wire.relay()
    wire.drain()
    return alert_id


def taken_back(wire: Wire, alert_id: str) -> None:
    cancelled(wire.city, alert_id)
    wire.relay()
    wire.drain()


def states(wire: Wire) -> set[State]:
    return {row.state for row in wire.rows()}


def test_everybody_of_the_village_its_district_and_the_city_hears_in_their_language(wire: Wire) -> None:
    listens(wire, BUDI, DAUH_PURI_KAUH)
    listens(wire, LISA, WEST, lang="en")
    listens(wire, PUTU, CITY)
    carries(wire, HERE, DAUH_PURI_KAUH, lang="en")
    sent(wire)

    assert wire.heard(BUDI) == wire.heard(PUTU) == [SIAGA_ID]
    assert wire.heard(LISA) == [SIAGA_EN]
    assert [words.split(".")[0] for words in wire.read(HERE)] == [SIAGA_EN]
    assert states(wire) == {State.SENT}


def test_nobody_elsewhere_hears(wire: Wire) -> None:
    listens(wire, BUDI, PEMOGAN)
    carries(wire, HERE, PEMOGAN)
    sent(wire)

    assert wire.mail.sent == []
    assert wire.phones.texts == []


@pytest.mark.parametrize(("floor", "heard"), [("waspada", 1), ("siaga", 1), ("awas", 0)])
def test_a_level_reaches_those_who_want_it_or_less(wire: Wire, floor: str, heard: int) -> None:
    listens(wire, BUDI, DAUH_PURI_KAUH, floor=floor)
    carries(wire, HERE, DAUH_PURI_KAUH, floor=floor)
    sent(wire)

    assert (len(wire.heard(BUDI)), len(wire.read(HERE))) == (heard, heard)


def test_a_hazard_that_somebody_did_not_choose_stays_away(wire: Wire) -> None:
    listens(wire, BUDI, DAUH_PURI_KAUH, hazards=["fire"])
    listens(wire, LISA, DAUH_PURI_KAUH, hazards=["fire", "flood"])
    sent(wire)

    assert (wire.heard(BUDI), wire.heard(LISA)) == ([], [SIAGA_ID])


def test_whoever_is_found_through_many_places_is_told_once(wire: Wire) -> None:
    listens(wire, BUDI, DAUH_PURI_KAUH, WEST, CITY)
    sent(wire, areas=[CITY])

    assert wire.heard(BUDI) == [SIAGA_ID]


def test_an_e_mail_can_be_stopped_with_one_click_and_says_why_it_came(wire: Wire) -> None:
    listens(wire, BUDI, DAUH_PURI_KAUH)
    sent(wire)
    (mail,) = wire.mail.sent
    headers = dict(mail.headers)
    stop = headers["List-Unsubscribe"].strip("<>")

    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert stop in mail.text
    assert stop in mail.html
    assert "Jauhi bantaran sungai" in mail.text
    assert "berlangganan peringatan" in mail.html
    assert mail.row == wire.rows()[0].id


def test_more_people_than_fit_a_page_all_hear_once_also_when_every_page_is_worked_twice(wire: Wire) -> None:
    people = [f"p{number}@example.com" for number in range(20)]
    for address in people:
        listens(wire, address, DAUH_PURI_KAUH)
    alert_id = issued(wire.city)
    wire.relay()
    pages = worked_twice(wire, size=2)
    cancelled(wire.city, alert_id)
    wire.relay()
    worked_twice(wire, size=2)

    assert pages > len(people) / 2
    assert sorted(mail.to for mail in wire.mail.sent) == sorted(people * 2)


def worked_twice(wire: Wire, size: int) -> int:
    """Every message of the mail queue two times; how many there were. A second chain of pages would never end soon."""
    queue, done = wire.queues["mail"], 0
    work = MailWork(wire.city.tools, reads, queue, size)
    while queue.bodies:
        message = json.loads(queue.bodies.pop(0))
        if "detail" in message:
            work.handle(message)
        else:
            done += 1
            work.handle(message)
            work.handle(message)
        assert done < 200
    return done


def test_the_work_grows_with_the_people_told_and_not_faster(wire: Wire) -> None:
    def trips(people: int) -> int:
        with wired() as other:
            for number in range(people):
                listens(other, f"p{number}@example.com", DAUH_PURI_KAUH)
            issued(other.city)
            counting = Counting(other.city.store)
            other.city = replace(other.city, tools=replace(other.city.tools, store=counting))
            with working_with(other.city.tools):
                other.relay()
                other.drain()
            assert len(other.mail.sent) == people
            return len(counting.trips)

    few, many = trips(20), trips(40)

    assert (many - few) / 20 <= MOST_TRIPS


@pytest.mark.parametrize("seed", range(5))
def test_a_cancel_reaches_everybody_who_was_told_and_nobody_else(wire: Wire, seed: int) -> None:
    wire.dice = random.Random(seed)
    listens(wire, BUDI, DAUH_PURI_KAUH, CITY)
    listens(wire, LISA, WEST, lang="en")
    carries(wire, HERE, WEST)
    alert_id = sent(wire)
    listens(wire, PUTU, DAUH_PURI_KAUH)
    carries(wire, THERE, DAUH_PURI_KAUH)
    taken_back(wire, alert_id)

    assert wire.heard(BUDI) == [SIAGA_ID, f"DIBATALKAN. {SIAGA_ID}"]
    assert wire.heard(LISA) == [SIAGA_EN, f"CANCELLED. {SIAGA_EN}"]
    assert len(wire.read(HERE)) == 2
    assert wire.read(HERE)[1].startswith("DIBATALKAN. SIAGA")
    assert (wire.heard(PUTU), wire.read(THERE)) == ([], [])


def test_a_cancel_reaches_who_has_changed_their_wishes_but_not_who_has_stopped(wire: Wire) -> None:
    moved, stopped = listens(wire, BUDI, DAUH_PURI_KAUH), listens(wire, LISA, DAUH_PURI_KAUH)
    alert_id = sent(wire)
    Subscriptions(wire.city.tools).change(moved, lambda _: Wishes(places=(PEMOGAN,)))
    Subscriptions(wire.city.tools).stop(stopped, Reason.PERSON)
    taken_back(wire, alert_id)

    assert wire.heard(BUDI) == [SIAGA_ID, f"DIBATALKAN. {SIAGA_ID}"]
    assert wire.heard(LISA) == [SIAGA_ID]


@pytest.mark.parametrize("status", ["exercise", "test"])
def test_a_drill_never_reaches_people_not_even_when_its_fact_is_handed_to_the_workers(wire: Wire, status: str) -> None:
    listens(wire, BUDI, DAUH_PURI_KAUH)
    carries(wire, HERE, DAUH_PURI_KAUH)
    issued(wire.city, status=status)
    (entry,) = wire.news()
    wire.hand_over({"detail": entry.detail(wire.city.clock())})
    wire.drain()
    wire.hand_over({"detail": {**entry.detail(wire.city.clock()), "data": {**entry.data, "status": "actual"}}})
    wire.drain()

    assert wire.mail.sent == []
    assert wire.phones.texts == []


def test_an_archive_that_is_replayed_wakes_no_old_flood(wire: Wire) -> None:
    listens(wire, BUDI, DAUH_PURI_KAUH)
    carries(wire, HERE, DAUH_PURI_KAUH)
    issued(wire.city)
    (entry,) = wire.news()
    wire.city.clock.pass_(entry.until - entry.at)  # type: ignore[operator]  # news always have an end
    wire.hand_over({"detail": {**entry.detail(wire.city.clock()), "live": True}})
    wire.drain()

    assert wire.mail.sent == []
    assert wire.phones.texts == []


def test_a_fact_that_is_replayed_in_time_tells_nobody_twice(wire: Wire) -> None:
    listens(wire, BUDI, DAUH_PURI_KAUH)
    carries(wire, HERE, DAUH_PURI_KAUH)
    sent(wire)
    wire.relay(replayed=True)
    wire.drain()

    assert (len(wire.heard(BUDI)), len(wire.read(HERE))) == (1, 1)


@pytest.mark.parametrize("seed", range(8))
def test_messages_that_come_twice_and_in_any_order_tell_everybody_once(seed: int) -> None:
    with wired() as wire:
        wire.dice, wire.twice = random.Random(seed), True
        listens(wire, BUDI, DAUH_PURI_KAUH, WEST, CITY)
        carries(wire, HERE, CITY)
        alert_id = sent(wire)
        taken_back(wire, alert_id)

        assert wire.heard(BUDI) == [SIAGA_ID, f"DIBATALKAN. {SIAGA_ID}"]
        assert len(wire.read(HERE)) == 2


def test_workers_side_by_side_with_every_message_twice_tell_everybody_once(wire: Wire) -> None:
    people = [f"p{number}@example.com" for number in range(30)]
    for address in people:
        listens(wire, address, DAUH_PURI_KAUH, WEST, CITY)
    carries(wire, HERE, CITY)
    issued(wire.city)
    wire.relay()
    with ThreadPoolExecutor(8) as workers:
        while waiting := [(name, body) for name, queue in wire.queues.items() for body in queue.taken()]:
            done = workers.map(lambda one: wire._worked(*one), waiting * 2)
            for (name, body), worked in zip(waiting * 2, done, strict=True):
                wire.queues[name].bodies += [] if worked else [body]

    assert sorted(mail.to for mail in wire.mail.sent) == sorted(people)
    assert len(wire.read(HERE)) == 1


def test_a_cancel_that_overtakes_its_alert_leaves_nothing_to_send(wire: Wire) -> None:
    listens(wire, BUDI, DAUH_PURI_KAUH)
    carries(wire, HERE, DAUH_PURI_KAUH)
    cancelled(wire.city, issued(wire.city))
    for entry in reversed(wire.news()):
        wire.hand_over({"detail": entry.detail(wire.city.clock())})
        wire.drain()

    assert wire.mail.sent == []
    assert wire.phones.texts == []


@pytest.mark.parametrize("done", range(0, 30, 3))
def test_no_first_message_leaves_after_a_cancel_and_all_who_were_told_hear_of_it(wire: Wire, done: int) -> None:
    people = [f"p{number}@example.com" for number in range(12)]
    for address in people:
        listens(wire, address, DAUH_PURI_KAUH)
    alert_id = issued(wire.city)
    wire.relay()
    for _ in range(done):
        if wire.queues["mail"].bodies:
            assert wire._worked("mail", wire.queues["mail"].bodies.pop(0))
    told = {mail.to for mail in wire.mail.sent}
    taken_back(wire, alert_id)

    first = [mail.to for mail in wire.mail.sent if not mail.subject.startswith("DIBATALKAN")]
    after = [mail.to for mail in wire.mail.sent if mail.subject.startswith("DIBATALKAN")]
    assert set(first) == told
    assert sorted(after) == sorted(told)


def test_a_carrier_that_refuses_for_now_is_asked_again(wire: Wire) -> None:
    listens(wire, BUDI, DAUH_PURI_KAUH)
    carries(wire, HERE, DAUH_PURI_KAUH)
    wire.mail.script.answers = [Refused("throttled"), Refused("throttled")]
    wire.phones.script.answers = [Refused("throttled")]
    sent(wire)

    assert (wire.heard(BUDI), len(wire.read(HERE))) == ([SIAGA_ID], 1)
    assert states(wire) == {State.SENT}


def test_an_address_that_is_refused_for_good_keeps_nobody_else_waiting(wire: Wire) -> None:
    for address in (BUDI, LISA, PUTU):
        listens(wire, address, DAUH_PURI_KAUH)
    wire.mail.script.answers = [Refused("suppressed", final=True)]
    sent(wire)

    assert len(wire.mail.sent) == 2
    assert sorted(row.state for row in wire.rows()) == [State.FAILED, State.SENT, State.SENT]


@pytest.mark.parametrize("lost", [True, False])
def test_an_awas_without_an_answer_is_repeated_once_and_says_so(wire: Wire, lost: bool) -> None:
    listens(wire, BUDI, DAUH_PURI_KAUH)
    carries(wire, HERE, DAUH_PURI_KAUH)
    for carrier in (wire.mail, wire.phones):
        carrier.script.answers, carrier.script.lost = [Unanswered()], lost
    sent(wire, level="awas")
    wire.later(minutes=14)
    early = len(wire.mail.sent)
    wire.later(minutes=2)
    wire.later(minutes=30)

    assert early == int(lost)
    assert len(wire.heard(BUDI)) == len(wire.read(HERE)) == int(lost) + 1
    assert wire.heard(BUDI)[-1].startswith("(diulang) AWAS")
    assert wire.read(HERE)[-1].startswith("(diulang) AWAS")
    assert {(row.state, row.repeated) for row in wire.rows()} == {(State.SENT, True)}


def test_anything_less_than_awas_waits_for_an_officer_who_sends_it_again(wire: Wire) -> None:
    listens(wire, BUDI, DAUH_PURI_KAUH)
    wire.mail.script.answers = [Unanswered()]
    alert_id = sent(wire)
    wire.later(minutes=30)
    made = wire.city.officer("Made")
    page = made.get(f"/en/staff/alerts/{alert_id}/deliveries")
    (row,) = wire.rows()
    before = wire.heard(BUDI)
    reply = press(made, f"/{alert_id}/deliveries", "", rows=[row.id])
    wire.later(minutes=1)

    assert before == []
    assert "Outcome unknown" in page.text
    assert row.id in page.text
    assert reply.status == 303
    assert wire.heard(BUDI) == [f"(diulang) {SIAGA_ID}"]
    assert wire.city.names().count("AlertSentAgain") == 1


def test_an_officer_who_chooses_nothing_or_a_strange_row_is_told(wire: Wire) -> None:
    listens(wire, BUDI, DAUH_PURI_KAUH)
    wire.mail.script.answers = [Unanswered()]
    alert_id = sent(wire)
    made = wire.city.officer("Made")

    assert press(made, f"/{alert_id}/deliveries", "", rows=[]).status == 422
    assert press(made, f"/{alert_id}/deliveries", "", rows=["asked__somebody"]).status == 422


def test_a_send_again_of_what_is_over_sends_nothing(wire: Wire) -> None:
    listens(wire, BUDI, DAUH_PURI_KAUH)
    wire.mail.script.answers = [Unanswered()]
    alert_id = sent(wire)
    (row,) = wire.rows()
    press(wire.city.officer("Made"), f"/{alert_id}/deliveries", "", rows=[row.id])
    wire.later(hours=6)

    assert wire.heard(BUDI) == []
    assert [(row.state, row.reason) for row in wire.rows()] == [(State.FAILED, "never_known")]


def test_messages_of_other_services_do_not_wait_for_ever(wire: Wire) -> None:
    deliveries = Deliveries(wire.city.tools.store, wire.city.clock)
    wire.mail.script.answers = [Unanswered(), Refused("Throttling")]
    mail = Mail(to=BUDI, subject="", text="", html="", language="id", row="")
    for person in ("lost", "refused"):
        with suppress(Refused):
            deliveries.deliver("asked-1", person, Channel.MAIL, lambda _: wire.mail.send(mail), guard=lambda: None)
    wire.later(hours=1)
    waiting = {row.target: row.state for row in wire.rows()}
    wire.later(hours=24)

    assert waiting == {"lost": State.UNKNOWN, "refused": State.READY}
    assert {(row.state, row.reason) for row in wire.rows()} == {(State.FAILED, "never_known")}


def test_the_officers_see_what_became_of_the_messages(wire: Wire) -> None:
    listens(wire, BUDI, DAUH_PURI_KAUH)
    carries(wire, HERE, DAUH_PURI_KAUH)
    alert_id = sent(wire)
    taken_back(wire, alert_id)
    page = wire.city.officer("Sri", "auditor").get(f"/en/staff/alerts/{alert_id}/deliveries").text

    assert f"{DAUH_PURI_KAUH}-waspada-id" in page
    assert "Cancel, E-mail" in page
    assert "Every outcome is known" in page


def test_an_address_that_cannot_be_opened_fails_alone(wire: Wire) -> None:
    broken, _ = listens(wire, BUDI, DAUH_PURI_KAUH), listens(wire, LISA, DAUH_PURI_KAUH)
    for key, row in wire.city.store.rows.items():
        if row.record and key.sk == broken:
            row.record.body["listener"]["email"]["sealed"] = "AAAA"
    sent(wire)

    assert (wire.heard(BUDI), wire.heard(LISA)) == ([], [SIAGA_ID])
    assert {(row.target, row.reason) for row in wire.rows() if row.state is State.FAILED} == {(broken, "unreadable")}


def test_a_whole_city_alert_publishes_to_each_topic_once_and_to_288_at_most(wire: Wire) -> None:
    names = [
        f"{place.code}-{f}-{lang}" for place in places() for f in ("waspada", "siaga", "awas") for lang in ("id", "en")
    ]
    wire.city.store.commit([TOPICS.record(PhoneTopics(names=tuple(names)))], by=system("test"))
    wire.phones.topics.update({name: {} for name in names})
    sent(wire, areas=[CITY], level="awas")

    assert len(names) == 288
    assert sorted(topic for topic, _ in wire.phones.published) == sorted(names)


def test_messages_on_the_queues_hold_no_people_and_no_words(wire: Wire) -> None:
    listens(wire, BUDI, DAUH_PURI_KAUH)
    issued(wire.city)
    wire.relay()
    seen: list[str] = []
    while wire.queues["mail"].bodies:
        body = wire.queues["mail"].bodies.pop(0)
        seen += [] if "detail" in json.loads(body) else [body]
        assert wire._worked("mail", body)

    assert seen
    assert not [body for body in seen if "example.com" in body or "Banjir" in body]


def test_the_name_of_a_batch_can_be_read_back_and_strange_ones_are_none() -> None:
    batch = Batch(
        alert_id="PD-K7MH-K52N-FTR8",
        announcement=Announcement.CANCELLED,
        revision=12,
        channel=Channel.MAIL,
        shard=7,
    )

    assert batch_of(str(batch)) == batch
    assert batch_of("asked-subscription_x-1") is None


def test_the_minute_counts_what_waits_for_an_officer(wire: Wire, capsys: pytest.CaptureFixture[str]) -> None:
    listens(wire, BUDI, DAUH_PURI_KAUH)
    wire.mail.script.answers = [Unanswered()]
    sent(wire)
    capsys.readouterr()
    wire.minute()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    (metric,) = [line for line in lines if "UnknownDeliveries" in line]
    assert (metric["UnknownDeliveries"], metric["service"], metric["stage"]) == (1, "alerts", "test")


def test_a_row_that_was_refused_and_forgotten_is_taken_up_again(wire: Wire) -> None:
    listens(wire, BUDI, DAUH_PURI_KAUH)
    wire.mail.script.answers = [Refused("throttled")]
    issued(wire.city)
    wire.relay()
    while wire.mail.script.answers:
        assert wire._worked("mail", wire.queues["mail"].bodies.pop(0))
    wire.queues["mail"].bodies.clear()
    before = wire.heard(BUDI)
    wire.later(minutes=15)

    assert before == []
    assert wire.heard(BUDI) == [SIAGA_ID]


def minutes_alone(wire: Wire, minutes: int) -> int:
    """The clock ticks while no worker comes by; how many messages wait by then."""
    for _ in range(minutes):
        wire.city.clock.pass_(timedelta(minutes=1))
        wire.minute()
    return len(wire.queues["mail"].bodies)


def test_a_refused_row_whose_worker_is_late_is_queued_every_quarter_of_an_hour(wire: Wire) -> None:
    listens(wire, BUDI, DAUH_PURI_KAUH)
    wire.mail.script.answers = [Refused("throttled")]
    issued(wire.city)
    wire.relay()
    while wire.mail.script.answers:
        assert wire._worked("mail", wire.queues["mail"].bodies.pop(0))
    wire.queues["mail"].bodies.clear()

    assert [minutes_alone(wire, minutes) for minutes in (14, 1, 14, 1, 14)] == [0, 1, 1, 2, 2]
    wire.drain()
    assert wire.heard(BUDI) == [SIAGA_ID]


def test_a_repeat_whose_worker_is_late_is_queued_every_quarter_of_an_hour(wire: Wire) -> None:
    listens(wire, BUDI, DAUH_PURI_KAUH)
    wire.mail.script.answers = [Unanswered()]
    sent(wire, level="awas")

    assert [minutes_alone(wire, minutes) for minutes in (14, 1, 14, 1)] == [0, 1, 1, 2]
    wire.drain()
    assert len(wire.heard(BUDI)) == 1


def test_what_an_officer_sends_again_is_queued_at_once_and_then_every_quarter_of_an_hour(wire: Wire) -> None:
    listens(wire, BUDI, DAUH_PURI_KAUH)
    wire.mail.script.answers = [Unanswered()]
    alert_id = sent(wire)
    (row,) = wire.rows()
    press(wire.city.officer("Made"), f"/{alert_id}/deliveries", "", rows=[row.id])

    assert [minutes_alone(wire, minutes) for minutes in (1, 14, 1)] == [1, 1, 2]
    wire.drain()
    assert len(wire.heard(BUDI)) == 1
