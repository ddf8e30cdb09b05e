"""What a payer does on the hosted page, and what becomes of it."""

from typing import Any

from infra.local.sandbox.account import Account, Tree
from infra.local.sandbox.balance import DAYS, book, fee
from infra.local.sandbox.cards import UNPROVEN, Card, Outcome

# A sample table: rupiah, in sen, for one minor unit of the payer's own currency.
RATES = {"aud": 10_400, "jpy": 10_600, "kwd": 5_350, "sek": 1_700}


def presented(amount: int, currency: str) -> int:
    """What a payer is asked in another currency; dinars in hundredths."""
    step = 10 if currency == "kwd" else 1
    return -(-amount // (RATES[currency] * step)) * step


def begin(account: Account, session: Tree, email: str, currency: str = "") -> Tree:
    """The payment of a session, made at the first try, with what the payer typed this time."""
    session["_email"], session["_currency"] = email, currency
    if session["payment_intent"]:
        return account.find("intent", session["payment_intent"])
    intent = account.make(
        "intent",
        amount=session["amount_total"],
        amount_received=0,
        currency=session["currency"],
        last_payment_error=None,
        latest_charge=None,
        metadata=dict(session["_metadata"]),
        payment_method_types=session["payment_method_types"],
        status="requires_payment_method",
        _session=session["id"],
    )
    session["payment_intent"] = intent["id"]
    return intent


def pay_by_card(account: Account, intent: Tree, card: Card) -> str:
    """paid, declined, or challenge: the bank wants to see the payer first."""
    intent["_card"] = {"number": card.number, "expiry": card.expiry, "cvc": card.cvc}
    if card.outcome.challenge:
        intent["status"] = "requires_action"
        return "challenge"
    return _decide(account, intent, card)


def prove(account: Account, intent: Tree, proven: bool) -> str:
    """The payer's answer to the bank's challenge: paid or declined."""
    if intent["status"] != "requires_action":
        return "paid" if intent["status"] == "succeeded" else "declined"
    card = Card(**intent["_card"])
    return _decide(account, intent, card) if proven else _decline(account, intent, card, UNPROVEN)


def _decide(account: Account, intent: Tree, card: Card) -> str:
    outcome = card.outcome
    return _decline(account, intent, card, outcome) if outcome.code else _charge(account, intent, card)


def _decline(account: Account, intent: Tree, card: Card, outcome: Outcome) -> str:
    error = {"type": "card_error", "code": outcome.code, "message": outcome.message}
    error |= {"decline_code": outcome.decline_code} if outcome.decline_code else {}
    if outcome is not UNPROVEN:
        told = {"failure_code": outcome.code, "failure_message": outcome.message}
        error["charge"] = intent["latest_charge"] = _charge_of(account, intent, card, "failed", **told)["id"]
    intent.update(status="requires_payment_method", last_payment_error=error)
    account.tell("payment_intent.payment_failed", intent)
    return "declined"


def _charge(account: Account, intent: Tree, card: Card) -> str:
    session = account.find("session", intent["_session"])
    charge = _charge_of(account, intent, card, "succeeded")
    charge["_slow_refund"] = card.outcome.slow_refund
    _capture(account, intent, charge)
    complete(account, session, "paid")
    return "paid"


def _charge_of(account: Account, intent: Tree, card: Card | None, status: str, **more: Any) -> Tree:
    session = account.find("session", intent["_session"])
    return account.make(
        "charge",
        amount=intent["amount"],
        amount_captured=intent["amount"] if status == "succeeded" else 0,
        amount_refunded=0,
        balance_transaction=None,
        billing_details={"email": session["_email"], "name": None, "phone": None, "address": None},
        captured=status == "succeeded",
        currency=intent["currency"],
        disputed=False,
        metadata=dict(intent["metadata"]),
        paid=status == "succeeded",
        payment_intent=intent["id"],
        payment_method_details=_seen(card),
        refunded=False,
        status=status,
        **more,
    )


def _seen(card: Card | None) -> Tree:
    """What the city learns of the card, or of the bank behind a transfer."""
    if card is None:
        return {"type": "id_bank_transfer", "id_bank_transfer": {"bank": "bca"}}
    brand = {"4": "visa", "5": "mastercard"}.get(card.number[0], "unknown")
    month, _, year = card.expiry.partition("/")
    told = {"brand": brand, "last4": card.last4, "exp_month": int(month), "exp_year": 2000 + int(year)}
    return {"type": "card", "card": told}


def _capture(account: Account, intent: Tree, charge: Tree) -> None:
    kind = "charge" if charge["payment_method_details"]["type"] == "card" else "payment"
    cost = {"fee": fee(charge["amount"]), "days": DAYS, "type": kind}
    charge["balance_transaction"] = book(account, charge, charge["amount"], "charge", **cost)["id"]
    intent.update(status="succeeded", amount_received=intent["amount"], latest_charge=charge["id"])
    account.tell("payment_intent.succeeded", intent)


def complete(account: Account, session: Tree, payment_status: str) -> None:
    session.update(status="complete", payment_status=payment_status, url=None)
    session["customer_details"] = {"email": session["_email"], "name": None, "phone": None, "address": None}
    if currency := session["_currency"]:
        shown = presented(session["amount_total"], currency)
        session["presentment_details"] = {"presentment_amount": shown, "presentment_currency": currency}
    account.tell("checkout.session.completed", session)


def pay_by_transfer(account: Account, intent: Tree) -> None:
    """The payer is through; the money arrives later, or never."""
    intent["status"] = "processing"
    complete(account, account.find("session", intent["_session"]), "unpaid")


def settle(account: Account, intent: Tree, arrived: bool) -> None:
    """The transfer arrived, or came to nothing."""
    session = account.find("session", intent["_session"])
    if arrived:
        _capture(account, intent, _charge_of(account, intent, None, "succeeded"))
        session["payment_status"] = "paid"
        account.tell("checkout.session.async_payment_succeeded", session)
        return
    error = {"type": "invalid_request_error", "code": "payment_method_provider_decline", "message": "It never came."}
    intent.update(status="requires_payment_method", last_payment_error=error)
    account.tell("payment_intent.payment_failed", intent)
    account.tell("checkout.session.async_payment_failed", session)
