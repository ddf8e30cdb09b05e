"""Steps of the functions that read queues."""

import uuid
from collections.abc import Callable

from chalicelib.alerts.fanout.plan import Batch, Piece, mail_shard, task
from chalicelib.alerts.model.alert import Alert
from chalicelib.alerts.model.words import Announcement
from chalicelib.core.delivery import Channel, Deliveries
from chalicelib.core.vault import Secret
from chalicelib.incidents.service.cases import Contact, Incidents
from chalicelib.subscriptions.model.listener import shard_of
from chalicelib.subscriptions.model.subscription import State as Standing
from chalicelib.subscriptions.model.wishes import Channel as Way
from chalicelib.subscriptions.model.wishes import Floor
from chalicelib.subscriptions.service.asking import Subscriptions
from tests.stack.by_hand import ByHand, fact_message
from tests.stack.journey import new_people, phone_topics, received
from tests.stack.prepared import (
    THERE,
    asked_for,
    cancelled,
    confirmed,
    hand_the_phone,
    hangs_there,
    is_settled,
    issued,
    issued_fact,
    last_fact,
    reported,
    ses_event,
    standing,
    topic_name,
    unknown_row,
    verified,
)
from tests.stack.step import Step


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
