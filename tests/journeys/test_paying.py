"""Paying on a phone in both languages: fast, never twice, and the truth whatever happens on the way."""

from collections.abc import Iterator

import pytest

from chalicelib.payments.model.truth import Situation
from chalicelib.payments.pages.steps import SENT
from chalicelib.payments.pages.words import DECLINED as WHY
from chalicelib.payments.pages.words import WITH_TICKETS
from tests.journeys import payers
from tests.journeys.browser import Window, Windows
from tests.journeys.payers import CHALLENGED, HOSTED, POOR, Taps
from tests.journeys.payers import DECLINED as REFUSED

pytestmark = [pytest.mark.stack, pytest.mark.browser]


@pytest.fixture(params=["id", "en"])
def window(request: pytest.FixtureRequest, windows: Windows) -> Iterator[Window]:
    opened = windows.open(request.param)
    yield opened
    assert opened.complaints == []
    opened.page.context.close()


def test_two_tickets_take_at_most_five_taps_and_a_minute(window: Window) -> None:
    window.go("/pay/mangrove")
    taps = Taps(window)
    taps.tap(payers.more(window))
    taps.tap(payers.more(window))
    assert payers.pay_button(window).inner_text() == ("Bayar Rp 100.000" if window.lang == "id" else "Pay Rp 100.000")
    taps.leave(payers.pay_button(window))
    taps.tap(window.page.locator('[name="email"]'))
    taps.leave(payers.card(window))
    payers.has_tickets(window, 2)

    assert taps.count <= 5
    assert taps.seconds <= 60
    assert window.faults() == []


def test_a_declined_card_is_followed_by_another_one_on_the_same_page(window: Window) -> None:
    reference = payers.order(window)
    hosted = window.page.url
    payers.pay(window, POOR)
    payers.go_back_to_order(window)
    window.sees(WHY["insufficient_funds"])
    payers.sees(window, Situation.DECLINED)
    assert window.faults() == []
    payers.press_on(window)
    assert window.page.url == hosted
    payers.pay(window)
    payers.has_tickets(window, 2)

    assert window.last == reference


def test_two_declines_in_a_row_keep_the_order(window: Window) -> None:
    reference = payers.order(window, adults=1)
    payers.pay(window, POOR)
    payers.pay(window, REFUSED)
    payers.pay(window)
    payers.has_tickets(window, 1)

    assert window.last == reference


def test_who_leaves_comes_back_to_the_same_payment(window: Window) -> None:
    reference = payers.order(window)
    hosted = window.page.url
    payers.go_back_to_order(window)
    payers.sees(window, Situation.LEFT)
    assert window.faults() == []
    window.go(f"/pay/orders/{reference}")
    payers.sees(window, Situation.WAITING)
    payers.press_on(window)
    assert window.page.url == hosted
    payers.pay(window)

    payers.has_tickets(window, 2)


def test_a_closed_tab_finds_its_tickets_at_the_address_of_the_order(window: Window, windows: Windows) -> None:
    reference = payers.order(window)
    elsewhere = windows.open(window.lang)
    elsewhere.go(f"/pay/orders/{reference}")
    payers.sees(elsewhere, Situation.WAITING)
    with window.page.expect_response(lambda answer: answer.request.method == "POST"):
        payers.card(window).click(no_wait_after=True)
    window.page.goto("about:blank")
    payers.has_tickets(elsewhere, 2)


def test_the_bank_asks_who_pays(window: Window) -> None:
    payers.order(window)
    payers.pay(window, CHALLENGED)
    with window.page.expect_navigation(wait_until="load"):
        window.page.locator('[name="answer"][value="complete"]').click()

    payers.has_tickets(window, 2)


def test_who_cannot_prove_it_is_told_why_and_may_try_again(window: Window) -> None:
    payers.order(window)
    payers.pay(window, CHALLENGED)
    with window.page.expect_navigation(wait_until="load"):
        window.page.locator('[name="answer"][value="fail"]').click()
    payers.go_back_to_order(window)
    window.sees(WHY["authentication_failed"])
    payers.press_on(window)
    payers.pay(window)

    payers.has_tickets(window, 2)


def test_a_double_tap_and_another_tap_lead_to_one_payment(window: Window) -> None:
    window.go("/pay/mangrove")
    window.fill(quantity_adult="1")
    with window.page.expect_navigation(url=HOSTED, wait_until="load"):
        payers.pay_button(window).dblclick(no_wait_after=True)
    first = window.page.url
    window.page.go_back(wait_until="load")
    window.fill(quantity_adult="1")
    with window.page.expect_navigation(url=HOSTED, wait_until="load"):
        payers.pay_button(window).click()

    assert window.page.url == first


def test_back_after_paying_never_pays_again(window: Window) -> None:
    window.go("/pay/mangrove")
    window.fill(quantity_adult="1")
    with window.page.expect_navigation(url=HOSTED, wait_until="load"):
        payers.pay_button(window).click()
    reference = payers.reference(window)
    payers.pay(window)
    payers.has_tickets(window, 1)
    while "/pay/mangrove" not in window.page.url:
        window.page.go_back(wait_until="load")
    window.fill(quantity_adult="1")
    with window.page.expect_navigation(wait_until="load"):
        payers.pay_button(window).click()

    assert window.last == reference
    payers.has_tickets(window, 1)


def test_one_of_two_tickets_goes_back(window: Window) -> None:
    reference = payers.buy(window)
    window.follow("Ask for a refund")
    window.sees("Rp 100.000", "The rule")
    window.tick("places", "0")
    assert window.faults() == []
    window.press("Give these tickets back")
    payers.sees(window, Situation.PARTLY_BACK)
    assert window.page.locator(".dps-qr").count() == 1
    payers.sees_in_a_while(window, f"/pay/orders/{reference}", SENT)

    assert window.faults() == []


def test_a_ticket_that_is_passed_on_tells_nothing_of_the_order(window: Window) -> None:
    reference = payers.buy(window)
    with window.page.expect_navigation(wait_until="load"):
        window.page.locator('a[href*="/pay/tickets/"]').first.click()

    assert window.page.locator(".dps-qr").count() == 1
    assert reference not in window.page.content()
    assert window.faults() == []


@pytest.mark.parametrize("lang", ["id", "en"])
def test_without_scripts_the_total_is_asked_for_and_the_order_is_checked_by_a_button(
    windows: Windows, lang: str
) -> None:
    window = windows.open(lang, java_script_enabled=False)
    window.go("/pay/mangrove")
    window.press("Pay")
    assert window.status == 422
    window.fill(quantity_adult="2")
    window.press("Work out the total")
    assert "Rp 100.000" in payers.pay_button(window).inner_text()
    with window.page.expect_navigation(url=HOSTED, wait_until="load"):
        payers.pay_button(window).click()
    reference = payers.reference(window)
    payers.go_back_to_order(window)
    window.press("Continue to payment" if lang == "en" else "Lanjut ke pembayaran")
    payers.pay(window)
    payers.sees_in_a_while(window, f"/pay/orders/{reference}", WITH_TICKETS.title)

    payers.has_tickets(window, 2)
