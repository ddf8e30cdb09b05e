"""The account's balance: one transaction for every movement, with its fee."""

from typing import Any

from infra.local.sandbox.account import Account, Tree
from infra.local.sandbox.refusals import not_now

SETTLED_IN = "idr"
# A sample tariff: 2.9 % and Rp 2.000 for a charge, Rp 150.000 for a dispute; refunds give no fee back.
PERCENT_TENTHS = 29
FIXED = 200_000
DISPUTE = 15_000_000
DAYS = 2


def fee(amount: int) -> int:
    return (amount * PERCENT_TENTHS + 500) // 1000 + FIXED


def book(account: Account, source: Tree, amount: int, category: str, **more: Any) -> Tree:
    """One movement of the balance. more: `type` where it is not the category, `fee`, `days` until it is available."""
    cost, at = more.get("fee", 0), account.seconds()
    return account.make(
        "transaction",
        amount=amount,
        available_on=at + more.get("days", 0) * 86400,
        currency=SETTLED_IN,
        description=None,
        exchange_rate=None,
        fee=cost,
        fee_details=[_cost(cost)] if cost else [],
        net=amount - cost,
        reporting_category=category,
        source=source["id"],
        status="available",
        type=more.get("type", category),
    )


def _cost(amount: int) -> Tree:
    return {"amount": amount, "application": None, "currency": SETTLED_IN, "description": "fees", "type": "stripe_fee"}


def balance(account: Account) -> Tree:
    parts = {"available": 0, "pending": 0}
    for one in account.things["transaction"].values():
        parts["available" if one["available_on"] <= account.seconds() else "pending"] += one["net"]
    told = {name: [{"amount": amount, "currency": SETTLED_IN}] for name, amount in parts.items()}
    return {"object": "balance", "livemode": False, **told}


def pay_out(account: Account) -> Tree:
    """All that is available leaves for the bank, at once. Refusal where there is nothing."""
    amount = balance(account)["available"][0]["amount"]
    if amount <= 0:
        raise not_now("You have insufficient available funds", code="balance_insufficient")
    told = {"amount": amount, "arrival_date": account.seconds(), "automatic": True, "method": "standard"}
    payout = account.make("payout", **told, currency=SETTLED_IN, status="paid", type="bank_account")
    payout["balance_transaction"] = book(account, payout, -amount, "payout")["id"]
    account.tell("payout.paid", payout)
    return payout
