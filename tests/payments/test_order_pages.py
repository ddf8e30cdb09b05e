"""The page of an order tells the truth at every moment, and never asks to pay what may be paid."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib.core.text import Text
from chalicelib.payments.model.truth import Situation
from chalicelib.payments.pages.words import DECLINED, SITUATIONS, WITH_TICKETS
from tests.payments.money_city import MoneyCity, money_city
from tests.payments.payer import LATER, give_back, ordered, page, paid, press
from tests.twins.provider import DECLINED as REFUSED_CARD
from tests.twins.provider import EXPIRED, POOR, WRONG_CVC
from tests.web.client import Reply

BASE = "https://sandbox.example"
PAY, CHECK = '/pay"', '/check"'
languages = pytest.mark.parametrize("lang", ["id", "en"])


@pytest.fixture
def money() -> Iterator[MoneyCity]:
    with money_city() as money:
        yield money


def says(reply: Reply, *words: Text, lang: str = "en") -> bool:
    return reply.status == 200 and all(one.in_(lang).replace("'", "&#39;") in reply.text for one in words)


def offers(reply: Reply, reference: str, button: str) -> bool:
    return f"/orders/{reference}{button}" in reply.text


@languages
def test_an_order_that_waits_leads_to_the_same_checkout_however_often(money: MoneyCity, lang: str) -> None:
    reference = ordered(money)
    shown = page(money, reference, lang)
    urls = {press(money, reference, "pay").location for _ in range(3)}

    assert says(shown, SITUATIONS[Situation.WAITING].title, SITUATIONS[Situation.WAITING].lead, lang=lang)
    assert urls == {money.kept(reference).attempt.url}
    assert len(money.world.things("session")) == 1


@languages
def test_who_leaves_the_payment_page_is_told_that_nothing_was_charged(money: MoneyCity, lang: str) -> None:
    shown = page(money, ordered(money), lang, "left")

    assert says(shown, SITUATIONS[Situation.LEFT].title, SITUATIONS[Situation.LEFT].lead, lang=lang)


@languages
@pytest.mark.parametrize(
    ("card", "why"),
    [
        (POOR, "insufficient_funds"),
        (EXPIRED, "expired_card"),
        (WRONG_CVC, "wrong_details"),
        (REFUSED_CARD, "card_declined"),
    ],
)
def test_a_no_of_the_bank_has_its_reason_and_the_same_checkout(
    money: MoneyCity, lang: str, card: str, why: str
) -> None:
    reference = ordered(money)
    money.world.pay(money.checkout(reference), card)
    money.hear()
    shown = page(money, reference, lang)

    assert says(shown, SITUATIONS[Situation.DECLINED].title, DECLINED[why], lang=lang)
    assert press(money, reference, "pay").location == money.kept(reference).attempt.url


def test_who_comes_back_paid_is_told_so_at_once_without_any_notice(money: MoneyCity) -> None:
    reference = ordered(money)
    money.world.pay(money.checkout(reference))
    shown = page(money, reference, came="paid")

    assert says(shown, SITUATIONS[Situation.MAKING].title, SITUATIONS[Situation.MAKING].lead)
    assert not offers(shown, reference, PAY)


@languages
def test_who_comes_back_while_the_provider_is_silent_is_told_not_to_pay_again(money: MoneyCity, lang: str) -> None:
    reference = ordered(money)
    money.world.pay(money.checkout(reference))
    money.world.sandbox.breaks("down")
    shown = page(money, reference, lang, "paid")

    assert says(shown, SITUATIONS[Situation.RETURNED].title, SITUATIONS[Situation.RETURNED].lead, lang=lang)
    assert not offers(shown, reference, PAY)
    assert offers(shown, reference, CHECK)


def test_check_now_finds_a_payment_whose_notice_was_lost(money: MoneyCity) -> None:
    reference = ordered(money)
    money.world.pay(money.checkout(reference))
    reply = press(money, reference, "check")

    assert reply.location == f"/en/pay/orders/{reference}?from=asked"
    assert says(money.city.visitor().get(reply.location), SITUATIONS[Situation.MAKING].lead)


def test_check_now_says_when_nobody_answers(money: MoneyCity) -> None:
    reference = ordered(money)
    money.world.sandbox.breaks("hang")
    reply = press(money, reference, "check")

    assert "The payment service is not answering" in money.city.visitor().get(reply.location).text


def test_the_bank_that_takes_its_time_is_waited_for(money: MoneyCity) -> None:
    reference = ordered(money)
    money.world.transfer(money.checkout(reference))
    money.hear()
    shown = page(money, reference)

    assert says(shown, SITUATIONS[Situation.CHECKING].title)
    assert not offers(shown, reference, PAY)
    assert press(money, reference, "pay").location == f"/en/pay/orders/{reference}"


@languages
def test_a_paid_order_shows_a_code_for_each_ticket_and_where_to_go_from_here(money: MoneyCity, lang: str) -> None:
    reference = paid(money)
    shown = page(money, reference, lang)

    assert says(shown, WITH_TICKETS.title, lang=lang)
    assert shown.text.count('class="dps-qr"') == 2
    assert all(voucher.code in shown.text for voucher in money.vouchers())
    assert f'href="/{lang}/pay/receipts/{reference}"' in shown.text
    assert f"/orders/{reference}/refund" in shown.text
    assert "keep.js" in shown.text or "keep." in shown.text


def test_paid_orders_are_never_paid_again_by_any_way_back(money: MoneyCity) -> None:
    reference = paid(money)
    for came in ("", "paid", "left", "asked", "full", "silent", "nonsense"):
        assert not offers(page(money, reference, came=came), reference, PAY)

    assert press(money, reference, "pay").location == f"/en/pay/orders/{reference}"
    assert len(money.charges()) == 1


def test_the_same_form_again_after_paying_shows_what_was_paid(money: MoneyCity) -> None:
    visitor = money.city.visitor()
    form = visitor.get("/en/pay/mangrove").hidden("form_id")
    typed = {"quantity_adult": "1", "day": LATER, "form_id": form}
    visitor.post("/en/pay/mangrove", typed)
    (order,) = money.orders()
    money.world.pay(money.checkout(order.reference))
    money.hear()
    again = visitor.post("/en/pay/mangrove", typed)

    assert again.location == f"/en/pay/orders/{order.reference}"
    assert len(money.charges()) == 1


def test_more_than_twelve_codes_would_be_heavy_so_the_rest_are_links(money: MoneyCity) -> None:
    shown = page(money, paid(money, {"quantity_adult": "15", "day": LATER}))

    assert shown.text.count('class="dps-qr"') == 12
    assert all(voucher.code in shown.text for voucher in money.vouchers())


@languages
def test_an_abandoned_order_says_that_it_was_not_charged_and_may_be_tried_again(money: MoneyCity, lang: str) -> None:
    reference = ordered(money)
    money.tick(timedelta(minutes=41))
    shown = page(money, reference, lang)
    again = press(money, reference, "pay")

    assert says(shown, SITUATIONS[Situation.EXPIRED].title, SITUATIONS[Situation.EXPIRED].lead, lang=lang)
    assert again.location.startswith(BASE)
    assert money.kept(reference).attempt.url == again.location


def test_between_the_end_of_the_time_and_the_answer_of_the_provider_nobody_is_asked_to_pay(money: MoneyCity) -> None:
    reference = ordered(money)
    money.city.clock.pass_(timedelta(minutes=41))
    shown = page(money, reference)

    assert says(shown, SITUATIONS[Situation.ENDING].lead)
    assert not offers(shown, reference, PAY)


def test_places_that_others_took_meanwhile_are_said_and_another_day_is_offered(money: MoneyCity) -> None:
    reference = ordered(money, {"quantity_adult": "20", "day": LATER})
    money.tick(timedelta(minutes=41))
    for _ in range(20):
        ordered(money, {"quantity_adult": "20", "day": LATER})
        money.city.clock.pass_(timedelta(minutes=4))
    reply = press(money, reference, "pay")
    shown = money.city.visitor().get(reply.location)

    assert reply.location == f"/en/pay/orders/{reference}?from=full"
    assert "There are not enough places left" in shown.text
    assert "Choose another day" in shown.text


@languages
def test_a_refund_is_followed_like_a_permit(money: MoneyCity, lang: str) -> None:
    reference = paid(money)
    give_back(money, reference, 0)
    going = page(money, reference, lang)
    money.work()
    money.hear()
    gone = page(money, reference, lang)

    assert says(going, SITUATIONS[Situation.PARTLY_BACK].title, lang=lang)
    assert ("Usually within minutes" if lang == "en" else "Biasanya dalam beberapa menit") in going.text
    assert ("Sent to your card" if lang == "en" else "Dikirim ke kartu Anda") in gone.text
    assert "15 Desember 2026" in gone.text or "15 December 2026" in gone.text
    assert gone.text.count('class="dps-qr"') == 1


def test_when_all_went_back_the_order_is_closed(money: MoneyCity) -> None:
    reference = paid(money)
    give_back(money, reference, 0, 1)
    going = page(money, reference)
    money.work()
    money.hear()
    shown = page(money, reference)

    assert says(going, SITUATIONS[Situation.GOING_BACK].title)
    assert says(shown, SITUATIONS[Situation.REFUNDED].title)
    assert shown.text.count('class="dps-qr"') == 0


@languages
def test_a_disputed_order_shows_frozen_tickets_without_their_codes(money: MoneyCity, lang: str) -> None:
    reference = paid(money)
    dispute = money.world.dispute(money.kept(reference).payment)
    money.hear()
    money.work()
    shown = page(money, reference, lang)
    money.world.close_dispute(dispute, won=False)
    money.hear()
    money.work()

    assert says(shown, SITUATIONS[Situation.DISPUTED].title, lang=lang)
    assert 'class="dps-qr"' not in shown.text
    assert says(page(money, reference, lang), SITUATIONS[Situation.LOST].title, lang=lang)


def test_the_page_is_nobodys_but_the_payers(money: MoneyCity) -> None:
    shown = page(money, paid(money))

    assert shown.headers["Cache-Control"] == "no-store"
    assert shown.headers["Referrer-Policy"] == "same-origin"
    assert '<meta name="robots" content="noindex">' in shown.text
    assert "ayu@example.id" not in shown.text


def test_look_alike_letters_and_another_spelling_lead_to_the_order(money: MoneyCity) -> None:
    reference = ordered(money)

    assert page(money, reference.lower().replace("-", "")).status == 200
    assert page(money, reference.replace("2", "Z").replace("5", "S")).status == 200


@pytest.mark.parametrize("reference", ["PS-2222-2222-2222", "PS-K7MH-K52N-FTR8", "LP-2222-2222-2222", "x", "PS-РВ22"])
def test_a_reference_that_is_none_of_ours_is_not_found(money: MoneyCity, reference: str) -> None:
    for path in ("", "/refund"):
        assert money.city.visitor().get(f"/en/pay/orders/{reference}{path}").status == 404
    assert press(money, reference, "pay").status == press(money, reference, "check").status == 404
    assert money.city.visitor().get(f"/api/orders/{reference}").status == 404


def test_the_state_for_machines_is_that_of_the_page(money: MoneyCity) -> None:
    visitor, reference = money.city.visitor(), ordered(money)
    waiting = visitor.get(f"/api/orders/{reference}").json
    returned = visitor.get(f"/api/orders/{reference}?from=paid").json
    money.world.pay(money.checkout(reference))
    money.hear()
    making = visitor.get(f"/api/orders/{reference}?from=paid").json
    money.work()
    ready = visitor.get(f"/api/orders/{reference}?from=paid")

    assert [one["state"] for one in (waiting, returned, making)] == ["waiting", "returned", "making"]
    assert ready.json == {"reference": reference, "state": "ready", "tickets": 2, "places": 2}
    assert ready.headers["Cache-Control"] == "no-store"


def test_asking_for_the_state_never_troubles_the_provider(money: MoneyCity) -> None:
    reference = ordered(money)
    money.strikes.seen.clear()
    for came in ("", "?from=paid", "?from=left"):
        money.city.visitor().get(f"/api/orders/{reference}{came}")

    assert "ask" not in money.strikes.seen


def test_who_comes_back_too_often_is_told_what_we_heard(money: MoneyCity) -> None:
    reference = ordered(money)
    for _ in range(120):
        assert says(page(money, reference, came="left"), SITUATIONS[Situation.LEFT].title)
    money.strikes.seen.clear()
    left, returned = page(money, reference, came="left"), page(money, reference, came="paid")

    assert says(left, SITUATIONS[Situation.WAITING].title)
    assert says(returned, SITUATIONS[Situation.RETURNED].title)
    assert "ask" not in money.strikes.seen


def test_too_many_presses_wait(money: MoneyCity) -> None:
    reference = ordered(money)
    statuses = {press(money, reference, "check").status for _ in range(121)}

    assert statuses == {303, 429}


@pytest.mark.parametrize("change", [b"", b" ", b"{}"])
def test_a_forged_notice_is_refused_and_changes_nothing(money: MoneyCity, change: bytes) -> None:
    reference = ordered(money)
    money.world.pay(money.checkout(reference))
    body, signature = money.world.notices()[-1]
    headers = {money.world.provider.signature_header: signature}
    forged = money.city.visitor().ask("POST", "/api/payments/notices", body=change + body[1:], headers=headers)
    unsigned = money.city.visitor().ask("POST", "/api/payments/notices", body=body)
    true = money.city.visitor().ask("POST", "/api/payments/notices", body=body, headers=headers)

    assert (forged.status, unsigned.status, true.status) == (400, 400, 200)
    assert forged.headers["Content-Type"] == "application/problem+json"


def test_a_notice_comes_from_anywhere_and_is_answered_before_any_slow_work(money: MoneyCity) -> None:
    reference = ordered(money)
    money.world.pay(money.checkout(reference))
    money.strikes.seen.clear()
    for body, signature in money.world.notices():
        headers = {money.world.provider.signature_header: signature, "Origin": "https://elsewhere.example"}
        assert money.city.visitor().ask("POST", "/api/payments/notices", body=body, headers=headers).status == 200

    assert "ask" not in money.strikes.seen
    assert money.vouchers() == []
    assert money.city.names().count("OrderPaid") == 1
