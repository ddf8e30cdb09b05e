"""Checkout Sessions: https://docs.stripe.com/api/checkout/sessions, one-time payments alone."""

import re
from typing import Any

from infra.local.sandbox.account import Account, Tree
from infra.local.sandbox.forms import metadata, needed, only, whole
from infra.local.sandbox.refusals import Refusal, not_now

LOCALES = (
    "auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR ro ru "
    "sk sl sv th tr vi zh zh-HK zh-TW"
)
# Of its own, so that our table of currencies is held against another one.
ZERO = "bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf"
THREE = "bhd jod kwd omr tnd"
TWO = "aud cad chf cny eur gbp hkd idr inr myr nzd php rub sgd thb twd usd"
# About half a US dollar, the least that Stripe charges; and the most that it holds.
LEAST = {"idr": 800_000, "jpy": 50, "kwd": 200}
MOST = 999_999_999_999
SHORTEST, LONGEST = 30 * 60, 24 * 3600

KNOWN = (
    "mode line_items locale client_reference_id metadata payment_intent_data success_url cancel_url expires_at "
    "adaptive_pricing customer_email payment_method_types"
)

NEW: Tree = {
    "customer": None,
    "customer_details": None,
    "mode": "payment",
    "payment_intent": None,
    "payment_method_types": ["card", "id_bank_transfer"],
    "payment_status": "unpaid",
    "status": "open",
    "ui_mode": "hosted_page",
}


def create(account: Account, form: Tree) -> Tree:
    only(form, KNOWN)
    if needed(form, "mode") != "payment":
        raise Refusal("The sandbox plays one-time payments only", param="mode")
    items = [_item(row, f"line_items[{n}]") for n, row in enumerate(needed(form, "line_items"))]
    currency, total = _total(items)
    inner = form.get("payment_intent_data") or {}
    only(inner, "metadata", "payment_intent_data")
    fields = {**NEW, **_words(form), **_addresses(form), "expires_at": _expiry(account, form)}
    sums = {"amount_subtotal": total, "amount_total": total, "currency": currency}
    return account.make("session", **fields, **sums, _items=items, _metadata=metadata(inner, "payment_intent_data"))


def _item(row: Any, name: str) -> Tree:
    only(row, "price_data quantity", name)
    price = needed(row, "price_data", name)
    only(price, "currency unit_amount product_data", f"{name}[price_data]")
    product = needed(price, "product_data", f"{name}[price_data]")
    amount = whole(needed(price, "unit_amount", f"{name}[price_data]"), f"{name}[price_data][unit_amount]")
    if amount < 0:
        raise Refusal("Invalid non-negative integer", param=f"{name}[price_data][unit_amount]")
    count = whole(row.get("quantity", "1"), f"{name}[quantity]")
    if count < 1:
        raise Refusal("This value must be greater than or equal to 1.", param=f"{name}[quantity]")
    currency = _currency(needed(price, "currency", f"{name}[price_data]"), f"{name}[price_data][currency]")
    return {"name": needed(product, "name", name), "currency": currency, "amount": amount, "quantity": count}


def _currency(code: str, param: str) -> str:
    if code.lower() not in f"{ZERO} {THREE} {TWO}".split():
        raise Refusal(f"Invalid currency: {code}. Stripe currently supports others.", param=param)
    return code.lower()


def _total(items: list[Tree]) -> tuple[str, int]:
    currency = items[0]["currency"]
    if any(item["currency"] != currency for item in items):
        raise Refusal("All line items must have the same currency.", param="line_items")
    total = sum(item["amount"] * item["quantity"] for item in items)
    if currency in THREE.split() and total % 10:
        raise Refusal("Amounts in this currency must end in 0.", param="line_items")
    if total < LEAST.get(currency, 50):
        raise Refusal(
            "The Checkout Session's total amount due must add up to at least the minimum of this currency",
            code="amount_too_small",
        )
    if total > MOST:
        raise Refusal("The total amount is too large", code="amount_too_large")
    return currency, total


def _words(form: Tree) -> Tree:
    locale, reference = form.get("locale", "auto"), form.get("client_reference_id")
    if locale not in LOCALES.split():
        raise Refusal("Invalid locale", param="locale")
    if reference and len(reference) > 200:
        raise Refusal("Invalid string: at most 200 characters", param="client_reference_id")
    told = {"locale": locale, "client_reference_id": reference, "customer_email": form.get("customer_email")}
    return {**told, "metadata": metadata(form), "adaptive_pricing": {"enabled": _adapts(form)}}


def _adapts(form: Tree) -> bool:
    return bool((form.get("adaptive_pricing") or {}).get("enabled") == "true")


def _addresses(form: Tree) -> Tree:
    found = {name: form.get(name) for name in ("success_url", "cancel_url")}
    needed(found, "success_url")
    for name, address in found.items():
        if address and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", address):
            raise Refusal("Not a valid URL", code="url_invalid", param=name)
    return found


def _expiry(account: Account, form: Tree) -> int:
    now = account.seconds()
    at = whole(form["expires_at"], "expires_at") if "expires_at" in form else now + LONGEST
    if at < now + SHORTEST:
        word = "must be at least 30 minutes from Checkout Session creation."
    elif at > now + LONGEST:
        word = "must be less than 24 hours from Checkout Session creation."
    else:
        return at
    raise Refusal(f"The `expires_at` timestamp {word}", param="expires_at")


def expire(account: Account, id: str) -> Tree:
    session = account.find("session", id)
    if session["status"] != "open":
        raise not_now(
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of `{session['status']}`."
        )
    return end(account, session)


def end(account: Account, session: Tree) -> Tree:
    session["status"], session["url"] = "expired", None
    if session["payment_intent"]:
        account.find("intent", session["payment_intent"])["status"] = "canceled"
    account.tell("checkout.session.expired", session)
    return session


def end_what_is_over(account: Account) -> bool:
    """Sessions end by themselves; whether one did."""
    now = account.seconds()
    over = [one for one in account.newest_first("session", status="open") if one["expires_at"] <= now]
    for session in over:
        end(account, session)
    return bool(over)
