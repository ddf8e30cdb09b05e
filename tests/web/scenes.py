"""What must have happened, and who asks, for an address for machines to answer with success."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib.payments.model.voucher import Standing
from tests.alerts.desk import issued
from tests.payments.money_city import MoneyCity
from tests.payments.tickets import ticket
from tests.web.client import Client


@dataclass(frozen=True)
class Scene:
    """What differs from the examples of the declaration: parameters, the body (JSON, or bytes), headers, who asks."""

    given: Mapping[str, str] = field(default_factory=dict)
    sent: Any = None
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    client: Client | None = None


def warned(money: MoneyCity) -> Scene:
    """An alert is in force."""
    return Scene(given={"id": issued(money.city)})


def paid(money: MoneyCity) -> Scene:
    """A notice of a payment, as the provider signs it."""
    reference = money.order(1)
    money.url(reference)
    money.world.pay(money.checkout(reference))
    body, signature = money.world.notices()[0]
    return Scene(body=body, headers={money.world.provider.signature_header: signature})


def scanned(money: MoneyCity) -> Scene:
    """Somebody stands at the gate with a ticket that is good."""
    scan = {"nonce": "0f6e3c1c-7c0e", "token": ticket(money.city).token, "at": "2026-11-24T02:30:00Z", "offline": True}
    return Scene(sent={"gate": "mangrove-1", "scans": [scan]})


def revoked(money: MoneyCity) -> Scene:
    """One ticket is void and one on hold."""
    ticket(money.city, standing=Standing.VOID)
    ticket(money.city, standing=Standing.FROZEN)
    return Scene()


# Method and address. An address that answers its own examples with success in an empty city needs no scene.
SCENES: Mapping[tuple[str, str], Callable[[MoneyCity], Scene]] = {
    ("GET", "/api/alerts"): warned,
    ("GET", "/api/alerts/{id}"): warned,
    ("GET", "/{lang}/alerts/feed"): warned,
    ("GET", "/api/orders/{reference}"): lambda money: Scene(given={"reference": money.order(2)}),
    ("POST", "/api/payments/notices"): paid,
    ("POST", "/api/gate/scans"): scanned,
    ("GET", "/api/vouchers/revoked"): revoked,
}
