"""A day as finance sees it: differences first, explained by an officer, closed once, taken along."""

import csv
import io
import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core.errors import AlreadyDone
from chalicelib.core.store import Once
from chalicelib.payments.model.books import CLEARING, Posting, moved
from chalicelib.payments.model.day import Row
from chalicelib.payments.model.difference import Standing
from chalicelib.payments.service.books import books
from chalicelib.payments.service.finance import MOST_POSTINGS
from chalicelib.payments.service.reconciling import reconciling
from chalicelib.payments.service.settling import posted
from chalicelib.payments.store.books import BookStore
from tests.payments.money_city import MoneyCity, money_city
from tests.payments.test_reconciling import assert_books_follow, bought, differences, reconcile
from tests.web.client import Client, Reply

DAY = "/en/staff/payments?day=2026-11-24"


@pytest.fixture
def money() -> Iterator[MoneyCity]:
    with money_city(seats=40) as money:
        yield money


def kadek(money: MoneyCity) -> Client:
    return money.city.officer("Kadek", "admin_opd", office="bapenda")


def rai(money: MoneyCity) -> Client:
    return money.city.officer("Rai", "admin_opd", office="bapenda")


def press(officer: Client, page: str, action: str, **typed: str) -> Reply:
    """Sends a form of a page as the page would."""
    shown = officer.get(page)
    assert shown.status == 200, shown.text
    own = {"csrf": shown.hidden("csrf"), "form_id": str(uuid.uuid4())}
    return officer.post(f"/en/staff/payments{action}", {**own, **typed})


def close(officer: Client, reason: str = "") -> Reply:
    return press(officer, DAY, "/days/2026-11-24/close", reason=reason)


def next_day(money: MoneyCity) -> None:
    reconcile(money, timedelta(days=1))


def riddle(money: MoneyCity) -> str:
    """The id of a difference: a charge of another amount than its order's."""
    reference = money.order(1)
    money.url(reference)
    money.world.account.find("session", money.checkout(reference))["amount_total"] += 500_000
    money.world.pay(money.checkout(reference))
    money.hear()
    reconcile(money)
    (found,) = differences(money)
    return found.id


@pytest.mark.parametrize("page", ["", "/refunds", "/differences/nothing", "/orders/PS-K7MH-K52N-FTR8", "/export"])
def test_only_the_treasury_comes_in_and_auditors_look(money: MoneyCity, page: str) -> None:
    address = f"/en/staff/payments{page}"

    assert money.city.officer("Wayan", "admin_opd", office="dlhk").get(address).status == 403
    assert money.city.visitor().get(address).status == 303
    assert money.city.officer("Sri", "auditor", office="inspektorat").get(address).status in (200, 404, 422)
    assert kadek(money).get(address).status in (200, 404, 422)


def test_an_auditor_sees_no_button_and_may_not_close(money: MoneyCity) -> None:
    sri = money.city.officer("Sri", "auditor", office="inspektorat")
    token = kadek(money).get(DAY).hidden("csrf")

    assert "Close this day" not in sri.get(DAY).text
    assert sri.post("/en/staff/payments/days/2026-11-24/close", {"csrf": token, "form_id": "x"}).status == 403


@pytest.mark.parametrize("language", ["id", "en"])
def test_provider_and_ledger_stand_side_by_side(money: MoneyCity, language: str) -> None:
    reference = bought(money)
    reconcile(money)

    page = kadek(money).get(f"/{language}/staff/payments").text

    total = money.kept(reference).total.shown(language)
    assert page.count(total) >= 2
    assert ("Berbeda" if language == "id" else "Differs") not in page
    assert ("Cocok" if language == "id" else "Agrees") in page


def test_what_differs_comes_first(money: MoneyCity) -> None:
    bought(money)
    riddle(money)

    page = kadek(money).get(DAY).text

    assert page.index("Money came in that no order can take") < page.index("What each side says")
    assert page.index("Differs") < page.index("Agrees")


def test_a_dispute_without_a_decision_leads_to_its_order(money: MoneyCity) -> None:
    reference = bought(money)
    money.world.dispute(money.kept(reference).payment)
    reconcile(money)

    page = kadek(money).get(DAY).text

    assert "Disputes without a decision" in page
    assert f'href="/en/staff/payments/orders/{reference}"' in page


def test_receipts_that_are_not_the_payments_are_seen(money: MoneyCity) -> None:
    reference = bought(money)
    reconcile(money)
    right = kadek(money).get(DAY).text

    row = Row(day="2026-11-24", authority="denpasar", scheme="mangrove")
    total = money.kept(reference).total.minor_units
    books().note_receipt(row, total, Once(scope="payments-books", id="2"))
    with pytest.raises(AlreadyDone):
        books().note_receipt(row, total, Once(scope="payments-books", id="2"))
    wrong = kadek(money).get(DAY).text

    assert "Differs" not in right
    assert "(1)" in right
    assert "Differs" in wrong


def test_a_day_that_is_none_is_told_beside_its_field(money: MoneyCity) -> None:
    reply = kadek(money).get("/en/staff/payments?day=2026-02-31")

    assert 'id="day-error"' in reply.text


@pytest.mark.parametrize("address", ["days/2026-02-31/close", "days/yesterday/close"])
def test_a_day_that_does_not_exist_is_not_closed(money: MoneyCity, address: str) -> None:
    assert press(kadek(money), DAY, f"/{address}", reason="").status == 404


def test_a_day_is_closed_once_it_is_over_and_the_provider_was_asked(money: MoneyCity) -> None:
    bought(money)
    reconcile(money)
    early = close(kadek(money))
    money.city.clock.pass_(timedelta(days=1))
    unasked = close(kadek(money))
    reconciling().run()
    money.work()
    closed = close(kadek(money))

    assert (early.status, "rule D1" in early.text) == (422, True)
    assert (unasked.status, "rule D2" in unasked.text) == (422, True)
    assert closed.status == 303
    assert "DayClosed" in money.city.names()
    assert "Kadek".lower() in kadek(money).get(DAY).text


def test_two_officers_close_a_day_once(money: MoneyCity) -> None:
    bought(money)
    next_day(money)
    first, second = kadek(money), rai(money)
    shown = second.get(DAY)
    assert close(first).status == 303

    own = {"csrf": shown.hidden("csrf"), "form_id": str(uuid.uuid4()), "reason": ""}
    late = second.post("/en/staff/payments/days/2026-11-24/close", own)

    assert late.status == 422
    assert "rule D4" in late.text
    assert money.city.names().count("DayClosed") == 1


def test_a_day_with_an_open_difference_needs_a_reason(money: MoneyCity) -> None:
    riddle(money)
    next_day(money)

    refused = close(kadek(money))
    closed = close(kadek(money), reason="The payer was asked, the answer comes next week")

    assert (refused.status, "rule D3" in refused.text) == (422, True)
    assert closed.status == 303
    kept = BookStore(money.city.store).closed("2026-11-24")
    assert kept is not None
    assert len(kept.open) == 1
    assert "next week" in kadek(money).get(DAY).text


def test_what_is_posted_after_the_close_is_a_difference_and_the_close_stays(money: MoneyCity) -> None:
    reference = bought(money)
    next_day(money)
    assert close(kadek(money)).status == 303
    before = BookStore(money.city.store).closed("2026-11-24")

    order = money.kept(reference)
    assert order.paid_at is not None
    stray = Posting(
        id="stray", kind="fee", at=order.paid_at, legs=moved(order.total, to="fees:denpasar", out_of=CLEARING)
    )
    books().note(posted(stray))

    assert [one.topic for one in differences(money)] == ["late"]
    assert BookStore(money.city.store).closed("2026-11-24") == before


def test_an_officer_explains_a_difference_and_moves_its_money(money: MoneyCity) -> None:
    found = riddle(money)
    page = f"/en/staff/payments/differences/{found}"
    unexplained = press(kadek(money), page, f"/differences/{found}/explain", why="", account="bank")

    done = press(kadek(money), page, f"/differences/{found}/explain", why="Paid to the bank by hand", account="bank")
    money.work()

    assert (unexplained.status, 'id="why-error"' in unexplained.text) == (422, True)
    assert done.status == 303
    assert differences(money) == []
    assert money.balance_of("unmatched") == 0
    assert_books_follow(money)
    assert "Paid to the bank by hand" in kadek(money).get(page).text


def test_two_officers_explain_a_difference_once(money: MoneyCity) -> None:
    found = riddle(money)
    page = f"/en/staff/payments/differences/{found}"
    second = rai(money)
    shown = second.get(page)
    press(kadek(money), page, f"/differences/{found}/explain", why="First", account="")

    own = {"csrf": shown.hidden("csrf"), "form_id": str(uuid.uuid4())}
    late = second.post(f"{page}/explain", {**own, "why": "Second", "account": "bank"})

    assert (late.status, "rule D5" in late.text, "Second" in late.text) == (422, True, True)
    kept = BookStore(money.city.store).difference(found)
    assert kept is not None
    assert (kept.standing, kept.why) == (Standing.EXPLAINED, "First")


def test_an_explained_difference_does_not_come_back_by_itself(money: MoneyCity) -> None:
    found = riddle(money)
    press(
        kadek(money),
        f"/en/staff/payments/differences/{found}",
        f"/differences/{found}/explain",
        why="Known",
        account="",
    )

    reconcile(money)
    next_day(money)

    assert differences(money) == []


def test_an_order_shows_all_of_its_money(money: MoneyCity) -> None:
    reference = bought(money)
    reconcile(money)

    found = kadek(money).get(f"/en/staff/payments/orders?reference={reference.lower()}")
    page = kadek(money).get(found.location).text

    assert found.status == 303
    for words in ("Order placed", "Paid", "Money came in", "Provider&#39;s fee", "Due to"):
        assert words in page
    assert "ayu@example.id" not in page


def test_a_number_that_is_no_order_is_told_beside_its_field(money: MoneyCity) -> None:
    reply = kadek(money).get("/en/staff/payments/orders?reference=PS-1")

    assert (reply.status, 'id="reference-error"' in reply.text) == (422, True)


def _csv(reply: Reply) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(reply.body.decode("utf-8-sig"))))


def test_the_treasurer_takes_a_day_along(money: MoneyCity) -> None:
    bought(money)
    reconcile(money)

    reply = kadek(money).get("/en/staff/payments/export?period=2026-11-24&as=csv")
    rows: Any = _csv(reply)

    assert reply.headers["Content-Disposition"] == 'attachment; filename="payments-2026-11-24.csv"'
    debit = sum(float(row["Debit (IDR)"] or 0) for row in rows)
    assert debit == sum(float(row["Credit (IDR)"] or 0) for row in rows)
    assert debit > 0


def test_the_largest_file_is_no_more_than_a_function_can_answer(money: MoneyCity) -> None:
    """6 MB of JSON (AWS Lambda, quotas: synchronous response), in which every quotation mark takes two bytes."""
    for _ in range(5):
        bought(money, 1)
    reconcile(money)
    reply = kadek(money).get("/en/staff/payments/export?period=2026-11-24&as=csv")

    assert len(json.dumps(reply.text)) / len(money.postings()) * MOST_POSTINGS < 6_291_556


def test_the_treasurer_takes_a_month_along_as_a_workbook(money: MoneyCity) -> None:
    bought(money)
    reconcile(money)

    reply = kadek(money).get("/id/staff/payments/export?period=2026-11&as=xlsx")

    assert reply.body.startswith(b"PK")
    assert reply.headers["Content-Disposition"].endswith('"payments-2026-11.xlsx"')


@pytest.mark.parametrize("period", ["", "2026", "2026-13", "2026-11-31", "../../etc", "2026-1x"])
def test_a_period_that_is_none_is_told_beside_its_field(money: MoneyCity, period: str) -> None:
    reply = kadek(money).get(f"/en/staff/payments/export?period={period}")

    assert (reply.status, 'id="period-error"' in reply.text) == (422, True)
