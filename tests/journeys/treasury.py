"""What finance has to decide, made by the app's own code at the city's table: an open difference, a refund that
waits for a second officer, and posters. No press of a visitor brings either about in a minute.
"""

import uuid
from datetime import timedelta

from chalicelib.core.clock import WITA
from chalicelib.core.events import system
from chalicelib.core.ids import new_id, new_reference
from chalicelib.core.money import rupiah
from chalicelib.core.text import Text
from chalicelib.core.toolbox import Toolbox
from chalicelib.payments.model.difference import Difference, Topic
from chalicelib.payments.model.graph import State
from chalicelib.payments.model.order import Attempt, Bought, Order, Stage
from chalicelib.payments.model.poster import Why
from chalicelib.payments.model.refund import Progress, Reason, Refund
from chalicelib.payments.service.books import Books
from chalicelib.payments.service.posters import Posters
from chalicelib.payments.store.orders import Change, OrderStore


def cast_of(tools: Toolbox) -> dict[str, str]:
    """`riddle` is an open difference, `paid` an order of which `waits` is a refund that another officer decides.

    `poster` hangs somewhere, `torn` is revoked, and `torn_link` is what its QR leads to.
    """
    order, refund = _paid(tools), new_id("refund")
    asked = _asked(tools, order, refund)
    going = order.giving_back(asked.amount, refund)
    OrderStore(tools.store).commit(Change(order=going, refund=asked), by=system("test"))
    return {"riddle": _riddle(tools), "paid": order.reference, "waits": refund, **_posters(tools)}


def _posters(tools: Toolbox) -> dict[str, str]:
    hung, torn = (Posters(tools).ask("mangrove", "adult", "kadek", uuid.uuid4().hex) for _ in range(2))
    Posters(tools).revoke(torn, Why.FORGED, "Stiker palsu", "kadek")
    return {"poster": hung, "torn": torn, "torn_link": Posters(tools).token(torn)}


def _riddle(tools: Toolbox) -> str:
    found = Difference(
        topic=Topic.MOVEMENT,
        subject=f"txn_{uuid.uuid4().hex}",
        day=tools.now().astimezone(WITA).date().isoformat(),
        found_at=tools.now(),
        found=rupiah(-7_500),
        unmatched=rupiah(-7_500),
    )
    Books(tools).report(found)
    return found.id


def _paid(tools: Toolbox) -> Order:
    now = tools.now()
    attempt = Attempt(
        id=new_id("attempt"),
        expires_at=now + timedelta(minutes=40),
        stage=Stage.PAID,
        payment=f"pi_{uuid.uuid4().hex}",
        captured=rupiah(1_000_000),
    )
    return Order(
        reference=new_reference("PS"),
        scheme="mangrove",
        authority="denpasar",
        account="4.1.02.02",
        lines=(Bought(item="adult", name=Text(id="Dewasa", en="Adult"), unit=rupiah(50_000), quantity=20),),
        language="id",
        placed_at=now,
        attempts=(attempt,),
        state=State.PAID,
        paid_at=now,
        places=20,
    )


def _asked(tools: Toolbox, order: Order, refund: str) -> Refund:
    return Refund(
        id=refund,
        order=order.reference,
        payment=order.payment,
        amount=rupiah(600_000),
        reason=Reason.OFFICER,
        asked_at=tools.now(),
        asked_by="rai",
        words="Pompa rusak, jalur ditutup.",
        progress=Progress.ASKED,
    )
