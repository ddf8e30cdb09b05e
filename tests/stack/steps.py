"""The single steps of the journey, each prepared so far that one function has to do it now.

`act` takes the step and tells whether it came to an end; it may be taken again. `done` tells whether its effect is
there. `shown` says how a step that failed is seen by those who watch: a page that says so, a message that failed and
stays on its queue, a function's error. Every one of those has an alarm (tests/infra/test_alarms.py).
"""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from chalicelib.alerts.fanout.plan import Batch, Piece, mail_shard, task
from chalicelib.alerts.model.alert import Alert
from chalicelib.alerts.model.ladder import Level
from chalicelib.alerts.model.words import Announcement
from chalicelib.alerts.service import Alerts
from chalicelib.core.delivery import Channel, Deliveries
from chalicelib.core.events import system
from chalicelib.core.vault import Secret
from chalicelib.core.web.sessions import SESSION_COOKIE, start_session
from chalicelib.core.web.visit import Officer
from chalicelib.incidents.service.cases import Contact, Incidents
from chalicelib.subscriptions.model.listener import shard_of
from chalicelib.subscriptions.model.subscription import State as Standing
from chalicelib.subscriptions.model.wishes import Channel as Way
from chalicelib.subscriptions.model.wishes import Floor
from chalicelib.subscriptions.service.asking import Subscriptions
from chalicelib.subscriptions.store import SubscriptionStore
from tests.stack.browser import Browser, Seen, SeenForm
from tests.stack.by_hand import ByHand, fact_message
from tests.stack.journey import composed, new_people, phone_topics, received
from tests.stack.prepared import (
    THERE,
    announced,
    asked_for,
    cancelled,
    confirmed,
    hand_the_phone,
    hangs_there,
    is_settled,
    issued,
    issued_fact,
    last_fact,
    opened,
    poison,
    reported,
    ses_event,
    standing,
    state_of,
    topic_name,
    unknown_row,
    verified,
)

SORRY: Final = ("Sorry, something went wrong", "not available right now")


def _nothing() -> bool:
    return True


@dataclass(frozen=True)
class Step:
    act: Callable[[], bool]
    done: Callable[[], object]
    shown: Callable[[], object]


# --- Pages ----------------------------------------------------------------------------------------------------------


@dataclass
class Asked:
    """A page that is asked for, and what it answered last."""

    ask: Callable[[], Seen]
    wanted: int
    last: Seen | None = None

    def act(self) -> bool:
        self.last = self.ask()
        return self.last.status == self.wanted

    def shown(self) -> bool:
        """A page that says that something is wrong, and not what."""
        return self.last is not None and self.last.status >= 500 and any(said in self.last.text for said in SORRY)

    def step(self, done: Callable[[], object] = _nothing) -> Step:
        return Step(self.act, lambda: self.last and self.last.status == self.wanted and done(), self.shown)


def staff(hand: ByHand) -> Browser:
    """An officer who has logged in; the session's row is written by the app's own code."""
    who = Officer(id="ayu", name="Ayu", roles=frozenset({"operator_ddcm"}), office="diskominfos")
    return Browser(hand.city.origin, {SESSION_COOKIE: start_session(who, hand.tools())})


def read_a_report(hand: ByHand) -> Step:
    reference = reported(hand)
    return Asked(lambda: Browser(hand.city.origin).get(f"/en/reports/{reference}"), 200).step()


def look_at_the_queue(hand: ByHand) -> Step:
    officer = staff(hand)
    return Asked(lambda: officer.get("/en/staff/incidents"), 200).step()


def look_at_an_incident(hand: ByHand) -> Step:
    officer, incident = staff(hand), opened(hand, reported(hand))
    return Asked(lambda: officer.get(f"/en/staff/incidents/{incident}"), 200).step()


def open_an_incident(hand: ByHand) -> Step:
    officer, reference = staff(hand), reported(hand)
    form = officer.get("/en/staff/incidents").form()
    return Asked(lambda: _sent(officer, form, reports=[reference]), 303).step(
        lambda: Incidents(hand.tools()).progress(reference)[1]
    )


def write_a_draft(hand: ByHand) -> Step:
    """The same form again: what failed left nothing, so that it is the first."""
    officer = staff(hand)
    form = officer.get("/en/staff/alerts/new").form()
    asked = Asked(lambda: _sent(officer, form, **composed(), incident=""), 303)
    return asked.step(lambda: asked.last and drafts(hand, asked.last.location) == ["AlertDrafted"])


def drafts(hand: ByHand, page: str) -> list[str]:
    """What the journal of the alert behind a page says."""
    return [entry.name for entry in Alerts(hand.tools()).history(page.rpartition("/")[2])]


def log_out(hand: ByHand) -> Step:
    officer = staff(hand)
    cookies = dict(officer.cookies)
    form = officer.get("/en/staff").form("/logout")
    return Asked(lambda: _sent(replace(officer, cookies=dict(cookies)), form), 303).step(
        lambda: officer.get("/en/staff").status != 200
    )


def ask_for_alerts(hand: ByHand) -> Step:
    person = Browser(hand.city.origin)
    form = person.get("/en/alerts/subscribe/email").form()
    typed = {"email": new_people().mail, "places": [THERE], "floor": "awas", "language": "en"}
    return Asked(lambda: _sent(person, form, **typed), 303).step()


def _sent(browser: Browser, form: SeenForm, **typed: Any) -> Seen:
    return browser.post(form.action, {**form.values, **typed})


# --- The spine ------------------------------------------------------------------------------------------------------


@dataclass
class Run:
    """A function that is called, and its error if it ended with one."""

    call: Callable[[], bool]

    def step(self, done: Callable[[], object]) -> Step:
        # Lambda counts it: each function's errors are an alarm.
        return Step(self.call, done, _nothing)


def relay_a_fact(hand: ByHand) -> Step:
    (entry,) = announced(hand.tools())
    return Run(lambda: hand.relayed((entry.key, entry.sort_key))).step(lambda: hand.is_sent(entry))


def find_a_fact(hand: ByHand) -> Step:
    """As `sweep_a_fact`, for a sweeper that cannot even see what it should measure."""
    return replace(sweep_a_fact(hand), shown=_nothing)


def sweep_a_fact(hand: ByHand) -> Step:
    (entry,) = announced(hand.tools(minutes_ago=5))
    swept = Run(lambda: hand.ticked("sweeper")).step(lambda: hand.is_sent(entry))
    return replace(swept, shown=lambda: oldest_unsent(hand) > 120)


def park_by_relay(hand: ByHand) -> Step:
    hand.empty("parked-facts")
    place = poison(hand)
    return Run(lambda: hand.relayed(place)).step(lambda: place[0] in str(hand.waiting("parked-facts")))


def park_by_sweeper(hand: ByHand) -> Step:
    hand.empty("parked-facts")
    place = poison(hand)
    return Run(lambda: hand.ticked("sweeper")).step(lambda: place[0] in str(hand.waiting("parked-facts")))


def oldest_unsent(hand: ByHand) -> float:
    """What the sweeper measured last, in seconds: from 120 on it is an alarm."""
    measured = [json.loads(line)["OldestUnsentSeconds"] for line in hand.logged("sweeper", "OldestUnsentSeconds")]
    return float(measured[-1])


# --- Workers --------------------------------------------------------------------------------------------------------


def worked(hand: ByHand, function: str, body: str, done: Callable[[], object]) -> Step:
    """One message of a queue. It is named as failed, so that it stays there, and noted with its id."""
    message = uuid.uuid4().hex
    return Step(
        lambda: hand.handed(function, body, message),
        done,
        lambda: hand.logged(function, "message_failed", message),
    )


def sent(hand: ByHand, function: str, alert: Alert, body: str, done: Callable[[], object]) -> Step:
    """As `worked`, for messages to people. What a carrier refuses for now leaves its row free, and comes again as a
    message of its own: an act that was refused has not come to an end."""
    step = worked(hand, function, body, done)

    def refusals() -> int:
        return len(hand.logged(function, alert.id, '"state":"ready"'))

    def act() -> bool:
        before = refusals()
        return step.act() and refusals() == before

    return Step(act, done, lambda: refusals() or step.shown())


def tell_a_reporter_by_mail(hand: ByHand) -> Step:
    address = new_people().mail
    contact = Contact(secret=Secret.EMAIL, value=address, mask="•••")
    fact = verified(hand, reported(hand, contact))
    return worked(hand, "incidents-worker", fact_message(fact), lambda: received(hand.city, address))


def tell_a_reporter_by_phone(hand: ByHand) -> Step:
    number = new_people().phone
    contact = Contact(secret=Secret.PHONE, value=number, mask="•••")
    fact = verified(hand, reported(hand, contact))
    return worked(hand, "incidents-worker", fact_message(fact), lambda: received(hand.city, number))


def note_an_alert(hand: ByHand) -> Step:
    """The incident's own record follows its alert."""
    incident = verified(hand, reported(hand)).data["incident_id"]
    fact = issued_fact(hand, incident)
    return worked(
        hand,
        "incidents-worker",
        fact_message(fact),
        lambda: Incidents(hand.tools()).case(incident)[0].alert_id == fact.data["alert_id"],
    )


def write_to_a_mailbox(hand: ByHand) -> Step:
    person = new_people()
    asked = asked_for(hand, Way.MAIL, person.mail)
    fact = fact_message(last_fact(hand, asked))
    return worked(hand, "subscriptions-worker", fact, lambda: received(hand.city, person.mail, "/confirm/"))


def write_to_a_phone(hand: ByHand) -> Step:
    person = new_people()
    asked = asked_for(hand, Way.PHONE, person.phone)
    fact = fact_message(last_fact(hand, asked))
    return worked(hand, "subscriptions-worker", fact, lambda: received(hand.city, person.phone))


def give_up_a_mailbox(hand: ByHand) -> Step:
    """An address that no mail can have: the worker stops it, which is a fact of its own."""
    asked = asked_for(hand, Way.MAIL, f"no address {uuid.uuid4().hex}")
    fact = fact_message(last_fact(hand, asked))
    return worked(hand, "subscriptions-worker", fact, lambda: standing(hand, asked).state is Standing.STOPPED)


def hang_up_a_phone(hand: ByHand, floor: Floor = Floor.AWAS) -> Step:
    """On a topic that exists."""
    number = new_people().phone
    hand.city.client("sns").create_topic(Name=topic_name(THERE, floor))
    joined = confirmed(hand, Way.PHONE, number, floor=floor)
    fact = fact_message(last_fact(hand, joined))
    return worked(hand, "subscriptions-worker", fact, lambda: number in hangs_there(hand, THERE))


def make_a_topic(hand: ByHand) -> Step:
    """Its first phone: the topic is made."""
    number, place = new_people().phone, "51.71.02.1002"
    for topic in phone_topics(hand.city, place):
        hand.city.client("sns").delete_topic(TopicArn=topic)
    joined = confirmed(hand, Way.PHONE, number, place=place)
    fact = fact_message(last_fact(hand, joined))
    return worked(hand, "subscriptions-worker", fact, lambda: number in hangs_there(hand, place))


def take_down_a_phone(hand: ByHand) -> Step:
    number = new_people().phone
    person = confirmed(hand, Way.PHONE, number)
    assert hand.handed("subscriptions-worker", fact_message(last_fact(hand, person)))
    Subscriptions(hand.tools()).stop(person)
    fact = fact_message(last_fact(hand, person))
    return worked(hand, "subscriptions-worker", fact, lambda: number not in hangs_there(hand, THERE))


def let_a_phone_go(hand: ByHand) -> Step:
    """One that stopped, and could not leave its topic then."""
    number = new_people().phone
    person = confirmed(hand, Way.PHONE, number)
    assert hand.handed("subscriptions-worker", fact_message(last_fact(hand, person)))
    Subscriptions(hand.tools()).stop(person)
    one = standing(hand, person)
    leaving = replace(one, lines=one.lines.towards(one.topic, hand.tools().now()))
    SubscriptionStore(hand.tools().store).keep_lines(leaving, by=system("subscriptions"))
    return Run(lambda: hand.ticked("subscriptions-clock")).step(lambda: number not in hangs_there(hand, THERE))


def plan_mails(hand: ByHand) -> Step:
    hand.empty("mail")
    fact = issued_fact(hand)
    return worked(hand, "alerts-mail", fact_message(fact), lambda: fact.data["alert_id"] in str(hand.waiting("mail")))


def plan_texts(hand: ByHand) -> Step:
    hand.empty("phone")
    hand_the_phone(hand, confirmed(hand, Way.PHONE, new_people().phone))
    fact = issued_fact(hand)
    return worked(hand, "alerts-phone", fact_message(fact), lambda: fact.data["alert_id"] in str(hand.waiting("phone")))


def mail_an_alert(hand: ByHand) -> Step:
    address = new_people().mail
    person = confirmed(hand, Way.MAIL, address)
    alert = issued(hand)
    piece = task(Piece.AUDIENCE, alert, Announcement.ISSUED, place=THERE, shard=shard_of(person))
    return sent(hand, "alerts-mail", alert, piece.body(), lambda: received(hand.city, address, alert.headline.en))


def mail_a_cancel(hand: ByHand) -> Step:
    """To somebody who was told."""
    address = new_people().mail
    person = confirmed(hand, Way.MAIL, address)
    alert = issued(hand)
    told = Batch(
        alert_id=alert.id,
        announcement=Announcement.ISSUED,
        revision=1,
        channel=Channel.MAIL,
        shard=mail_shard(person),
    )
    Deliveries(hand.tools().store).deliver(str(told), person, Channel.MAIL, lambda _: "m", guard=lambda: None)
    piece = task(Piece.TOLD, cancelled(hand, alert), Announcement.CANCELLED, shard=mail_shard(person))
    return worked(hand, "alerts-mail", piece.body(), lambda: received(hand.city, address, "CANCELLED"))


def text_an_alert(hand: ByHand) -> Step:
    number = new_people().phone
    hand_the_phone(hand, confirmed(hand, Way.PHONE, number))
    alert = issued(hand)
    piece = task(Piece.AUDIENCE, alert, Announcement.ISSUED, place=THERE)
    return sent(hand, "alerts-phone", alert, piece.body(), lambda: received(hand.city, number, alert.headline.en))


def text_a_cancel(hand: ByHand) -> Step:
    number = new_people().phone
    hand_the_phone(hand, confirmed(hand, Way.PHONE, number))
    alert = issued(hand)
    assert hand.handed("alerts-phone", task(Piece.AUDIENCE, alert, Announcement.ISSUED, place=THERE).body())
    piece = task(Piece.TOLD, cancelled(hand, alert), Announcement.CANCELLED)
    return worked(hand, "alerts-phone", piece.body(), lambda: received(hand.city, number, "CANCELLED"))


def hear_of_a_mail(hand: ByHand) -> Step:
    """SES tells that it was sent: an unknown row is settled."""
    row = unknown_row(hand, issued(hand))
    return worked(hand, "subscriptions-outcomes", ses_event("Delivery", row), lambda: is_settled(hand, row))


def hear_of_a_bounce(hand: ByHand) -> Step:
    """The address is given up, with its place in every audience."""
    person = confirmed(hand, Way.MAIL, new_people().mail)
    row = (f"asked-{person}-1", person)
    Deliveries(hand.tools().store).deliver(*row, Channel.MAIL, lambda _: "m", guard=lambda: None)
    event = ses_event("Bounce", row, bounce={"bounceType": "Permanent"})
    return worked(hand, "subscriptions-outcomes", event, lambda: standing(hand, person).state is Standing.STOPPED)


def end_an_alert(hand: ByHand) -> Step:
    """One that was issued two hours ago and is over."""
    alert = issued(hand, minutes_ago=120, ends_in=119)
    return Run(lambda: hand.ticked("alerts-clock")).step(lambda: state_of(hand, alert) == "expired")


def repeat_an_awas(hand: ByHand) -> Step:
    """A send that nobody answered a quarter of an hour ago is queued once more."""
    hand.empty("mail")
    alert = issued(hand, minutes_ago=20, level=Level.AWAS)
    unknown_row(hand, alert, minutes_ago=20)
    return Run(lambda: hand.ticked("alerts-clock")).step(lambda: alert.id in str(hand.waiting("mail")))


def repeat_an_awas_by_phone(hand: ByHand) -> Step:
    hand.empty("phone")
    alert = issued(hand, minutes_ago=20, level=Level.AWAS)
    unknown_row(hand, alert, minutes_ago=20, channel=Channel.PHONE)
    return Run(lambda: hand.ticked("alerts-clock")).step(lambda: alert.id in str(hand.waiting("phone")))
