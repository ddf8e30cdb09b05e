"""What the single steps start from, written by the app's own code on the running city (see `by_hand.py`)."""

import json
import uuid
from datetime import timedelta
from typing import Any, Final

from chalicelib.alerts.fanout.plan import Batch
from chalicelib.alerts.model.alert import Alert, Content, Hand
from chalicelib.alerts.model.ladder import Level, Status
from chalicelib.alerts.model.words import Announcement
from chalicelib.alerts.service import Alerts
from chalicelib.core.clock import utc_now
from chalicelib.core.delivery import Channel, Deliveries, State, row_id
from chalicelib.core.events import Entry
from chalicelib.core.post import Unanswered
from chalicelib.core.text import Text
from chalicelib.core.toolbox import Toolbox, working_with
from chalicelib.incidents.service.cases import Contact, Incidents, Observation
from chalicelib.subscriptions.model.subscription import Subscription
from chalicelib.subscriptions.model.wishes import Channel as Way
from chalicelib.subscriptions.model.wishes import Floor, Wishes, topic_of
from chalicelib.subscriptions.service.asking import Request, Subscriptions
from chalicelib.subscriptions.store import SubscriptionStore
from infra.local.city import STAGE
from tests.contracts.permits import CLERK, PermitApproved, permit
from tests.stack.by_hand import ByHand, fact_message
from tests.stack.journey import listeners, phone_topics

AYU, MADE = Hand(id="ayu", name="Ayu"), Hand(id="made", name="Made")
THERE: Final = "51.71.01.2008"  # Pemogan: nobody else of these tests listens there


def announced(tools: Toolbox) -> list[Entry]:
    thing = permit()
    tools.store.commit([thing], [PermitApproved(permit=thing.key.pk)], by=CLERK)
    return tools.store.journal(thing.key.pk)


def poison(hand: ByHand) -> tuple[str, str]:
    """A line of the journal that nobody can read, five minutes old; where it lies."""
    at = (utc_now() - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%S.000000Z")
    line = {"pk": f"permit#{uuid.uuid4().hex}", "sk": "fact#000000000001", "unsent": "u0", "at": at, "data": "{"}
    item = {name: {"S": value} for name, value in line.items()}
    hand.city.client("dynamodb").put_item(TableName=hand.city.told["TableName"], Item=item)
    return line["pk"], line["sk"]


def reported(hand: ByHand, contact: Contact | None = None) -> str:
    seen = Observation(kind="flood", village=THERE, place_words="", words="Air naik", language="en", contact=contact)
    return Incidents(hand.tools()).report(seen, str(uuid.uuid4()))


def opened(hand: ByHand, reference: str) -> str:
    return Incidents(hand.tools()).open((reference,), "ayu", str(uuid.uuid4()))


def verified(hand: ByHand, reference: str) -> Entry:
    """The fact that a verified incident announces."""
    incident = opened(hand, reference)
    Incidents(hand.tools()).verify(incident, "ayu")
    return hand.tools().store.journal(f"incident#{incident}")[-1]


def issued(
    hand: ByHand,
    incident: str = "",
    *,
    minutes_ago: float = 0,
    ends_in: float = 60,
    level: Level = Level.SIAGA,
    place: str = THERE,
) -> Alert:
    """An alert that two officers let out so long ago, and that ends so many minutes after that."""
    tools = hand.tools(minutes_ago)
    desk = Alerts(tools)
    words = Text(id=f"Banjir {uuid.uuid4().hex[:6]}", en=f"Flood {uuid.uuid4().hex[:6]}")
    written = Content(
        status=Status.ACTUAL,
        hazard="flood",
        level=level,
        areas=(place,),
        headline=words,
        description=words,
        instruction=words,
        expires_at=tools.now() + timedelta(minutes=ends_in),
    )
    with working_with(tools):
        alert = desk.draft(written, AYU, str(uuid.uuid4()), incident)
    desk.submit(alert, AYU, str(uuid.uuid4()), 1)
    desk.approve(alert, MADE, str(uuid.uuid4()), 1)
    return desk.alert(alert)


def issued_fact(hand: ByHand, incident: str = "") -> Entry:
    return hand.tools().store.journal(f"alert#{issued(hand, incident).id}")[-1]


def cancelled(hand: ByHand, alert: Alert) -> Alert:
    desk = Alerts(hand.tools())
    desk.request_cancel(alert.id, AYU, str(uuid.uuid4()), Text(id="Surut", en="Gone"))
    desk.approve_cancel(alert.id, MADE, str(uuid.uuid4()))
    return desk.alert(alert.id)


def state_of(hand: ByHand, alert: Alert) -> str:
    return str(Alerts(hand.tools()).alert(alert.id).state)


def asked_for(hand: ByHand, way: Way, address: str, *, place: str = THERE, floor: Floor = Floor.WASPADA) -> str:
    wishes = Wishes(places=(place,), floor=floor, language="en")
    request = Request(channel=way, address=address, mask="•••", wishes=wishes)
    return Subscriptions(hand.tools()).ask(request, str(uuid.uuid4()))


def confirmed(hand: ByHand, way: Way, address: str, *, place: str = THERE, floor: Floor = Floor.WASPADA) -> str:
    asked = asked_for(hand, way, address, place=place, floor=floor)
    return Subscriptions(hand.tools()).confirm(asked)


def standing(hand: ByHand, person: str) -> Subscription:
    return SubscriptionStore(hand.tools().store).get(person)


def last_fact(hand: ByHand, person: str) -> Entry:
    return hand.tools().store.journal(f"subscription#{person}")[-1]


def hand_the_phone(hand: ByHand, person: str) -> None:
    """The worker hangs it on its topic, and the phone network listens beside it."""
    assert hand.handed("subscriptions-worker", fact_message(last_fact(hand, person)))
    beside = f"{hand.city.origin}/_inbox/sns"
    hand.city.eventually(lambda: beside in hangs_there(hand, THERE), 10)


def topic_name(place: str, floor: Floor) -> str:
    return f"sewaka-{STAGE}-phone-{topic_of(place, floor, 'en').replace('.', '_')}"


def hangs_there(hand: ByHand, place: str) -> set[str]:
    """Endpoints of all topics of a place that have confirmed."""
    return {end for topic in phone_topics(hand.city, place) for end in listeners(hand.city, topic)}


def unknown_row(
    hand: ByHand, alert: Alert, *, minutes_ago: float = 0, channel: Channel = Channel.MAIL
) -> tuple[str, str]:
    """The batch and target of a send that nobody answered."""
    batch = str(Batch(alert_id=alert.id, announcement=Announcement.ISSUED, revision=1, channel=channel, shard=0))
    tools = hand.tools(minutes_ago)

    def silent(_: str) -> str:
        raise Unanswered

    target = f"{THERE}-siaga-id" if channel is Channel.PHONE else uuid.uuid4().hex
    Deliveries(tools.store, tools.now).deliver(batch, target, channel, silent, guard=lambda: None)
    return batch, target


def is_settled(hand: ByHand, row: tuple[str, str]) -> bool:
    found = Deliveries(hand.tools().store).find(*row)
    return found is not None and found.state is State.SENT


def ses_event(kind: str, row: tuple[str, str], **more: Any) -> str:
    mail = {"messageId": "m-1", "tags": {"row": [row_id(*row)]}}
    return json.dumps({"eventType": kind, "mail": mail, kind.lower(): {}, **more})
