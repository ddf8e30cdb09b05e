"""Somebody who pays: what they do on the city's pages and on the provider's."""

from typing import Any

from chalicelib.payments.model.voucher import Voucher
from tests.payments.money_city import MoneyCity
from tests.web.client import Client, Reply

TOMORROW, LATER = "2026-11-25", "2026-11-27"
TWO_ADULTS = {"quantity_adult": "2", "day": LATER}


def send(visitor: Client, typed: dict[str, Any] = TWO_ADULTS, scheme: str = "mangrove", lang: str = "en") -> Reply:
    """The form of a scheme, opened and sent."""
    page = f"/{lang}/pay/{scheme}"
    return visitor.post(page, {**typed, "form_id": visitor.get(page).hidden("form_id")})


def ordered(money: MoneyCity, typed: dict[str, Any] = TWO_ADULTS, scheme: str = "mangrove") -> str:
    """The reference of an order whose checkout is open."""
    known = {order.reference for order in money.orders()}
    reply = send(money.city.visitor(), typed, scheme)
    assert reply.status == 303, reply.text
    return next(order.reference for order in money.orders() if order.reference not in known)


def paid(money: MoneyCity, typed: dict[str, Any] = TWO_ADULTS, scheme: str = "mangrove") -> str:
    """The reference of an order that is paid, with its tickets."""
    reference = ordered(money, typed, scheme)
    money.world.pay(money.checkout(reference))
    money.hear()
    money.work()
    return reference


def page(money: MoneyCity, reference: str, lang: str = "en", came: str = "") -> Reply:
    asked = f"?from={came}" if came else ""
    return money.city.visitor().get(f"/{lang}/pay/orders/{reference}{asked}")


def press(money: MoneyCity, reference: str, what: str) -> Reply:
    """A button on the order's page."""
    return money.city.visitor().post(f"/en/pay/orders/{reference}/{what}", {"form_id": "0" * 32})


def give_back(money: MoneyCity, reference: str, *places: int, form_id: str = "") -> Reply:
    visitor, address = money.city.visitor(), f"/en/pay/orders/{reference}/refund"
    form = form_id or visitor.get(address).hidden("form_id")
    return visitor.post(address, {"places": [str(place) for place in places], "form_id": form})


def tickets(money: MoneyCity) -> list[Voucher]:
    """All of them, by place."""
    return sorted(money.vouchers(), key=lambda one: one.place)
