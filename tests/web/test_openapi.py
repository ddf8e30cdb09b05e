"""The description of every address for machines: whole, valid, and true of what they really answer."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from app import app
from chalicelib.core.errors import Invalid, Malformed, NotFound
from chalicelib.core.text import Text
from chalicelib.core.web.answers import Answer
from chalicelib.core.web.bodies import body
from chalicelib.core.web.guards import anyone, staff
from chalicelib.core.web.openapi import document, refusals
from chalicelib.core.web.pages import PROBLEM, Api, json_body
from chalicelib.core.web.portal import Portal
from chalicelib.core.web.says import Given, Says, Stamp, meaning
from chalicelib.core.web.sessions import SESSION_COOKIE, session_of
from chalicelib.core.web.visit import Visit
from tests.payments.money_city import MoneyCity, money_city
from tests.web.city import City
from tests.web.client import Client, Reply
from tests.web.machines import ADDRESSES, Where, ask, content, declared, misfits, operation, refused, scene_of
from tests.web.scenes import Scene


@pytest.fixture
def money() -> Iterator[MoneyCity]:
    with money_city() as money:
        yield money


@pytest.fixture
def city(money: MoneyCity) -> City:
    return money.city


@pytest.fixture
def served(city: City) -> Any:
    return city.visitor().get("/api/openapi.json").json


def name(where: Where) -> str:
    return " ".join(where)


every_address = pytest.mark.parametrize("where", ADDRESSES, ids=name)


def test_every_address_for_machines_says_what_it_does() -> None:
    assert [where for where, said in app.said.items() if said.says is None] == []


def test_what_lies_under_api_is_an_address_for_machines() -> None:
    routes = {(method, path) for path, methods in app.routes.items() for method in methods}

    assert {where for where in routes if where[1].startswith("/api/")} <= app.said.keys()


def test_the_document_is_openapi_of_every_address(served: Any) -> None:
    told = {(method.upper(), path) for path, methods in served["paths"].items() for method in methods}

    assert list(OpenAPIV31SpecValidator(served).iter_errors()) == []
    assert served["openapi"].startswith("3.1.")
    assert told == set(ADDRESSES)


def test_the_document_may_be_kept_by_caches_and_says_where_the_city_is(city: City, served: Any) -> None:
    reply = city.visitor().get("/api/openapi.json")

    assert reply.headers["Content-Type"] == "application/json"
    assert "public" in reply.headers["Cache-Control"]
    assert served["servers"] == [{"url": city.tools.origin}]


def test_no_two_addresses_have_one_name(served: Any) -> None:
    names = [one["operationId"] for methods in served["paths"].values() for one in methods.values()]

    assert sorted(set(names)) == sorted(names)


@every_address
def test_examples_fit_their_schemas(served: Any, where: Where) -> None:
    assert [
        wrong for value, schema in examples(operation(served, where)) for wrong in misfits(value, schema, served)
    ] == []


def examples(told: Any) -> Iterator[tuple[Any, Any]]:
    """Every example of an address, with the schema that it must fit."""
    media = [one for answer in told["responses"].values() for one in answer.get("content", {}).values()]
    media += list(told.get("requestBody", {}).get("content", {}).values())
    for one in [*media, *told["parameters"]]:
        if "example" in one:
            yield one["example"], one["schema"]
        yield from ((example["value"], one["schema"]) for example in one.get("examples", {}).values())


@every_address
def test_a_real_answer_is_what_the_document_says(money: MoneyCity, served: Any, where: Where) -> None:
    says = declared(where)
    reply = ask(where, money.city, scene_of(where, money))
    told = operation(served, where)["responses"][str(says.status)]["content"][reply.headers["Content-Type"]]

    assert reply.status == says.status, reply.text
    assert misfits(content(reply), told["schema"], served) == []


@every_address
def test_only_what_the_document_says_so_of_is_kept_by_caches(money: MoneyCity, served: Any, where: Where) -> None:
    scene = scene_of(where, money)
    tag = ask(where, money.city, scene).headers.get("ETag")
    told = operation(served, where)["responses"]

    assert (tag is not None) == ("304" in told)
    if tag:
        again = ask(where, money.city, scene, If_None_Match=tag)
        assert (again.status, again.body) == (304, b"")


@every_address
def test_refusals_are_problems_that_the_document_lists(city: City, served: Any, where: Where) -> None:
    told = operation(served, where)["responses"]
    for due, reply in refused(where, city):
        assert reply.status == due, reply.text
        assert reply.headers["Content-Type"] == PROBLEM
        assert misfits(reply.json, told[str(due)]["content"][PROBLEM]["schema"], served) == []


@every_address
def test_what_is_not_there_is_a_listed_problem_too(city: City, served: Any, where: Where) -> None:
    reply = ask_for_nothing(where, city)
    told = operation(served, where)["responses"]

    assert str(reply.status) in told, reply.text
    if reply.status >= 400:
        assert misfits(reply.json, told[str(reply.status)]["content"][PROBLEM]["schema"], served) == []


def ask_for_nothing(where: Where, city: City) -> Reply:
    """The example's number in a city where nothing has happened."""
    return ask(where, city, Scene())


def test_an_alert_that_nobody_issued_is_a_problem_in_the_words_of_the_document(city: City, served: Any) -> None:
    where = ("GET", "/api/alerts/{id}")
    told = operation(served, where)["responses"]["404"]["content"][PROBLEM]["examples"]["NotFound"]["value"]

    assert ask_for_nothing(where, city).json == told


def test_pages_never_wait_for_what_makes_the_document() -> None:
    program = "import app, sys; print([n for n in sys.modules if n.endswith('.openapi')])"

    assert subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout == "[]\n"


# A small city of its own: what takes a body, and what officers alone may ask.


@dataclass(frozen=True, kw_only=True)
class Scan:
    """One ticket at the gate."""

    ticket: str
    people: Annotated[int, meaning("How many came in")] = 1


class Entered(TypedDict):
    """Who is inside."""

    inside: int
    at: Stamp


SAYS = Says(
    what=Text(id="Catat yang masuk", en="Record who comes in"),
    given={
        "gate": Given("The gate", "north"),
        "Idempotency-Key": Given("One press", "1", where="header", required=True),
    },
    takes=Scan,
    sent={"ticket": "TK-1", "people": 2},
    answer=Entered,
    example={"inside": 2, "at": "2026-11-24T02:30:00Z"},
    refuses=(NotFound,),
)
GATE = ("POST", "/api/gates/{gate}")
api = Api(__name__)


@api.post("/api/gates/{gate}", guard=staff("field_unit", office="dispar"), says=SAYS)
def enter(visit: Visit, gate: str) -> Answer:
    scan = body(visit, Scan)
    if not scan.ticket:
        raise NotFound
    return json_body({"inside": scan.people, "at": "2026-11-24T02:30:00Z"})


@api.get("/api/gates", guard=anyone)
def silent(visit: Visit) -> Answer:
    return json_body({})


# A blueprint can be registered once.
gates = Portal("gates", strip=list)
gates.register(api)


@pytest.fixture
def gate(city: City) -> Client:
    """The browser of an officer at the gate, with the token of their pages."""
    client = city.officer("Putu", "field_unit", office="dispar")
    client.app = gates
    return client


def scanned(client: Client, sent: bytes = b'{"ticket": "TK-1", "people": 2}', **headers: str) -> Any:
    session = session_of(client.cookies.get(SESSION_COOKIE, ""))
    own = {"Origin": client.origin, "Content-Type": "application/json", "X-CSRF-Token": session.csrf if session else ""}
    return client.ask("POST", "/api/gates/north", body=sent, headers={**own, **headers})


def test_json_is_read_into_the_type_that_was_declared(gate: Client) -> None:
    assert scanned(gate).json["inside"] == 2
    assert scanned(gate, b'{"ticket": "TK-1", "colour": "red"}').json["inside"] == 1
    assert scanned(gate, Content_Type="application/json; charset=utf-8").status == 200


@pytest.mark.parametrize(
    ("sent", "status", "field"),
    [
        (b"", 400, None),
        (b"{", 400, None),
        (b"\xff", 400, None),
        (b'{"ticket": "\xff"}', 400, None),
        (b'{"colour": ' + b"[" * 60_000, 400, None),
        (b"null", 422, "main"),
        (b"{}", 422, "main"),
        (b'{"ticket": "TK-1", "people": "two"}', 422, "people"),
        (b'{"ticket": ""}', 404, None),
    ],
)
def test_json_that_does_not_fit_is_refused_by_name(gate: Client, sent: bytes, status: int, field: str | None) -> None:
    reply = scanned(gate, sent)

    assert (reply.status, reply.headers["Content-Type"]) == (status, PROBLEM)
    assert list(reply.json.get("errors", {})) == ([field] if field else [])


@pytest.mark.parametrize("token", ["", "guessed", "\ud800"])
def test_officers_json_needs_the_token_of_their_pages(gate: Client, token: str) -> None:
    assert scanned(gate, X_CSRF_Token=token).status == 403


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonp"])
def test_only_json_is_let_in(gate: Client, kind: str) -> None:
    assert scanned(gate, Content_Type=kind).status == 415


def test_what_officers_may_ask_names_the_login_and_the_token() -> None:
    told = operation(document({GATE: api.said[GATE]}, "https://city.example"), GATE)

    assert told["security"] == [{"session": [], "csrf": []}]
    assert {"400", "401", "403", "404", "413", "415", "422"} <= told["responses"].keys()
    assert told["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Scan"}
    assert [(one["name"], one["in"], one["required"]) for one in told["parameters"]] == [
        ("gate", "path", True),
        ("Idempotency-Key", "header", True),
    ]


def test_a_description_of_what_takes_a_body_is_valid_too() -> None:
    assert list(OpenAPIV31SpecValidator(document({GATE: api.said[GATE]}, "https://city.example")).iter_errors()) == []


def test_what_the_guard_and_the_body_refuse_need_not_be_declared() -> None:
    assert {Malformed, Invalid, NotFound} <= set(refusals("POST", api.said[GATE]))


def test_an_address_that_says_nothing_has_no_place_in_the_document() -> None:
    with pytest.raises(ValueError, match="says nothing"):
        document(api.said, "https://city.example")
