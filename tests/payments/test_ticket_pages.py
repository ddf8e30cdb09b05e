"""One ticket as it is passed on: what to show, and nothing of who paid."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib.payments.model.voucher import Standing
from tests.payments.money_city import MoneyCity, money_city
from tests.payments.payer import give_back, paid, tickets
from tests.payments.tickets import ticket
from tests.web.client import Reply

languages = pytest.mark.parametrize("lang", ["id", "en"])


@pytest.fixture
def money() -> Iterator[MoneyCity]:
    with money_city() as money:
        yield money


def shown(money: MoneyCity, code: str, lang: str = "en") -> Reply:
    return money.city.visitor().get(f"/{lang}/pay/tickets/{code}")


@languages
def test_a_good_ticket_shows_its_code_what_it_is_for_and_until_when(money: MoneyCity, lang: str) -> None:
    paid(money)
    reply = shown(money, tickets(money)[0].code, lang)

    assert reply.status == 200
    assert reply.text.count('class="dps-qr"') == 1
    for said in (tickets(money)[0].code, "27 November 2026", "Mertasari", "Berlaku" if lang == "id" else "Good"):
        assert said in reply.text


def test_a_ticket_tells_neither_the_order_nor_the_payer_nor_the_other_tickets(money: MoneyCity) -> None:
    reference = paid(money)
    first, second = tickets(money)
    text = shown(money, first.code).text

    for secret in (reference, reference.replace("-", ""), "orders/", "ayu", "4242", second.code, "receipt"):
        assert secret not in text


@languages
@pytest.mark.parametrize("standing", [Standing.USED, Standing.FROZEN, Standing.VOID])
def test_a_ticket_that_opens_no_door_says_so_and_shows_no_code(money: MoneyCity, lang: str, standing: Standing) -> None:
    words = {"used": ("Sudah dipakai", "Used"), "frozen": ("Dibekukan", "Frozen"), "void": ("Tidak berlaku", "Void")}
    reply = shown(money, ticket(money.city, standing=standing).code, lang)

    assert words[standing][lang == "en"] in reply.text
    assert 'class="dps-qr"' not in reply.text


def test_a_ticket_whose_time_is_over_says_so(money: MoneyCity) -> None:
    code = ticket(money.city).code
    money.city.clock.pass_(timedelta(days=2))
    reply = shown(money, code)

    assert "Its time is over" in reply.text
    assert 'class="dps-qr"' not in reply.text


def test_a_ticket_that_went_back_is_void_at_once(money: MoneyCity) -> None:
    reference = paid(money)
    give_back(money, reference, 0)

    assert "Void: its money went back" in shown(money, tickets(money)[0].code).text
    assert 'class="dps-qr"' in shown(money, tickets(money)[1].code).text


@pytest.mark.parametrize("code", ["TK-2222-2222-2222", "PS-2222-2222-2222", "x", "TK-K7MH-K52N-FTR8"])
def test_a_code_that_is_no_ticket_is_not_found(money: MoneyCity, code: str) -> None:
    assert shown(money, code).status == 404


def test_a_ticket_is_nobodys_to_keep_or_to_list(money: MoneyCity) -> None:
    reply = shown(money, ticket(money.city).code)

    assert reply.headers["Cache-Control"] == "no-store"
    assert 'content="noindex"' in reply.text
