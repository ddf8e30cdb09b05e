"""Refunds and disputes: https://docs.stripe.com/api/refunds, https://docs.stripe.com/api/disputes."""

from infra.local.sandbox.account import Account, Tree
from infra.local.sandbox.balance import DISPUTE, book
from infra.local.sandbox.forms import metadata, needed, only, whole
from infra.local.sandbox.refusals import Refusal, not_now


def create(account: Account, form: Tree) -> Tree:
    only(form, "payment_intent amount metadata reason")
    told = metadata(form)
    asked = whole(form["amount"], "amount") if "amount" in form else None
    if asked is not None and asked <= 0:
        raise Refusal(
            "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param="amount"
        )
    charge = _refundable(account, account.find("intent", needed(form, "payment_intent"), "payment_intent"))
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = left if asked is None else asked
    if amount > left:
        raise not_now(f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", param="amount")
    return make(account, charge, amount, told, form.get("reason"))


def _refundable(account: Account, intent: Tree) -> Tree:
    if intent["status"] != "succeeded":
        raise not_now(f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.")
    charge = account.find("charge", intent["latest_charge"])
    if charge["refunded"]:
        raise not_now(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if charge["disputed"]:
        raise not_now(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    return charge


def make(account: Account, charge: Tree, amount: int, told: dict[str, str], reason: str | None = None) -> Tree:
    slow = charge.get("_slow_refund", False)
    refund = account.make(
        "refund",
        amount=amount,
        balance_transaction=None,
        charge=charge["id"],
        currency=charge["currency"],
        metadata=told,
        payment_intent=charge["payment_intent"],
        reason=reason,
        status="pending" if slow else "succeeded",
    )
    refund["balance_transaction"] = book(account, refund, -amount, "refund")["id"]
    _count(charge, amount)
    account.tell("refund.created", refund)
    account.tell("charge.refunded", charge)
    return refund


def _count(charge: Tree, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]


def arrive(account: Account, refund: Tree) -> Tree:
    """A pending refund reaches the payer."""
    if refund["status"] != "pending":
        raise not_now(f"This refund is {refund['status']}.")
    refund["status"] = "succeeded"
    account.tell("refund.updated", refund)
    return refund


def fail(account: Account, refund: Tree) -> Tree:
    """The payer's bank sends it back, maybe days after it succeeded."""
    if refund["status"] == "failed":
        raise not_now("This refund has failed already.")
    refund.update(status="failed", failure_reason="expired_or_canceled_card")
    back = book(account, refund, refund["amount"], "refund_failure")
    refund["failure_balance_transaction"] = back["id"]
    _count(account.find("charge", refund["charge"]), -refund["amount"])
    account.tell("refund.updated", refund)
    account.tell("refund.failed", refund)
    return refund


def dispute(account: Account, intent: Tree) -> Tree:
    """The payer's bank takes the money back, all that is left of it, and asks."""
    charge = _refundable(account, intent)
    amount = charge["amount_captured"] - charge["amount_refunded"]
    told = {"amount": amount, "charge": charge["id"], "payment_intent": intent["id"], "reason": "fraudulent"}
    made = account.make("dispute", **told, currency=charge["currency"], status="needs_response", metadata={})
    charge["disputed"] = True
    taken = book(account, made, -amount, "dispute", type="adjustment", fee=DISPUTE)
    made["balance_transactions"] = [dict(taken)]
    account.tell("charge.dispute.created", made)
    account.tell("charge.dispute.funds_withdrawn", made)
    return made


def close_dispute(account: Account, found: Tree, won: bool) -> Tree:
    if found["status"] in ("won", "lost"):
        raise not_now(f"This dispute is {found['status']}.")
    found["status"] = "won" if won else "lost"
    if won:
        back = book(account, found, found["amount"], "dispute_reversal", type="adjustment")
        found["balance_transactions"].append(dict(back))
        account.tell("charge.dispute.funds_reinstated", found)
    account.tell("charge.dispute.closed", found)
    return found
