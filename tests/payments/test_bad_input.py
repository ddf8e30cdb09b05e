"""What attackers, broken devices and slips of the finger send to payments: refused in words, and no money moves."""

import itertools
import json
import re
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from app import app
from chalicelib.core.web.guards import CSRF_HEADER
from chalicelib.core.web.sessions import SESSION_COOKIE, session_of
from chalicelib.identity.model import ROLES
from chalicelib.payments.model.graph import State
from chalicelib.payments.model.order import HOLD, MOST_ATTEMPTS, Order
from chalicelib.payments.model.voucher import Standing
from infra.local.sandbox.sandbox import SIGNING_SECRET
from tests.alerts.wire import Killed
from tests.payments.money_city import MoneyCity, money_city
from tests.payments.payer import LATER, give_back, paid, send
from tests.payments.test_finding import asked, bought, code_in, typed
from tests.payments.tickets import ticket
from tests.web.client import ORIGIN, Client, Reply

EVIL = "https://evil.example"
OURS = re.compile(
    r"/pay|/staff/(?:payments|gate|prices|posters)|^/p/|/api/(?:orders|vouchers|gate|payments)|^/[Vv]/|/v/"
)
ROUTES = sorted(route for route in app.guards if OURS.search(route[1]))
POSTS = [path for method, path in ROUTES if method == "POST"]
NOTICES = "/api/payments/notices"


@pytest.fixture
def money() -> Iterator[MoneyCity]:
    with money_city(seats=400) as money:
        yield money


@pytest.fixture(scope="module")
def town() -> Iterator[MoneyCity]:
    """One for all who only knock: nothing moves in it."""
    with money_city(seats=400) as town:
        yield town


def kadek(money: MoneyCity) -> Client:
    return money.city.officer("Kadek", "admin_opd", office="bapenda")


def csrf(officer: Client) -> str:
    session = session_of(officer.cookies[SESSION_COOKIE])
    assert session is not None
    return session.csrf


@pytest.fixture(scope="module")
def order(town: MoneyCity) -> str:
    """The reference of an order that was paid, of which nothing ever goes back."""
    return paid(town)


def pressed(officer: Client, address: str, **typed: Any) -> Reply:
    """A form of staff, with its token and an id of its own."""
    return officer.post(address, {"csrf": csrf(officer), "form_id": uuid.uuid4().hex, **typed})


def told(reply: Reply) -> set[str]:
    """The fields that the summary on top names."""
    return set(re.findall(r'<a href="#([\w-]+)">', reply.text.partition("error-summary")[2].partition("</ul>")[0]))


def filled(path: str, **known: str) -> str:
    """An address of a route; a parameter that nobody named is `nothing`."""
    return re.sub(r"\{(\w+)\}", lambda slot: known.get(slot[1], "en" if slot[1] == "lang" else "nothing"), path)


# --- what is bought


@pytest.mark.parametrize("typed", ["-1", "1.5", "1e1", "21", "1" + "0" * 30, "0" * 22 + "3", "NaN", "٢", "2 2", "２１"])
def test_what_is_no_number_of_tickets_buys_none(town: MoneyCity, typed: str) -> None:
    before, reply = town.city.names(), send(town.city.visitor(), {"quantity_adult": typed, "day": LATER})

    assert (reply.status, told(reply)) == (422, {"quantity_adult"})
    assert town.city.names() == before


@pytest.mark.parametrize(
    "day", ["2026-11-23", "2027-12-31", "9999-12-31", "0001-01-01", "2026-02-31", "31/12/2026", "2026-11-2７", "\x00"]
)
def test_a_day_that_cannot_be_visited_is_told_beside_its_field(town: MoneyCity, day: str) -> None:
    reply = send(town.city.visitor(), {"quantity_adult": "1", "day": day})

    assert (reply.status, told(reply)) == (422, {"day"})


def test_nobody_visits_on_the_day_of_silence(money: MoneyCity) -> None:
    money.city.clock.moment = datetime(2027, 3, 1, 2, 0, tzinfo=UTC)
    reply = send(money.city.visitor(), {"quantity_adult": "1", "day": "2027-03-08"})

    assert (reply.status, told(reply)) == (422, {"day"})
    assert "Nyepi" in reply.text


@pytest.mark.parametrize(
    "more",
    [
        {"unit": "1"},
        {"expected": "1"},
        {"quantity_car": "1"},
        {"slot": "09:00"},
        {"subject": "DK 1 A"},
        {"group": "yes"},
        {"quantity_adult": ["1", "20"]},
        {"day": [LATER, LATER]},
        {"form_id": ["0" * 32, "1" * 32]},
        {"form_id": "' OR 1=1"},
    ],
    ids=lambda more: next(iter(more)),
)
def test_what_the_form_does_not_have_or_has_once_buys_nothing(town: MoneyCity, more: Mapping[str, Any]) -> None:
    before, typed = town.city.names(), {"quantity_adult": "1", "day": LATER, "form_id": "0" * 32, **more}

    assert town.city.visitor().post("/en/pay/mangrove", typed).status == 400
    assert town.city.names() == before


@pytest.mark.parametrize(
    "plate",
    [
        *("DK\u202e1234AB", "DK\x001234AB", "🚗 1234", "A" * 300, "DK 0123 AB", "РК 1234 AB", "<b>", "=1+1"),
        pytest.param("DK 1234 AB" + " " * 60 + "DK 9 X", id="a second one behind many blanks"),
    ],
)
def test_what_is_no_number_plate_parks_nobody(town: MoneyCity, plate: str) -> None:
    reply = send(town.city.visitor(), {"item": "bus", "subject": plate}, scheme="parking")

    assert (reply.status, told(reply)) == (422, {"subject"})


@pytest.mark.parametrize("number", ["PB\u202e0123", "\x00", "🧾", "A" * 300, "PB/../..", "=1+1", "PВ-0123", "' OR 1=1"])
def test_what_is_no_number_of_a_bill_is_not_looked_for(town: MoneyCity, number: str) -> None:
    reply = town.city.visitor().post("/en/pay/bills", {"scheme": "market", "number": number, "form_id": "0" * 32})

    assert (reply.status, told(reply)) == (422, {"number"})


def test_a_forged_host_appears_nowhere(money: MoneyCity) -> None:
    visitor = money.city.visitor()
    form = {"quantity_adult": "1", "day": LATER, "form_id": uuid.uuid4().hex}
    visitor.post("/en/pay/mangrove", form, Host="evil.example", X_Forwarded_Host="evil.example")
    (order,) = money.orders()
    page = visitor.get(f"/en/pay/orders/{order.reference}", Host="evil.example")

    assert "evil.example" not in page.text + json.dumps(money.world.account.find("session", order.attempt.checkout))


def test_who_tries_without_end_is_led_to_a_new_order(money: MoneyCity) -> None:
    reference = money.order(1)
    address = f"/en/pay/orders/{reference}"
    for _ in range(MOST_ATTEMPTS):
        assert money.city.visitor().post(f"{address}/pay", {"form_id": "0" * 32}).status == 303
        money.tick(HOLD)
    last = money.city.visitor().post(f"{address}/pay", {"form_id": "0" * 32})

    assert last.status == 303
    assert last.location.startswith(address)
    assert f'action="{address}/pay"' not in money.city.visitor().get(last.location).text


# --- money that goes back


def test_a_payer_gives_nothing_back_while_a_bank_disputes_the_payment(money: MoneyCity) -> None:
    """Between the notice and the worker that freezes the tickets: the provider refuses it, and the tickets are gone."""
    reference = paid(money)
    money.world.dispute(money.kept(reference).payment)
    money.hear()
    reply = give_back(money, reference, 0, form_id=uuid.uuid4().hex)
    money.work()

    assert (reply.status, told(reply)) == (422, {"places"})
    assert money.kept(reference).refunds == ()
    assert {one.standing for one in money.vouchers()} == {Standing.FROZEN}


@pytest.mark.parametrize("places", ["-1", "x", "１", "0x0", "0.0", "99999", ""])
def test_what_is_no_ticket_of_an_order_is_not_paid_back(town: MoneyCity, order: str, places: str) -> None:
    reply = town.city.visitor().post(
        f"/en/pay/orders/{order}/refund", {"places": ["0", places], "form_id": uuid.uuid4().hex}
    )

    assert (reply.status, told(reply)) == (422, {"places"})
    assert town.kept(order).refunds == ()


def test_a_refund_form_that_was_changed_on_its_way_is_the_refund_that_was_pressed(money: MoneyCity) -> None:
    reference, form = paid(money), uuid.uuid4().hex
    address = f"/en/pay/orders/{reference}/refund"
    typed = {"places": "0", "form_id": form}
    visitor = money.city.visitor()

    assert visitor.post(address, {**typed, "amount": "9999999"}).status == 400
    assert [visitor.post(address, typed).status for _ in range(3)] == [303] * 3
    assert len(money.kept(reference).refunds) == 1


@pytest.mark.parametrize(
    "amount",
    [
        *("-1", "0", "1.5", "1e9", "9" * 30, "2^63", "USD 10", "=1+1", "10000; DROP", "Rp 10.000 000"),
        pytest.param("Rp" + " " * 55 + "100000", id="its end behind what is read"),
    ],
)
def test_an_officer_pays_back_no_amount_that_is_none(town: MoneyCity, order: str, amount: str) -> None:
    reply = pressed(kadek(town), f"/en/staff/payments/orders/{order}/refund", amount=amount, words="Broken", places="")

    assert (reply.status, told(reply)) == (422, {"amount"})
    assert town.kept(order).refunds == ()


@pytest.mark.parametrize(
    "places", ["0", "-1", "3", "1,,2", "1;2", "１", "1 1", pytest.param("1," * 199 + " 21", id="cut to another place")]
)
def test_an_officer_ends_no_ticket_that_was_not_meant(town: MoneyCity, order: str, places: str) -> None:
    reply = pressed(kadek(town), f"/en/staff/payments/orders/{order}/refund", amount="1", words="Broken", places=places)

    assert (reply.status, told(reply)) == (422, {"places"})


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
@pytest.mark.parametrize("address", ["?day={day}", "/export?period={day}", "/export?period={month}"])
def test_the_ends_of_the_calendar_have_books_or_words(town: MoneyCity, address: str, day: str) -> None:
    asked = address.format(day=day, month=day[:7])

    assert kadek(town).get(f"/en/staff/payments{asked}").status in (200, 422)


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2026-02-31", "x", "2026-11-2４", "..", "2026-W48-2"])
def test_what_is_no_day_of_the_books_is_not_closed(town: MoneyCity, day: str) -> None:
    assert pressed(kadek(town), f"/en/staff/payments/days/{day}/close", reason="").status in (404, 422)


@pytest.mark.parametrize("page", ["", "/issue"])
def test_bills_of_more_money_than_there_is_are_named_by_their_line(town: MoneyCity, page: str) -> None:
    rows = "\n".join(f"PB-0{line};2026-10;90.000.000.000.000.000;Kios" for line in range(100, 103))
    reply = pressed(kadek(town), f"/en/staff/payments/bills{page}", scheme="market", rows=rows)

    assert (reply.status, told(reply)) == (422, {"rows"})


# --- a lost ticket


def test_a_try_of_a_code_is_counted_before_it_is_compared(money: MoneyCity) -> None:
    """Of a thousand guesses at the same moment, which have all read that none was made, the right one would be in."""
    bought(money)
    visitor = money.city.visitor()
    page = asked(visitor).location
    money.work()
    (letter,) = [one.text for one in money.city.mail.sent if "The code is" in one.text]
    money.strikes.at, money.strikes.armed = 0, True

    with pytest.raises(Killed):
        typed(visitor, page, code_in(letter))


# --- notices of the provider


def completed(money: MoneyCity) -> tuple[Order, dict[str, Any]]:
    """An order that was paid, and the event that tells it."""
    reference = money.order(1)
    money.url(reference)
    money.world.pay(money.checkout(reference))
    bodies = [body for body, _ in money.world.notices()]
    (event,) = [one for one in map(json.loads, bodies) if one["type"] == "checkout.session.completed"]
    return money.kept(reference), event


def signed(money: MoneyCity, body: bytes, secret: str = SIGNING_SECRET, after: int = 0) -> Reply:
    """A notice under a signature that is right for its body; `after` seconds from now."""
    import hashlib
    import hmac

    stamp = int(money.city.clock().timestamp()) + after
    seal = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return noticed(money, body, f"t={stamp},v1={seal}")


def noticed(money: MoneyCity, body: bytes, signature: str | None) -> Reply:
    headers = {} if signature is None else {money.world.provider.signature_header: signature}
    return money.city.visitor().ask("POST", NOTICES, body=body, headers=headers)


@pytest.mark.parametrize("signature", [None, "", "t=1", "t=,v1=", "v1=00", "t=9e99,v1=é", "t=" + "9" * 400 + ",v1=0"])
def test_a_notice_without_a_true_signature_is_refused(money: MoneyCity, signature: str | None) -> None:
    order, event = completed(money)

    assert noticed(money, json.dumps(event).encode(), signature).status == 400
    assert money.kept(order.reference) == order


@pytest.mark.parametrize(("secret", "after"), [("whsec_other", 0), (SIGNING_SECRET, -301), (SIGNING_SECRET, 301)])
def test_a_notice_of_another_secret_or_another_time_is_refused(money: MoneyCity, secret: str, after: int) -> None:
    order, event = completed(money)

    assert signed(money, json.dumps(event).encode(), secret, after).status == 400
    assert money.kept(order.reference) == order


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[]", b"null", b"NaN", b"\xff\xfe", b'{"object":"event"}', b'{"object":"event","livemode":false}'),
        pytest.param(b"[" * 30_000, id="deep"),
    ],
)
def test_what_is_no_event_is_refused_even_when_it_is_signed(town: MoneyCity, body: bytes) -> None:
    assert signed(town, body).status == 400


def test_a_body_without_end_is_not_read(town: MoneyCity) -> None:
    assert noticed(town, b"x" * 7_000_000, "t=1,v1=00").status == 413


@pytest.mark.parametrize(
    "change",
    [
        {"livemode": True},
        {"account": "acct_other"},
        {"object": "charge"},
        {"id": None},
        {"created": "now"},
        {"data": 1},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_event_of_another_mode_account_or_shape_is_refused(money: MoneyCity, change: Mapping[str, Any]) -> None:
    order, event = completed(money)

    assert signed(money, json.dumps({**event, **change}).encode()).status == 400
    assert money.kept(order.reference) == order


@pytest.mark.parametrize(
    "change",
    [
        {"amount_total": 1},
        {"amount_total": -5_000_000},
        {"amount_total": 1.5},
        {"amount_total": 2**63},
        {"currency": "usd"},
        {"currency": "zzz"},
        {"status": "half"},
        {"payment_status": None, "status": None},
        {"metadata": {"attempt": "attempt_other"}},
    ],
    ids=str,
)
def test_a_payment_that_fits_nowhere_is_recorded_for_finance_and_answered(
    money: MoneyCity, change: dict[str, Any]
) -> None:
    order, event = completed(money)
    thing = event["data"]["object"]
    change["metadata"] = {**thing["metadata"], **change.get("metadata", {})}
    body = json.dumps({**event, "data": {"object": {**thing, **change}}}).encode()

    assert [signed(money, body).status for _ in range(2)] == [200, 200]
    assert money.kept(order.reference).state is State.PAYING
    assert money.city.names().count("NoticeUnexpected") == 1
    assert money.postings() == []


def test_a_payment_that_names_the_order_of_somebody_else_pays_neither(money: MoneyCity) -> None:
    order, event = completed(money)
    other = money.order(1)
    money.url(other)
    event["data"]["object"]["metadata"]["order"] = other

    assert signed(money, json.dumps(event).encode()).status == 200
    assert {one.state for one in money.orders()} == {State.PAYING}
    assert order.reference != other


@pytest.mark.parametrize("metadata", [None, {}, [], "order", {"order": ["x"]}, {"order": "x" * 3000, "attempt": "a"}])
def test_an_event_about_nothing_of_ours_is_answered(money: MoneyCity, metadata: Any) -> None:
    order, event = completed(money)
    event["data"]["object"]["metadata"] = metadata

    assert signed(money, json.dumps(event).encode()).status == 200
    assert money.kept(order.reference) == order


# --- the gate


def scanned(money: MoneyCity, body: bytes | Mapping[str, Any], **headers: str) -> Reply:
    putu = money.city.officer("Putu", "field_unit", office="dispar")
    own = {"Origin": ORIGIN, "Content-Type": "application/json", CSRF_HEADER: csrf(putu), **headers}
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return putu.ask("POST", "/api/gate/scans", body=raw, headers=own)


def scan(**changes: Any) -> dict[str, Any]:
    one = {"nonce": "nonce-0001", "token": "TK-2222-2222-2222", "at": "2026-11-24T02:30:00Z", "offline": True}
    return {"gate": "mangrove-1", "scans": [{**one, **changes}]}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[]", 422),
        (b"NaN", 400),
        (b"\xff", 400),
        (b'{"gate":"mangrove-1"', 400),
        (json.dumps(scan()).encode() + b"x", 400),
        (b'{"gate":' * 5_000, 422),
        (b"x" * 70_000, 413),
        (scan(token="x" * 301), 422),
        (scan(nonce="\ud800" * 8), 400),
        (scan(at="2026-11-24T02:30:00"), 422),
        (scan(at=0), 422),
        ({**scan(), "gate": "levy-1"}, 422),
        ({**scan(), "gate": "mangrove-1\n"}, 422),
        ({"gate": "mangrove-1", "scans": scan()["scans"] * 51}, 422),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_no_upload_of_a_gate_is_refused(town: MoneyCity, body: bytes | dict[str, Any], status: int) -> None:
    assert scanned(town, body).status == status


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-23T02:30:00Z"])
def test_a_phone_with_a_wrong_clock_is_judged_and_breaks_nothing(money: MoneyCity, at: str) -> None:
    good = ticket(money.city)
    (answer,) = scanned(money, scan(token=good.token, at=at)).json["answers"]

    assert answer["outcome"] == ("ok" if at.startswith("9999") else "too_early")


def test_a_nonce_that_names_two_scans_hides_neither_conflict(money: MoneyCity) -> None:
    for void in (ticket(money.city, standing=Standing.VOID) for _ in range(2)):
        assert scanned(money, scan(token=void.token)).json["answers"][0]["outcome"] == "void"

    assert money.city.names().count("EntryDisputed") == 2


def test_a_gate_page_that_comes_back_with_an_error_still_looks_through_the_camera(town: MoneyCity) -> None:
    putu = town.city.officer("Putu", "field_unit", office="dispar")
    reply = pressed(putu, "/en/staff/gate", gate="mangrove-1", ticket="")

    assert (reply.status, told(reply)) == (422, {"ticket"})
    assert "camera=(self)" in reply.headers["Permissions-Policy"]


@pytest.mark.parametrize("token", ["é", "%3Fx=1", "a%20b", "%7F", "%C2%85Set-Cookie:x", "%E2%80%A8", "@evil.example"])
def test_what_a_qr_of_somebody_else_holds_is_led_to_one_address_of_ours(town: MoneyCity, token: str) -> None:
    visitor = town.city.visitor()
    reply = visitor.get(f"/V/{token}")

    assert re.fullmatch(r"/id/v/[!-~]+", reply.location)
    assert "?" not in reply.location
    assert visitor.get(reply.location).status == 200


# --- who may


OFFICES = ("bapenda", "dispar", "")
TREASURY = {("admin_opd", "bapenda")}
AUDITORS = {("auditor", office) for office in OFFICES}
# Who may look, and who may press, below an address; the first that fits counts.
DOORS: Mapping[str, tuple[set[tuple[str, str]], set[tuple[str, str]]]] = {
    "/{lang}/staff/payments/bills": (TREASURY, TREASURY),
    "/{lang}/staff/payments": (TREASURY | AUDITORS, TREASURY),
    "/{lang}/staff/posters/{serial}/revoke": (TREASURY, TREASURY),
    "/{lang}/staff/posters": (TREASURY | AUDITORS, TREASURY),
    "/{lang}/staff/prices": (AUDITORS | {("admin_opd", office) for office in OFFICES}, set()),
    "/{lang}/staff/gate": ({("field_unit", "dispar")}, {("field_unit", "dispar")}),
    "/api/gate": ({("field_unit", "dispar")}, {("field_unit", "dispar")}),
}
STAFF = [(method, path) for method, path in ROUTES if path.startswith(tuple(DOORS))]


def asks(client: Client, method: str, path: str, **headers: str) -> Reply:
    """Comes with whatever this address wants but a body that makes sense."""
    own = {"Origin": ORIGIN, **headers}
    return client.ask(method, filled(path), headers=own if method == "POST" else {})


def test_every_office_and_role_finds_open_what_is_theirs_and_nothing_else(town: MoneyCity) -> None:
    for role, office in itertools.product(ROLES, OFFICES):
        officer = town.city.officer(role, role, office=office)
        token = {CSRF_HEADER: csrf(officer)}
        for method, path in STAFF:
            look, press = next(doors for prefix, doors in DOORS.items() if path.startswith(prefix))
            open_ = (role, office) in (press if method == "POST" else look)
            assert (asks(officer, method, path, **token).status != 403) is open_, (role, office, method, path)


def test_staff_addresses_are_those_that_ask_who_somebody_is(town: MoneyCity) -> None:
    assert [route for route in ROUTES if app.guards[route].roles] == STAFF
    for method, path in STAFF:
        assert asks(town.city.visitor(), method, path).status in ((401,) if method == "POST" else (303, 401))


@pytest.mark.parametrize("path", POSTS)
def test_no_other_site_presses_a_button(town: MoneyCity, path: str) -> None:
    """Only the provider comes from elsewhere: it signs what it says."""
    address, visitor = filled(path), town.city.visitor()
    elsewhere = [
        *({"Origin": EVIL}, {"Origin": "null"}, {"Origin": f"{ORIGIN}.evil.example"}, {"Referer": f"{EVIL}/{ORIGIN}"}),
        *({}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site", "Origin": ORIGIN}),
    ]
    refused = {visitor.ask("POST", address, headers=dict(headers)).status for headers in elsewhere}

    assert refused == ({400} if path == NOTICES else {403})


@pytest.mark.parametrize("path", [path for method, path in STAFF if method == "POST"])
def test_no_button_of_staff_works_without_the_token_of_the_session(town: MoneyCity, path: str) -> None:
    (role, office), *_ = next(sorted(press) for prefix, (_, press) in DOORS.items() if path.startswith(prefix))
    officer, other = (town.city.officer(name, role, office=office) for name in ("Kadek", "Rai"))

    for token in ("", "guessed", "é", csrf(other)):
        assert asks(officer, "POST", path, **{CSRF_HEADER: token}).status == 403
        typed = {"csrf": token, "form_id": uuid.uuid4().hex}
        assert officer.post(filled(path), typed).status == 403


# --- what others keep, and strange ways to ask


SHARED = {"/{lang}/pay", "/{lang}/pay/posters", "/api/vouchers/keys", "/api/vouchers/revoked"}


def test_caches_share_only_what_is_the_same_for_everybody(money: MoneyCity) -> None:
    reference = paid(money)
    code = money.vouchers()[0].code
    known = {"reference": reference, "voucher": code, "scheme": "mangrove", "token": "nothing"}
    officers = {prefix: next(iter(sorted(look))) for prefix, (look, _) in DOORS.items()}
    for path in (path for method, path in ROUTES if method == "GET"):
        role, office = next((who for prefix, who in officers.items() if path.startswith(prefix)), ("", ""))
        client = money.city.officer(role, role, office=office) if role else money.city.visitor()
        reply = client.get(filled(path, **known))
        kept = reply.headers["Cache-Control"]
        assert ("public" in kept) is (path in SHARED), path
        assert kept == "no-store" or reference not in reply.text, path
        assert "unsafe" not in reply.headers["Content-Security-Policy"]
        assert ("camera=(self)" in reply.headers["Permissions-Policy"]) is path.endswith("/staff/gate")


@pytest.mark.parametrize(
    "address",
    [
        *("/en/pay/orders%2F{order}", "/en/pay/orders/{order}%2Frefund", "/en/pay/orders/{order}%00"),
        *("/en/pay/orders/{order}%0d%0aX-Evil:1", "/en/pay/orders/{order}/%2e%2e/refund", "/en/pay/orders/%252e%252e"),
        *("/en/pay/%c0%af", "/en//pay", "/EN/pay", "/fr/pay", "/en/pay/orders/{order}x", "/api/orders/{order}%2f"),
        *("/en/pay/tickets/{order}", "/en/pay/receipts/..%2f{order}", "/en/pay/orders/{order}/group"),
    ],
)
def test_an_address_that_hides_something_leads_nowhere(town: MoneyCity, order: str, address: str) -> None:
    assert town.city.visitor().get(address.format(order=order)).status == 404


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PUT", "DELETE", "CONNECT", "get"])
def test_a_method_that_no_page_has_is_named_with_those_that_it_has(town: MoneyCity, method: str) -> None:
    for path in ("/en/pay/orders/x/pay", "/en/pay/orders/x", NOTICES, "/api/orders/x", "/en/staff/gate"):
        reply = town.city.visitor().ask(method, path, headers={"Origin": ORIGIN})
        assert (reply.status, set(reply.headers["Allow"].split(", ")) <= {"GET", "HEAD", "POST"}) == (405, True)
