"""Steps of the functions that follow payments."""

import uuid
from datetime import timedelta

from chalicelib.core.clock import utc_now
from chalicelib.core.contacts import mask_email
from chalicelib.core.events import Entry, system
from chalicelib.core.ids import new_id, new_reference
from chalicelib.core.money import rupiah
from chalicelib.core.text import Text
from chalicelib.core.vault import Secret
from chalicelib.payments.events import OrderPaid
from chalicelib.payments.model.bill import Demand, Entering
from chalicelib.payments.model.graph import State
from chalicelib.payments.model.order import PREFIX, Attempt, Bought, Order, Stage
from chalicelib.payments.model.poster import PosterState
from chalicelib.payments.service.billing import Billing
from chalicelib.payments.service.finding import Finding
from chalicelib.payments.service.posters import Posters
from chalicelib.payments.store.bills import BillStore
from chalicelib.payments.store.orders import Change, OrderStore
from tests.stack.by_hand import ByHand, fact_message
from tests.stack.journey import new_people, received
from tests.stack.step import Step
from tests.stack.steps_of_workers import worked

WORKER = "payments-worker"


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
    fact = fact_message(_last(hand, f"order#{order.reference}"))
    return worked(hand, WORKER, fact, lambda: len(OrderStore(hand.tools().store).codes(order.reference)) == 1)


def paid_order(hand: ByHand, email: str) -> Order:
    """One ticket for a day that is to come, as if its notice had been heard of."""
    tools, now, reference = hand.tools(), utc_now(), new_reference(PREFIX)
    attempt = Attempt(
        id=new_id("attempt"), expires_at=now, stage=Stage.PAID, payment="pi_test", captured=rupiah(50_000)
    )
    order = Order(
        reference=reference,
        scheme="mangrove",
        authority="denpasar",
        account="4.1.02.02",
        lines=(Bought(item="adult", name=Text(id="Dewasa", en="Adult"), unit=rupiah(50_000), quantity=1),),
        language="en",
        placed_at=now,
        attempts=(attempt,),
        state=State.PAID,
        day=(now + timedelta(days=9)).date(),
        places=1,
        paid_at=now,
        card="4242",
        email=tools.vault.seal(Secret.EMAIL, email, mask_email(email), owner=reference),
    )
    told = {"reference": reference, "scheme": order.scheme, "authority": order.authority, "payment": "pi_test"}
    fact = OrderPaid(amount=5_000_000, places=1, **told)  # type: ignore[arg-type]
    OrderStore(tools.store).commit(Change(order=order, facts=(fact,)), by=system("tests"))
    return order


def _last(hand: ByHand, key: str) -> Entry:
    return hand.tools().store.journal(key)[-1]
