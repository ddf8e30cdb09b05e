"""Stripe's webhooks: believed only once the signature, the mode, the account and the age are right."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeGuard

from chalicelib.payments.gateway import stripe_words as words
from chalicelib.payments.gateway.port import CheckoutState, ForgedNotice, Notice

TOLERANCE: Final = 300
STAMP: Final = re.compile(r"(?:^|,)t=(\d{1,12})(?:,|$)")


@dataclass(frozen=True, kw_only=True)
class Seal:
    """What a true notice carries: a signature by any of the secrets, our mode, our account or none."""

    secrets: Sequence[str]
    live: bool
    account: str
    now: Callable[[], datetime]

    def opened(self, body: bytes, signature: str) -> Mapping[str, Any]:
        """The event. Raises ForgedNotice, whose reason goes to the log."""
        self._check_signature(body, signature)
        self._check_age(signature)
        event = _parsed(body)
        if not _is_event(event):
            raise ForgedNotice(reason="no_event")
        if event.get("livemode") is not self.live:
            raise ForgedNotice(reason="other_mode")
        if event.get("account", self.account) != self.account:
            raise ForgedNotice(reason="other_account")
        return event

    def _check_signature(self, body: bytes, signature: str) -> None:
        # Without a tolerance: the library asks another clock than ours, and lets the future pass.
        if not any(_signed(body, signature, secret) for secret in self.secrets):
            raise ForgedNotice(reason="signature")

    def _check_age(self, signature: str) -> None:
        stamp = STAMP.search(signature)
        if stamp is None or abs(self.now().timestamp() - int(stamp[1])) > TOLERANCE:
            raise ForgedNotice(reason="too_old")


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _is_event(found: Any) -> TypeGuard[Mapping[str, Any]]:
    """Whether it has what every event has; its object is another matter."""
    if not isinstance(found, dict) or found.get("object") != "event" or not isinstance(found.get("data"), dict):
        return False
    named = all(isinstance(found.get(name), str) for name in ("id", "type"))
    # Seconds of a year that a calendar has.
    return named and type(made := found.get("created")) is int and 0 <= made < 2**37


def _signed(body: bytes, signature: str, secret: str) -> bool:
    import stripe

    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, None)
    except (stripe.SignatureVerificationError, UnicodeError, TypeError):  # the last for signs beyond ASCII
        return False
    return True


def notice(event: Mapping[str, Any]) -> Notice:
    """What an event says to us; it costs no call, since the event carries its object."""
    thing = event["data"].get("object")
    told = {"id": event["id"], "kind": event["type"], "at": words.moment(event["created"])}
    try:
        return Notice(**told, **_read(event["type"], thing, told["at"]))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return Notice(**told, order=words.order_of(thing), unreadable=True)


def _read(kind: str, thing: words.Tree, at: datetime) -> dict[str, Any]:
    if kind.startswith("refund."):
        return {"refund": words.refund(thing)}
    if kind.startswith("charge.dispute."):
        return {"dispute": words.dispute(thing)}
    if kind.startswith("checkout.session.") and words.is_ours(thing):
        found = words.checkout(thing, at)
        if kind == "checkout.session.async_payment_failed":
            found = replace(found, state=CheckoutState.EXPIRED)
        return {"checkout": found, "order": found.order, "attempt": found.attempt}
    if kind == "payment_intent.payment_failed" and words.is_ours(thing):
        return {"declined": words.decline(thing), **words.names(thing)}
    return {}
