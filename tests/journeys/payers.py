"""Visitors who pay: what they tap on the city's pages, and what they do on the hosted page of the sandbox."""

import re
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from playwright.sync_api import Locator, expect

from chalicelib.core.clock import WITA
from chalicelib.core.text import Text
from chalicelib.payments.model.truth import Situation
from chalicelib.payments.pages.words import SITUATIONS, WITH_TICKETS
from tests.journeys.browser import Window

GOOD, DECLINED, POOR, CHALLENGED = "4242424242424242", "4000000000000002", "4000000000009995", "4000002500003155"
PAYER = "wayan@example.com"
# Tickets are made by a worker that a queue wakes.
TICKETS_MS = 60_000


def in_days(days: int) -> str:
    """A day of the city's calendar, as forms send it."""
    return (datetime.now(WITA).date() + timedelta(days=days)).isoformat()


@dataclass
class Taps:
    """Counts what a thumb does. What the phone fills in by itself, as it does with cards, is no tap."""

    window: Window
    count: int = 0
    since: float = field(default_factory=time.monotonic)

    def tap(self, where: Locator) -> None:
        self.count += 1
        where.click()

    def leave(self, where: Locator) -> None:
        """A tap that leads to another page."""
        with self.window.page.expect_navigation(wait_until="load"):
            self.tap(where)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.since


def more(window: Window, item: str = "adult") -> Locator:
    return window.page.locator(f'[data-for="quantity_{item}"][data-step="1"]')


def pay_button(window: Window) -> Locator:
    return window.page.locator(".dps-paybar [data-pay]")


def order(window: Window, adults: int = 2, days: int = 3) -> str:
    """Chooses and presses once; the window is on the hosted page then. The order's reference."""
    window.go("/pay/mangrove")
    window.select("day", in_days(days))
    window.fill(quantity_adult=str(adults))
    with window.page.expect_navigation(url=HOSTED, wait_until="load"):
        pay_button(window).click()
    return reference(window)


HOSTED = re.compile(r"/c/pay/")


def reference(window: Window) -> str:
    """Of the order whose hosted page is open: its way back says it."""
    way_back = window.page.locator('a[href*="/pay/orders/"]').first.get_attribute("href") or ""
    return way_back.split("?")[0].rsplit("/", 1)[1]


def card(window: Window, number: str = GOOD) -> Locator:
    """Fills in the hosted page; answers its button."""
    for name, value in {"email": PAYER, "number": number, "expiry": "12/34", "cvc": "123"}.items():
        window.page.locator(f'[name="{name}"]').fill(value)
    return window.page.locator('[name="way"][value="card"]')


def pay(window: Window, number: str = GOOD) -> None:
    """By card on the hosted page, and wherever that leads."""
    button = card(window, number)
    with window.page.expect_navigation(wait_until="load"):
        button.click()


def go_back_to_order(window: Window) -> None:
    """The hosted page's way back, without paying."""
    with window.page.expect_navigation(wait_until="load"):
        window.page.locator('a[href*="/pay/orders/"]').first.click()


def press_on(window: Window) -> None:
    """The order's own button to the payment page."""
    with window.page.expect_navigation(url=HOSTED, wait_until="load"):
        window.page.locator('form[action$="/pay"] button').click()


def has_tickets(window: Window, count: int) -> None:
    expect(window.main).to_contain_text(window.say(WITH_TICKETS.title), timeout=TICKETS_MS)
    expect(window.page.locator(".dps-qr")).to_have_count(count)


def sees(window: Window, situation: Situation) -> None:
    expect(window.main).to_contain_text(window.say(SITUATIONS[situation].title), timeout=TICKETS_MS)


def sees_in_a_while(window: Window, path: str, words: Text) -> None:
    """On a page that nobody's script refreshes."""
    for _ in range(60):
        window.go(path)
        if window.say(words) in window.main.inner_text():
            return
        window.page.wait_for_timeout(1000)
    window.sees(words)


def buy(window: Window, adults: int = 2, days: int = 3) -> str:
    """From the form to the tickets. The order's reference."""
    bought = order(window, adults, days)
    pay(window)
    has_tickets(window, adults)
    return bought


def cast_of(window: Window) -> dict[str, Any]:
    """`unpaid` waits for its payment, `bought` has tickets, `ticket` is one of them."""
    unpaid = order(window)
    bought = buy(window)
    ticket = window.page.locator('a[href*="/pay/tickets/"]').first.get_attribute("href") or ""
    return {"unpaid": unpaid, "bought": bought, "ticket": ticket.rsplit("/", 1)[1]}
