"""Officers' refunds: one asks, over the limit another one decides, and both say why."""

import uuid
from collections.abc import Iterator

import pytest

from chalicelib.payments.model.refund import Progress
from tests.payments.money_city import MoneyCity, money_city
from tests.payments.test_finance import kadek, press, rai
from tests.payments.test_reconciling import assert_books_follow, bought, reconcile
from tests.web.client import Client, Reply


@pytest.fixture
def money() -> Iterator[MoneyCity]:
    with money_city(seats=40) as money:
        yield money


def ask(officer: Client, reference: str, amount: str, **typed: str) -> Reply:
    page = f"/en/staff/payments/orders/{reference}"
    said = {"amount": amount, "words": "The pump broke", "places": "", **typed}
    return press(officer, page, f"/orders/{reference}/refund", **said)


def decide(officer: Client, id: str, how: str, words: str = "Seen and agreed") -> Reply:
    """Sends the form of a refund, which whoever asked does not see."""
    token = officer.get("/en/staff/payments").hidden("csrf")
    own = {"csrf": token, "form_id": str(uuid.uuid4())}
    return officer.post(f"/en/staff/payments/refunds/{id}/{how}", {**own, "words": words})


def asked(money: MoneyCity, amount: str = "600.000", places: str = "") -> str:
    reply = ask(kadek(money), bought(money, 40), amount, places=places)
    assert reply.status == 303, reply.text
    return reply.location.rsplit("/", 1)[1]


def progress(money: MoneyCity) -> list[Progress]:
    return [one.progress for one in money.refunds()]


def test_a_small_refund_goes_back_at_once_with_its_reason(money: MoneyCity) -> None:
    refund = asked(money, "20.000", places="1, 2")
    money.work()
    reconcile(money)

    page = kadek(money).get(f"/en/staff/payments/refunds/{refund}").text
    assert "The pump broke" in page
    assert progress(money) == [Progress.DONE]
    assert sorted(one.place for one in money.vouchers() if one.standing == "void") == [0, 1]
    assert_books_follow(money)


def test_a_refund_over_the_limit_waits_and_whoever_asked_may_not_approve(money: MoneyCity) -> None:
    refund = asked(money)

    own = decide(kadek(money), refund, "approve")

    assert "Waiting for a second officer" in rai(money).get("/en/staff/payments/refunds").text
    assert (own.status, "rule R2" in own.text) == (422, True)
    assert progress(money) == [Progress.ASKED]


def test_two_halves_of_a_large_refund_need_a_second_officer_too(money: MoneyCity) -> None:
    reference = bought(money, 40)

    ask(kadek(money), reference, "400.000")
    ask(kadek(money), reference, "400.000")

    assert sorted(progress(money)) == [Progress.APPROVED, Progress.ASKED]


def test_another_officer_approves_and_the_money_goes_back(money: MoneyCity) -> None:
    refund = asked(money)

    assert decide(rai(money), refund, "approve").status == 303
    money.work()
    reconcile(money)

    assert progress(money) == [Progress.DONE]
    assert "Seen and agreed" in kadek(money).get(f"/en/staff/payments/refunds/{refund}").text
    assert_books_follow(money)


def test_another_officer_rejects_and_the_tickets_are_good_again(money: MoneyCity) -> None:
    refund = asked(money, places="1")

    assert decide(rai(money), refund, "reject").status == 303

    assert progress(money) == [Progress.REJECTED]
    assert {one.standing for one in money.vouchers()} == {"valid"}
    assert money.world.things("refund") == []


def test_a_dispute_that_was_won_leaves_tickets_on_hold_for_a_refund_that_waits(money: MoneyCity) -> None:
    refund = asked(money, places="1")
    dispute = money.world.dispute(money.refunds()[0].payment)
    money.hear()
    money.work()
    money.world.close_dispute(dispute, won=True)
    money.hear()
    money.work()

    assert [one.place for one in money.vouchers() if one.standing == "frozen"] == [0]
    assert decide(rai(money), refund, "approve").status == 303


def test_a_refund_that_is_rejected_during_a_dispute_leaves_its_tickets_on_hold(money: MoneyCity) -> None:
    refund = asked(money, places="1")
    money.world.dispute(money.refunds()[0].payment)
    money.hear()
    money.work()

    assert decide(rai(money), refund, "reject").status == 303
    assert {one.standing for one in money.vouchers()} == {"frozen"}


def test_nothing_is_given_back_while_a_bank_takes_it_back_itself(money: MoneyCity) -> None:
    refund = asked(money, places="1")
    money.world.dispute(money.refunds()[0].payment)
    money.hear()
    money.work()

    late = decide(rai(money), refund, "approve")
    more = ask(kadek(money), money.refunds()[0].order, "10.000")

    assert ("bank" in late.text, "bank" in more.text, late.status, more.status) == (True, True, 422, 422)
    assert progress(money) == [Progress.ASKED]


def test_a_refund_can_be_rejected_when_the_dispute_was_lost(money: MoneyCity) -> None:
    refund = asked(money, places="1")
    dispute = money.world.dispute(money.refunds()[0].payment)
    money.world.close_dispute(dispute, won=False)
    money.hear()
    money.work()

    assert decide(rai(money), refund, "reject").status == 303
    assert progress(money) == [Progress.REJECTED]
    assert {one.standing for one in money.vouchers()} == {"void"}


def test_two_officers_at_once_are_one_decision(money: MoneyCity) -> None:
    refund = asked(money)
    decide(rai(money), refund, "reject")

    late = decide(money.city.officer("Dewa", "admin_opd", office="bapenda"), refund, "approve", "I saw it too")

    assert (late.status, "rule R3" in late.text, "I saw it too" in late.text) == (422, True, True)
    assert progress(money) == [Progress.REJECTED]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"amount": ""}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "90.000.000"}, "amount"),
        ({"words": ""}, "words"),
        ({"places": "0"}, "places"),
        ({"places": "one"}, "places"),
        ({"places": "99"}, "places"),
        ({"places": ",".join(str(n) for n in range(1, 42))}, "places"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_kept(money: MoneyCity, typed: dict[str, str], field: str) -> None:
    reference = bought(money, 2)

    reply = ask(kadek(money), reference, typed.pop("amount", "20.000"), **typed)

    assert reply.status == 422
    assert f'id="{field}-error"' in reply.text
    assert money.refunds() == []


def test_a_form_that_is_sent_twice_is_one_refund_and_two_equal_forms_are_two(money: MoneyCity) -> None:
    reference = bought(money, 4)
    officer = kadek(money)
    shown = officer.get(f"/en/staff/payments/orders/{reference}")
    typed = {"csrf": shown.hidden("csrf"), "amount": "10.000", "words": "Rain", "places": ""}
    for form in ("3fa85f64-5717-4562-b3fc-2c963f66afa6",) * 2 + ("3fa85f64-5717-4562-b3fc-2c963f66afa7",):
        assert officer.post(f"/en/staff/payments/orders/{reference}/refund", {**typed, "form_id": form}).status == 303

    money.work()

    assert len(money.refunds()) == 2


def test_an_order_lists_all_of_its_refunds(money: MoneyCity) -> None:
    refund = asked(money)
    decide(rai(money), refund, "reject")
    (order,) = money.orders()

    assert "Rejected by an officer" in kadek(money).get(f"/en/staff/payments/orders/{order.reference}").text
