"""From the form to the mailbox, the manage page and the end, as a person with a browser sees it."""

import re
import uuid
from datetime import timedelta

import pytest

from chalicelib.subscriptions import reads
from tests.subscriptions.people import (
    EMAIL,
    RENON,
    SANUR,
    SOUTH,
    WHOLE,
    ask_by_mail,
    everything_kept,
    facts,
    link_in,
    mail_form,
    pressed,
    subscribed_by_mail,
    work,
)
from tests.web.city import City

SUBJECTS = {"id": "Konfirmasi peringatan Kota Denpasar", "en": "Confirm your alerts from Denpasar"}


def people(place: str) -> list[reads.Listener]:
    return [one for shard in range(reads.AUDIENCE_SHARDS) for one in reads.audience(place, shard).people]


def without_tokens(page: str) -> str:
    return re.sub(r"asked/[A-Za-z0-9._-]+", "asked/", page)


@pytest.mark.parametrize("lang", ["id", "en"])
def test_somebody_subscribes_by_mail_and_hears_of_all_their_places(city: City, lang: str) -> None:
    asked = ask_by_mail(city, lang, language=lang)
    waiting = city.visitor().get(asked.location)
    work(city)
    (mail,) = city.mail.sent
    done = pressed(city.visitor(), link_in(mail.text, "confirm/"))
    welcome = city.visitor().get(done.location)

    assert (asked.status, waiting.status, done.status, welcome.status) == (303, 200, 303, 200)
    assert (mail.to, mail.subject, mail.language) == (EMAIL, SUBJECTS[lang], lang)
    assert "b•••@example.com" in waiting.text
    assert EMAIL not in waiting.text + welcome.text
    assert city.names() == ["SubscriptionRequested", "SubscriptionConfirmed"]
    for place in (SANUR, SOUTH):
        (listener,) = people(place)
        assert (listener.language, listener.hazards, listener.floor) == (lang, frozenset({"flood"}), "siaga")
        assert listener.places == (SOUTH, SANUR)
        assert city.vault.open(listener.email, owner=listener.id) == EMAIL
    assert people(WHOLE) == []


def test_a_link_scanner_that_follows_the_link_twice_confirms_nothing(city: City) -> None:
    ask_by_mail(city)
    work(city)
    link = link_in(city.mail.sent[0].text, "confirm/")

    assert [city.visitor().get(link).status for _ in range(2)] == [200, 200]
    assert people(SANUR) == []
    assert city.names() == ["SubscriptionRequested"]


def test_nobody_hears_before_confirming(city: City) -> None:
    ask_by_mail(city)
    work(city)

    (requested,) = facts(city)
    assert reads.listeners([requested.data["subscription_id"]]) == []


def test_a_double_press_is_one_subscription_and_one_mail(city: City) -> None:
    form = mail_form()
    first, second = (city.visitor().post("/id/alerts/subscribe/email", form) for _ in range(2))
    work(city)
    work(city)

    assert first.location == second.location
    assert len(city.mail.sent) == 1


def test_confirming_twice_leads_to_the_same_page(city: City) -> None:
    ask_by_mail(city)
    work(city)
    link = link_in(city.mail.sent[0].text, "confirm/")

    first, second = (pressed(city.visitor(), link) for _ in range(2))

    assert first.location == second.location
    assert city.names() == ["SubscriptionRequested", "SubscriptionConfirmed"]


def test_a_link_is_good_for_a_day(city: City) -> None:
    asked = ask_by_mail(city)
    work(city)
    link = link_in(city.mail.sent[0].text, "confirm/")
    city.clock.pass_(timedelta(hours=24))

    late = city.visitor().get(link)
    assert late.status == 422
    assert "Tautan ini sudah kedaluwarsa" in late.text
    assert city.visitor().get(asked.location).status == 422


def test_who_asks_again_sees_the_same_page_and_gets_a_manage_link_instead(city: City) -> None:
    manage = subscribed_by_mail(city)
    stranger = ask_by_mail(city, lang="en", floor="awas", language="en", places=[WHOLE])
    page = city.visitor().get(stranger.location)
    newcomer = city.visitor().get(ask_by_mail(city, lang="en", email="bayu@example.com").location)
    work(city)

    again = city.mail.sent[1]
    assert (again.to, again.subject) == (EMAIL, "Peringatan Anda dari Kota Denpasar")
    assert link_in(again.text) == manage
    assert without_tokens(page.text) == without_tokens(newcomer.text)
    assert people(WHOLE) == []
    assert len(people(SANUR)) == 1


def test_a_second_confirming_link_of_one_address_leads_to_the_first_subscription(city: City) -> None:
    ask_by_mail(city)
    ask_by_mail(city, places=[RENON])
    work(city)
    links = [link_in(mail.text, "confirm/") for mail in city.mail.sent]

    first, second = (pressed(city.visitor(), link) for link in links)

    assert second.location == first.location.removesuffix("/confirmed")
    assert (len(people(SANUR)), people(RENON)) == (1, [])


def test_the_address_of_a_stranger_stays_the_same_work_and_the_same_answer(city: City) -> None:
    subscribed_by_mail(city)
    before = len(city.store.rows)

    known = ask_by_mail(city)
    grown = len(city.store.rows) - before
    unknown = ask_by_mail(city, email="somebody@example.org")

    assert len(city.store.rows) - before == 2 * grown
    assert known.status == unknown.status == 303
    assert known.location.split("/")[:5] == unknown.location.split("/")[:5]


def test_wishes_are_changed_by_the_signed_link(city: City) -> None:
    manage = subscribed_by_mail(city)
    page = city.visitor().get(manage)

    form = mail_form(places=[RENON, SOUTH], hazards=[], floor="awas", language="en", form_id=page.hidden("form_id"))
    del form["email"]
    saved = city.visitor().post(manage, form)
    shown = city.visitor().get(saved.location)

    assert (page.status, saved.status, shown.status) == (200, 303, 200)
    assert 'value="51.71.01" checked' in page.text
    assert "Tersimpan" in shown.text
    assert people(SANUR) == []
    for place in (RENON, SOUTH):
        (listener,) = people(place)
        assert (listener.language, listener.hazards, listener.floor) == ("en", frozenset(), "awas")


def test_saving_what_is_there_already_announces_nothing(city: City) -> None:
    manage = subscribed_by_mail(city)
    form = mail_form()
    del form["email"]

    assert city.visitor().post(manage, form).status == 303
    assert "SubscriptionChanged" not in city.names()


def test_all_48_places_fit_into_one_change(city: City) -> None:
    from chalicelib.core.places import places

    codes = [place.code for place in places()]
    manage = subscribed_by_mail(city, places=codes[:24])
    form = mail_form(places=codes[20:])
    del form["email"]

    assert city.visitor().post(manage, form).status == 303
    assert [len(people(code)) for code in codes] == [0] * 20 + [1] * 28


def test_stopping_asks_on_a_get_and_stops_on_the_button(city: City) -> None:
    subscribed_by_mail(city)
    stop = link_in(reads.stop_link(people(SANUR)[0].id, "en"), "stop/")
    asked = [city.visitor().get(stop).status for _ in range(2)]
    before = len(people(SANUR))

    done = pressed(city.visitor(), stop)

    assert (asked, before, done.status) == ([200, 200], 1, 200)
    assert "Alerts stopped" in done.text
    assert people(SANUR) == people(SOUTH) == []
    assert facts(city, "SubscriptionStopped")[0].data["reason"] == "person"


@pytest.mark.parametrize(
    ("type_", "body"),
    [
        ("application/x-www-form-urlencoded", b"List-Unsubscribe=One-Click"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
        ),
    ],
)
def test_a_mail_program_unsubscribes_with_one_post_from_nowhere(city: City, type_: str, body: bytes) -> None:
    subscribed_by_mail(city)
    (listener,) = people(SANUR)
    stop = link_in(reads.stop_link(listener.id, "id"), "stop/")

    for _ in range(2):
        answer = city.visitor().ask("POST", stop, body=body, headers={"Content-Type": type_})
        assert answer.status == 200

    assert people(SANUR) == []
    assert reads.listeners([listener.id]) == []
    assert city.names().count("SubscriptionStopped") == 1


def test_who_has_stopped_may_subscribe_again(city: City) -> None:
    subscribed_by_mail(city)
    (first,) = people(SANUR)
    pressed(city.visitor(), link_in(reads.stop_link(first.id, "id"), "stop/"))

    subscribed_by_mail(city)

    (second,) = people(SANUR)
    assert second.id != first.id


def test_a_stopped_subscription_says_so_on_its_pages(city: City) -> None:
    manage = subscribed_by_mail(city)
    confirm = link_in(city.mail.sent[0].text, "confirm/")
    (listener,) = people(SANUR)
    pressed(city.visitor(), link_in(reads.stop_link(listener.id, "id"), "stop/"))

    pages = [city.visitor().get(path) for path in (manage, confirm)]

    assert [page.status for page in pages] == [200, 200]
    assert all("Langganan ini sudah dihentikan" in page.text for page in pages)
    form = mail_form()
    del form["email"]
    assert city.visitor().post(manage, form).status == 409
    assert city.visitor().post(confirm, {"form_id": str(uuid.uuid4())}).status == 409


def test_thirty_days_after_stopping_nothing_is_left_of_the_person_and_the_link_still_answers(city: City) -> None:
    subscribed_by_mail(city)
    (listener,) = people(SANUR)
    stop = link_in(reads.stop_link(listener.id, "id"), "stop/")
    pressed(city.visitor(), stop)
    city.clock.pass_(timedelta(days=30))

    assert city.visitor().post(stop, {"List-Unsubscribe": "One-Click"}).status == 200
    assert reads.listeners([listener.id]) == []


def test_an_altered_or_foreign_token_opens_nothing(city: City) -> None:
    manage = subscribed_by_mail(city)
    token = manage.rsplit("/", 1)[1]
    altered = token[:-1] + ("A" if token[-1] != "A" else "B")

    for path in (
        f"/id/alerts/subscriptions/{altered}",
        f"/id/alerts/subscriptions/stop/{token}",
        "/id/alerts/subscriptions/x",
    ):
        assert city.visitor().get(path).status == 404
        assert city.visitor().post(path, {"form_id": str(uuid.uuid4())}).status == 404


def test_addresses_lie_in_no_url_fact_or_plain_record(city: City, capsys: pytest.CaptureFixture[str]) -> None:
    manage = subscribed_by_mail(city)

    kept = "\n".join([*everything_kept(city), manage, capsys.readouterr().out])
    assert "budi" not in kept
    assert "santoso" not in kept


def test_pages_of_subscriptions_set_no_cookie_and_are_not_kept_by_caches(city: City) -> None:
    manage = subscribed_by_mail(city)

    for path in ("/id/alerts/subscribe/email", "/id/alerts/subscribe/phone", manage):
        reply = city.visitor().get(path)
        assert reply.cookies == ()
        assert reply.headers["Cache-Control"] == ("no-store" if path == manage else "private, no-cache")
