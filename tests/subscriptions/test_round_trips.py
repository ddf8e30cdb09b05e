"""No page of subscriptions takes more than three round trips to the table; the strip of alerts comes on top."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.core.toolbox import working_with
from chalicelib.subscriptions import reads
from tests.subscriptions.people import (
    RENON,
    ask_by_mail,
    ask_by_phone,
    code_in,
    facts,
    link_in,
    mail_form,
    phone_form,
    subscribed_by_mail,
    type_code,
    work,
)
from tests.web.city import City
from tests.web.client import Reply

TRIPS = ("read", "read_many", "list", "under", "journal", "commit", "counter", "spend")


class Counting:
    """A store that notes each round trip, but for those to the lists and records of alerts."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.trips: list[str] = []

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._store, name)
        if name not in TRIPS:
            return real

        def counted(*args: Any, **kwargs: Any) -> Any:
            if not re.search("alerts#|strip", str(args)):
                self.trips.append(f"{name} {args}"[:120])
            return real(*args, **kwargs)

        return counted


def wishes(**changes: Any) -> dict[str, Any]:
    form = mail_form(**changes)
    del form["email"]
    return form


def ask_mail(city: City) -> Callable[[], Reply]:
    return lambda: ask_by_mail(city)


def ask_phone(city: City) -> Callable[[], Reply]:
    return lambda: ask_by_phone(city)


def open_confirm(city: City) -> Callable[[], Reply]:
    link = asked_link(city)
    return lambda: city.visitor().get(link)


def press_confirm(city: City) -> Callable[[], Reply]:
    link = asked_link(city)
    return lambda: city.visitor().post(link, {"form_id": mail_form()["form_id"]})


def press_confirm_again(city: City) -> Callable[[], Reply]:
    subscribed_by_mail(city)
    ask_by_mail(city)
    link = link_in(city.mail.sent[0].text, "confirm/")
    return lambda: city.visitor().post(link, {"form_id": mail_form()["form_id"]})


def right_code(city: City) -> Callable[[], Reply]:
    page = ask_by_phone(city).location
    work(city)
    code = code_in(city.phones.texts[0][1])
    return lambda: type_code(city, page, code)


def wrong_code(city: City) -> Callable[[], Reply]:
    page = ask_by_phone(city).location
    return lambda: type_code(city, page, "000000")


def open_manage(city: City) -> Callable[[], Reply]:
    page = subscribed_by_mail(city)
    return lambda: city.visitor().get(page)


def save_changes(city: City) -> Callable[[], Reply]:
    page = subscribed_by_mail(city)
    return lambda: city.visitor().post(page, wishes(places=[RENON]))


def stop(city: City) -> Callable[[], Reply]:
    subscribed_by_mail(city)
    link = reads.stop_link(facts(city)[0].data["subscription_id"], "id").removeprefix(city.tools.origin)
    return lambda: city.visitor().post(link, {"List-Unsubscribe": "One-Click"})


def asked_link(city: City) -> str:
    ask_by_mail(city)
    work(city)
    return link_in(city.mail.sent[0].text, "confirm/")


PAGES = (
    ask_mail,
    ask_phone,
    open_confirm,
    press_confirm,
    press_confirm_again,
    right_code,
    wrong_code,
    open_manage,
    save_changes,
    stop,
)


@pytest.mark.parametrize("prepare", PAGES, ids=lambda one: one.__name__)
def test_a_page_takes_at_most_three_round_trips(city: City, prepare: Callable[[City], Callable[[], Reply]]) -> None:
    visit = prepare(city)
    counting: Any = Counting(city.store)

    with working_with(replace(city.tools, store=counting)):
        assert visit().status < 423

    assert 0 < len(counting.trips) <= 3, counting.trips


def test_a_form_that_is_wrong_never_reaches_the_table(city: City) -> None:
    counting: Any = Counting(city.store)

    with working_with(replace(city.tools, store=counting)):
        ask_by_mail(city, email="")
        city.visitor().post("/id/alerts/subscribe/phone", phone_form(phone=""))

    assert counting.trips == []
