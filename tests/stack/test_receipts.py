"""Receipts of the running city: numbered in turn by its own queue and function, and in the hands of whoever paid."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

import pytest
import requests

from chalicelib.core.aws.queue import SqsFifo
from chalicelib.core.clock import WITA, utc_now
from chalicelib.core.documents import PDF_TYPE
from chalicelib.core.events import ascii_json, system
from chalicelib.core.ids import new_id, new_reference
from chalicelib.core.money import rupiah
from chalicelib.core.text import Text
from chalicelib.core.toolbox import Toolbox
from chalicelib.payments.model.graph import State
from chalicelib.payments.model.order import PREFIX, Attempt, Bought, Order, Stage
from chalicelib.payments.store.kinds import PaymentLink
from chalicelib.payments.store.orders import Change, OrderStore
from chalicelib.payments.store.receipts import ReceiptStore
from tests.stack.by_hand import ByHand, at_rest
from tests.stack.cloud import everything_is_sent
from tests.stack.journey import SOON, awaited, done, new_people, received, visitor
from tests.stack.second_city import SecondCity
from tests.twins.provider import GOOD

pytestmark = pytest.mark.stack

PAYMENTS = 100
AUTHORITY = "bali"


@contextmanager
def nobody_draws(city: SecondCity) -> Iterator[ByHand]:
    """Two hundred documents would keep the city busy long after their test."""
    city.eventually(lambda: ByHand(city).is_quiet("payments"), SOON)
    with at_rest(city, ["payments-worker"]) as hand:
        yield hand
        city.eventually(lambda: everything_is_sent(city), SOON)
        hand.empty("payments")


def test_a_hundred_payments_at_once_have_a_hundred_numbers_in_a_row(running_city: SecondCity) -> None:
    with nobody_draws(running_city) as hand, ThreadPoolExecutor(8) as crowd:
        store, year = ReceiptStore(hand.tools().store), datetime.now(WITA).year
        before = store.series(AUTHORITY, year).last
        queue = SqsFifo(running_city.client("sqs"), hand.queue("receipts.fifo"))
        payments = list(crowd.map(partial(pay, hand.tools(), queue), range(PAYMENTS)))
        running_city.eventually(lambda: store.series(AUTHORITY, year).last >= before + PAYMENTS, SOON)
        serials = sorted(store.receipt(payment).serial for payment in payments)

    assert serials == list(range(before + 1, before + PAYMENTS + 1))


def pay(tools: Toolbox, queue: SqsFifo, _: int) -> str:
    """Money that is there, and its receipt asked for; the payment."""
    order = paid_order()
    link = PaymentLink(payment=order.payment, order=order.reference, card="", paid_at=order.placed_at)
    OrderStore(tools.store).commit(Change(order=order, link=link), by=system("tests"))
    asked = ascii_json({"order": order.reference, "payment": order.payment, "correlation": order.reference})
    queue.send(asked, group=f"{AUTHORITY}#{datetime.now(WITA).year}", key=order.reference)
    return order.payment


def paid_order() -> Order:
    now, price = utc_now(), rupiah(1_000)
    attempt = Attempt(id=new_id("attempt"), expires_at=now, stage=Stage.PAID, payment=new_id("pi"), captured=price)
    return Order(
        reference=new_reference(PREFIX),
        scheme="mangrove",
        authority=AUTHORITY,
        account="4.1.02.02",
        lines=(Bought(item="adult", name=Text(id="Uji", en="Test"), unit=price, quantity=1),),
        language="en",
        placed_at=now,
        attempts=(attempt,),
        state=State.PAID,
        paid_at=now,
    )


def test_whoever_paid_has_a_ticket_a_receipt_and_one_mail(running_city: SecondCity) -> None:
    person, browser = new_people(), visitor(running_city)
    day = (datetime.now(WITA).date() + timedelta(days=3)).isoformat()
    hosted = done(browser.press("/en/pay/mangrove", "/pay/mangrove", quantity_adult="1", day=day)).location
    card = {"email": person.mail, "number": GOOD, "expiry": "12/34", "cvc": "123", "way": "card"}
    back = requests.post(hosted, data=card, allow_redirects=False, timeout=30).headers["Location"]
    page = back.partition("?")[0]
    letter = awaited(running_city, person.mail)
    document = requests.get(f"{page.replace('/orders/', '/receipts/')}.pdf", allow_redirects=False, timeout=30)

    assert page in letter["text"]
    assert re.search(r"DPS/\d{4}/\d{6}", letter["text"])
    assert (document.status_code, document.headers["Content-Type"]) == (200, PDF_TYPE)
    assert document.content.startswith(b"%PDF-")
    assert "/pay/tickets/TK" in browser.get(page).text
    assert len(received(running_city, person.mail)) == 1
