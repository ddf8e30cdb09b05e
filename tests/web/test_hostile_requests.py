"""What no browser of ours sends: it is refused in the words of HTTP, and nothing of the inside is shown."""

import uuid
from collections.abc import Iterator

import pytest

from tests.web.city import City, memory_city
from tests.web.client import Client

REPORT = {"kind": "flood", "village": "51.71.01.1006", "words": "Air naik di jalan"}


@pytest.fixture
def city() -> Iterator[City]:
    with memory_city() as city:
        yield city


@pytest.fixture
def visitor(city: City) -> Client:
    return city.visitor()


@pytest.mark.parametrize("referer", ["http://[", "http://127.0.0.1:8000]/en/report", "//[::1", "https://evil.example/"])
def test_a_form_from_a_page_that_cannot_be_is_refused(visitor: Client, referer: str) -> None:
    headers = {"Referer": referer, "Content-Type": "application/x-www-form-urlencoded"}

    assert visitor.ask("POST", "/en/report", body=b"words=x", headers=headers).status == 403


@pytest.mark.parametrize(
    ("address", "allowed"), [("/en/help", "GET, HEAD"), ("/en/report", "GET, HEAD, POST"), ("/api/alerts", "GET, HEAD")]
)
def test_a_405_tells_which_methods_there_are(visitor: Client, address: str, allowed: str) -> None:
    reply = visitor.ask("DELETE", address)

    assert (reply.status, reply.headers["Allow"]) == (405, allowed)


@pytest.mark.parametrize("address", ["/en/" + "a" * 11_000, "/api/" + "a" * 11_000])
def test_an_address_of_eleven_kilobytes_is_too_long(visitor: Client, address: str) -> None:
    reply = visitor.get(address)

    assert reply.status == 414
    assert len(reply.text) < len(address), "it is not repeated either"


def test_more_cookies_than_anybody_needs_are_too_large(visitor: Client) -> None:
    visitor.cookies["x"] = "y" * 9_000

    assert visitor.get("/en/").status == 431


@pytest.mark.parametrize("address", ["/en/track?code=a&code=b", "/en/track?code=a&" + "x=1&" * 10_000])
def test_a_parameter_that_comes_twice_cannot_be_read(visitor: Client, address: str) -> None:
    assert visitor.get(address).status == 400


@pytest.mark.parametrize("other", ['{"a": "b, c"}', '"open', "a b", "é", "a=b=c", "[]", "(){}<>@", ""], ids=repr)
def test_a_cookie_of_somebody_else_does_not_log_an_officer_out(city: City, other: str) -> None:
    officer = city.officer()
    officer.cookies = {"theirs": other, **officer.cookies, "theirs-too": other}

    assert officer.get("/en/staff").status == 200


def test_of_two_sessions_neither_counts(city: City) -> None:
    officer = city.officer()
    officer.cookies["theirs"] = f"x; __Host-sewaka={officer.cookies['__Host-sewaka']}"

    assert officer.get("/en/staff").status == 303


def test_a_location_outside_the_city_can_be_given_up_for_a_village(visitor: Client) -> None:
    form = {**REPORT, "lat": "-8.40", "lon": "115.10", "form_id": str(uuid.uuid4())}
    refused = visitor.post("/en/report", form)
    again = {**form, "lat": refused.hidden("lat"), "lon": refused.hidden("lon")}

    assert refused.status == 422
    assert "outside the city" in refused.text
    assert "Location added" not in refused.text.replace('data-added="Location added"', "")
    assert visitor.post("/en/report", again).status == 303
