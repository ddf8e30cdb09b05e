"""Steps of the functions that follow payments."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import requests

from chalicelib.core.clock import utc_now
from chalicelib.core.events import Entry, ascii_json, system
from chalicelib.core.ids import new_id, new_reference
from chalicelib.core.money import rupiah
from chalicelib.core.text import Text
from chalicelib.payments.gateway.stripe import StripeProvider
from chalicelib.payments.model.bill import Demand, Entering
from chalicelib.payments.model.graph import State
from chalicelib.payments.model.order import HOLD, PREFIX, Attempt, Bought, Order
from chalicelib.payments.model.poster import PosterState
from chalicelib.payments.service.billing import Billing
from chalicelib.payments.service.finding import Finding
from chalicelib.payments.service.orders import request
from chalicelib.payments.service.posters import Posters
from chalicelib.payments.service.settling import Settling
from chalicelib.payments.store.bills import BillStore
from chalicelib.payments.store.orders import Change, OrderStore
from chalicelib.payments.store.receipts import ReceiptStore
from infra.local.sandbox.sandbox import KEY, SIGNING_SECRET
from tests.stack.by_hand import ByHand, fact_message
from tests.stack.journey import new_people, received
from tests.stack.step import Run, Step
from tests.stack.steps_of_workers import worked
from tests.twins.provider import GOOD

WORKER = "payments-worker"
RECEIPTS = "receipts.fifo"


def write_to_a_seeker(hand: ByHand) -> Step:
    """Somebody who has paid and lost the ticket typed the address."""
    person, tools = new_people(), hand.tools()
    paid_order(hand, person.mail)
    lookup = Finding(tools).ask(person.mail, "en", uuid.uuid4().hex)
    fact = fact_message(_last(hand, f"lookup#{lookup.id}"))
    return worked(hand, WORKER, fact, lambda: received(hand.city, person.mail, "The code is"))


def enter_bills(hand: ByHand) -> Step:
    tools, what = hand.tools(), Text(id="Uji", en="Test")
    demand = Demand(number=f"T-{uuid.uuid4().hex[:8].upper()}", period="2026-11", amount=rupiah(1_000), what=what)
    batch = Billing(tools.store, tools.now).take("market", (demand,), "kadek", uuid.uuid4().hex)
    fact = fact_message(_last(hand, f"billing#{batch}"))
    return worked(hand, WORKER, fact, lambda: BillStore(tools.store).batch(batch).state is Entering.ENTERED)


def draw_poster(hand: ByHand) -> Step:
    posters = Posters(hand.tools())
    serial = posters.ask("mangrove", "adult", "kadek", uuid.uuid4().hex)
    fact = fact_message(_last(hand, f"poster#{serial}"))
    return worked(hand, WORKER, fact, lambda: posters.poster(serial).state is PosterState.READY)


def make_tickets(hand: ByHand) -> Step:
    order = paid_order(hand, new_people().mail)
    fact = _fact(hand, f"order#{order.reference}", "OrderPaid")
    return worked(hand, WORKER, fact, lambda: len(OrderStore(hand.tools().store).codes(order.reference)) == 1)


def ask_for_a_receipt(hand: ByHand) -> Step:
    hand.empty(RECEIPTS)
    order = paid_order(hand, new_people().mail)
    fact = _fact(hand, f"order#{order.reference}", "OrderPaid")
    return worked(hand, WORKER, fact, lambda: order.payment in str(hand.waiting(RECEIPTS)))


def number_a_receipt(hand: ByHand) -> Step:
    order, store = paid_order(hand, new_people().mail), ReceiptStore(hand.tools().store)
    asked = ascii_json({"order": order.reference, "payment": order.payment, "correlation": uuid.uuid4().hex})
    return worked(hand, "payments-receipts", asked, lambda: store.find(order.payment))


def end_a_hold(hand: ByHand) -> Step:
    """Its checkout has ended, and nobody was told."""
    order, payments = placed_order(hand), _provider(hand)
    with untold(hand):
        payments.end_checkout(order.attempt.checkout)
    _kept(hand, replace(order, due_at=utc_now()))
    return Run(lambda: hand.ticked("payments-clock")).step(lambda: _state(hand, order) is State.EXPIRED)


def end_a_hold_that_was_paid(hand: ByHand) -> Step:
    """In its last moment, and nobody was told: the payer's address is heard here first."""
    order = _kept(hand, replace(unheard_order(hand, new_people().mail), due_at=utc_now()))
    return Run(lambda: hand.ticked("payments-clock")).step(lambda: _state(hand, order) is State.PAID)


def find_a_payment(hand: ByHand) -> Step:
    """Its notice was lost, and its hold is not over."""
    order = unheard_order(hand, new_people().mail)
    return Run(lambda: hand.ticked("payments-reconcile")).step(lambda: _state(hand, order) is State.PAID)


def miss_tickets(hand: ByHand) -> Step:
    """Paid twenty minutes ago, and nobody made its ticket."""
    order = paid_order(hand, new_people().mail, minutes_ago=20)
    key = f"order#{order.reference}"
    return Run(lambda: hand.ticked("payments-reconcile")).step(lambda: _last(hand, key).name == "TicketsMissed")


def paid_order(hand: ByHand, email: str, minutes_ago: float = 0) -> Order:
    """One ticket for a day that is to come, paid at the provider and heard of."""
    order, store = unheard_order(hand, email), OrderStore(hand.tools().store)
    found = _provider(hand).checkout(order.attempt.checkout)
    Settling(hand.tools()).settle(replace(found, paid_at=utc_now() - timedelta(minutes=minutes_ago)))
    return store.order(order.reference)


def unheard_order(hand: ByHand, email: str) -> Order:
    """As `paid_order`, but its notices never came."""
    order = placed_order(hand)
    card = {"email": email, "number": GOOD, "expiry": "12/34", "cvc": "123", "way": "card"}
    with untold(hand):
        answer = requests.post(order.attempt.url, data=card, allow_redirects=False, timeout=30)
    assert answer.status_code == 303
    return order


def placed_order(hand: ByHand) -> Order:
    """Its checkout is open; no counter of places knows of it."""
    tools, now = hand.tools(), utc_now()
    order = Order(
        reference=new_reference(PREFIX),
        scheme="mangrove",
        authority="denpasar",
        account="4.1.02.02",
        lines=(Bought(item="adult", name=Text(id="Dewasa", en="Adult"), unit=rupiah(50_000), quantity=1),),
        language="en",
        placed_at=now,
        attempts=(Attempt(id=new_id("attempt"), expires_at=now + HOLD),),
        day=(now + timedelta(days=9)).date(),
        places=1,
        due_at=now + HOLD,
    )
    checkout = _provider(hand).open_checkout(request(order, tools.origin))
    return _kept(hand, order.opened(checkout.id, checkout.url))


def _kept(hand: ByHand, order: Order) -> Order:
    store = OrderStore(hand.tools().store)
    store.commit(Change(order=order), by=system("tests"))
    return store.order(order.reference)


def _state(hand: ByHand, order: Order) -> State:
    return OrderStore(hand.tools().store).order(order.reference).state


def _provider(hand: ByHand) -> StripeProvider:
    return StripeProvider(KEY, [SIGNING_SECRET], hand.city.city.checkout)


@contextmanager
def untold(hand: ByHand) -> Iterator[None]:
    """What happens at the provider meanwhile is told to nobody."""
    controls = f"{hand.city.city.checkout}/_sandbox"
    requests.post(f"{controls}/astray", data={"do": "drop", "times": "-1"}, timeout=30).raise_for_status()
    try:
        yield
    finally:
        requests.post(f"{controls}/mend", timeout=30).raise_for_status()


def _last(hand: ByHand, key: str) -> Entry:
    return hand.tools().store.journal(key)[-1]


def _fact(hand: ByHand, key: str, name: str) -> str:
    """The newest fact of a name, as a message."""
    return fact_message([entry for entry in hand.tools().store.journal(key) if entry.name == name][-1])
