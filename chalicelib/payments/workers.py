"""What payments do by themselves: tickets and refunds by facts, holds by the clock."""

from typing import Any

from chalice.app import Blueprint

from chalicelib.core.events import Entry, fact_from
from chalicelib.core.handlers import Message, facts_worker, messages_worker
from chalicelib.core.money import Money
from chalicelib.core.store import Once
from chalicelib.payments.events import (
    BillsIssued,
    MoneyPosted,
    OrderDisputed,
    OrderPaid,
    OrderPaidLate,
    OrderPaidTwice,
    OrderRefunded,
    PosterAsked,
    ReceiptNumbered,
    RefundApproved,
    RefundSettled,
    TicketsMissed,
    TicketsSought,
)
from chalicelib.payments.model.refund import Reason
from chalicelib.payments.service.billing import billing
from chalicelib.payments.service.bills import bills
from chalicelib.payments.service.books import books
from chalicelib.payments.service.finding import finding
from chalicelib.payments.service.holds import holds
from chalicelib.payments.service.mailing import mailing
from chalicelib.payments.service.orders import orders
from chalicelib.payments.service.posters import posters
from chalicelib.payments.service.receipts import receipts
from chalicelib.payments.service.reconciling import reconciling
from chalicelib.payments.service.refunds import refunds
from chalicelib.payments.service.vouchers import vouchers

workers = Blueprint(__name__)


def make_tickets(entry: Entry) -> None:
    vouchers().issue(fact_from(OrderPaid, entry).reference)


def make_missed_tickets(entry: Entry) -> None:
    vouchers().issue(fact_from(TicketsMissed, entry).reference)


def note_card(entry: Entry) -> None:
    orders().note_card(fact_from(OrderPaid, entry).reference)


def settle_bills(entry: Entry) -> None:
    bills().follow(fact_from(OrderPaid, entry).reference)


def ask_receipt(entry: Entry) -> None:
    receipts().ask(entry)


# What follows a payment, the most urgent first. Each step does nothing when it is done already: where one fails, the
# message comes back and the earlier ones are not done twice.
AFTER_PAYMENT = (make_tickets, ask_receipt, settle_bills, note_card)


def follow_payment(entry: Entry) -> None:
    for step in AFTER_PAYMENT:
        step(entry)


def give_late_back(entry: Entry) -> None:
    fact = fact_from(OrderPaidLate, entry)
    ask_receipt(entry)
    _give_back(entry, fact.reference, fact.payment, fact.amount, Reason.LATE)


def give_surplus_back(entry: Entry) -> None:
    fact = fact_from(OrderPaidTwice, entry)
    ask_receipt(entry)
    _give_back(entry, fact.reference, fact.payment, fact.amount, Reason.SURPLUS)


def send_refund(entry: Entry) -> None:
    refunds().send(fact_from(RefundApproved, entry).refund)


def follow_dispute(entry: Entry) -> None:
    vouchers().follow(entry.data["reference"])
    bills().follow(entry.data["reference"])


def follow_refund(entry: Entry) -> None:
    reference = fact_from(RefundSettled, entry).order
    vouchers().stop(reference)
    bills().follow(reference)


def enter_bills(entry: Entry) -> None:
    billing().enter(fact_from(BillsIssued, entry).batch)


def draw_poster(entry: Entry) -> None:
    posters().draw(fact_from(PosterAsked, entry).serial)


def write_to_seeker(entry: Entry) -> None:
    finding().write(fact_from(TicketsSought, entry).lookup)


def keep_dispute(entry: Entry) -> None:
    fact = fact_from(OrderDisputed, entry)
    follow_dispute(entry)
    books().note_dispute(fact.reference, fact.dispute)


def note_posting(entry: Entry) -> None:
    books().note(fact_from(MoneyPosted, entry))


def follow_receipt(entry: Entry) -> None:
    """Drawn and mailed first: the figures are added last, since a repeat of them ends the message."""
    payment = fact_from(ReceiptNumbered, entry).payment
    receipts().draw(payment)
    mailing().paid(payment)
    receipts().note(entry)


def write_of_refund(entry: Entry) -> None:
    fact = fact_from(OrderRefunded, entry)
    mailing().gone_back(fact.reference, fact.refund)


def number_receipt(message: Message) -> None:
    receipts().number(str(message["order"]), str(message["payment"]))


def _give_back(entry: Entry, reference: str, payment: str, amount: int, reason: Reason) -> None:
    once = Once(scope="payments", id=entry.id)
    refunds().give_back(reference, payment, Money(amount, "IDR"), reason, once)


HANDLERS = {
    "OrderPaid": follow_payment,
    "OrderPaidLate": give_late_back,
    "OrderPaidTwice": give_surplus_back,
    "RefundApproved": send_refund,
    "RefundSettled": follow_refund,
    "BillsIssued": enter_bills,
    "TicketsSought": write_to_seeker,
    "OrderDisputed": keep_dispute,
    "DisputeDecided": follow_dispute,
    "MoneyPosted": note_posting,
    "TicketsMissed": make_missed_tickets,
    "ReceiptNumbered": follow_receipt,
    "OrderRefunded": write_of_refund,
    "PosterAsked": draw_poster,
}


@workers.on_sqs_message(queue="Payments", name="payments_worker")
@facts_worker("payments", HANDLERS, soon=True)
def payments_worker(event: Any) -> None:
    """Makes tickets of what is paid, sends refunds, freezes what a bank disputes."""


@workers.on_sqs_message(queue="Receipts", name="payments_receipts", batch_size=1)
@messages_worker("payments_receipts", number_receipt)
def payments_receipts(event: Any) -> None:
    """Gives receipts their numbers, one after another for each authority and year."""


@workers.schedule("rate(1 minute)", name="payments_clock")
def payments_clock(_event: Any) -> None:
    """Ends checkouts whose time is over, then frees their places."""
    holds().end_due()


@workers.schedule("rate(15 minutes)", name="payments_reconcile")
def payments_reconcile(_event: Any) -> None:
    """Asks the provider for what was missed; at the first run of a day for more than a week."""
    reconciling().run()
