"""How the city answers on the web, whatever is asked of it."""

import uuid
from collections.abc import Iterator

import pytest

from app import app
from chalicelib.core.errors import Unavailable
from chalicelib.core.ids import new_reference
from chalicelib.core.web.portal import security_headers
from tests.web.city import City, memory_city
from tests.web.client import Client


@pytest.fixture
def city() -> Iterator[City]:
    with memory_city() as city:
        yield city


@pytest.fixture
def visitor(city: City) -> Client:
    return city.visitor()


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_home_page_speaks_the_language_of_its_address(visitor: Client, language: str) -> None:
    home = visitor.get(f"/{language}/")

    assert home.status == 200
    assert f'<html lang="{language}"' in home.text


def test_the_root_follows_the_browser_but_prefers_indonesian(visitor: Client) -> None:
    assert visitor.get("/", Accept_Language="en-GB,en;q=0.8").location == "/en/"
    assert visitor.get("/", Accept_Language="id-ID").location == "/id/"
    assert visitor.get("/").location == "/id/"


PUBLIC = ["", "privacy", "accessibility", "help", "track", "report"]


@pytest.mark.parametrize("page", PUBLIC)
def test_public_pages_set_no_cookie_and_carry_every_security_header(visitor: Client, page: str) -> None:
    reply = visitor.get(f"/en/{page}")

    assert reply.status == 200
    assert reply.cookies == ()
    assert "unsafe" not in reply.headers["Content-Security-Policy"]
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in reply.headers["Content-Security-Policy"]
    assert reply.headers["Strict-Transport-Security"].startswith("max-age=")
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["X-Frame-Options"] == "DENY"
    assert "<script>" not in reply.text
    assert " style=" not in reply.text


def test_a_form_may_lead_to_the_checkout_where_there_is_one_and_nowhere_else() -> None:
    away = security_headers("https://checkout.example")["Content-Security-Policy"]
    home = security_headers("")["Content-Security-Policy"]

    assert away.endswith("; form-action 'self' https://checkout.example")
    assert home.endswith("; form-action 'self'")


@pytest.mark.parametrize("page", ["", "privacy", "accessibility", "help"])
def test_pages_without_forms_may_be_cached_for_less_than_a_minute(visitor: Client, page: str) -> None:
    assert "s-maxage=30" in visitor.get(f"/id/{page}").headers["Cache-Control"]


def test_no_cache_shares_a_form_but_the_browser_keeps_it_for_back(visitor: Client) -> None:
    assert visitor.get("/id/report").headers["Cache-Control"] == "private, no-cache"


def test_what_was_typed_is_kept_nowhere(visitor: Client) -> None:
    assert visitor.post("/id/report", {"form_id": "1"}).headers["Cache-Control"] == "no-store"


def test_who_has_a_page_already_is_told_so(visitor: Client) -> None:
    first = visitor.get("/en/help")
    again = visitor.get("/en/help", If_None_Match=first.headers["ETag"])

    assert (again.status, again.body) == (304, b"")


def test_head_is_get_without_a_body(visitor: Client) -> None:
    head, got = visitor.ask("HEAD", "/en/help"), visitor.get("/en/help")

    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Type"] == got.headers["Content-Type"]


@pytest.mark.parametrize(
    "path",
    ["/id/tidak-ada", "/fr/", "/id", "/id/report/", "/id//report", "/id/..%2Freport", "/id/%252e%252e/report",
     "/id/report%00", "/id/%c0%af", "/id/\\report", "/api/none"],
)  # fmt: skip
def test_what_is_not_there_is_a_404(visitor: Client, path: str) -> None:
    assert visitor.get(path).status == 404


def test_errors_are_pages_in_the_language_of_the_address(visitor: Client) -> None:
    assert 'lang="id"' in visitor.get("/id/tidak-ada").text
    assert 'lang="en"' in visitor.get("/en/not-there").text


def test_a_method_that_a_page_does_not_know_is_a_405(visitor: Client) -> None:
    assert visitor.ask("DELETE", "/en/report").status == 405
    assert visitor.ask("TRACE", "/en/report").status == 405


def test_an_api_answers_with_a_problem_document(visitor: Client) -> None:
    reply = visitor.get("/api/nothing-here")

    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.json["status"] == 404
    assert reply.json["title"]


def test_a_form_of_another_type_is_a_415(visitor: Client) -> None:
    assert visitor.post("/en/report", {}, Content_Type="text/xml").status == 415


def test_a_form_that_is_too_large_is_a_413_before_it_is_parsed(visitor: Client) -> None:
    assert visitor.post("/en/report", {"words": "a" * 70_000}).status == 413
    assert visitor.post("/en/report", {"words": "a" * 7_000_000}).status == 413


@pytest.mark.parametrize(
    "body", [b"words=%ff%fe", b"words=%ed%a0%80", "words=é".encode(), b"&".join(b"a%d=1" % n for n in range(500))]
)
def test_a_form_that_cannot_be_read_is_a_400(visitor: Client, body: bytes) -> None:
    headers = {"Origin": visitor.origin, "Content-Type": "application/x-www-form-urlencoded"}

    assert visitor.ask("POST", "/en/report", body=body, headers=headers).status == 400


def test_an_address_of_eleven_kilobytes_is_refused(visitor: Client) -> None:
    assert visitor.get("/en/" + "a" * 11_000).status == 414


def test_a_huge_cookie_is_refused(visitor: Client) -> None:
    visitor.cookies["x"] = "y" * 9_000

    assert visitor.get("/en/").status == 431


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://127.0.0.1:8000.evil.example"},
    ],
)
def test_a_form_from_another_site_is_refused(visitor: Client, headers: dict[str, str]) -> None:
    assert visitor.post("/en/report", {"words": "x"}, **headers).status == 403


def test_a_form_from_nowhere_is_refused(visitor: Client) -> None:
    assert visitor.ask("POST", "/en/report", headers={}).status == 403


def test_staff_pages_send_strangers_to_the_login(visitor: Client) -> None:
    doors = [path for (method, path), guard in app.guards.items() if guard.roles and method == "GET"]

    for path in doors:
        reply = visitor.get(path.replace("{lang}", "en").replace("{id}", "x"))
        assert (reply.status, reply.location) == (303, "/en/login"), path


def test_staff_pages_are_shut_for_officers_without_the_role(city: City) -> None:
    auditor = city.officer("Sri", "admin_opd")

    assert auditor.get("/en/staff/incidents").status == 403


def test_staff_forms_need_their_token(city: City) -> None:
    officer = city.officer("Ayu")

    assert officer.post("/en/staff/incidents", {"reports": "x", "csrf": "guessed"}).status == 403


def test_words_that_came_with_an_old_session_or_token_are_shown_again(city: City, visitor: Client) -> None:
    words = {"reason": "Sudah surut <sejak> pagi", "csrf": "an old token", "form_id": "1"}
    refused = city.officer("Ayu").post("/en/staff/incidents/x/reject", words)
    over = visitor.post("/en/staff/incidents/x/reject", words)

    assert (refused.status, over.status) == (403, 401)
    for page in (refused, over):
        assert "Sudah surut &lt;sejak&gt; pagi" in page.text
        assert "an old token" not in page.text
        assert page.headers["Cache-Control"] == "no-store"
    assert 'href="/en/login"' in over.text


def test_a_refusal_says_nothing_of_what_another_site_typed(visitor: Client) -> None:
    assert "typed elsewhere" not in visitor.post("/en/report", {"words": "typed elsewhere"}, Origin="null").text


def test_a_form_that_comes_too_often_is_shown_again_with_what_was_typed(visitor: Client) -> None:
    form = {"kind": "flood", "village": "51.71.01.1006", "words": "Air naik di jalan"}
    for _ in range(60):
        visitor.post("/en/report", {**form, "form_id": str(uuid.uuid4())})
    late = visitor.post("/en/report", {**form, "form_id": str(uuid.uuid4())})

    assert late.status == 429
    assert int(late.headers["Retry-After"]) > 0
    assert ">Air naik di jalan</textarea>" in late.text
    assert "Too many requests" in late.text


def test_a_form_that_finds_the_table_away_is_shown_again_with_what_was_typed(city: City, visitor: Client) -> None:
    def away(*_: object, **__: object) -> None:
        raise Unavailable(reason="aws_call")

    city.store.commit = away  # type: ignore[method-assign]
    form = {"kind": "flood", "village": "51.71.01.1006", "words": "Air naik di jalan", "form_id": str(uuid.uuid4())}
    reply = visitor.post("/en/report", form)

    assert reply.status == 503
    assert ">Air naik di jalan</textarea>" in reply.text


def test_a_correlation_id_travels_with_the_answer(visitor: Client) -> None:
    reply = visitor.get("/en/report", X_Correlation_Id="11111111-2222-3333")

    assert reply.headers["X-Correlation-Id"] == "11111111-2222-3333"


def test_pages_that_caches_share_carry_no_readers_correlation_id(visitor: Client) -> None:
    assert "X-Correlation-Id" not in visitor.get("/en/", X_Correlation_Id="11111111-2222-3333").headers


def test_a_malformed_correlation_id_is_replaced(visitor: Client) -> None:
    reply = visitor.get("/en/report", X_Correlation_Id='"}{evil')

    assert "evil" not in reply.headers["X-Correlation-Id"]


def test_a_fault_of_ours_says_nothing_of_the_inside(city: City, visitor: Client) -> None:
    def broken(key: object) -> None:
        raise RuntimeError("secret inside")

    city.store.read = broken  # type: ignore[method-assign]

    reply = visitor.get(f"/en/reports/{new_reference('LP')}")

    assert reply.status == 500
    assert "secret" not in reply.text


def test_health_is_cheap_and_json(city: City, visitor: Client) -> None:
    reply = visitor.get("/health")

    assert reply.json["status"] == "ok"
    assert reply.headers["Cache-Control"] == "no-store"
