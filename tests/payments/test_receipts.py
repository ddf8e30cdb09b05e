"""Receipts: one for each payment, numbered without gaps, said alike on the page, on paper and in the mail."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import app
from chalicelib.core.errors import NotFound, Stale
from chalicelib.payments.model.receipt import year_of
from chalicelib.payments.service.receipts import receipts
from chalicelib.payments.service.settling import settling
from chalicelib.payments.store.receipts import ReceiptStore
from tests.payments.money_city import MoneyCity, money_city
from tests.twins.provider import GOOD
from tests.web.client import Client

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def town() -> Iterator[MoneyCity]:
    with money_city(seats=500) as made:
        yield made


def bought(town: MoneyCity, places: int = 1, *, currency: str = "", work: bool = True) -> str:
    reference = town.order(places)
    town.url(reference)
    town.world.pay(town.checkout(reference), GOOD, currency=currency)
    town.hear()
    if work:
        town.work()
    return reference


def serials(town: MoneyCity) -> list[int]:
    found, cursor = ReceiptStore(town.store).of("denpasar", 2026)
    serials = [one.serial for one in found]
    while cursor:
        found, cursor = ReceiptStore(town.store).of("denpasar", 2026, cursor)
        serials += [one.serial for one in found]
    return serials


def test_a_payment_has_a_receipt_with_the_next_number(town: MoneyCity) -> None:
    numbers = [receipts().of(bought(town))[1].number for _ in range(3)]

    assert [number.rpartition("/")[2] for number in numbers] == ["000001", "000002", "000003"]
    assert all("/2026/" in number for number in numbers)


@pytest.mark.slow
def test_a_hundred_payments_at_once_have_a_hundred_numbers_in_a_row(town: MoneyCity) -> None:
    references = [bought(town, work=False) for _ in range(100)]
    town.work(random.Random(7), twice=True)

    with ThreadPoolExecutor(8) as crowd:
        again = list(crowd.map(lambda one: receipts().number(one, town.kept(one).payment).number, references))
    assert serials(town) == list(range(1, 101))
    assert len(set(again)) == 100


def test_workers_that_fight_for_the_next_number_leave_no_gap(town: MoneyCity) -> None:
    """Were the queue ever to bring two of a group at once, the table would still give each number once."""
    references = [bought(town, work=False) for _ in range(24)]
    with ThreadPoolExecutor(4) as crowd:
        list(crowd.map(lambda one: _patiently(one, town), references))

    assert serials(town) == list(range(1, 25))


def _patiently(reference: str, town: MoneyCity) -> None:
    for _ in range(50):
        try:
            receipts().number(reference, town.kept(reference).payment)
        except Stale:
            continue
        return


def test_every_capture_has_one_receipt_the_surplus_too(town: MoneyCity) -> None:
    reference = town.order(1)
    town.url(reference)
    settling().end(reference, town.kept(reference).attempt.id)
    first = town.checkout(reference)
    town.url(reference)
    for checkout in (first, town.checkout(reference)):
        town.world.pay(checkout)
    town.hear()
    town.work()

    captures = [posting for posting in town.postings() if posting.kind == "capture"]
    assert len(captures) == len(serials(town)) == 2
    assert sum(-leg.amount.minor_units for one in captures for leg in one.legs if leg.account.startswith("due")) == (
        2 * town.kept(reference).total.minor_units
    )


def test_a_message_that_comes_before_its_payment_waits(town: MoneyCity) -> None:
    with pytest.raises(NotFound):
        receipts().number(town.order(1), "pi_nobody")
    assert serials(town) == []


@given(st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: NEW_YEAR + timedelta(minutes=minutes)))
def test_a_payment_stands_in_the_year_of_the_citys_own_clock(paid_at: datetime) -> None:
    assert year_of(paid_at) == (paid_at + timedelta(hours=8)).year


@pytest.mark.parametrize(("language", "words"), [("id", "Kuitansi"), ("en", "Receipt")])
def test_the_receipt_is_a_page_and_a_document_in_both_languages(town: MoneyCity, language: str, words: str) -> None:
    reference = bought(town, 2, currency="aud")
    number, browser = receipts().of(reference)[1].number, Client(app)
    page = browser.get(f"/{language}/pay/receipts/{reference}")
    document = browser.get(f"/{language}/pay/receipts/{reference}.pdf")

    assert f"{words} {number}" in page.text
    assert page.text.index("Rp 100.000") < len(page.text)
    assert "AUD" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert (document.status, document.headers["Content-Type"]) == (200, "application/pdf")
    assert document.body.startswith(b"%PDF-1.")
    assert number in browser.get(f"/{language}/pay/orders/{reference}").text


def test_the_same_receipt_is_the_same_bytes(town: MoneyCity) -> None:
    reference = bought(town)
    before = receipts().document(reference, "id").content
    receipts().draw(town.kept(reference).payment)

    assert receipts().document(reference, "id").content == before


def test_a_receipt_that_is_not_there_yet_is_no_page(town: MoneyCity) -> None:
    reference = bought(town, work=False)

    assert Client(app).get(f"/en/pay/receipts/{reference}").status == 404
    assert Client(app).get(f"/en/pay/receipts/{reference}.pdf").status == 404
    assert "being made" in Client(app).get(f"/en/pay/orders/{reference}").text


def test_whoever_paid_is_written_once_with_the_way_and_the_number(town: MoneyCity) -> None:
    reference = bought(town, 2)
    town.work(twice=True)
    (mail,) = town.city.mail.sent

    assert mail.to == "ayu@example.id"
    assert f"/en/pay/orders/{reference}" in mail.text
    assert receipts().of(reference)[1].number in mail.text


def test_a_second_payment_stands_in_its_own_year_and_promises_no_ticket(town: MoneyCity) -> None:
    """Paid ten minutes before and ten minutes after midnight of the new year, and heard the other way round."""
    town.city.clock.moment = datetime(2026, 12, 31, 15, 45, tzinfo=UTC)
    reference = town.order(1)
    town.url(reference)
    settling().end(reference, town.kept(reference).attempt.id)
    first = town.checkout(reference)
    town.url(reference)
    town.world.pay(first)
    town.city.clock.pass_(timedelta(minutes=25))
    town.world.pay(town.checkout(reference))
    town.hear(lambda told: told[::-1])
    town.work()

    assert [one.number for one in ReceiptStore(town.store).of("denpasar", 2026)[0]] == ["DPS/2026/000001"]
    assert [one.number for one in ReceiptStore(town.store).of("denpasar", 2027)[0]] == ["DPS/2027/000001"]
    texts = [mail.text for mail in town.city.mail.sent if "goes back by itself" in mail.text]
    assert len(texts) == 1
    assert "Your tickets are" not in texts[0]


def test_no_fact_and_no_message_names_the_payer(town: MoneyCity) -> None:
    bought(town)
    told = [str(entry.data) for entry in town.worked]

    assert not [line for line in told if "ayu@" in line or "4242" in line]
