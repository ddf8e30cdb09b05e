"""Giving tickets back: the amount comes first, the rule decides, and a press that comes twice is one refund."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib.payments.model.voucher import Standing
from tests.payments.money_city import MoneyCity, money_city
from tests.payments.payer import LATER, TOMORROW, give_back, paid, tickets

languages = pytest.mark.parametrize("lang", ["id", "en"])


@pytest.fixture
def money() -> Iterator[MoneyCity]:
    with money_city() as money:
        yield money


def form(money: MoneyCity, reference: str, lang: str = "en") -> str:
    return money.city.visitor().get(f"/{lang}/pay/orders/{reference}/refund").text


@languages
def test_what_the_rule_pays_is_said_first_with_its_citation(money: MoneyCity, lang: str) -> None:
    shown = form(money, paid(money), lang)

    amount, boxes = shown.index("Rp 100.000"), shown.index('name="places"')
    assert amount < boxes
    assert ("A sample rule" if lang == "en" else "Contoh aturan kota") in shown
    assert "26 November 2026, 07.00 WITA" in shown


def test_the_share_of_the_rule_is_shown_for_each_ticket(money: MoneyCity) -> None:
    shown = form(money, paid(money, {"quantity_adult": "1", "quantity_child": "1", "day": LATER}, "museum"))

    assert "Rp 75.000 can go back to you" in shown
    assert "Rp 50.000 back" in shown
    assert "Rp 25.000 back" in shown


def test_chosen_tickets_are_void_and_their_money_is_on_its_way(money: MoneyCity) -> None:
    reference = paid(money)
    reply = give_back(money, reference, 1)

    assert reply.location == f"/en/pay/orders/{reference}"
    assert [one.standing for one in tickets(money)] == [Standing.VALID, Standing.VOID]
    assert money.kept(reference).going_back.shown("id") == "Rp 50.000"


def test_a_press_that_comes_twice_is_one_refund(money: MoneyCity) -> None:
    reference = paid(money)
    visitor = money.city.visitor()
    known = visitor.get(f"/en/pay/orders/{reference}/refund").hidden("form_id")
    replies = [give_back(money, reference, 0, 1, form_id=known) for _ in range(3)]

    assert {reply.location for reply in replies} == {f"/en/pay/orders/{reference}"}
    assert len(money.refunds()) == 1


@languages
def test_after_the_deadline_the_page_says_since_when_and_that_tickets_stay_good(money: MoneyCity, lang: str) -> None:
    shown = form(money, paid(money, {"quantity_adult": "1", "day": TOMORROW}), lang)

    assert 'name="places"' not in shown
    assert "24 November 2026, 07.00 WITA" in shown
    assert ("Your tickets stay good" if lang == "en" else "Tiket Anda tetap berlaku") in shown


def test_what_has_no_rule_says_so(money: MoneyCity) -> None:
    shown = form(money, paid(money, {"item": "bus", "subject": "DK 1 A"}, "parking"))

    assert "no refund by rule" in shown
    assert 'name="places"' not in shown


@pytest.mark.parametrize("places", [(), ("x",), ("-1",), ("1.5",), ("99999",), ("²",)])
def test_what_is_no_ticket_is_refused_beside_the_boxes(money: MoneyCity, places: tuple[str, ...]) -> None:
    reference = paid(money)
    address = f"/en/pay/orders/{reference}/refund"
    reply = money.city.visitor().post(address, {"places": list(places), "form_id": "0" * 32})

    assert reply.status == 422
    assert 'id="places-error"' in reply.text
    assert money.refunds() == []


def test_a_place_that_the_order_does_not_have_is_not_found(money: MoneyCity) -> None:
    assert give_back(money, paid(money), 2).status == 404
    assert money.refunds() == []


def test_a_ticket_goes_back_once(money: MoneyCity) -> None:
    reference = paid(money)
    give_back(money, reference, 0)
    reply = give_back(money, reference, 0)

    assert reply.status == 422
    assert "This ticket is not good any more" in reply.text
    assert len(money.refunds()) == 1


def test_a_ticket_that_is_named_in_two_ways_is_paid_back_once(money: MoneyCity) -> None:
    reference = paid(money)
    visitor, address = money.city.visitor(), f"/en/pay/orders/{reference}/refund"
    known = visitor.get(address).hidden("form_id")
    visitor.post(address, {"places": ["0", "00"], "form_id": known})

    assert [one.amount.shown("id") for one in money.refunds()] == ["Rp 50.000"]
    assert [one.standing for one in tickets(money)] == [Standing.VOID, Standing.VALID]


def test_the_deadline_may_pass_while_somebody_chooses(money: MoneyCity) -> None:
    reference = paid(money)
    known = money.city.visitor().get(f"/en/pay/orders/{reference}/refund").hidden("form_id")
    money.city.clock.pass_(timedelta(days=2))
    reply = give_back(money, reference, 0, form_id=known)

    assert reply.status == 422
    assert "By the rule, nothing can be paid back any more" in reply.text
    assert money.refunds() == []


def test_an_order_without_tickets_to_give_back_says_why(money: MoneyCity) -> None:
    reference = paid(money)
    give_back(money, reference, 0, 1)

    assert "no ticket that could be given back" in form(money, reference)
