"""The Stripe adapter, on its own library: https://docs.stripe.com/api. It and its two neighbours say `stripe`.

The library costs a fifth of a second to load, so every import of it waits until something is asked of Stripe.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from chalicelib.core.clock import utc_now
from chalicelib.core.money import Money, rupiah
from chalicelib.payments.gateway import stripe_words as words
from chalicelib.payments.gateway.port import (
    Checkout,
    CheckoutRequest,
    CheckoutState,
    Line,
    Movement,
    Notice,
    ProviderDispute,
    ProviderDown,
    ProviderRefund,
    ProviderRefused,
)
from chalicelib.payments.gateway.stripe_notices import Seal, notice

if TYPE_CHECKING:
    import stripe

TIMEOUT_SECONDS: Final = 8
PAGE: Final = 100
# One call tells all that a Checkout carries.
WHOLE: Final = "payment_intent.latest_charge"
# Not the request's fault: a key in rotation, a call in somebody's way, too many of them.
PASSING: Final = frozenset({401, 403, 409, 429})


class StripeProvider:
    """`webhook_secrets`: any of them may have signed. `settles_in` is the currency of the account's balance.

    `wire` is the library's HTTP client; tests hand in another one.
    """

    signature_header = "stripe-signature"
    # Half a US dollar, whatever that costs on the day (docs.stripe.com/currencies, minimum amounts; read 2026-11-24).
    least = rupiah(10_000)

    def __init__(
        self,
        key: str,
        webhook_secrets: Sequence[str],
        base_url: str,
        *,
        now: Callable[[], datetime] = utc_now,
        account: str = "",
        settles_in: str = "IDR",
        wire: "stripe.HTTPClient | None" = None,
    ) -> None:
        import stripe

        # It would keep an id in the home folder and send the machine's name along.
        stripe.enable_telemetry = False
        self._settles_in = settles_in
        live = key.startswith(("sk_live_", "rk_live_"))
        self._seal = Seal(secrets=tuple(webhook_secrets), live=live, account=account, now=now)
        self._api = stripe.StripeClient(
            key,
            base_addresses={"api": base_url},
            max_network_retries=0,
            http_client=wire or stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
        ).v1

    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        asked: Any = _session(request)
        with _answered():
            made = self._api.checkout.sessions.create(asked, {"idempotency_key": f"checkout-{request.attempt}"})
        return words.checkout(made.to_dict())

    def checkout(self, id: str) -> Checkout:
        with _answered():
            found = self._api.checkout.sessions.retrieve(id, {"expand": [WHOLE]})
        return words.checkout(found.to_dict())

    def end_checkout(self, id: str) -> Checkout:
        try:
            with _answered():
                return words.checkout(self._api.checkout.sessions.expire(id, {"expand": [WHOLE]}).to_dict())
        except ProviderRefused:
            return self._ended(id)

    def _ended(self, id: str) -> Checkout:
        """Only what is open can be ended. Raises ProviderDown while a payer is just paying."""
        found = self.checkout(id)
        if found.state is CheckoutState.OPEN:
            raise ProviderDown(reason="still_open")
        return found

    def checkouts(self, since: datetime, until: datetime) -> Iterator[Checkout]:
        asked = {"created": _between(since, until), "expand": [f"data.{WHOLE}"]}
        return map(words.checkout, filter(words.is_ours, _pages(self._api.checkout.sessions.list, asked)))

    def refund(self, refund: str, payment: str, amount: Money) -> ProviderRefund:
        asked: Any = {
            "payment_intent": payment,
            "amount": words.amount(amount),
            "metadata": {words.REFUND: refund},
        }
        with _answered():
            made = self._api.refunds.create(asked, {"idempotency_key": f"refund-{refund}"})
        return words.refund(made.to_dict())

    def refund_of(self, id: str) -> ProviderRefund:
        with _answered():
            return words.refund(self._api.refunds.retrieve(id).to_dict())

    def refunds(self, payment: str) -> Iterator[ProviderRefund]:
        return map(words.refund, _pages(self._api.refunds.list, {"payment_intent": payment}))

    def disputes(self, payment: str) -> Iterator[ProviderDispute]:
        return map(words.dispute, _pages(self._api.disputes.list, {"payment_intent": payment}))

    def notice(self, body: bytes, signature: str) -> Notice:
        return notice(self._seal.opened(body, signature))

    def movements(self, since: datetime, until: datetime) -> Iterator[Movement]:
        asked = {"created": _between(since, until), "expand": ["data.source"]}
        return map(words.movement, _pages(self._api.balance_transactions.list, asked))

    def balance(self) -> Money:
        with _answered():
            return words.held(self._api.balance.retrieve().to_dict(), self._settles_in)


def _session(request: CheckoutRequest) -> Mapping[str, Any]:
    ours = {words.ORDER: request.order, words.ATTEMPT: request.attempt}
    return {
        "mode": "payment",
        "line_items": [_line(line) for line in request.lines],
        "locale": request.language,
        "client_reference_id": request.order,
        "metadata": ours,
        "payment_intent_data": {"metadata": ours},
        "success_url": request.paid_url,
        "cancel_url": request.back_url,
        "expires_at": words.seconds(request.expires_at),
        # Visitors see their own currency; what we get stays in ours.
        "adaptive_pricing": {"enabled": True},
    }


def _line(line: Line) -> Mapping[str, Any]:
    unit = {"currency": line.unit.currency.lower(), "unit_amount": words.amount(line.unit)}
    return {"quantity": line.quantity, "price_data": {**unit, "product_data": {"name": line.name}}}


def _between(since: datetime, until: datetime) -> Mapping[str, int]:
    # Stripe keeps whole seconds; what was made in the one that is under way belongs to it.
    return {"gte": words.seconds(since), "lt": math.ceil(until.timestamp())}


def _pages(listed: Callable[[Any], Any], asked: Mapping[str, Any]) -> Iterator[words.Tree]:
    """Every object of a list, newest first; a page is fetched when it is reached."""
    last: dict[str, str] = {}
    while True:
        with _answered():
            page = listed({**asked, **last, "limit": PAGE}).to_dict()
        yield from page["data"]
        if not page["has_more"]:
            return
        last = {"starting_after": page["data"][-1]["id"]}


@contextmanager
def _answered() -> Iterator[None]:
    """Raises ProviderDown where nobody knows or it may be asked again, ProviderRefused where Stripe said no."""
    import stripe

    try:
        yield
    except stripe.StripeError as error:
        status = error.http_status or 0
        if 400 <= status < 500 and status not in PASSING:
            raise ProviderRefused(_reason(error)) from error
        raise ProviderDown(reason=type(error).__name__, status=status) from error


def _reason(error: "stripe.StripeError") -> str:
    """Its code, or else its type and the parameter at fault; never its sentence, which may quote what was sent."""
    body: Any = error.json_body if isinstance(error.json_body, dict) else {}
    told = body.get("error") or {}
    return str(told.get("code") or f"{told.get('type', type(error).__name__)} {told.get('param', '')}".strip())
