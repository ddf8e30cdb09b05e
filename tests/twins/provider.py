"""A payment provider in this process: the real adapter on the real library, and the sandbox where its network would be.

with paying() as world:             # `provider()` is world.provider inside
    checkout = world.provider.open_checkout(...)
    world.pay(checkout.id)          # what a payer does on the hosted page
    for body, signature in world.notices():
        world.provider.notice(body, signature)
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import stripe

from chalicelib.core.clock import utc_now
from chalicelib.payments.gateway import paying_with
from chalicelib.payments.gateway.stripe import StripeProvider
from infra.local.sandbox import paying as page
from infra.local.sandbox import refunds
from infra.local.sandbox.account import Account, Tree
from infra.local.sandbox.balance import pay_out
from infra.local.sandbox.cards import Card
from infra.local.sandbox.checkouts import end_what_is_over
from infra.local.sandbox.refusals import NoAnswer
from infra.local.sandbox.sandbox import KEY, SIGNING_SECRET, Sandbox, as_sent

GOOD, DECLINED, POOR = "4242424242424242", "4000000000000002", "4000000000009995"
EXPIRED, WRONG_CVC, SLOW_REFUND = "4000000000000069", "4000000000000127", "4000000000007726"
CHALLENGED = "4000002760003184"
PAYER = "ayu@example.id"
BASE = "https://sandbox.example"


class InProcess(stripe.HTTPClient):
    """The library's wire, which ends at a sandbox in this process."""

    name = "in-process"

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__()
        self._sandbox = sandbox

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, **_: Any
    ) -> tuple[str, int, Mapping[str, str]]:
        path = url.removeprefix(BASE)
        try:
            status, told, body = self._sandbox.handle(method.upper(), path, headers or {}, (post_data or "").encode())
        except NoAnswer as silence:
            raise stripe.APIConnectionError("no answer") from silence  # type: ignore[no-untyped-call]
        return json.dumps(body), status, told

    def close(self) -> None:
        """There is nothing to close."""


@dataclass
class World:
    """The provider and its other side: the payer, the payer's bank, and what is told to us."""

    provider: StripeProvider
    sandbox: Sandbox

    @property
    def account(self) -> Account:
        return self.sandbox.account

    def pay(
        self,
        checkout: str,
        number: str = GOOD,
        *,
        email: str = "ayu@example.id",
        currency: str = "",
        prove: bool = True,
    ) -> str:
        """A payer on the hosted page: paid, declined, or over when the checkout is not open any more."""
        with self.account.turn:
            end_what_is_over(self.account)
            session = self.account.find("session", checkout)
            if session["status"] != "open":
                return "over"
            intent = page.begin(self.account, session, email, currency)
            said = page.pay_by_card(self.account, intent, Card(number=number))
            return page.prove(self.account, intent, prove) if said == "challenge" else said

    def leave_at_challenge(self, checkout: str) -> None:
        """The payer's bank asks, and the payer goes away."""
        session = self.account.find("session", checkout)
        page.pay_by_card(self.account, page.begin(self.account, session, PAYER), Card(number=CHALLENGED))

    def transfer(self, checkout: str) -> None:
        """The payer pays by a bank transfer that takes days; `settle` says how it ends."""
        intent = page.begin(self.account, self.account.find("session", checkout), PAYER)
        page.pay_by_transfer(self.account, intent)

    def settle(self, payment: str, arrived: bool = True) -> None:
        page.settle(self.account, self.account.find("intent", payment), arrived)

    def dispute(self, payment: str) -> str:
        """The id of a dispute that the payer's bank opens."""
        return str(refunds.dispute(self.account, self.account.find("intent", payment))["id"])

    def close_dispute(self, dispute: str, won: bool) -> None:
        refunds.close_dispute(self.account, self.account.find("dispute", dispute), won)

    def refund_on_the_dashboard(self, payment: str, amount: int) -> str:
        """The id of a refund of so many minor units that somebody makes on the provider's own pages."""
        intent = self.account.find("intent", payment)
        return str(refunds.make(self.account, self.account.find("charge", intent["latest_charge"]), amount, {})["id"])

    def refund_arrives(self, refund: str) -> None:
        refunds.arrive(self.account, self.account.find("refund", refund))

    def refund_fails(self, refund: str) -> None:
        refunds.fail(self.account, self.account.find("refund", refund))

    def pay_out(self) -> str:
        return str(pay_out(self.account)["id"])

    def pass_time(self) -> None:
        """Checkouts whose time is over end, as they do by themselves."""
        end_what_is_over(self.account)

    def notices(self, *, kind: str = "", again: bool = False) -> list[tuple[bytes, str]]:
        """Body and signature of what was told so far, oldest first, each once; `again`: all that ever was."""
        self.pass_time()
        ids = [one["event"] for one in self.account.due()]
        if not again:
            self.account.parcels = [one for one in self.account.parcels if one["event"] not in ids]
        found = list(self.account.things["event"]) if again else ids
        wanted = [one for one in found if self.account.find("event", one)["type"].startswith(kind)]
        return [self.sent(event) for event in wanted]

    def sent(self, event: str, *, secrets: list[str] | None = None, at: datetime | None = None) -> tuple[bytes, str]:
        """One event as it would be delivered now, or signed otherwise."""
        stamp = int(at.timestamp()) if at else None
        return as_sent(self.account, event, secrets or self.sandbox.secrets, stamp)

    def things(self, kind: str) -> list[Tree]:
        """Everything of a kind (session, intent, charge, refund, dispute, transaction, payout, event), oldest first."""
        return list(self.account.things[kind].values())


def world(now: Callable[[], datetime] = utc_now, new_id: Callable[[], str] | None = None) -> World:
    """A sandbox of its own; `new_id` makes its ids the same in every run."""
    account = Account(now) if new_id is None else Account(now, new_id=new_id)
    sandbox = Sandbox(account, BASE)
    return World(StripeProvider(KEY, [SIGNING_SECRET], BASE, now=now, wire=InProcess(sandbox)), sandbox)


@contextmanager
def paying(now: Callable[[], datetime] = utc_now, new_id: Callable[[], str] | None = None) -> Iterator[World]:
    """Inside, `provider()` is that of a world of its own."""
    made = world(now, new_id)
    with paying_with(made.provider):
        yield made
