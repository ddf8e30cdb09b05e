"""A lost ticket: found by who has the payer's mailbox, or knows the card, the time and the amount; by nobody else."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib.core.events import Entry
from tests.payments.money_city import MoneyCity, money_city
from tests.twins.provider import PAYER
from tests.web.client import Client, Reply

FIND = "/en/pay/find"
# 2026-11-24, 10.30 WITA: when the clock of the city starts.
CARD = {"digits": "4242", "day": "2026-11-24", "time": "10.35", "amount": "100.000"}


@pytest.fixture
def town() -> Iterator[MoneyCity]:
    with money_city(seats=100) as made:
        yield made


def bought(town: MoneyCity, places: int = 2, email: str = PAYER) -> str:
    reference = town.order(places)
    town.url(reference)
    assert town.world.pay(town.checkout(reference), email=email) == "paid"
    town.hear()
    town.work()
    # Whoever paid was written to: here only the mails count that somebody asks for afterwards.
    town.city.mail.sent.clear()
    return reference


def asked(visitor: Client, email: str = PAYER, times: int = 1) -> Reply:
    form = {"email": email, "form_id": visitor.get(FIND).hidden("form_id")}
    return [visitor.post(f"{FIND}/email", form) for _ in range(times)][-1]


def mail(town: MoneyCity) -> str:
    (only,) = town.city.mail.sent
    return only.text


def code_in(text: str) -> str:
    found = re.search(r"The code is (\d{6})", text)
    assert found
    return found[1]


def link_in(text: str) -> str:
    found = re.search(r"http\S+(/en/pay/find/confirm/\S+)", text)
    assert found
    return found[1]


def typed(visitor: Client, page: str, code: str) -> Reply:
    return visitor.post(page, {"code": code, "form_id": visitor.get(page).hidden("form_id")})


def by_card(visitor: Client, **other: str) -> Reply:
    return visitor.post(f"{FIND}/card", {**CARD, **other, "form_id": visitor.get(FIND).hidden("form_id")})


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_page_offers_both_ways_and_says_why_it_asks_for_the_amount(town: MoneyCity, language: str) -> None:
    page = town.city.visitor().get(f"/{language}/pay/find")

    assert page.status == 200
    assert 'name="email"' in page.text
    assert 'name="digits"' in page.text
    assert 'id="amount-hint"' in page.text


def test_the_code_of_the_mail_opens_the_list_with_a_link_to_each_order(town: MoneyCity) -> None:
    references = [bought(town), bought(town, 1)]
    visitor = town.city.visitor()
    page = asked(visitor, "Ayu@Example.ID").location
    town.work()
    found = typed(visitor, page, code_in(mail(town)))
    tickets = visitor.get(found.location)

    assert found.status == 303
    assert tickets.status == 200
    assert all(f"/en/pay/orders/{reference}" in tickets.text for reference in references)
    assert tickets.headers["Cache-Control"] == "no-store"


def test_the_link_shows_nothing_to_who_only_follows_it(town: MoneyCity) -> None:
    reference = bought(town)
    visitor = town.city.visitor()
    asked(visitor)
    town.work()
    link = link_in(mail(town))
    before = dict(town.city.store.rows)
    followed = [visitor.get(link) for _ in range(2)]
    pressed = visitor.post(link, {"form_id": followed[0].hidden("form_id")})

    assert [page.status for page in followed] == [200, 200]
    assert not any(reference in page.text for page in followed)
    assert town.city.store.rows == before
    assert reference in visitor.get(pressed.location).text


def test_whoever_never_paid_gets_the_same_answer_and_no_mail(town: MoneyCity) -> None:
    bought(town)
    visitor = town.city.visitor()
    answers = [asked(visitor, email) for email in (PAYER, "nobody@example.id")]
    town.work()
    pages = [visitor.get(answer.location).text for answer in answers]
    same = [re.sub(r"asked/[^\"]+|value=\"[0-9a-f]+\"|.•••@", "", page) for page in pages]

    assert [answer.status for answer in answers] == [303, 303]
    assert same[0] == same[1]
    assert [one.to for one in town.city.mail.sent] == [PAYER]


def test_a_form_that_is_sent_twice_is_one_mail(town: MoneyCity) -> None:
    bought(town)
    asked(town.city.visitor(), times=3)
    town.work(twice=True)

    assert len(town.city.mail.sent) == 1


def test_no_fact_holds_the_address(town: MoneyCity) -> None:
    bought(town)
    asked(town.city.visitor())
    facts = [entry for entry in town.city.store.entries.values() if isinstance(entry, Entry)]

    assert "TicketsSought" in {entry.name for entry in facts}
    assert not any("example.id" in str(entry) for entry in facts)


def test_a_code_can_be_tried_five_times(town: MoneyCity) -> None:
    bought(town)
    visitor = town.city.visitor()
    page = asked(visitor).location
    town.work()
    right = code_in(mail(town))
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    replies = [typed(visitor, page, wrong) for _ in range(5)]

    assert [reply.status for reply in replies] == [422] * 5
    assert "You have 4 tries left" in replies[0].text
    assert "Ask for a new one" in replies[4].text
    assert typed(visitor, page, right).status == 409


@pytest.mark.parametrize("code", ["", "12345", "abcdef"])
def test_what_is_no_code_is_refused_without_a_try(town: MoneyCity, code: str) -> None:
    visitor = town.city.visitor()
    replies = [typed(visitor, asked(visitor).location, code) for _ in range(2)]

    assert [reply.status for reply in replies] == [422, 422]
    assert all('id="code-error"' in reply.text for reply in replies)


def test_after_an_hour_code_link_and_list_are_over(town: MoneyCity) -> None:
    bought(town)
    visitor = town.city.visitor()
    page = asked(visitor).location
    town.work()
    code, link = code_in(mail(town)), link_in(mail(town))
    tickets = typed(visitor, page, code).location
    town.city.clock.pass_(timedelta(hours=1))

    assert [visitor.get(address).status for address in (page, link, tickets)] == [422, 422, 422]
    assert "Please ask for a new one" in visitor.get(link).text


def test_a_token_opens_only_what_it_was_made_for(town: MoneyCity) -> None:
    bought(town)
    visitor = town.city.visitor()
    token = asked(visitor).location.rsplit("/", 1)[1]

    assert visitor.get(f"{FIND}/tickets/{token}").status == 404
    assert visitor.get(f"{FIND}/confirm/{token}").status == 404
    assert visitor.get(f"{FIND}/tickets/{token[:-1]}x").status == 404


def test_nobodys_mailbox_is_flooded(town: MoneyCity) -> None:
    bought(town)
    replies = [asked(town.city.visitor(f"203.0.113.{number}")) for number in range(6)]

    assert [reply.status for reply in replies] == [303] * 5 + [429]
    assert "What you typed is still below" in replies[5].text


def test_one_neighbour_cannot_ask_for_everybody(town: MoneyCity) -> None:
    visitor = town.city.visitor()
    replies = [asked(visitor, f"guest{number}@example.id") for number in range(21)]

    assert [reply.status for reply in replies] == [303] * 20 + [429]


@pytest.mark.parametrize("email", ["", "nobody", "a@b, c@d"])
def test_what_is_no_address_is_refused_beside_its_field(town: MoneyCity, email: str) -> None:
    reply = asked(town.city.visitor(), email)

    assert reply.status == 422
    assert 'id="email-error"' in reply.text


@pytest.mark.parametrize("time", ["10.20", "10.30", "10:40", "10.40"])
def test_card_time_and_amount_lead_to_the_order(town: MoneyCity, time: str) -> None:
    reference = bought(town)
    reply = by_card(town.city.visitor(), time=time)

    assert reply.status == 303
    assert reply.location == f"/en/pay/orders/{reference}"


def test_a_payment_around_midnight_is_found_from_both_days(town: MoneyCity) -> None:
    town.city.clock.pass_(timedelta(hours=13, minutes=26))
    reference = bought(town)
    replies = [
        by_card(town.city.visitor(), day="2026-11-24", time="23.50"),
        by_card(town.city.visitor(), day="2026-11-25", time="00.05"),
    ]

    assert [reply.location for reply in replies] == [f"/en/pay/orders/{reference}"] * 2


@pytest.mark.parametrize(
    "other", [{"digits": "1111"}, {"day": "2026-11-23"}, {"time": "10.50"}, {"time": "10.15"}, {"amount": "50.000"}]
)
def test_what_does_not_match_has_one_answer_and_keeps_what_was_typed(town: MoneyCity, other: dict[str, str]) -> None:
    bought(town)
    reply = by_card(town.city.visitor(), **other)

    assert reply.status == 422
    assert "No single payment matches all of this" in reply.text
    for word in {**CARD, **other}.values():
        assert f'value="{word}"' in reply.text


def test_two_payments_that_match_have_the_same_answer_as_none(town: MoneyCity) -> None:
    bought(town)
    bought(town)
    reply = by_card(town.city.visitor())

    assert reply.status == 422
    assert "No single payment matches all of this" in reply.text


def test_a_card_is_tried_five_times_an_hour_and_found_no_more(town: MoneyCity) -> None:
    bought(town)
    visitor = town.city.visitor()
    wrong = [by_card(visitor, amount="50.000") for _ in range(5)]
    right = by_card(visitor)

    assert [reply.status for reply in wrong] == [422] * 5
    assert right.status == 429
    town.city.clock.pass_(timedelta(hours=1))
    assert by_card(visitor).status == 303


def test_a_card_is_not_tried_out_from_many_places(town: MoneyCity) -> None:
    bought(town)
    replies = [by_card(town.city.visitor(f"203.0.113.{number}"), amount="1.000") for number in range(31)]

    assert [reply.status for reply in replies] == [422] * 30 + [429]


@pytest.mark.parametrize(
    "wrong",
    [
        *({"digits": typed} for typed in ("", "424", "42424", "abcd")),
        *({"day": typed} for typed in ("", "24/11/2026", "0001-01-01", "9999-12-31")),
        *({"time": typed} for typed in ("", "half past", "25.00")),
        *({"amount": typed} for typed in ("", "1,5", "-1")),
    ],
)
def test_a_part_that_cannot_be_is_told_beside_its_field(town: MoneyCity, wrong: dict[str, str]) -> None:
    reply = by_card(town.city.visitor(), **wrong)

    assert reply.status == 422
    assert f'id="{next(iter(wrong))}-error"' in reply.text
