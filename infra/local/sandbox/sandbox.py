"""The sandbox's API without a socket: the calls that the payments make, answered as Stripe answers them."""

import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from infra.local.sandbox import checkouts, refunds
from infra.local.sandbox.account import VERSION, Account, Tree, shown
from infra.local.sandbox.balance import balance
from infra.local.sandbox.forms import read_form
from infra.local.sandbox.keys import Keys
from infra.local.sandbox.listing import expand, listed
from infra.local.sandbox.refusals import NoAnswer, Refusal

Answer = tuple[int, dict[str, str], Tree]

# Nothing is secret about them: they open a sandbox that holds no money.
KEY = "sk_test_sandbox"
SIGNING_SECRET = "whsec_sandbox"  # noqa: S105
DOWN = Refusal("An unknown error occurred", status=503, kind="api_error")
BROKEN = Refusal("An unknown error occurred", status=500, kind="api_error", kept=True)


@dataclass(frozen=True)
class Call:
    method: str
    place: str
    headers: Mapping[str, str]
    form: Tree

    @property
    def asked(self) -> Tree:
        return {name: value for name, value in self.form.items() if name != "expand"}

    @property
    def key(self) -> str:
        return self.headers.get("idempotency-key", "") if self.method == "POST" else ""


def _nothing() -> None:
    pass


@dataclass
class Sandbox:
    """origin: where payers reach the hosted page. secrets: all of them sign, as while one is rotated.

    `calls` counts what was asked; `meanwhile` runs while a request with a key is under way.
    """

    account: Account
    origin: str = "http://127.0.0.1:8030"
    key: str = KEY
    secrets: list[str] = field(default_factory=lambda: [SIGNING_SECRET])
    calls: list[tuple[str, str]] = field(default_factory=list)
    meanwhile: Callable[[], None] = _nothing

    def __post_init__(self) -> None:
        self._keys = Keys(self.account)

    def handle(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """path: with its query. Raises NoAnswer where the caller is to hear nothing."""
        place, _, query = path.partition("?")
        self.calls.append((method, place))
        own = {"Request-Id": f"req_{self.account.new_id()}", "Stripe-Version": VERSION}
        try:
            form = read_form(body.decode() if method == "POST" else query)
            call = Call(method, place, {name.lower(): value for name, value in headers.items()}, form)
            status, told, more = self._answered(call)
        except Refusal as refusal:
            return refusal.status, own, refusal.body
        return status, own | more, told

    def _answered(self, call: Call) -> tuple[int, Tree, dict[str, str]]:
        self._let_in(call.headers)
        fault = self._fault(call)
        if fault == "down":
            raise DOWN
        if fault == "hang":
            raise NoAnswer
        answer = self._once(call, fault) if call.key else (200, self._done(call, fault), {})
        if fault == "lost":
            raise NoAnswer
        return answer

    def _let_in(self, headers: Mapping[str, str]) -> None:
        given = headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self.key.encode()):
            word = f"Invalid API Key provided: {given[:8]}****" if given else "You did not provide an API key."
            raise Refusal(word, status=401)
        if not re.fullmatch(r"\d{4}-\d\d-\d\d(\.[a-z]+)?", headers.get("stripe-version", VERSION)):
            raise Refusal(f"Invalid Stripe API version: {headers['stripe-version']}")

    def _fault(self, call: Call) -> str:
        """down, hang, lost or broken, as asked for by `breaks`; empty when all goes well."""
        with self.account.turn:
            for fault in self.account.faults:
                if call.place.startswith(fault["path"]) and fault["method"] in ("", call.method):
                    fault["times"] -= 1
                    self.account.faults = [one for one in self.account.faults if one["times"]]
                    return str(fault["mode"])
        return ""

    def _once(self, call: Call, fault: str) -> tuple[int, Tree, dict[str, str]]:
        with self.account.turn:
            kept = self._keys.begin(call.key, call.place, call.form)
        if kept is not None:
            return kept["status"], kept["body"], {"Idempotent-Replayed": "true", "Idempotency-Key": call.key}
        try:
            self.meanwhile()
            return self._first(call, fault)
        finally:
            self._keys.end(call.key)

    def _first(self, call: Call, fault: str) -> tuple[int, Tree, dict[str, str]]:
        with self.account.turn:
            try:
                status, body = 200, self._done(call, fault)
            except Refusal as refusal:
                if not refusal.kept:
                    raise
                status, body = refusal.status, refusal.body
            self._keys.keep(call.key, place=call.place, form=call.form, status=status, body=body)
            self.account.save()
        return status, body, {"Idempotency-Key": call.key}

    def _done(self, call: Call, fault: str = "") -> Tree:
        """Raises Refusal, also for an address that the sandbox does not play."""
        if fault == "broken":
            raise BROKEN
        with self.account.turn:
            checkouts.end_what_is_over(self.account)
            play, id_ = _route(call)
            answer: Tree = shown(play(self, call, id_))
            self.account.save()
            return expand(self.account, answer, call.form.get("expand", []))

    def make_session(self, call: Call, _: str) -> Tree:
        session = checkouts.create(self.account, call.asked)
        session["url"] = f"{self.origin}/c/pay/{session['id']}"
        return session

    def breaks(self, mode: str, times: int = 1, path: str = "/v1/", method: str = "") -> None:
        """The next calls go wrong. down: 503, nothing done; hang: no answer, nothing done; lost: done, no answer;
        broken: 500, which is kept under the call's key."""
        self.account.faults.append({"mode": mode, "times": times, "path": path, "method": method})

    def mishap(self, do: str, times: int = 1, kind: str = "") -> None:
        """The next events go astray: drop, double, hold, or the seconds of a delay. kind: how their type begins."""
        self.account.mishaps.append({"do": do, "times": times, "kind": kind})


Play = Callable[[Sandbox, Call, str], Tree]


def _route(call: Call) -> tuple[Play, str]:
    """Who plays it, and the id in its address."""
    for method, pattern, play in ROUTES:
        found = re.fullmatch(pattern, call.place)
        if found and method == call.method:
            return play, "".join(found.groups())
    raise Refusal(f"Unrecognized request URL ({call.method}: {call.place}).", status=404)


def _list(kind: str, filters: str = "") -> Play:
    return lambda own, call, _: listed(own.account, kind, call.place, call.asked, filters)


def _one(kind: str) -> Play:
    return lambda own, _, id_: own.account.find(kind, id_)


ROUTES: list[tuple[str, str, Play]] = [
    ("POST", "/v1/checkout/sessions", Sandbox.make_session),
    ("GET", "/v1/checkout/sessions", _list("session", "payment_intent status")),
    ("GET", "/v1/checkout/sessions/([^/]+)", _one("session")),
    ("POST", "/v1/checkout/sessions/([^/]+)/expire", lambda own, _, id_: checkouts.expire(own.account, id_)),
    ("GET", "/v1/payment_intents/([^/]+)", _one("intent")),
    ("GET", "/v1/charges/([^/]+)", _one("charge")),
    ("POST", "/v1/refunds", lambda own, call, _: refunds.create(own.account, call.asked)),
    ("GET", "/v1/refunds", _list("refund", "payment_intent charge")),
    ("GET", "/v1/refunds/([^/]+)", _one("refund")),
    ("GET", "/v1/disputes", _list("dispute", "payment_intent charge")),
    ("GET", "/v1/balance", lambda own, _call, _: balance(own.account)),
    ("GET", "/v1/balance_transactions", _list("transaction", "type source payout")),
]


def event_body(account: Account, id: str) -> bytes:
    """An event as it is sent."""
    return json.dumps(shown(account.find("event", id)), indent=2).encode()


def signature(body: bytes, secrets: list[str], at: int) -> str:
    """`t=...,v1=...`, one for each secret: https://docs.stripe.com/webhooks#verify-manually."""
    signed = str(at).encode() + b"." + body
    return ",".join([f"t={at}", *(f"v1={hmac.digest(one.encode(), signed, 'sha256').hex()}" for one in secrets)])


def as_sent(account: Account, id: str, secrets: list[str], at: int | None = None) -> tuple[bytes, str]:
    """The body and the Stripe-Signature of an event, signed now or at a moment of its own."""
    body = event_body(account, id)
    return body, signature(body, secrets, account.seconds() if at is None else at)
