"""The form of a scheme: what it says, what it takes, and where its one button leads."""

from collections.abc import Iterator

import pytest

from chalicelib.core.text import Text
from chalicelib.schemes.model import Scheme, schemes
from tests.payments.money_city import MoneyCity, money_city
from tests.payments.payer import LATER, TOMORROW, TWO_ADULTS, ordered, send

BASE = "https://sandbox.example"
languages = pytest.mark.parametrize("lang", ["id", "en"])


@pytest.fixture
def money() -> Iterator[MoneyCity]:
    with money_city() as money:
        yield money


@languages
@pytest.mark.parametrize("scheme", schemes().values(), ids=lambda one: str(one.code))
def test_every_scheme_says_whose_money_it_is_and_by_which_rule(money: MoneyCity, scheme: Scheme, lang: str) -> None:
    page = money.city.visitor().get(f"/{lang}/pay/{scheme.code}")

    assert page.status == 200
    for said in (scheme.name, scheme.legal_basis, scheme.summary):
        assert _escaped(said, lang) in page.text


def _escaped(said: Text, lang: str) -> str:
    return said.in_(lang).replace("'", "&#39;")


@languages
def test_one_press_leads_to_the_payment_page(money: MoneyCity, lang: str) -> None:
    reply = send(money.city.visitor(), lang=lang)
    (order,) = money.orders()

    assert reply.status == 303
    assert reply.location.startswith(BASE)
    assert (order.total.minor_units, order.places, order.language) == (10_000_000, 2, lang)


def test_a_press_that_comes_twice_is_one_order_and_one_checkout(money: MoneyCity) -> None:
    visitor = money.city.visitor()
    typed = {**TWO_ADULTS, "form_id": visitor.get("/en/pay/mangrove").hidden("form_id")}
    replies = [visitor.post("/en/pay/mangrove", typed) for _ in range(3)]

    assert len({reply.location for reply in replies}) == 1
    assert len(money.orders()) == len(money.world.things("session")) == 1


def test_another_number_of_tickets_is_another_order(money: MoneyCity) -> None:
    visitor = money.city.visitor()
    form_id = visitor.get("/en/pay/mangrove").hidden("form_id")
    for count in ("1", "2"):
        visitor.post("/en/pay/mangrove", {"quantity_adult": count, "day": LATER, "form_id": form_id})

    assert sorted(order.places for order in money.orders()) == [1, 2]


@pytest.mark.parametrize(
    ("scheme", "typed", "field"),
    [
        ("mangrove", {"day": LATER}, "quantity_adult"),
        ("mangrove", {"quantity_adult": "0", "day": LATER}, "quantity_adult"),
        ("mangrove", {"quantity_adult": "21", "day": LATER}, "quantity_adult"),
        ("mangrove", {"quantity_adult": "-1", "day": LATER}, "quantity_adult"),
        ("mangrove", {"quantity_child": "1.5", "day": LATER}, "quantity_child"),
        ("mangrove", {"quantity_child": "two", "day": LATER}, "quantity_child"),
        ("mangrove", {"quantity_child": "9" * 5000, "day": LATER}, "quantity_child"),
        ("mangrove", {"quantity_adult": "2"}, "day"),
        ("mangrove", {"quantity_adult": "2", "day": "yesterday"}, "day"),
        ("mangrove", {"quantity_adult": "2", "day": "2026-11-23"}, "day"),
        ("mangrove", {"quantity_adult": "2", "day": "2026-02-31"}, "day"),
        ("mangrove", {"quantity_adult": "2", "day": "9999-12-31"}, "day"),
        ("parking", {"subject": "DK 1234 AB"}, "item"),
        ("parking", {"subject": "DK 1234 AB", "item": "tank"}, "item"),
        ("parking", {"item": "car"}, "subject"),
        ("parking", {"item": "car", "subject": "1234"}, "subject"),
        ("market", {"quantity_kiosk": "30"}, "subject"),
        ("cemetery", {"quantity_plot": "1", "subject": "<b>"}, "subject"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_on_top_and_nothing_typed_is_lost(
    money: MoneyCity, scheme: str, typed: dict[str, str], field: str
) -> None:
    reply = send(money.city.visitor(), typed, scheme)

    assert reply.status == 422
    assert f'id="{field}-error"' in reply.text
    assert f'href="#{field}"' in reply.text
    assert money.orders() == []
    for value in typed.values():
        assert value in reply.text or len(value) > 20 or "<" in value or field == "day" or value == "tank"


def test_full_width_digits_are_numbers(money: MoneyCity) -> None:
    ordered(money, {"quantity_adult": "２", "day": LATER})

    assert [order.places for order in money.orders()] == [2]


def test_more_than_the_form_asks_for_is_refused(money: MoneyCity) -> None:
    assert send(money.city.visitor(), {**TWO_ADULTS, "amount": "1"}).status == 400
    assert send(money.city.visitor(), {**TWO_ADULTS, "quantity_adult": ["1", "2"]}).status == 400
    assert money.orders() == []


@pytest.mark.parametrize(
    ("scheme", "typed", "subject"),
    [
        ("parking", {"item": "bus", "subject": "dk1234ab"}, "DK 1234 AB"),
        ("market", {"quantity_kiosk": "30", "subject": "pb-0123"}, "PB-0123"),
        ("cemetery", {"quantity_plot": "1", "subject": "TPU/2019/0153"}, "TPU/2019/0153"),
    ],
)
def test_what_it_is_for_is_kept_in_its_one_spelling(
    money: MoneyCity, scheme: str, typed: dict[str, str], subject: str
) -> None:
    ordered(money, typed, scheme)

    assert [order.subject for order in money.orders()] == [subject]


def test_the_price_is_that_of_the_day_of_the_visit(money: MoneyCity) -> None:
    ordered(money, {"quantity_adult": "1", "day": "2027-01-02"})

    assert [order.total.shown("id") for order in money.orders()] == ["Rp 60.000"]


def test_days_say_how_many_places_are_left(money: MoneyCity) -> None:
    ordered(money, {"quantity_adult": "3", "day": TOMORROW})
    page = money.city.visitor().get("/en/pay/mangrove").text

    assert "Tomorrow, 25 November · 397 left" in page


def test_a_day_without_enough_places_says_how_many_are_left_and_that_nothing_was_charged(money: MoneyCity) -> None:
    for _ in range(19):
        ordered(money, {"quantity_adult": "20", "day": TOMORROW})
    ordered(money, {"quantity_adult": "15", "day": TOMORROW})
    reply = send(money.city.visitor(), {"quantity_adult": "6", "day": TOMORROW})

    assert reply.status == 422
    assert "Only 5 places are left. You have not been charged" in reply.text
    assert 'href="#day"' in reply.text
    assert 'value="6"' in reply.text
    assert len(money.orders()) == 20


def test_without_scripts_the_total_is_worked_out_on_request(money: MoneyCity) -> None:
    reply = send(money.city.visitor(), {**TWO_ADULTS, "count": "yes"})

    assert reply.status == 200
    assert "Pay Rp 100.000" in reply.text
    assert money.orders() == []


def test_an_address_may_preset_item_number_and_day(money: MoneyCity) -> None:
    page = money.city.visitor().get(f"/en/pay/mangrove?quantity_child=3&day={LATER}").text
    car = money.city.visitor().get("/en/pay/parking?item=car").text

    assert 'name="quantity_child" min="0" max="20" inputmode="numeric" value="3"' in page
    assert f'value="{LATER}" selected' in page
    assert 'value="car" checked' in car


@pytest.mark.parametrize("query", ["quantity_adult=-1", "quantity_adult=x", "day=2020-01-01", "item=%00x", "day="])
def test_a_strange_preset_is_passed_over(money: MoneyCity, query: str) -> None:
    assert money.city.visitor().get(f"/en/pay/mangrove?{query}").status in (200, 404)


@languages
def test_what_others_sell_leads_to_them_and_has_no_form(money: MoneyCity, lang: str) -> None:
    page = money.city.visitor().get(f"/{lang}/pay/levy").text

    assert 'href="https://lovebali.baliprov.go.id"' in page
    assert "<form" not in page
    assert send_blind(money, "levy") == 404


def test_what_is_billed_leads_to_its_number(money: MoneyCity) -> None:
    page = money.city.visitor().get("/en/pay/fine").text

    assert 'href="/en/pay/bills"' in page
    assert send_blind(money, "fine") == 400


def send_blind(money: MoneyCity, scheme: str) -> int:
    """A form that the page does not offer."""
    return money.city.visitor().post(f"/en/pay/{scheme}", {"form_id": "0" * 32, "quantity_person": "1"}).status


def test_where_the_provider_is_silent_the_order_says_that_nothing_was_charged(money: MoneyCity) -> None:
    money.world.sandbox.breaks("down")
    reply = send(money.city.visitor())
    page = money.city.visitor().get(reply.location).text

    assert reply.location.startswith("/en/pay/orders/PS-")
    assert "You have not been charged" in page
    assert "The payment service is not answering" in page
    again = money.city.visitor().post(reply.location.split("?")[0] + "/pay", {"form_id": "0" * 32})
    assert again.location.startswith(BASE)
    assert len(money.orders()) == 1


@pytest.mark.parametrize(
    ("scheme", "typed", "field"),
    [
        ("parking", {"item": "motorcycle", "subject": "DK 1 A"}, "item"),
        ("market", {"quantity_yard": "1", "subject": "PB-0123"}, "quantity_kiosk"),
    ],
)
def test_what_is_too_small_for_a_card_says_so_before_anything_is_kept(
    money: MoneyCity, scheme: str, typed: dict[str, str], field: str
) -> None:
    reply = send(money.city.visitor(), typed, scheme)

    assert reply.status == 422
    assert f'id="{field}-error"' in reply.text
    assert "Card payments start at Rp 10.000" in reply.text
    assert money.orders() == []


def test_who_orders_too_often_waits_and_loses_nothing(money: MoneyCity) -> None:
    for _ in range(60):
        send(money.city.visitor(), {"quantity_local_child": "2", "day": LATER})
    reply = send(money.city.visitor())

    assert reply.status == 429
    assert 'value="2"' in reply.text
    assert len(money.orders()) == 60


def test_another_site_cannot_place_an_order(money: MoneyCity) -> None:
    visitor = money.city.visitor()
    typed = {**TWO_ADULTS, "form_id": "0" * 32}

    assert visitor.post("/en/pay/mangrove", typed, Origin="https://evil.example").status == 403
    assert money.orders() == []


def test_a_strange_scheme_is_not_found(money: MoneyCity) -> None:
    assert money.city.visitor().get("/en/pay/treasure").status == 404


@pytest.mark.parametrize("lang", ["id", "en"])
def test_browsers_keep_the_form_but_nobody_else_does(money: MoneyCity, lang: str) -> None:
    assert money.city.visitor().get(f"/{lang}/pay/mangrove").headers["Cache-Control"] == "private, no-cache"
