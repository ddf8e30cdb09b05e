"""The sandbox's hosted page: what a payer reads, types and is told, in both languages, without scripts."""

import re
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core.money import Money, rupiah
from chalicelib.payments.gateway.port import Checkout, CheckoutState, Line
from infra.local.sandbox.cards import CARDS
from infra.local.sandbox.hosted import PAGES, Hosted, Shown
from infra.local.sandbox.words import INDONESIAN
from tests.contracts.payers import request
from tests.twins.clock import Clock
from tests.twins.provider import CHALLENGED, DECLINED, GOOD, POOR, World, world

CARD = {"email": "ayu@example.id", "number": GOOD, "expiry": "12/34", "cvc": "123", "way": "card"}
PAID = "https://city.example/id/pay/orders/PS-1?paid={CHECKOUT_SESSION_ID}"
BACK = "https://city.example/id/pay/orders/PS-1"


class Till:
    """A payer before a checkout."""

    def __init__(self, language: str = "id", *lines: Line) -> None:
        self.clock = Clock()
        self.world: World = world(self.clock)
        self.hosted = Hosted(self.world.sandbox)
        ends = self.clock() + timedelta(minutes=30)
        asked = request(*lines, language=language, paid_url=PAID, back_url=BACK, expires_at=ends)
        self.id = self.world.provider.open_checkout(asked).id

    def pay(self, **typed: str) -> Shown:
        return self.hosted.pay(self.id, {**CARD, **typed})

    def checkout(self) -> Checkout:
        return self.world.provider.checkout(self.id)

    @property
    def page(self) -> str:
        return self.hosted.show(self.id).html


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("id", ("Mode uji: tidak ada uang yang berpindah", "Bayar Rp 50.000")),
        ("en", ("Sandbox: no money moves", "Pay")),
    ],
)
def test_the_page_says_what_is_paid_and_that_no_money_moves(language: str, words: tuple[str, ...]) -> None:
    page = Till(language).page

    assert f'<html lang="{language}">' in page
    assert all(word in page for word in (*words, "2 × Tiket dewasa", "Rp 50.000", f'href="{BACK}"'))
    assert "<script" not in page


def test_a_good_card_pays_and_leads_back_with_the_checkout_in_the_address() -> None:
    till = Till()
    answer = till.pay()

    assert (answer.status, answer.to) == (303, PAID.replace("{CHECKOUT_SESSION_ID}", till.id))
    assert till.checkout().paid


def test_a_second_press_pays_nothing_and_leads_the_same_way() -> None:
    till = Till()
    first, second = till.pay(), till.pay()

    assert first == second
    assert len(till.world.things("charge")) == 1
    assert till.hosted.show(till.id).status == 410
    assert "sudah selesai" in till.page


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"email": "ayu"}, "email"),
        ({"email": "a b@example.id"}, "email"),
        ({"number": "4242424242424241"}, "number"),
        ({"number": ""}, "number"),
        ({"expiry": "10/26"}, "expiry"),
        ({"expiry": "13/30"}, "expiry"),
        ({"expiry": "soon"}, "expiry"),
        ({"cvc": "12"}, "cvc"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(typed: dict[str, str], field: str) -> None:
    till = Till()
    answer = till.pay(**typed)

    assert answer.status == 422
    assert f'id="{field}-error"' in answer.html
    assert f'href="#{field}"' in answer.html
    assert f'value="{CARD["expiry"] if field != "expiry" else typed["expiry"]}"' in answer.html
    assert till.world.things("intent") == []


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("number", [number for number, outcome in CARDS.items() if outcome.code])
def test_a_declined_card_is_explained_and_another_one_pays(number: str, language: str) -> None:
    till = Till(language)
    answer = till.pay(number=number)
    if answer.to.endswith("/challenge"):
        answer = till.hosted.answer(till.id, {"answer": "complete"})
    words = CARDS[number].message

    assert answer.to == f"/c/pay/{till.id}"
    assert (INDONESIAN[words] if language == "id" else words.replace("'", "&#39;")) in till.page
    assert not till.checkout().paid
    till.pay()
    assert till.checkout().paid


@pytest.mark.parametrize("number", ["4000002500003155", "4000002760003184"])
def test_the_bank_asks_first_and_a_yes_pays(number: str) -> None:
    till = Till()
    assert till.pay(number=number).to == f"/c/pay/{till.id}/challenge"
    assert "Bank Anda bertanya" in till.hosted.challenge(till.id).html
    assert not till.checkout().paid

    assert till.hosted.answer(till.id, {"answer": "complete"}).to.startswith(BACK)
    assert till.checkout().paid
    assert till.hosted.answer(till.id, {"answer": "fail"}).to.startswith(BACK)
    assert till.checkout().paid


def test_a_refused_challenge_is_a_decline_and_can_be_tried_again() -> None:
    till = Till()
    till.pay(number=CHALLENGED)

    assert till.hosted.answer(till.id, {"answer": "fail"}).to == f"/c/pay/{till.id}"
    assert "Bank tidak dapat memastikan" in till.page
    till.pay(number=CHALLENGED)
    assert "Bank Anda bertanya" in till.hosted.challenge(till.id).html


def test_whoever_leaves_the_challenge_finds_the_checkout_open() -> None:
    till = Till()
    till.pay(number=CHALLENGED)

    assert f'href="{BACK}"' in till.hosted.challenge(till.id).html
    assert till.checkout().state is CheckoutState.OPEN
    assert till.hosted.show(till.id).status == 200


def test_an_expired_checkout_says_so_and_takes_nothing() -> None:
    till = Till()
    till.pay(number=CHALLENGED)
    till.clock.forward(minutes=31)

    for answer in (till.hosted.show(till.id), till.pay(), till.hosted.answer(till.id, {"answer": "complete"})):
        assert answer.status == 410
        assert "Waktu pembayaran sudah habis" in answer.html
        assert f'href="{BACK}"' in answer.html
    assert till.world.things("charge") == []


def test_an_ended_checkout_cannot_be_paid_from_a_page_that_is_still_open() -> None:
    till = Till()
    till.pay(number=POOR)
    till.world.provider.end_checkout(till.id)

    assert till.pay().status == 410
    assert not till.checkout().paid


def test_a_checkout_that_is_not_there_is_not_found() -> None:
    till = Till()
    for answer in (till.hosted.show("cs_1"), till.hosted.pay("cs_1", CARD), till.hosted.challenge("cs_1")):
        assert answer.status == 404


def test_a_payer_may_choose_their_own_currency() -> None:
    till = Till("en")
    assert all(shown in till.page for shown in ("AUD 4.81", "JPY 472", "KWD 0.940"))
    till.pay(currency="jpy", number=DECLINED)
    till.pay(currency="kwd")

    assert till.checkout().charged == Money(940, "KWD")
    assert till.checkout().amount == rupiah(50_000)


def test_a_currency_that_is_not_offered_is_ours() -> None:
    till = Till()
    till.pay(currency="xau")

    assert till.checkout().charged is None


def test_a_bank_transfer_leads_back_before_the_money_is_there() -> None:
    till = Till()
    answer = till.pay(way="transfer", number="")

    assert answer.to.startswith(BACK)
    assert (till.checkout().state, till.checkout().paid) == (CheckoutState.COMPLETE, False)


def test_a_form_may_lead_to_the_city_and_nowhere_else() -> None:
    till = Till()

    assert till.hosted.show(till.id).leads_to == ("https://city.example",)


def test_what_the_city_calls_a_ticket_is_text_and_no_markup() -> None:
    page = Till("id", Line(name="<b>Tiket</b>", unit=rupiah(50_000), quantity=1)).page

    assert "&lt;b&gt;Tiket&lt;/b&gt;" in page


def test_every_word_of_the_pages_has_its_indonesian() -> None:
    said: set[str] = {outcome.message for outcome in CARDS.values() if outcome.message}
    for name in PAGES.list_templates():
        source: Any = PAGES.loader.get_source(PAGES, name)[0] if PAGES.loader else ""
        said |= set(re.findall(r'say\("([^"]+)"\)', source))
        said |= set(re.findall(r'": "([^"]+)"', source))

    assert len(said) > 30
    assert said <= INDONESIAN.keys()
