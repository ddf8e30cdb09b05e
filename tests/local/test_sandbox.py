"""The sandbox's API as Stripe documents it: keys, refusals, lists, events, and what survives a restart."""

import hashlib
import hmac
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from infra.local.city import City
from infra.local.sandbox.account import Account
from infra.local.sandbox.control import Control
from infra.local.sandbox.refusals import NoAnswer, Refusal
from infra.local.sandbox.sandbox import KEY, Sandbox, as_sent
from infra.local.stopping import reset
from tests.twins.clock import START, Clock
from tests.twins.provider import DECLINED, GOOD, World, world

LINE = "line_items[0]"
SESSION = {
    "mode": "payment",
    f"{LINE}[quantity]": "2",
    f"{LINE}[price_data][currency]": "idr",
    f"{LINE}[price_data][unit_amount]": "2500000",
    f"{LINE}[price_data][product_data][name]": "Tiket",
    "success_url": "https://city.example/paid",
    "metadata[order]": "PS1",
}


class Caller:
    """Calls the API by hand, without the library."""

    def __init__(self, file: Path | None = None) -> None:
        self.clock = Clock()
        self.sandbox = Sandbox(Account(self.clock, file))
        self.account = self.sandbox.account
        self.headers: dict[str, str] = {}

    def post(self, path: str, form: dict[str, str] | None = None, key: str = "", **headers: str) -> tuple[int, Any]:
        return self._call("POST", path, urlencode(form or {}).encode(), key, headers)

    def get(self, path: str, **headers: str) -> tuple[int, Any]:
        return self._call("GET", path, b"", "", headers)

    def _call(self, method: str, path: str, body: bytes, key: str, more: dict[str, str]) -> tuple[int, Any]:
        own = {"Authorization": f"Bearer {KEY}", **({"Idempotency-Key": key} if key else {})}
        status, self.headers, told = self.sandbox.handle(method, path, {**own, **more}, body)
        return status, told

    def open(self, key: str = "", **changed: str) -> str:
        status, told = self.post("/v1/checkout/sessions", {**SESSION, **changed}, key)
        assert status == 200, told
        return str(told["id"])

    def paid(self) -> str:
        """The id of a payment."""
        World(None, self.sandbox).pay(checkout := self.open())  # type: ignore[arg-type]
        return str(self.get(f"/v1/checkout/sessions/{checkout}")[1]["payment_intent"])

    def kinds(self) -> list[str]:
        return [event["type"] for event in self.account.things["event"].values()]


@pytest.fixture
def caller() -> Caller:
    return Caller()


# --- Who may call, and how


def test_a_wrong_key_and_none_are_refused(caller: Caller) -> None:
    for wrong in ("Bearer sk_test_other", "Bearer ", ""):
        status, told = caller.get("/v1/balance", Authorization=wrong)
        assert (status, told["error"]["type"]) == (401, "invalid_request_error")


def test_a_version_that_is_none_is_refused(caller: Caller) -> None:
    assert caller.get("/v1/balance", **{"Stripe-Version": "latest"})[0] == 400
    assert caller.get("/v1/balance", **{"Stripe-Version": "2026-10-28.endive"})[0] == 200


def test_what_is_not_played_is_not_found(caller: Caller) -> None:
    assert caller.get("/v1/customers")[0] == 404
    assert caller.post("/v1/balance")[0] == 404


@pytest.mark.parametrize(
    ("changed", "code", "param"),
    [
        ({"colour": "red"}, "parameter_unknown", "colour"),
        ({f"{LINE}[colour]": "red"}, "parameter_unknown", f"{LINE}[colour]"),
        ({"mode": ""}, "parameter_missing", "mode"),
        ({"mode": "subscription"}, None, "mode"),
        ({"success_url": ""}, "parameter_missing", "success_url"),
        ({"success_url": "/paid"}, "url_invalid", "success_url"),
        ({"locale": "tlh"}, None, "locale"),
        ({"expires_at": "soon"}, "parameter_invalid_integer", "expires_at"),
        ({f"{LINE}[quantity]": "0"}, None, f"{LINE}[quantity]"),
        ({f"{LINE}[price_data][unit_amount]": "2.5"}, "parameter_invalid_integer", f"{LINE}[price_data][unit_amount]"),
        ({f"{LINE}[price_data][currency]": "xau"}, None, f"{LINE}[price_data][currency]"),
        ({f"{LINE}[price_data][unit_amount]": "100000"}, "amount_too_small", None),
        ({f"{LINE}[price_data][unit_amount]": "9" * 15}, "amount_too_large", None),
        ({"metadata[a]": "x" * 501}, None, "metadata"),
        ({"metadata": "order"}, None, "metadata"),
        ({"client_reference_id": "x" * 201}, None, "client_reference_id"),
    ],
)
def test_a_wrong_parameter_is_named(
    caller: Caller, changed: dict[str, str], code: str | None, param: str | None
) -> None:
    form = {**{k: v for k, v in SESSION.items() if not (changed.get("metadata") and k == "metadata[order]")}, **changed}
    status, told = caller.post("/v1/checkout/sessions", form)

    assert status == 400
    assert (told["error"].get("code"), told["error"].get("param")) == (code, param)
    assert caller.account.things["session"] == {}


@pytest.mark.parametrize(("minutes", "status"), [(29, 400), (30, 200), (24 * 60, 200), (24 * 60 + 1, 400)])
def test_a_session_lives_for_half_an_hour_to_a_day(caller: Caller, minutes: int, status: int) -> None:
    at = int((START + timedelta(minutes=minutes)).timestamp())

    assert caller.post("/v1/checkout/sessions", {**SESSION, "expires_at": str(at)})[0] == status


def test_a_session_ends_by_itself_and_tells_so(caller: Caller) -> None:
    session = caller.open()
    caller.clock.forward(hours=24)

    assert caller.get(f"/v1/checkout/sessions/{session}")[1]["status"] == "expired"
    assert caller.kinds() == ["checkout.session.expired"]


# --- Idempotency keys


def test_a_key_replays_its_first_answer(caller: Caller) -> None:
    first = caller.post("/v1/checkout/sessions", SESSION, key="k")
    assert "Idempotent-Replayed" not in caller.headers
    again = caller.post("/v1/checkout/sessions", SESSION, key="k")

    assert again == first
    assert caller.headers["Idempotent-Replayed"] == "true"
    assert len(caller.account.things["session"]) == 1


def test_a_key_is_for_one_body_and_one_address(caller: Caller) -> None:
    caller.open(key="k")
    other = caller.post("/v1/checkout/sessions", {**SESSION, "locale": "id"}, key="k")
    elsewhere = caller.post("/v1/refunds", SESSION, key="k")

    for (status, told), word in ((other, "same parameters"), (elsewhere, "same endpoint")):
        assert (status, told["error"]["type"]) == (400, "idempotency_error")
        assert word in told["error"]["message"]


def test_a_saved_error_is_replayed_also_the_500(caller: Caller) -> None:
    caller.sandbox.breaks("broken")
    first = caller.post("/v1/checkout/sessions", SESSION, key="k")
    again = caller.post("/v1/checkout/sessions", SESSION, key="k")
    payment = caller.paid()
    form = {"payment_intent": payment, "amount": "9900000"}
    refused = [caller.post("/v1/refunds", form, key="r") for _ in range(2)]

    assert first == again
    assert first[0] == 500
    assert refused[0] == refused[1]
    assert caller.headers["Idempotent-Replayed"] == "true"


def test_a_refused_parameter_and_a_503_keep_nothing(caller: Caller) -> None:
    assert caller.post("/v1/checkout/sessions", {**SESSION, "mode": ""}, key="k")[0] == 400
    caller.sandbox.breaks("down")
    assert caller.post("/v1/checkout/sessions", SESSION, key="k")[0] == 503

    assert caller.post("/v1/checkout/sessions", SESSION, key="k")[0] == 200


def test_what_was_done_without_an_answer_is_kept_under_its_key(caller: Caller) -> None:
    caller.sandbox.breaks("lost")
    with pytest.raises(NoAnswer):
        caller.post("/v1/checkout/sessions", SESSION, key="k")
    caller.post("/v1/checkout/sessions", SESSION, key="k")

    assert caller.headers["Idempotent-Replayed"] == "true"
    assert len(caller.account.things["session"]) == 1


def test_a_second_request_with_a_key_that_is_under_way_is_told_to_wait(caller: Caller) -> None:
    seen: list[tuple[int, Any]] = []

    def second() -> None:
        caller.sandbox.meanwhile = lambda: None
        seen.append(caller.post("/v1/checkout/sessions", SESSION, key="k"))

    caller.sandbox.meanwhile = second
    caller.open(key="k")

    assert [(status, told["error"]["code"]) for status, told in seen] == [(409, "idempotency_key_in_use")]


def test_a_key_is_forgotten_after_a_day_and_may_not_be_endless(caller: Caller) -> None:
    first = caller.open(key="k")
    caller.clock.forward(hours=24)

    assert caller.open(key="k") != first
    assert caller.post("/v1/checkout/sessions", SESSION, key="k" * 256)[0] == 400


# --- Lists and expansions


def test_a_list_has_pages(caller: Caller) -> None:
    made = [caller.open() for _ in range(5)]
    first = caller.get("/v1/checkout/sessions?limit=2")[1]
    last = caller.get(f"/v1/checkout/sessions?limit=3&starting_after={made[3]}")[1]

    assert ([one["id"] for one in first["data"]], first["has_more"]) == (made[:2:-1], True)
    assert ([one["id"] for one in last["data"]], last["has_more"]) == (made[2::-1], False)
    assert caller.get("/v1/checkout/sessions?limit=101")[0] == 400
    assert caller.get("/v1/checkout/sessions?starting_after=cs_1")[0] == 404
    assert caller.get("/v1/checkout/sessions?colour=red")[0] == 400


def test_a_list_is_filtered_by_when_its_things_were_made(caller: Caller) -> None:
    first = caller.open()
    caller.clock.forward(seconds=10)
    second, at = caller.open(), caller.account.seconds()

    def found(query: str) -> list[str]:
        return [one["id"] for one in caller.get(f"/v1/checkout/sessions?{query}")[1]["data"]]

    assert found(f"created[gte]={at}") == found(f"created[gt]={at - 1}") == found(f"created={at}") == [second]
    assert found(f"created[lt]={at}") == found(f"created[lte]={at - 1}") == [first]


def test_ids_become_things_where_they_may(caller: Caller) -> None:
    payment = caller.paid()
    (session,) = caller.account.things["session"]
    told = caller.get(f"/v1/checkout/sessions/{session}?expand[]=payment_intent.latest_charge")[1]

    assert told["payment_intent"]["id"] == payment
    assert told["payment_intent"]["latest_charge"]["payment_method_details"]["card"]["last4"] == "4242"
    assert caller.get(f"/v1/payment_intents/{payment}?expand[]=metadata")[0] == 400
    assert caller.get(f"/v1/payment_intents/{payment}?expand[]=a.b.c.d.e")[0] == 400
    assert "_metadata" not in json.dumps(told)


def test_a_charge_says_what_the_card_was_and_what_it_cost(caller: Caller) -> None:
    caller.paid()
    (id_,) = caller.account.things["charge"]
    charge = caller.get(f"/v1/charges/{id_}?expand[]=balance_transaction")[1]
    cost = charge["balance_transaction"]

    assert (charge["amount"], charge["status"], charge["billing_details"]["email"]) == (
        5_000_000,
        "succeeded",
        "ayu@example.id",
    )
    assert (cost["type"], cost["reporting_category"], cost["amount"]) == ("charge", "charge", 5_000_000)
    assert cost["fee"] == sum(one["amount"] for one in cost["fee_details"]) == 345_000
    assert cost["net"] == 5_000_000 - 345_000


def test_the_balance_waits_before_it_is_available_and_then_is_paid_out(caller: Caller) -> None:
    caller.paid()
    held = caller.get("/v1/balance")[1]
    caller.clock.forward(days=2)
    free = caller.get("/v1/balance")[1]
    paid_out = Control(caller.sandbox).do("payout", {})

    assert [held[part][0]["amount"] for part in ("available", "pending")] == [0, 4_655_000]
    assert [free[part][0]["amount"] for part in ("available", "pending")] == [4_655_000, 0]
    assert paid_out["amount"] == 4_655_000
    assert caller.get("/v1/balance")[1]["available"][0]["amount"] == 0
    with pytest.raises(Refusal):
        Control(caller.sandbox).do("payout", {})


# --- Events


def test_what_is_told_follows_what_happens() -> None:
    there, made = world(Clock()), Caller()
    made.sandbox, made.account = there.sandbox, there.account
    session = made.open()
    there.pay(session, DECLINED)
    there.pay(session)
    payment = there.things("intent")[0]["id"]
    refund = there.refund_on_the_dashboard(payment, 1_000_000)
    there.refund_fails(refund)
    there.close_dispute(there.dispute(payment), won=True)

    assert made.kinds() == [
        "payment_intent.payment_failed",
        "payment_intent.succeeded",
        "checkout.session.completed",
        "refund.created",
        "charge.refunded",
        "refund.updated",
        "refund.failed",
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed",
    ]


def test_a_disputed_charge_is_not_refunded(caller: Caller) -> None:
    payment = caller.paid()
    Control(caller.sandbox).do(f"payments/{payment}/dispute", {})

    assert caller.post("/v1/refunds", {"payment_intent": payment})[1]["error"]["code"] == "charge_disputed"


def test_an_event_is_signed_over_its_moment_and_body(caller: Caller) -> None:
    caller.paid()
    event = next(iter(caller.account.things["event"]))
    body, sign = as_sent(caller.account, event, ["one", "two"])
    at = int(START.timestamp())
    wanted = [hmac.new(key, f"{at}.".encode() + body, hashlib.sha256).hexdigest() for key in (b"one", b"two")]

    assert sign == f"t={at},v1={wanted[0]},v1={wanted[1]}"
    assert json.loads(body)["data"]["object"]["object"] == "payment_intent"
    assert '"_' not in body.decode()


def test_an_event_shows_its_thing_as_it_was(caller: Caller) -> None:
    caller.paid()
    Control(caller.sandbox).do("payments/" + next(iter(caller.account.things["intent"])) + "/refund", {})
    told = [one for one in caller.account.things["event"].values() if one["type"] == "payment_intent.succeeded"]

    assert told[0]["data"]["object"]["status"] == "succeeded"


def test_a_notice_that_nobody_takes_comes_again_ever_later_for_three_days(caller: Caller) -> None:
    caller.sandbox.mishap("drop", kind="payment_intent.")
    caller.paid()
    waits = []
    while caller.account.parcels:
        (parcel,) = caller.account.parcels
        caller.clock.moment = max(caller.clock(), START.fromtimestamp(parcel["at"], START.tzinfo))
        before = caller.account.seconds()
        assert caller.account.due() == [parcel]
        caller.account.came_back(parcel)
        waits.append(parcel["at"] - before)

    assert waits[:10] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]
    assert caller.clock() - START > timedelta(days=3)


@pytest.mark.parametrize(
    ("mishap", "due"), [("drop", []), ("double", ["checkout", "checkout"]), ("hold", []), ("30", [])]
)
def test_a_notice_may_be_lost_doubled_held_or_late(caller: Caller, mishap: str, due: list[str]) -> None:
    Control(caller.sandbox).do("astray", {"do": mishap, "kind": "checkout."})
    caller.paid()

    def waiting() -> list[str]:
        events = caller.account.things["event"]
        return [events[one["event"]]["type"].split(".")[0] for one in caller.account.due()]

    assert waiting() == ["payment_intent", *due]
    caller.clock.forward(seconds=31)
    assert waiting() == ["payment_intent", *due, *(["checkout"] if mishap == "30" else [])]


def test_held_notices_leave_in_any_order_and_old_ones_again(caller: Caller) -> None:
    control = Control(caller.sandbox)
    control.do("astray", {"do": "hold", "times": "-1"})
    caller.paid()
    assert caller.account.due() == []
    assert control.do("release", {"order": "reversed"}) == {"released": 2}
    first, second = [one["event"] for one in caller.account.due()]

    assert [first, second] == list(caller.account.things["event"])[::-1]
    assert control.do("again", {"kind": "checkout."}) == {"again": 1}
    assert control.do("again", {"event": second}) == {"again": 1}
    control.do("mend", {})
    caller.open()
    assert len(caller.account.due()) == 4


def test_controls_refuse_what_cannot_be_done(caller: Caller) -> None:
    control = Control(caller.sandbox)
    payment = caller.paid()
    for path, form in {
        "nothing": {},
        "break": {"mode": "loud"},
        "astray": {"do": "sing"},
        f"payments/{payment}/arrive": {},
        "refunds/re_1/fail": {},
        f"payments/{payment}/refund": {"amount": "99999999"},
    }.items():
        with pytest.raises(Refusal):
            control.do(path, form)
    with pytest.raises(Refusal):
        control.see("customers")
    assert [one["id"] for one in control.see("intent")["data"]] == [payment]
    assert control.see("calls")["data"][0] == {"method": "POST", "path": "/v1/checkout/sessions"}


# --- Between two starts


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.json"
    before = Caller(file)
    before.open(key="k")
    before.paid()
    after = Caller(file)

    assert after.account.things == before.account.things
    assert after.account.due() == before.account.due()
    after.open(key="k")
    assert after.headers["Idempotent-Replayed"] == "true"
    assert [path.name for path in tmp_path.iterdir()] == ["sandbox.json"]


def test_make_reset_forgets_it(tmp_path: Path) -> None:
    city = City(tmp_path)
    Caller(city.account).open()
    reset(city)

    assert not city.account.exists()


def test_a_number_that_is_no_card_is_never_charged() -> None:
    there, made = world(Clock()), Caller()
    made.sandbox = there.sandbox

    assert there.pay(made.open(), "4111111111111111") == "declined"
    assert there.pay(made.open(), GOOD) == "paid"
