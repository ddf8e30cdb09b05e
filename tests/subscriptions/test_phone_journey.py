"""A phone subscribes with six digits, moves house and stops."""

import uuid
from datetime import timedelta

import pytest

from chalicelib.core.sms import size
from chalicelib.subscriptions import reads
from chalicelib.subscriptions.letters import code_words
from tests.subscriptions.people import (
    NUMBER,
    RENON,
    SANUR,
    ask_by_phone,
    code_in,
    everything_kept,
    on_topics,
    phone_form,
    pressed,
    subscribed_by_phone,
    tick,
    type_code,
    work,
)
from tests.web.city import City

WRONG = "000000"


def wishes(**changes: str) -> dict[str, str]:
    form = phone_form(**changes)
    del form["phone"]
    return form


@pytest.mark.parametrize(("lang", "words"), [("id", "Kode peringatan Kota Denpasar"), ("en", "Your code for Denpasar")])
def test_a_phone_subscribes_with_the_six_digits_of_a_text_message(city: City, lang: str, words: str) -> None:
    asked = ask_by_phone(city, lang, language=lang)
    page = city.visitor().get(asked.location)
    work(city)
    ((number, text),) = city.phones.texts
    before = on_topics(city)
    done = type_code(city, asked.location, code_in(text))
    work(city)
    welcome = city.visitor().get(done.location)

    assert (asked.status, page.status, done.status, welcome.status) == (303, 200, 303, 200)
    assert number == NUMBER
    assert words in text
    assert "+62••••••••890" in page.text
    assert before == {}
    assert on_topics(city) == {f"{SANUR}-waspada-{lang}": [NUMBER]}
    assert reads.topics() == {f"{SANUR}-waspada-{lang}"}


def test_the_code_may_be_typed_with_blanks(city: City) -> None:
    asked = ask_by_phone(city)
    work(city)
    code = code_in(city.phones.texts[0][1])

    assert type_code(city, asked.location, f" {code[:3]} {code[3:]} ").status == 303


def test_a_wrong_code_keeps_what_was_typed_and_says_how_many_tries_are_left(city: City) -> None:
    asked = ask_by_phone(city)

    wrong = type_code(city, asked.location, WRONG)

    assert wrong.status == 422
    assert "Kesempatan tersisa: 4" in wrong.text
    assert f'value="{WRONG}"' in wrong.text


@pytest.mark.parametrize("typed", ["12345", "1234567", "abcdef", "", "١٢٣٤٥", "12 34 5x"])
def test_what_cannot_be_a_code_costs_no_try(city: City, typed: str) -> None:
    asked = ask_by_phone(city)

    assert type_code(city, asked.location, typed).status == 422
    assert "tersisa: 4" in type_code(city, asked.location, WRONG).text


def test_after_five_wrong_tries_the_right_code_is_refused_until_a_new_one_was_asked_for(city: City) -> None:
    asked = ask_by_phone(city)
    work(city)
    first = code_in(city.phones.texts[0][1])
    for _ in range(5):
        type_code(city, asked.location, WRONG)

    locked = type_code(city, asked.location, first)
    early = city.visitor().post(f"{asked.location}/again", {"form_id": str(uuid.uuid4())})
    city.clock.pass_(timedelta(minutes=10))
    renewed = city.visitor().post(f"{asked.location}/again", {"form_id": str(uuid.uuid4())})
    work(city)
    second = code_in(city.phones.texts[1][1])

    assert (locked.status, early.status, renewed.status) == (422, 429, 303)
    assert "10.40 WITA" in locked.text
    assert int(early.headers["Retry-After"]) >= 600
    assert type_code(city, asked.location, first).status == 422
    assert type_code(city, asked.location, second).status == 303


def test_guesses_at_the_same_time_are_all_counted(city: City) -> None:
    asked = ask_by_phone(city)
    racing: list[int] = []

    def race(step: str) -> None:
        """Another guess comes in between the loading and the commit of each of the first three."""
        if step == "commit" and len(racing) < 3:
            racing.append(1)
            type_code(city, asked.location, WRONG)

    city.store.step = race
    answer = type_code(city, asked.location, WRONG)

    assert answer.status == 422
    assert "Terlalu banyak" in type_code(city, asked.location, WRONG).text


def test_a_code_is_over_after_ten_minutes(city: City) -> None:
    asked = ask_by_phone(city)
    work(city)
    city.clock.pass_(timedelta(minutes=10))

    late = type_code(city, asked.location, code_in(city.phones.texts[0][1]))
    assert (late.status, "Minta kode baru" in late.text) == (422, True)


def test_a_new_code_may_be_asked_for_after_a_minute_and_ends_the_old_one(city: City) -> None:
    asked = ask_by_phone(city)
    work(city)
    again = f"{asked.location}/again"
    early = city.visitor().post(again, {"form_id": str(uuid.uuid4())})
    city.clock.pass_(timedelta(minutes=1))
    later = city.visitor().post(again, {"form_id": str(uuid.uuid4())})
    work(city)
    old, new = (code_in(words) for _, words in city.phones.texts)

    assert (early.status, later.status) == (429, 303)
    assert type_code(city, asked.location, old).status == 422
    assert type_code(city, asked.location, new).status == 303


def test_typing_the_right_code_twice_leads_to_the_same_page(city: City) -> None:
    asked = ask_by_phone(city)
    work(city)
    code = code_in(city.phones.texts[0][1])

    first, second = (type_code(city, asked.location, code) for _ in range(2))

    assert first.location == second.location
    assert city.names().count("SubscriptionConfirmed") == 1


def test_a_phone_that_gets_alerts_already_comes_to_its_choices_by_the_same_way(city: City) -> None:
    manage = subscribed_by_phone(city)

    assert subscribed_by_phone(city, place=RENON) == manage
    assert on_topics(city) == {f"{SANUR}-waspada-id": [NUMBER]}


def test_moving_house_changes_the_topic(city: City) -> None:
    manage = subscribed_by_phone(city)

    saved = city.visitor().post(manage, wishes(place=RENON, floor="awas", language="en"))
    work(city)
    tick(city, minutes=5)

    assert saved.status == 303
    assert on_topics(city) == {f"{RENON}-awas-en": [NUMBER]}
    assert reads.topics() == {f"{SANUR}-waspada-id", f"{RENON}-awas-en"}


def test_stopping_takes_the_phone_off_its_topic(city: City) -> None:
    manage = subscribed_by_phone(city)
    stop = city.visitor().get(manage).text.split("alerts/subscriptions/stop/")[1].split('"')[0]

    pressed(city.visitor(), f"/id/alerts/subscriptions/stop/{stop}")
    work(city)

    assert on_topics(city) == {}


def test_phones_are_no_listeners_for_mail(city: City) -> None:
    subscribed_by_phone(city)

    found = [one for shard in range(reads.AUDIENCE_SHARDS) for one in reads.audience(SANUR, shard).people]
    assert found == []


def test_numbers_lie_in_no_url_fact_log_or_plain_record(city: City, capsys: pytest.CaptureFixture[str]) -> None:
    manage = subscribed_by_phone(city)

    kept = "\n".join([*everything_kept(city), manage, capsys.readouterr().out])
    # The twin of SNS names a subscription by topic and number; the real one by a UUID.
    assert NUMBER[3:] not in kept.replace(f":{NUMBER}", "")


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_code_fits_into_one_part_of_a_text_message(lang: str) -> None:
    assert size(code_words("123456", lang)).parts == 1
