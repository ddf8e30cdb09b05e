"""Stripe's words in ours: its JSON objects as the port's things. Pure.

The objects of the API and those inside a webhook have one shape; what is expanded there is an id here.
Fields as in https://docs.stripe.com/api, version 2026-10-28, read 2026-11-24.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from chalicelib.core.money import EXPONENTS, Money
from chalicelib.payments.gateway.port import (
    Checkout,
    CheckoutState,
    Decline,
    DisputeState,
    Movement,
    MovementKind,
    ProviderDispute,
    ProviderRefund,
    RefundState,
)

Tree = Mapping[str, Any]

# Metadata of a session and of its payment, and of a refund: how we find our own things again.
ORDER: Final = "order"
ATTEMPT: Final = "attempt"
REFUND: Final = "refund"

REFUND_STATES: Final = {
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "succeeded": RefundState.DONE,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}
# All others, inquiries included, may still be lost.
DISPUTE_ENDS: Final = {
    "won": DisputeState.WON,
    "warning_closed": DisputeState.WON,
    "prevented": DisputeState.WON,
    "lost": DisputeState.LOST,
}
# By reporting category: by type, a bank transfer would be a `payment` and be missed.
MOVEMENTS: Final = {kind.value: kind for kind in MovementKind}
DECLINES: Final = {
    "insufficient_funds": Decline.FUNDS,
    "authentication_required": Decline.AUTHENTICATION,
    "payment_intent_authentication_failure": Decline.AUTHENTICATION,
    "expired_card": Decline.EXPIRED_CARD,
    **dict.fromkeys(
        (
            *("incorrect_cvc", "incorrect_number", "incorrect_zip", "invalid_cvc", "invalid_number"),
            *("invalid_expiry_month", "invalid_expiry_year"),
        ),
        Decline.WRONG_DETAILS,
    ),
}


def money(amount: int, currency: str) -> Money:
    """Stripe counts in minor units as ISO 4217 does: rupiah with two decimals, yen with none, dinar with three.

    ValueError for a currency that we do not know.
    """
    return Money(amount, currency.upper())


def amount(asked: Money) -> int:
    """What Stripe takes for it. ValueError for nothing, less, and for thousandths that it cannot charge."""
    if asked.minor_units <= 0:
        raise ValueError("nothing to charge")
    if EXPONENTS[asked.currency] == 3 and asked.minor_units % 10:
        raise ValueError("Stripe takes hundredths of this currency at the finest")
    return asked.minor_units


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def seconds(at: datetime) -> int:
    return int(at.timestamp())


def id_of(thing: Any) -> str:
    """The id of what is expanded, is an id already, or is not there."""
    found = thing.get("id") if isinstance(thing, Mapping) else thing
    return str(found or "")


def checkout(session: Tree, paid_at: datetime | None = None) -> Checkout:
    """`paid_at` where the session does not say it; a charge that is expanded does."""
    charge = _expanded(_expanded(session, "payment_intent"), "latest_charge")
    paid = session["payment_status"] == "paid"
    return Checkout(
        id=session["id"],
        attempt=_told(session, ATTEMPT),
        order=_told(session, ORDER),
        state=_state(session, paid),
        paid=paid,
        amount=money(session["amount_total"], session["currency"]),
        url=session.get("url") or "",
        payment=id_of(session.get("payment_intent")),
        email=(session.get("customer_details") or {}).get("email") or "",
        card=_card(charge) if paid else "",
        charged=_charged(session),
        paid_at=(moment(charge["created"]) if charge else paid_at) if paid else None,
    )


def _state(session: Tree, paid: bool) -> CheckoutState:
    """Where a bank transfer came to nothing the session stays complete, and nobody can pay it any more."""
    failed = _expanded(session, "payment_intent").get("status") in ("requires_payment_method", "canceled")
    state = CheckoutState(session["status"])
    return CheckoutState.EXPIRED if state is CheckoutState.COMPLETE and failed and not paid else state


def _expanded(thing: Tree, name: str) -> Tree:
    found = thing.get(name)
    return found if isinstance(found, Mapping) else {}


def _told(thing: Tree, name: str) -> str:
    return str((thing.get("metadata") or {}).get(name) or "")


def _card(charge: Tree) -> str:
    card = (charge.get("payment_method_details") or {}).get("card") or {}
    return str(card.get("last4") or "")


def _charged(session: Tree) -> Money | None:
    """None also where payers saw a currency that we do not know: what they paid is in ours, and must not be lost."""
    shown = session.get("presentment_details")
    if not shown or shown["presentment_currency"].upper() not in EXPONENTS:
        return None
    return money(shown["presentment_amount"], shown["presentment_currency"])


def order_of(thing: Any) -> str:
    """Our order of a thing of whatever shape; "" where it names none."""
    told = thing.get("metadata") if isinstance(thing, Mapping) else None
    found = told.get(ORDER) if isinstance(told, Mapping) else None
    return found if isinstance(found, str) else ""


def is_ours(thing: Tree) -> bool:
    return bool(_told(thing, ORDER) and _told(thing, ATTEMPT))


def names(payment: Tree) -> dict[str, str]:
    """Our order and attempt of a payment."""
    return {"order": _told(payment, ORDER), "attempt": _told(payment, ATTEMPT)}


def refund(found: Tree) -> ProviderRefund:
    return ProviderRefund(
        id=found["id"],
        refund=_told(found, REFUND),
        payment=id_of(found.get("payment_intent")),
        amount=money(found["amount"], found["currency"]),
        state=REFUND_STATES.get(found.get("status") or "", RefundState.PENDING),
    )


def dispute(found: Tree) -> ProviderDispute:
    return ProviderDispute(
        id=found["id"],
        payment=id_of(found.get("payment_intent")),
        amount=money(found["amount"], found["currency"]),
        state=DISPUTE_ENDS.get(found["status"], DisputeState.OPEN),
    )


def decline(payment: Tree) -> Decline:
    """Why the last try of a payment failed."""
    error = payment.get("last_payment_error") or {}
    said = (error.get("decline_code"), error.get("code"))
    return next((DECLINES[word] for word in said if word in DECLINES), Decline.REFUSED)


def movement(found: Tree) -> Movement:
    """A balance transaction whose source is expanded."""
    kind = MOVEMENTS.get(found["reporting_category"], MovementKind.OTHER)
    source = found.get("source")
    currency = found["currency"]
    return Movement(
        id=found["id"],
        kind=kind,
        at=moment(found["created"]),
        gross=money(found["amount"], currency),
        fee=money(found["fee"], currency),
        net=money(found["net"], currency),
        payment=id_of(source.get("payment_intent")) if isinstance(source, Mapping) else "",
        source="" if kind is MovementKind.CHARGE else id_of(source),
    )


def held(balance: Tree, currency: str) -> Money:
    """All of one currency, available and pending."""
    parts = [*balance["available"], *balance["pending"]]
    return Money(sum(part["amount"] for part in parts if part["currency"].upper() == currency), currency)
