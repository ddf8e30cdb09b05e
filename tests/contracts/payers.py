"""The provider with its other side, three times: the sandbox in this process, over real sockets, and Stripe itself."""

import asyncio
import contextlib
import json
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import requests
import stripe
from aiohttp import web

from chalicelib.core.clock import utc_now
from chalicelib.core.money import rupiah
from chalicelib.payments.gateway.port import Checkout, CheckoutRequest, Line
from chalicelib.payments.gateway.stripe import StripeProvider
from infra.local.city import City
from infra.local.sandbox.sandbox import KEY, SIGNING_SECRET, signature
from infra.local.sandbox.server import NOTICES, Server, serving
from tests.twins.provider import DECLINED, EXPIRED, GOOD, POOR, WRONG_CVC, World, world

Sent = tuple[bytes, str]
STRIPE = "https://api.stripe.com"
# Stripe's own names for the same cards, where no page is there to type on.
TOKENS = {
    GOOD: "tok_visa",
    DECLINED: "tok_visa_chargeDeclined",
    POOR: "tok_visa_chargeDeclinedInsufficientFunds",
    EXPIRED: "tok_chargeDeclinedExpiredCard",
    WRONG_CVC: "tok_chargeDeclinedIncorrectCvc",
}
DISPUTED = "tok_createDispute"


def request(*lines: Line, **changed: Any) -> CheckoutRequest:
    """Two tickets, in a checkout of half an hour; each with an order and an attempt of its own."""
    usual = {
        "attempt": uuid.uuid4().hex,
        "order": f"PS-{uuid.uuid4().hex[:8]}",
        "lines": lines or (Line(name="Tiket dewasa", unit=rupiah(25_000), quantity=2),),
        "language": "id",
        "paid_url": "http://127.0.0.1:8000/id/pay/orders/PS?paid={CHECKOUT_SESSION_ID}",
        "back_url": "http://127.0.0.1:8000/id/pay/orders/PS",
        "expires_at": utc_now() + timedelta(minutes=31),
    }
    return CheckoutRequest(**{**usual, **changed})


class Payer(Protocol):
    @property
    def provider(self) -> StripeProvider: ...

    def pay(self, checkout: Checkout, card: str = GOOD) -> None:
        """Tries once with this card."""

    def disputed(self) -> str:
        """The id of a payment that the payer's bank disputes."""

    def notices(self, order: str, kind: str) -> list[Sent]:
        """Body and signature of the notices of one kind that speak of an order, once there is one."""

    def twin(self, *secrets: str, **more: Any) -> StripeProvider:
        """The same account, known by other signing secrets or another time."""


def paid(payer: Payer, **changed: Any) -> Checkout:
    made = payer.provider.open_checkout(request(**changed))
    payer.pay(made)
    return payer.provider.checkout(made.id)


def _speaks_of(body: bytes, order: str, kind: str) -> bool:
    event = json.loads(body)
    return bool(event["type"] == kind and event["data"]["object"]["metadata"].get("order") == order)


@dataclass
class Here:
    """No socket at all."""

    world: World

    @property
    def provider(self) -> StripeProvider:
        return self.world.provider

    def pay(self, checkout: Checkout, card: str = GOOD) -> None:
        self.world.pay(checkout.id, card)

    def disputed(self) -> str:
        payment = paid(self).payment
        self.world.dispute(payment)
        return payment

    def notices(self, order: str, kind: str) -> list[Sent]:
        return [sent for sent in self.world.notices(again=True) if _speaks_of(sent[0], order, kind)]

    def twin(self, *secrets: str, **more: Any) -> StripeProvider:
        return StripeProvider(KEY, secrets or [SIGNING_SECRET], STRIPE, **more)


@dataclass
class OverHttp:
    """The sandbox on a port, and a door that takes what it tells."""

    city: City
    taken: list[Sent] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.provider = StripeProvider(KEY, [SIGNING_SECRET], self.city.checkout)

    def pay(self, checkout: Checkout, card: str = GOOD) -> None:
        typed = {"email": "ayu@example.id", "number": card, "expiry": "12/34", "cvc": "123", "way": "card"}
        requests.post(checkout.url, data=typed, allow_redirects=False, timeout=5).raise_for_status()

    def disputed(self) -> str:
        payment = paid(self).payment
        self.control(f"payments/{payment}/dispute")
        return payment

    def control(self, act: str, **form: str) -> dict[str, Any]:
        answer = requests.post(f"{self.city.checkout}/_sandbox/{act}", data=form, timeout=5)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    def notices(self, order: str, kind: str) -> list[Sent]:
        return _sooner_or_later(lambda: [sent for sent in self.taken if _speaks_of(sent[0], order, kind)])

    def twin(self, *secrets: str, **more: Any) -> StripeProvider:
        return StripeProvider(KEY, secrets or [SIGNING_SECRET], self.city.checkout, **more)


def _sooner_or_later(look: Callable[[], list[Sent]], seconds: float = 20) -> list[Sent]:
    deadline = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def free_city(home: Path) -> City:
    """A city that only lends its numbers."""
    probes = [socket.socket() for _ in range(2)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    door, sandbox = (probe.getsockname()[1] for probe in probes)
    for probe in probes:
        probe.close()
    return City(home, door=door, sandbox=sandbox)


@contextlib.contextmanager
def over_http(city: City, answers: Callable[[], int] = lambda: 200) -> Iterator[OverHttp]:
    """answers: the status with which the door takes a notice."""
    payer, loop, ready = OverHttp(city), asyncio.new_event_loop(), threading.Event()
    ended = asyncio.Event()

    async def take(asked: web.Request) -> web.Response:
        payer.taken.append((await asked.read(), asked.headers["Stripe-Signature"]))
        return web.Response(status=answers())

    async def serve() -> None:
        door = web.Application()
        door.router.add_post(NOTICES, take)
        runner = web.AppRunner(door)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", city.door).start()
        async with serving(Server(city, utc_now)):
            ready.set()
            await ended.wait()
        await runner.cleanup()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    try:
        assert ready.wait(10)
        yield payer
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()


@dataclass
class AtStripe:
    """A test account at Stripe. It pays as Stripe's command line does, since no test may fill in Stripe's page."""

    key: str
    secret: str

    def __post_init__(self) -> None:
        self._client = stripe.StripeClient(self.key)
        account: Any = self._client.raw_request("get", "/v1/account")
        self._settles_in = json.loads(account.body)["default_currency"].upper()
        self.provider = self.twin(self.secret)

    def pay(self, checkout: Checkout, card: str = GOOD) -> None:
        self._pay(checkout, TOKENS[card])

    def _pay(self, checkout: Checkout, token: str) -> None:
        bill = {"email": "ayu@example.id", "name": "Ayu"}
        way = self._asked("post", "/v1/payment_methods", type="card", card={"token": token}, billing_details=bill)
        page = f"/v1/payment_pages/{checkout.id}"
        self._asked("get", page)
        # A card that is declined is an error here, and what becomes of the checkout is what counts.
        with contextlib.suppress(stripe.CardError):
            amount = checkout.amount.minor_units
            self._asked("post", f"{page}/confirm", payment_method=way["id"], expected_amount=amount)

    def _asked(self, method: str, path: str, **params: Any) -> dict[str, Any]:
        answer: Any = self._client.raw_request(method, path, **params)
        told: dict[str, Any] = json.loads(answer.body)
        return told

    def disputed(self) -> str:
        made = self.provider.open_checkout(request())
        self._pay(made, DISPUTED)
        payment = self.provider.checkout(made.id).payment
        deadline = time.monotonic() + 30
        while not list(self.provider.disputes(payment)) and time.monotonic() < deadline:
            time.sleep(1)
        return payment

    def notices(self, order: str, kind: str) -> list[Sent]:
        """Stripe's own events, signed here: they reach no machine that the world cannot."""
        return _sooner_or_later(lambda: [sent for sent in self._events(kind) if _speaks_of(sent[0], order, kind)])

    def _events(self, kind: str) -> list[Sent]:
        events = self._asked("get", "/v1/events", type=kind, limit=50)["data"]
        bodies = [json.dumps(event).encode() for event in events]
        return [(body, signature(body, [self.secret], int(time.time()))) for body in bodies]

    def twin(self, *secrets: str, **more: Any) -> StripeProvider:
        return StripeProvider(self.key, secrets or [self.secret], STRIPE, settles_in=self._settles_in, **more)


def at_stripe() -> AtStripe | None:
    """None where no test key is in the environment."""
    key = os.environ.get("STRIPE_TEST_KEY", "")
    return AtStripe(key, os.environ.get("STRIPE_WEBHOOK_SECRET", "whsec_contract")) if key else None


def here() -> Here:
    return Here(world())
