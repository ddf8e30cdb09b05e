"""One case for each kind of fault on the embedded cloud, between the officer's click and the inbox: all who should hear
hear once, and afterwards `make verify` is clean. Every step with every kind: `test_every_step.py`, on twins."""

import os
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from chalicelib.alerts.fanout.clock import Minute
from chalicelib.alerts.fanout.mail import MailWork
from chalicelib.alerts.fanout.plan import Piece, batches, task
from chalicelib.alerts.model.alert import Alert
from chalicelib.alerts.model.ladder import Level
from chalicelib.alerts.model.words import Announcement
from chalicelib.core.aws.mail import SesMail
from chalicelib.core.delivery import Channel, Deliveries, Delivery, State
from chalicelib.core.events import Entry
from chalicelib.core.toolbox import working_with
from chalicelib.subscriptions import reads
from chalicelib.subscriptions.model.listener import shard_of
from chalicelib.subscriptions.model.wishes import Channel as Way
from infra.local.city import STAGE
from tests.contracts.conftest import quick_client
from tests.contracts.faults import lost, striking
from tests.stack.browser import Browser
from tests.stack.by_hand import ByHand, at_rest, fact_message, impatient, tools_at, without
from tests.stack.cloud import everything_is_sent, findings
from tests.stack.journey import SOON, People, awaited, cancelled, drafted, issued, new_people, received, submitted
from tests.stack.prepared import cancelled as taken_back
from tests.stack.prepared import confirmed
from tests.stack.prepared import issued as let_out
from tests.stack.second_city import SecondCity

pytestmark = pytest.mark.stack


@pytest.fixture(autouse=True)
def clean_afterwards(running_city: SecondCity) -> Iterator[None]:
    yield
    running_city.eventually(lambda: everything_is_sent(running_city), SOON)
    assert findings(running_city) == []


@pytest.fixture
def hand(running_city: SecondCity) -> ByHand:
    return ByHand(running_city)


def heard_once(city: SecondCity, people: People, headline: str) -> None:
    for one in people.both():
        awaited(city, one, headline)
        assert len(received(city, one, headline)) == 1


def test_crash_before_the_click_is_kept_a_second_press_works(
    running_city: SecondCity, ayu: Browser, made: Browser, people: People
) -> None:
    """I5: the API's process is killed; whoever gets no answer presses the same form again."""
    headline = f"Banjir {uuid.uuid4().hex[:6]}"
    alert = drafted(ayu, headline_id=headline)
    submitted(ayu, alert)
    page = made.get(f"/en/staff/alerts/{alert}").form("/approve")
    assert kill(running_city, "api")
    answers = [made.post(page.action, page.values).status for _ in range(2)]

    assert answers[-1] == 303
    heard_once(running_city, people, headline)
    assert [entry.name for entry in journal(running_city, alert)].count("AlertIssued") == 1
    cancelled(ayu, made, alert)


def test_crash_of_workers_again_and_again_loses_and_doubles_nothing(running_city: SecondCity, hand: ByHand) -> None:
    """I7 to I10: SIGKILL to whatever worker sends mails, wherever it stands. A row whose outcome nobody saw is settled
    by what SES tells, or is unknown and repeated as an Awas is, saying so."""
    them = [new_people().mail for _ in range(6)]
    persons = {confirmed(hand, Way.MAIL, address, place="51.71.04.2001") for address in them}
    with impatient(hand, "mail", seconds=25), killing(running_city, "alerts-mail", times=3):
        alert = let_out(hand, level=Level.AWAS, place="51.71.04.2001")
        running_city.eventually(lambda: persons <= {row.target for row in rows(running_city, alert)}, SOON)
    running_city.eventually(lambda: hand.is_quiet("mail"), SOON)
    repeat_what_nobody_knows(hand)

    def all_heard() -> bool:
        return all(received(running_city, address, alert.headline.en) for address in them)

    running_city.eventually(all_heard, SOON)
    for address in them:
        first, *again = reversed(received(running_city, address, alert.headline.en))
        assert all(letter["subject"].startswith("(repeated)") for letter in again), (first, again)
    taken_back(hand, alert)


def test_an_answer_that_is_lost_leaves_one_mail_and_the_row_is_settled_by_what_ses_tells(
    running_city: SecondCity, hand: ByHand
) -> None:
    """I10, I11: SES has the mail and nobody is told; the event that SES publishes settles the row."""
    address = new_people().mail
    person = confirmed(hand, Way.MAIL, address)
    ses = quick_client("ses", running_city.city.endpoint)
    tools = replace(hand.tools(), mail=SesMail(ses, "sewaka@denpasar.test", f"sewaka-{STAGE}"))
    with at_rest(running_city, ["relay", "sweeper"]), working_with(tools), striking(ses, "SendRawEmail", lost) as made:
        alert = let_out(hand)
        piece = task(Piece.AUDIENCE, alert, Announcement.ISSUED, place=alert.areas[0], shard=shard_of(person))
        MailWork(tools, reads, tools.mail_queue, 50).do(piece)

    assert len(made) == 1
    running_city.eventually(lambda: state_of(running_city, alert, person) is State.SENT, SOON)
    assert len(received(running_city, address, alert.headline.en)) == 1
    taken_back(hand, alert)


def test_doubled_messages_are_heard_once(
    running_city: SecondCity, hand: ByHand, ayu: Browser, made: Browser, people: People
) -> None:
    """I4, I6, I7: the fact stands on both queues three times."""
    headline = f"Banjir {uuid.uuid4().hex[:6]}"
    alert = issued(ayu, made, headline_id=headline)
    fact = fact_message(journal(running_city, alert)[-1])
    for queue in ("mail", "phone", "incidents", "subscriptions") * 2:
        running_city.client("sqs").send_message(QueueUrl=hand.queue(queue), MessageBody=fact)
    running_city.eventually(lambda: hand.is_quiet("mail", "phone", "incidents", "subscriptions"), SOON)

    heard_once(running_city, people, headline)
    cancelled(ayu, made, alert)


def test_a_cancel_that_overtakes_its_alert_leaves_nothing_to_say(running_city: SecondCity, people: People) -> None:
    """I3, I6, reordered: nobody hears of the end of what they never heard of."""
    with at_rest(running_city, ["relay", "sweeper"]) as hand:
        alert = let_out(hand, place=people.place)
        taken_back(hand, alert)
        first, second = journal(running_city, alert.id)[2], journal(running_city, alert.id)[-1]
        assert (first.name, second.name) == ("AlertIssued", "AlertCancelled")
        assert hand.relayed((second.key, second.sort_key))
        assert hand.relayed((first.key, first.sort_key))
        running_city.eventually(lambda: hand.is_quiet("mail", "phone"), SOON)
    assert [received(running_city, one, alert.headline.id) for one in people.both()] == [[], []]


def test_poison_goes_to_the_dead_letters_and_its_mates_pass(
    running_city: SecondCity, hand: ByHand, ayu: Browser, made: Browser, people: People
) -> None:
    """I7: what is no JSON and what comes from a later release stand among good messages."""
    headline, sqs = f"Banjir {uuid.uuid4().hex[:6]}", running_city.client("sqs")
    hand.empty("mail-dead-letters")
    with impatient(hand, "mail"):
        for body in ("{", '{"detail-type":"AlertIssued","detail":{"id":"f","schema":99}}'):
            sqs.send_message(QueueUrl=hand.queue("mail"), MessageBody=body)
        alert = issued(ayu, made, headline_id=headline)
        heard_once(running_city, people, headline)
        running_city.eventually(lambda: len(hand.waiting("mail-dead-letters")) == 2, SOON)
    hand.empty("mail-dead-letters")
    cancelled(ayu, made, alert)


def test_dead_letters_that_are_put_back_after_the_repair_are_done(
    running_city: SecondCity, hand: ByHand, ayu: Browser, made: Browser, people: People
) -> None:
    """I9, throttled for so long that the queue gives up: nobody may open the vault; then they may again."""
    headline, sqs = f"Banjir {uuid.uuid4().hex[:6]}", running_city.client("sqs")
    with impatient(hand, "mail"), without(running_city, "alerts-mail", "kms:Decrypt"):
        alert = issued(ayu, made, headline_id=headline)
        awaited(running_city, people.phone, headline)
        running_city.eventually(lambda: hand.waiting("mail-dead-letters"), SOON)
        assert received(running_city, people.mail, headline) == []
    for body in hand.waiting("mail-dead-letters"):
        sqs.send_message(QueueUrl=hand.queue("mail"), MessageBody=body)
    hand.empty("mail-dead-letters")

    heard_once(running_city, people, headline)
    cancelled(ayu, made, alert)


def test_crash_of_the_relay_again_and_again_loses_nothing(
    running_city: SecondCity, ayu: Browser, made: Browser, people: People
) -> None:
    """I3: SIGKILL to the relay wherever it stands between the commit and the mark."""
    headline = f"Banjir {uuid.uuid4().hex[:6]}"
    with killing(running_city, "relay"):
        alert = issued(ayu, made, headline_id=headline)
        running_city.eventually(lambda: everything_is_sent(running_city), SOON)

    heard_once(running_city, people, headline)
    cancelled(ayu, made, alert)


def test_a_bus_that_is_down_only_delays(
    running_city: SecondCity, hand: ByHand, ayu: Browser, made: Browser, people: People
) -> None:
    """I3, down: the facts wait, unsent; when the bus is back the stream brings them again."""
    headline = f"Banjir {uuid.uuid4().hex[:6]}"
    with without(running_city, "relay", "events:PutEvents"), without(running_city, "sweeper", "events:PutEvents"):
        alert = issued(ayu, made, headline_id=headline)
        fact = journal(running_city, alert)[-1]
        time.sleep(2)
        assert not hand.is_sent(fact)

    heard_once(running_city, people, headline)
    cancelled(ayu, made, alert)


# --- The means ------------------------------------------------------------------------------------------------------


def workers(city: SecondCity, function: str) -> list[int]:
    """The processes that run a function now: each has a folder of its own, named after it."""
    listed = subprocess.run(["ps", "-ewwo", "pid,args"], capture_output=True, text=True, check=True).stdout.splitlines()
    mark = f"{city.city.scratch}/ministack-lambda-sewaka-{STAGE}-{function}-"
    return [int(line.split()[0]) for line in listed if mark in line]


def kill(city: SecondCity, function: str) -> int:
    """How many were killed."""
    found = workers(city, function)
    for pid in found:
        os.kill(pid, signal.SIGKILL)
    return len(found)


@contextmanager
def killing(city: SecondCity, function: str, times: int = 4) -> Iterator[None]:
    """Kills a function's processes again and again, a few times."""
    killed: list[int] = []

    def strike() -> None:
        for _ in range(times):
            time.sleep(0.7)
            killed.append(kill(city, function))

    striking_ = threading.Thread(target=strike)
    striking_.start()
    yield
    striking_.join()
    assert sum(killed)


def journal(city: SecondCity, alert: str) -> list[Entry]:
    return tools_at(city).store.journal(f"alert#{alert}")


def rows(city: SecondCity, alert: Alert) -> list[Delivery]:
    """What is known of an alert's first mails."""
    deliveries = Deliveries(tools_at(city).store)
    names = [str(batch) for batch in batches(alert, Channel.MAIL) if batch.announcement is Announcement.ISSUED]
    return [row for name in names for row in deliveries.rows(name)[0]]


def state_of(city: SecondCity, alert: Alert, person: str) -> State | None:
    return next((row.state for row in rows(city, alert) if row.target == person), None)


def repeat_what_nobody_knows(hand: ByHand) -> None:
    """The clock's minute as it will be in a quarter of an hour; what it queues goes on the real queue."""
    later = hand.tools(minutes_ago=-16)
    Minute(later).settle()
    for body in later.mail_queue.bodies:  # type: ignore[attr-defined]
        hand.city.client("sqs").send_message(QueueUrl=hand.queue("mail"), MessageBody=body)
