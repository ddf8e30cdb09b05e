"""A group: a list of people becomes one payment and a named ticket for each; some of them may give theirs back."""

import base64
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.core.events import Entry
from chalicelib.payments.model.order import Order
from chalicelib.payments.model.voucher import Standing
from chalicelib.payments.service.groups import groups
from chalicelib.payments.service.orders import SoldOut, orders
from tests.payments.money_city import MoneyCity, money_city
from tests.web.client import Client, Reply

HERE = "/en/pay/group/mangrove"
TYPED = {"day": "2026-11-28", "item": "adult"}
FIVE = "Ayu\nBagus,child\nCitra\nDewa,child\nEka"


@pytest.fixture
def town() -> Iterator[MoneyCity]:
    with money_city() as made:
        yield made


def people(count: int) -> str:
    return "\n".join(f"Tamu {number:04d}" for number in range(count))


def checked(visitor: Client, names: str, **typed: str) -> Reply:
    form = {**TYPED, **typed, "names": names, "form_id": visitor.get(HERE).hidden("form_id")}
    return visitor.post(HERE, form)


def ordered(visitor: Client, names: str, times: int = 1, **typed: str) -> Reply:
    """What is answered to the press of the pay button after the list was checked."""
    page = checked(visitor, names, **typed)
    form = {**TYPED, **typed, "names": names}
    form |= {name: page.hidden(name) for name in ("form_id", "expected")}
    return [visitor.post(f"{HERE}/order", form) for _ in range(times)][-1]


def the_order(town: MoneyCity) -> Order:
    (order,) = town.orders()
    return order


def paid(town: MoneyCity, names: str = FIVE) -> Order:
    ordered(town.city.visitor(), names)
    reference = town.orders()[-1].reference
    town.world.pay(town.checkout(reference))
    town.hear()
    town.work()
    return town.kept(reference)


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_form_is_there_for_what_is_sold_to_groups(town: MoneyCity, language: str) -> None:
    visitor = town.city.visitor()

    assert visitor.get(f"/{language}/pay/group/mangrove").status == 200
    assert visitor.get(f"/{language}/pay/group/parking").status == 404
    assert visitor.get(f"/{language}/pay/group/nothing").status == 404


def test_a_list_is_checked_before_anybody_pays(town: MoneyCity) -> None:
    page = checked(town.city.visitor(), FIVE)

    assert page.status == 200
    assert "3 × Rp 50.000" in page.text
    assert "2 × Rp 25.000" in page.text
    assert "Pay Rp 200.000" in page.text
    assert "Places left" in page.text
    assert "Dewa,child" in page.text
    assert town.orders() == []


def test_what_is_wrong_is_named_by_its_line_and_nothing_typed_is_lost(town: MoneyCity) -> None:
    page = checked(town.city.visitor(), "name,ticket\nAyu,adult\n,child\nBagus,senior\nCitra\u202e\n" + "x" * 81)

    assert page.status == 422
    assert "4 lines have a problem, the first one is line 3" in page.text
    for line in ("Line 3", "Line 4", "Line 5", "Line 6"):
        assert line in page.text
    assert 'id="names-error"' in page.text
    assert "Bagus,senior" in page.text
    assert 'value="2026-11-28" selected' in page.text


@pytest.mark.parametrize("wrong", [{"day": ""}, {"day": "2026-11-01"}, {"item": ""}, {"names": ""}, {"names": "Nama"}])
def test_a_part_that_is_missing_is_told_beside_it(town: MoneyCity, wrong: dict[str, str]) -> None:
    page = checked(town.city.visitor(), **{"names": "Ayu", **wrong})

    assert page.status == 422
    assert f'id="{next(iter(wrong))}-error"' in page.text


def test_what_comes_from_a_spreadsheet_is_read_too(town: MoneyCity) -> None:
    page = checked(town.city.visitor(), '\ufeffName;Ticket\n"Sudarma, I Wayan";Adult visitor\nSari;anak, wisatawan\n')

    assert page.status == 200
    assert "Sudarma, I Wayan" in page.text
    assert "Pay Rp 75.000" in page.text


def test_more_people_than_a_group_may_have_are_refused(town: MoneyCity) -> None:
    page = checked(town.city.visitor(), people(2_001))

    assert page.status == 422
    assert 'id="names-error"' in page.text


def test_a_list_for_more_places_than_are_left_is_refused_before_the_payment(town: MoneyCity) -> None:
    page = checked(town.city.visitor(), people(401))

    assert page.status == 422
    assert "Only 400 places are left for this day. You have not been charged" in page.text


def test_names_stand_beside_the_order_and_in_no_fact(town: MoneyCity) -> None:
    reply = ordered(town.city.visitor(), FIVE)
    order = the_order(town)

    assert reply.status == 303
    assert reply.location.startswith("https://")
    assert order.group
    assert order.places == 5
    assert [groups().name_of(order.reference, place) for place in range(5)] == ["Ayu", "Citra", "Eka", "Bagus", "Dewa"]
    facts = [entry for entry in town.city.store.entries.values() if isinstance(entry, Entry)]
    assert facts
    assert not any("Citra" in str(entry) for entry in facts)


def test_the_button_pressed_twice_is_one_order(town: MoneyCity) -> None:
    ordered(town.city.visitor(), FIVE, times=2)

    assert len(town.orders()) == 1


def test_a_list_that_changed_after_it_was_checked_is_not_paid_by_its_old_price(town: MoneyCity) -> None:
    visitor = town.city.visitor()
    page = checked(visitor, FIVE)
    typed = {**TYPED, "names": FIVE + "\nFitri", **{name: page.hidden(name) for name in ("form_id", "expected")}}
    reply = visitor.post(f"{HERE}/order", typed)

    assert reply.status == 422
    assert "The list or its price has changed" in reply.text
    assert town.orders() == []


def test_a_full_day_of_names_is_one_order(town: MoneyCity) -> None:
    order = paid(town, people(400))

    assert len(town.vouchers(order.reference)) == 400
    assert groups().name_of(order.reference, 399) == "Tamu 0399"
    assert groups().name_of(order.reference, 400) == ""


def test_a_list_may_be_larger_than_any_other_form_but_not_without_end(town: MoneyCity) -> None:
    visitor = town.city.visitor()
    long = "\n".join(f"Ida Ayu Putu Ngurah Wijaya {'x' * 40} {number:04d}" for number in range(2_000))

    assert len(long) > 2 * 64 * 1024
    assert checked(visitor, long).status == 422
    assert checked(visitor, long * 4).status == 413
    assert visitor.post("/en/pay/mangrove", {"day": long}).status == 413


@pytest.mark.slow
def test_two_thousand_people_are_one_order_with_twenty_records_of_names() -> None:
    names = [f"Tamu {number:04d}" for number in range(2_000)]
    with money_city(seats=2_000) as town:
        before = len(town.city.store.rows)
        reference = orders().place(replace(town.basket(2_000), group=True), "form", names)

        assert len(town.city.store.rows) - before == 21
        assert groups().name_of(reference, 1_999) == "Tamu 1999"
        town.url(reference)
        town.world.pay(town.checkout(reference))
        town.hear()
        town.work()

        assert len(town.vouchers(reference)) == 2_000
        last = town.city.visitor().get(f"/en/pay/orders/{reference}/group?from=1900")
        assert "People 1901 to 2000 of 2000" in last.text


def test_each_person_has_a_ticket_with_a_link(town: MoneyCity) -> None:
    order = paid(town)
    page = town.city.visitor().get(f"/en/pay/orders/{order.reference}/group")
    by_place = {voucher.place: voucher.code for voucher in town.vouchers(order.reference)}

    assert page.status == 200
    rows = re.findall(r"<b>(\w+)</b>.*?/en/pay/tickets/(TK-[\w-]+)", page.text.split("<h1>")[1], re.DOTALL)
    assert rows == list(zip(["Ayu", "Citra", "Eka", "Bagus", "Dewa"], map(by_place.__getitem__, range(5)), strict=True))


def test_a_ticket_says_whose_it_is_and_its_code_does_not(town: MoneyCity) -> None:
    order = paid(town)
    visitor = town.city.visitor()
    voucher = next(one for one in town.vouchers(order.reference) if one.place == 3)
    page = visitor.get(f"/en/pay/tickets/{voucher.code}")

    assert "<b>Bagus</b>" in page.text
    assert b"Bagus" not in base64.b32decode(voucher.token + "=" * (-len(voucher.token) % 8))
    assert order.reference not in page.text


def test_the_list_says_that_nothing_is_paid_yet(town: MoneyCity) -> None:
    ordered(town.city.visitor(), FIVE)
    page = town.city.visitor().get(f"/en/pay/orders/{the_order(town).reference}/group")

    assert page.text.count("Not paid") == 5
    assert "/pay/tickets/" not in page.text


def test_a_long_list_has_pages(town: MoneyCity) -> None:
    order = paid(town, people(230))
    here = f"/en/pay/orders/{order.reference}/group"
    visitor = town.city.visitor()
    first, last = visitor.get(here), visitor.get(f"{here}?from=200")

    assert "People 1 to 100 of 230" in first.text
    assert f"{here}?from=100" in first.text
    assert "People 201 to 230 of 230" in last.text
    assert "Tamu 0229" in last.text
    for wrong in ("230", "-1", "x"):
        assert visitor.get(f"{here}?from={wrong}").status == 404


def test_the_list_goes_out_as_csv_without_formulas(town: MoneyCity) -> None:
    order = paid(town, "Ayu\n=HYPERLINK(1)\nBagus,child")
    file = town.city.visitor().get(f"/id/pay/orders/{order.reference}/group.csv")
    lines = file.body.decode("utf-8-sig").splitlines()
    by_place = {voucher.place: voucher.code for voucher in town.vouchers(order.reference)}

    assert "attachment" in file.headers["Content-Disposition"]
    assert lines[0] == '"Nama","Jenis tiket","Tautan"'
    assert lines[1] == f'"Ayu","Dewasa, wisatawan","http://127.0.0.1:8000/id/pay/tickets/{by_place[0]}"'
    assert '"\'=HYPERLINK(1)"' in lines[2]
    assert '"Anak, wisatawan"' in lines[3]


def test_every_ticket_can_be_printed_with_its_name(town: MoneyCity) -> None:
    order = paid(town, people(60))
    here = f"/en/pay/orders/{order.reference}/group/print"
    first, last = (town.city.visitor().get(f"{here}?from={start}") for start in (0, 50))

    assert first.text.count("<svg xmlns") == 25
    assert last.text.count("<svg xmlns") == 10
    assert "Tamu 0059" in last.text
    assert "Tamu 0049" not in last.text


def test_the_order_of_one_person_has_no_list(town: MoneyCity) -> None:
    reference = town.order(2)

    assert town.city.visitor().get(f"/en/pay/orders/{reference}/group").status == 404


def refund(visitor: Client, reference: str, *places: int, form_id: str = "", times: int = 1) -> Reply:
    here = f"/en/pay/orders/{reference}/group"
    form_id = form_id or visitor.get(here).hidden("form_id")
    page = visitor.post(f"{here}/refund", {"places": places, "form_id": form_id})
    if page.status != 200:
        return page
    form = {"places": places, "expected": page.hidden("expected"), "form_id": page.hidden("form_id")}
    return [visitor.post(f"{here}/refund/ask", form) for _ in range(times)][-1]


def test_what_comes_back_is_shown_before_anything_happens(town: MoneyCity) -> None:
    order = paid(town)
    visitor = town.city.visitor()
    here = f"/en/pay/orders/{order.reference}/group"
    page = visitor.post(f"{here}/refund", {"places": ["0", "3"], "form_id": visitor.get(here).hidden("form_id")})

    assert page.status == 200
    assert "Rp 75.000 comes back" in page.text
    assert "Bagus" in page.text
    assert town.refunds() == []


def test_who_is_not_coming_is_paid_back_and_the_others_keep_their_tickets(town: MoneyCity) -> None:
    order = paid(town)
    reply = refund(town.city.visitor(), order.reference, 0, 3)
    town.settle()

    assert reply.status == 303
    assert "on its way back" in town.city.visitor().get(reply.location).text
    standings = {voucher.place: voucher.standing for voucher in town.vouchers(order.reference)}
    assert {place for place, standing in standings.items() if standing is Standing.VOID} == {0, 3}
    assert town.kept(order.reference).refunded.minor_units == 7_500_000


def test_two_equal_refunds_are_two_and_a_repeat_of_either_is_none(town: MoneyCity) -> None:
    order = paid(town)
    visitor = town.city.visitor()
    replies = [refund(visitor, order.reference, place, times=3) for place in (0, 1)]
    town.settle()

    assert [reply.status for reply in replies] == [303, 303]
    assert sorted(one.amount.minor_units for one in town.refunds()) == [5_000_000, 5_000_000]
    assert len(town.world.things("refund")) == 2
    assert town.kept(order.reference).refunded.minor_units == 10_000_000


def test_the_same_ticket_is_never_paid_back_twice(town: MoneyCity) -> None:
    order = paid(town)
    refund(town.city.visitor(), order.reference, 0)
    again = refund(town.city.visitor(), order.reference, 0)

    assert again.status == 422
    assert 'id="places-error"' in again.text
    assert len(town.refunds()) == 1


@pytest.mark.parametrize("places", [(), (9,), tuple(range(41))])
def test_a_choice_that_cannot_be_is_refused_with_words(town: MoneyCity, places: tuple[int, ...]) -> None:
    order = paid(town, people(45) if len(places) > 40 else FIVE)
    reply = refund(town.city.visitor(), order.reference, *places)

    assert reply.status == 422
    assert 'id="places-error"' in reply.text
    assert town.refunds() == []


def test_after_the_rule_is_over_nothing_comes_back(town: MoneyCity) -> None:
    order = paid(town)
    town.city.clock.pass_(timedelta(days=4))
    reply = refund(town.city.visitor(), order.reference, 0)

    assert reply.status == 422
    assert "By the rule, nothing comes back for these people" in reply.text


def test_a_hundred_buyers_for_the_last_ten_places_buy_exactly_ten(town: MoneyCity) -> None:
    def buy(buyer: int) -> str:
        try:
            return town.order(1, form=f"buyer-{buyer}")
        except SoldOut:
            return ""

    with ThreadPoolExecutor(32) as crowd:
        sold = list(filter(None, crowd.map(buy, range(100))))

    assert len(sold) == 10
    assert town.taken() == 10
    assert len(town.orders()) == 10


def test_places_of_abandoned_orders_come_back_and_are_sold_again(town: MoneyCity) -> None:
    held = [town.order(1) for _ in range(10)]
    with pytest.raises(SoldOut):
        town.order(1)
    for reference in held[:4]:
        town.url(reference)
        town.world.pay(town.checkout(reference))
    town.hear()
    town.tick(timedelta(minutes=41))
    again = [town.order(1) for _ in range(6)]

    assert len(again) == 6
    assert town.taken() == 10
    with pytest.raises(SoldOut):
        town.order(1)
