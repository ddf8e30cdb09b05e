"""The gate's pages and addresses for machines: complete without scripts, strict about who may, true about tickets."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core import ROOT
from chalicelib.core.clock import as_stamp
from chalicelib.core.web.guards import CSRF_HEADER
from chalicelib.core.web.sessions import SESSION_COOKIE, session_of
from chalicelib.payments.model.gate import digest
from chalicelib.payments.model.token import verified
from chalicelib.payments.model.voucher import Standing
from infra.build.catalogues import compile_all
from tests.payments.tickets import kept, later, many, ticket
from tests.web.city import City, memory_city
from tests.web.client import ORIGIN, Client, Reply


@pytest.fixture
def city() -> Iterator[City]:
    compile_all()
    with memory_city() as city:
        yield city


@pytest.fixture
def putu(city: City) -> Client:
    return city.officer("Putu", "field_unit", office="dispar")


def csrf(client: Client) -> str:
    session = session_of(client.cookies[SESSION_COOKIE])
    assert session is not None
    return session.csrf


def send(client: Client, gate: str, *scans: dict[str, Any]) -> Reply:
    headers = {"Origin": ORIGIN, "Content-Type": "application/json", CSRF_HEADER: csrf(client)}
    body = json.dumps({"gate": gate, "scans": scans}).encode()
    return client.ask("POST", "/api/gate/scans", body=body, headers=headers)


def scan(city: City, token: str, nonce: str = "nonce-0001", **more: Any) -> dict[str, Any]:
    return {"nonce": nonce, "token": token, "at": as_stamp(city.clock()), **more}


# --- machines


def test_scans_are_answered_in_their_order_with_who_is_inside(city: City, putu: Client) -> None:
    good, void = ticket(city), ticket(city, standing=Standing.VOID)
    reply = send(putu, "mangrove-1", scan(city, void.token), scan(city, good.token, "nonce-0002"))

    assert reply.json == {
        "answers": [
            {"nonce": "nonce-0001", "outcome": "void", "voucher": void.code, "used_at": None, "used_gate": None},
            {
                "nonce": "nonce-0002",
                "outcome": "ok",
                "voucher": good.code,
                "used_at": as_stamp(city.clock()),
                "used_gate": "mangrove-1",
            },
        ],
        "entered": 1,
        "places": 400,
    }
    assert reply.headers["Cache-Control"] == "no-store"


def test_online_the_clock_of_the_city_counts_and_not_the_phones(city: City, putu: Client) -> None:
    good = ticket(city)
    wrong = as_stamp(city.clock() + timedelta(days=400))

    assert send(putu, "mangrove-1", {**scan(city, good.token), "at": wrong}).json["answers"][0]["outcome"] == "ok"
    assert kept(city, good.code).used_at == city.clock()


def test_offline_the_time_of_the_scan_counts_but_never_one_to_come(city: City, putu: Client) -> None:
    first, second = ticket(city), ticket(city)
    at = city.clock()
    now = later(city, 20)
    early = {**scan(city, first.token, offline=True), "at": as_stamp(at)}
    late = {**scan(city, second.token, "nonce-0002", offline=True), "at": as_stamp(now + timedelta(days=1))}
    send(putu, "mangrove-1", early, late)

    assert [kept(city, one.code).used_at for one in (first, second)] == [at, now]


@pytest.mark.parametrize(
    "wrong",
    [
        {"gate": "nowhere-1"},
        {"gate": "parking-1"},
        {"scans": []},
        {"scans": [{"nonce": "nonce-0001", "token": "x", "at": "2026-11-24T02:30:00"}]},
        {"scans": [{"nonce": "n", "token": "x", "at": "2026-11-24T02:30:00Z"}]},
        {"scans": [{"nonce": "nonce-0001", "token": "x" * 301, "at": "2026-11-24T02:30:00Z"}]},
        {"scans": [{"nonce": "nonce-0001", "token": "x", "at": "2026-11-24T02:30:00Z"}] * 51},
    ],
    ids=str,
)
def test_what_cannot_be_a_scan_is_refused_with_its_field(putu: Client, wrong: dict[str, Any]) -> None:
    sent = {"gate": "mangrove-1", "scans": [{"nonce": "nonce-0001", "token": "x", "at": "2026-11-24T02:30:00Z"}]}
    headers = {"Origin": ORIGIN, "Content-Type": "application/json", CSRF_HEADER: csrf(putu)}
    reply = putu.ask("POST", "/api/gate/scans", body=json.dumps({**sent, **wrong}).encode(), headers=headers)

    assert reply.status == 422
    assert next(iter(reply.json["errors"])).startswith(next(iter(wrong)))


def test_nobody_else_scans(city: City) -> None:
    good = ticket(city)
    for name, role, office in (("Rai", "admin_opd", "dispar"), ("Budi", "field_unit", "dlhk")):
        assert send(city.officer(name, role, office=office), "mangrove-1", scan(city, good.token)).status == 403
    assert kept(city, good.code).standing is Standing.VALID


def test_a_scan_without_the_pages_token_is_refused(city: City, putu: Client) -> None:
    body = json.dumps({"gate": "mangrove-1", "scans": [scan(city, ticket(city).token)]}).encode()
    headers = {"Origin": ORIGIN, "Content-Type": "application/json"}

    assert putu.ask("POST", "/api/gate/scans", body=body, headers=headers).status == 403


def test_whoever_has_the_public_keys_can_check_a_ticket(city: City) -> None:
    good = ticket(city)
    city.signer.rotate()
    reply = city.visitor().get("/api/vouchers/keys")
    keys = {key["kid"]: key for key in reply.json["keys"]}

    assert verified(good.token, keys).voucher == good.code
    assert next(iter(keys)) == city.signer.key_id
    assert "public" in reply.headers["Cache-Control"]


def test_the_list_tells_whether_and_no_code_and_is_not_sent_twice(city: City) -> None:
    void = ticket(city, standing=Standing.VOID)
    first = city.visitor().get("/api/vouchers/revoked")
    again = city.visitor().get("/api/vouchers/revoked", If_None_Match=first.headers["ETag"])

    assert first.json == {"revoked": [{"digest": digest(void.code), "standing": "void"}], "next": None}
    assert void.code not in first.text
    assert (again.status, again.body) == (304, b"")
    assert "stale-if-error" not in first.headers["Cache-Control"]


def test_the_list_leads_from_page_to_page(city: City) -> None:
    made = many(city, 501, Standing.FROZEN)
    first = city.visitor().get("/api/vouchers/revoked").json
    second = city.visitor().get(first["next"]).json

    assert {one["digest"] for page in (first, second) for one in page["revoked"]} == {digest(one.code) for one in made}
    assert (len(second["revoked"]), second["next"]) == (1, None)
    assert city.visitor().get("/api/vouchers/revoked?from=rubbish").status == 400


# --- the gate without scripts


def test_without_scripts_a_ticket_is_checked_by_the_form(city: City, putu: Client) -> None:
    good = ticket(city)
    page = putu.get("/en/staff/gate")
    form = {"csrf": csrf(putu), "form_id": page.hidden("form_id"), "gate": "mangrove-1", "ticket": good.code.lower()}
    first, again = putu.post("/en/staff/gate", form), putu.post("/en/staff/gate", form)

    for answer in (first, again):
        assert 'data-kind="yes"' in answer.text
        assert "Let them in" in answer.text
        assert "Inside today: 1 of 400" in answer.text
    assert city.names() == ["VoucherUsed"]


def test_the_same_ticket_from_the_next_form_was_used_before(city: City, putu: Client) -> None:
    good = ticket(city)
    form = {"csrf": csrf(putu), "gate": "mangrove-1", "ticket": good.token}
    first = putu.post("/en/staff/gate", {**form, "form_id": putu.get("/en/staff/gate").hidden("form_id")})
    second = putu.post("/en/staff/gate", {**form, "form_id": first.hidden("form_id")})

    assert 'data-kind="no"' in second.text
    assert "This ticket was used before" in second.text
    assert "Used 24 November 2026, 10.30 WITA, Mertasari mangrove boardwalk, entrance 1" in second.text


def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_stays(city: City, putu: Client) -> None:
    page = putu.get("/id/staff/gate")
    form = {"csrf": csrf(putu), "form_id": page.hidden("form_id"), "gate": "", "ticket": "TK-"}
    reply = putu.post("/id/staff/gate", form)

    assert reply.status == 422
    assert "Pilih gerbang tempat Anda bertugas" in reply.text
    assert 'value="TK-"' in reply.text


def test_only_the_gate_may_look_through_the_camera(city: City, putu: Client) -> None:
    gate, home = putu.get("/id/staff/gate"), putu.get("/id/")

    assert "camera=(self)" in gate.headers["Permissions-Policy"]
    assert "camera=()" in home.headers["Permissions-Policy"]
    assert "script-src 'self'" in gate.headers["Content-Security-Policy"]


def test_the_page_brings_every_word_that_the_script_says(putu: Client) -> None:
    scripts = "".join(path.read_text("utf-8") for path in (ROOT / "assets/scripts/gate").glob("*.js"))
    scripts += (ROOT / "assets/scripts/gate.js").read_text("utf-8")
    asked = set(re.findall(r'say\("([a-z_.]+)"', scripts)) | {"offline", "online", "logged_out", "inside_of", "inside"}
    brought = set(re.findall(r'data-say="([^"]+)"', putu.get("/en/staff/gate").text))

    assert asked <= brought
    assert {"needs_network.title", "failed.title", "gate.mangrove-1", "mangrove", "mangrove.adult"} <= brought


# --- the page behind a QR


def test_a_qr_leads_to_a_page_in_the_readers_language(city: City) -> None:
    token = ticket(city).token
    english, other = {"Accept-Language": "en-GB"}, {"Accept-Language": "id-ID"}

    assert city.visitor().get(f"/V/{token}", **english).location == f"/en/v/{token}"
    assert city.visitor().get(f"/v/{token}", **other).location == f"/id/v/{token}"


def test_anybody_sees_whether_a_ticket_is_good_and_nothing_about_its_owner(city: City) -> None:
    good = ticket(city)
    page = city.visitor().get(f"/en/v/{good.token}")

    assert page.status == 200
    assert "This ticket is good" in page.text
    assert "Adult visitor" in page.text
    assert good.order not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert 'name="robots" content="noindex"' in page.text


@pytest.mark.parametrize(
    ("standing", "words"),
    [(Standing.VOID, "This ticket was cancelled"), (Standing.FROZEN, "This ticket is on hold")],
)
def test_a_ticket_that_is_not_good_says_why(city: City, standing: Standing, words: str) -> None:
    assert words in city.visitor().get(f"/en/v/{ticket(city, standing=standing).token}").text


def test_a_ticket_that_was_used_says_when(city: City, putu: Client) -> None:
    good = ticket(city)
    send(putu, "mangrove-1", scan(city, good.token))
    page = city.visitor().get(f"/en/v/{good.token}")

    assert "This ticket is used" in page.text
    assert "24 November 2026, 10.30 WITA" in page.text


def test_what_is_no_ticket_is_said_in_words(city: City) -> None:
    page = city.visitor().get("/id/v/HELLO")

    assert page.status == 200
    assert "Ini bukan tiket kota" in page.text


# --- without network


def test_the_service_worker_may_keep_pages_of_the_whole_city_and_is_asked_for_each_time(city: City) -> None:
    reply = city.visitor().get("/offline.js")

    assert reply.headers["Content-Type"].startswith("text/javascript")
    assert reply.headers["Service-Worker-Allowed"] == "/"
    assert reply.headers["Cache-Control"] == "no-cache"
    assert re.fullmatch(r'importScripts\("/static/offline[.\w]*\.js"\);\n', reply.text)
