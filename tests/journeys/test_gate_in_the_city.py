"""The gate on the deployed city: a ticket that was bought, keys in KMS, a real login, and the door between."""

import re

import pytest
from playwright.sync_api import expect

from chalicelib.payments.store.gate import GateStore
from tests.journeys import officers, payers
from tests.journeys.browser import PATIENCE_MS, Window, Windows
from tests.payments.tickets import ticket
from tests.stack.by_hand import tools_at
from tests.stack.second_city import SecondCity

pytestmark = [pytest.mark.stack, pytest.mark.browser]

CODE = re.compile(r"TK(?:-\w{4}){3}")
# The gate asks again every half minute, and a city that has just started answers slowly.
FRESH_MS = 70_000


@pytest.fixture(scope="module")
def putu(windows: Windows) -> Window:
    """At the gate, with lists of this city."""
    window = officers.log_in(windows.open("en"), "putu")
    window.go("/staff/gate")
    window.select("gate", "mangrove-1")
    expect(window.page.locator('[data-tell="list"]')).to_contain_text("this minute", timeout=FRESH_MS)
    return window


def scan(window: Window, text: str, outcome: str) -> None:
    verdict = window.page.locator("[data-verdict]")
    if verdict.is_visible():
        window.page.keyboard.press("Escape")
    window.page.keyboard.type(text)
    window.page.keyboard.press("Enter")
    expect(verdict).to_be_visible(timeout=PATIENCE_MS)
    expect(verdict).to_have_attribute("data-outcome", outcome)


def test_a_ticket_that_was_bought_is_known_at_the_gate(windows: Windows, putu: Window) -> None:
    resident = windows.open("en")
    payers.order(resident, adults=1, days=3)
    payers.pay(resident)
    payers.has_tickets(resident, 1)
    found = CODE.search(resident.main.inner_text())
    assert found is not None

    scan(putu, found[0], "too_early")
    resident.go(f"/pay/tickets/{found[0]}")
    expect(resident.page.locator("[data-kept]")).to_be_visible()
    expect(resident.page.locator("svg.dps-qr")).to_be_visible()


def test_a_good_ticket_is_let_in_once_online_and_offline(running_city: SecondCity, putu: Window) -> None:
    tools = tools_at(running_city)
    first, second = ticket(tools), ticket(tools)
    scan(putu, first.token, "ok")
    scan(putu, first.token, "already_used")

    putu.page.context.set_offline(True)
    scan(putu, second.token, "ok")
    scan(putu, second.token, "already_used")
    putu.page.context.set_offline(False)
    expect(putu.page.locator('[data-tell="waiting"]')).to_be_empty(timeout=FRESH_MS)

    used = [GateStore(tools.store).voucher(one.code) for one in (first, second)]
    assert [one.used_gate for one in used] == ["mangrove-1"] * 2
    assert putu.page.locator("[data-conflicts] li").count() == 0
