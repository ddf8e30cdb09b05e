"""What people and machines send that cannot be taken: told beside the field, nothing typed is lost, nothing is kept."""

from datetime import timedelta
from typing import Any

import pytest

from tests.subscriptions.people import ask_by_mail, ask_by_phone, mail_form, phone_form, subscribed_by_mail, work
from tests.web.city import City
from tests.web.client import Client

MAIL, PHONE = "/en/alerts/subscribe/email", "/en/alerts/subscribe/phone"


def kept(city: City) -> int:
    return len(city.store.rows)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"email": ""}, "Enter your email address"),
        ({"email": "a@b"}, "Enter one email address"),
        ({"email": "a@example.com, b@example.com"}, "Enter one email address"),
        ({"email": "a" * 250 + "@example.com"}, "Enter one email address"),
        ({"email": "a@example.com\nBcc: b@example.com"}, "Enter one email address"),
        ({"email": "b•••@example.com"}, "Enter one email address"),
        ({"places": []}, "Choose at least one place"),
        ({"places": ["51.71.01.9999"]}, "Choose a place from the list"),
        ({"places": ["51.71#2"]}, "Choose a place from the list"),
        ({"hazards": ["zombies"]}, "Choose at least one"),
        ({"floor": ""}, "Choose from which level we tell you"),
        ({"floor": "normal"}, "Choose from which level we tell you"),
        ({"language": "ban"}, "Choose the language of the messages"),
    ],
)
def test_a_mail_form_tells_what_is_wrong_and_keeps_the_rest(city: City, changes: dict[str, Any], told: str) -> None:
    answer = city.visitor().post(MAIL, mail_form(**{"email": "wayan@example.com", **changes}))

    assert answer.status == 422
    assert told in answer.text
    assert "There is a problem" in answer.text
    assert "email" in changes or "wayan@example.com" in answer.text
    assert "floor" in changes or 'value="siaga" checked' in answer.text
    assert kept(city) == 0


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"phone": ""}, "Enter your mobile number"),
        ({"phone": "1234"}, "Enter a mobile number"),
        ({"phone": "+1 900 555 0199"}, "Enter a mobile number"),
        ({"phone": "+881612345678"}, "Enter a mobile number"),
        ({"phone": "(0361) 223333"}, "Enter a mobile number"),
        ({"phone": "+62••••••••890"}, "Enter a mobile number"),
        ({"place": ""}, "Choose one place"),
        ({"place": "Sanur"}, "Choose a place from the list"),
        ({"floor": "AWAS"}, "Choose from which level we tell you"),
    ],
)
def test_a_phone_form_tells_what_is_wrong_and_keeps_the_rest(city: City, changes: dict[str, Any], told: str) -> None:
    answer = city.visitor().post(PHONE, phone_form(**changes))

    assert answer.status == 422
    assert told in answer.text
    assert "phone" in changes or "0812 3456 7890" in answer.text
    assert kept(city) == 0


@pytest.mark.parametrize(
    "typed", ["0812-3456-7890", "62 812 3456 7890", "+62 812 3456 7890", "０８１２３４５６７８９０"]
)
def test_one_number_is_one_number_however_it_is_typed(city: City, typed: str) -> None:
    assert ask_by_phone(city, phone=typed).status == 303
    (row,) = (row.record for row in city.store.rows.values() if row.record)
    assert row.body["contact"]["found_by"] == city.vault.fingerprint(row.body["contact"]["secret"], "+6281234567890")


def test_every_error_is_told_at_once(city: City) -> None:
    answer = city.visitor().post(MAIL, {"form_id": mail_form()["form_id"]})

    for field in ("email", "places", "floor", "language"):
        assert f'href="#{field}"' in answer.text


@pytest.mark.parametrize(
    "form",
    [
        {**mail_form(), "state": "confirmed"},
        {**mail_form(), "email": ["a@example.com", "b@example.com"]},
        {**mail_form(), "form_id": "x"},
        {name: value for name, value in mail_form().items() if name != "form_id"},
    ],
    ids=["a field that the form does not have", "two addresses", "no form id", "without form id"],
)
def test_what_no_form_of_ours_sends_is_malformed(city: City, form: dict[str, Any]) -> None:
    assert city.visitor().post(MAIL, form).status == 400
    assert kept(city) == 0


def test_a_form_of_another_site_is_refused(city: City) -> None:
    assert city.visitor().post(MAIL, mail_form(), Origin="https://evil.example").status == 403
    assert city.visitor().post(MAIL, mail_form(), Origin="null").status == 403
    assert kept(city) == 0


def test_another_site_cannot_change_or_confirm_for_somebody(city: City) -> None:
    manage = subscribed_by_mail(city)
    form = mail_form()
    del form["email"]

    assert city.visitor().post(manage, form, Origin="https://evil.example").status == 403


def test_asking_has_a_limit_for_each_ip(city: City) -> None:
    answers = [ask_by_mail(city, email=f"a{number}@example.com").status for number in range(20)]
    refused = ask_by_mail(city, email="late@example.com")

    assert set(answers) == {303}
    assert refused.status == 429
    assert int(refused.headers["Retry-After"]) > 0


def test_asking_has_a_limit_for_each_address_whoever_asks(city: City) -> None:
    def ask(number: int) -> int:
        return city.visitor(ip=f"198.51.100.{number}").post(MAIL, mail_form(email="Victim@Example.com")).status

    assert [ask(number) for number in range(6)] == [303] * 5 + [429]
    city.clock.pass_(timedelta(days=1))
    assert ask(7) == 303


def test_a_block_of_numbers_cannot_be_pumped(city: City) -> None:
    for number in range(21):
        visitor: Client = city.visitor(ip=f"198.51.{number}.1")
        assert visitor.post(PHONE, phone_form(phone=f"0812345670{number:02}")).status == 303
    work(city)

    assert len(city.phones.texts) == 20
    city.clock.pass_(timedelta(hours=1))
    ask_by_phone(city)
    work(city)
    assert len(city.phones.texts) == 21
