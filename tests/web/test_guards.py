"""Who comes in where a guard asks for a role, and where it asks for an office too."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from chalicelib.core.errors import Forbidden, LoginRequired
from chalicelib.core.web.guards import Guard, staff
from chalicelib.core.web.sessions import SESSION_COOKIE, session_of
from chalicelib.core.web.visit import Visit, folded, visit_from
from tests.web.city import City, memory_city
from tests.web.client import ORIGIN, Client

treasury = staff("admin_opd", office="bapenda")


@pytest.fixture
def city() -> Iterator[City]:
    with memory_city() as city:
        yield city


def visit_of(client: Client, method: str = "GET", **form: str) -> Visit:
    event = folded(client.event(method, "/en/staff", b"", {"Origin": ORIGIN}))
    return replace(visit_from(event, "en"), form={name: (value,) for name, value in form.items()})


def admitted(guard: Guard, visit: Visit) -> str:
    """The name of the officer who came in."""
    officer = guard.admit(visit, ORIGIN).officer
    assert officer is not None
    return officer.name


@pytest.mark.parametrize("office", ["bapenda", "Bapenda", "BAPENDA"])
def test_an_officer_of_the_office_comes_in_however_it_is_written(city: City, office: str) -> None:
    kadek = city.officer("Kadek", "admin_opd", office=office)

    assert admitted(treasury, visit_of(kadek)) == "Kadek"


@pytest.mark.parametrize("office", ["dlhk", "", "bapenda ", "bapenda2"])
def test_the_same_role_of_another_office_stays_outside(city: City, office: str) -> None:
    wayan = city.officer("Wayan", "admin_opd", office=office)

    with pytest.raises(Forbidden):
        treasury.admit(visit_of(wayan), ORIGIN)


def test_another_role_of_the_office_stays_outside(city: City) -> None:
    with pytest.raises(Forbidden):
        treasury.admit(visit_of(city.officer("Nyoman", "field_unit", office="bapenda")), ORIGIN)


def test_whoever_watches_comes_in_from_any_office_and_nobody_else_does(city: City) -> None:
    watched = staff("admin_opd", office="bapenda", watching=("auditor",))

    assert admitted(watched, visit_of(city.officer("Sri", "auditor", office="inspektorat"))) == "Sri"
    assert admitted(watched, visit_of(city.officer("Rai", "admin_opd", office="bapenda"))) == "Rai"
    with pytest.raises(Forbidden):
        watched.admit(visit_of(city.officer("Wayan", "admin_opd", office="dlhk")), ORIGIN)


def test_a_guard_that_names_no_office_asks_for_none(city: City) -> None:
    assert admitted(staff("admin_opd"), visit_of(city.officer("Wayan", "admin_opd", office="dlhk"))) == "Wayan"


def test_whoever_is_not_logged_in_is_sent_to_the_login(city: City) -> None:
    with pytest.raises(LoginRequired):
        treasury.admit(visit_of(city.visitor()), ORIGIN)


def test_a_form_of_the_office_still_needs_its_token(city: City) -> None:
    rai = city.officer("Rai", "admin_opd", office="bapenda")
    session = session_of(rai.cookies[SESSION_COOKIE])
    assert session is not None

    assert admitted(treasury, visit_of(rai, "POST", csrf=session.csrf)) == "Rai"
    with pytest.raises(Forbidden):
        treasury.admit(visit_of(rai, "POST", csrf="guessed"), ORIGIN)
