"""Logging in: what the provider says is believed only when everything about it fits."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from chalicelib.core.settings import Settings
from chalicelib.core.web.limits import limit
from chalicelib.core.web.sessions import ABSOLUTE, IDLE, end_session, session_of, start_session
from chalicelib.core.web.visit import Officer
from chalicelib.identity.gateway import LoginFailed, Provider
from chalicelib.identity.model import LOGIN_LIFE, NoRole, identity_from
from chalicelib.identity.service import Logins
from tests.web.city import City, memory_city

KEY, STRANGER = RSAKey.generate_key(2048, {"kid": "one"}), RSAKey.generate_key(2048, {"kid": "one"})
CONFIG = Settings(**{field.name: f"https://id.example/{field.name}" for field in fields(Settings)})
GOOD = {
    "iss": CONFIG.oidc_issuer,
    "aud": CONFIG.oidc_client_id,
    "sub": "officer-1",
    "nonce": "n-1",
    "name": "Ayu",
    "cognito:groups": ["operator_ddcm"],
    "custom:office": "Diskominfos",
}


def documents(url: str) -> Any:
    if url == CONFIG.oidc_discovery:
        return {
            "authorization_endpoint": "https://id.example/authorize",
            "token_endpoint": "https://id.example/token",
            "jwks_uri": "https://id.example/keys",
        }
    return {"keys": [KEY.as_dict(private=False)]}


PROVIDER = Provider(CONFIG, documents)


def id_token(*, key: RSAKey = KEY, algorithm: str = "RS256", **changed: Any) -> str:
    claims = {**GOOD, "exp": int(time.time()) + 300, **changed}
    return jwt.encode({"alg": algorithm, "kid": "one"}, {k: v for k, v in claims.items() if v is not None}, key)


def test_a_token_that_fits_is_believed() -> None:
    assert PROVIDER.verified(id_token(), "n-1")["sub"] == "officer-1"


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"nonce": "n-2"},
        {"nonce": None},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
    ],
)
def test_a_token_in_which_anything_is_wrong_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(LoginFailed):
        PROVIDER.verified(id_token(**changed), "n-1")


def test_a_token_by_a_strangers_key_is_refused() -> None:
    with pytest.raises(LoginFailed):
        PROVIDER.verified(id_token(key=STRANGER), "n-1")


@pytest.mark.parametrize("token", ["", "x", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."])
def test_no_token_and_an_unsigned_one_are_refused(token: str) -> None:
    with pytest.raises(LoginFailed):
        PROVIDER.verified(token, "n-1")


def test_the_browser_is_sent_with_a_challenge_a_state_and_a_nonce() -> None:
    url = PROVIDER.authorization_url(state="s", nonce="n", verifier="v" * 64)
    asked = parse_qs(urlsplit(url).query)

    assert asked["code_challenge_method"] == ["S256"]
    assert asked["code_challenge"] != ["v" * 64]
    assert (asked["state"], asked["nonce"], asked["response_type"]) == (["s"], ["n"], ["code"])


class Believing(Provider):
    """A provider whose code exchange always succeeds with the nonce that was asked for."""

    def __init__(self) -> None:
        super().__init__(CONFIG, documents)

    def claims(self, *, code: str, verifier: str, nonce: str) -> Mapping[str, Any]:
        return self.verified(id_token(nonce=nonce), nonce)


@pytest.fixture
def city() -> Iterator[City]:
    with memory_city() as city:
        yield city


def started(city: City) -> tuple[Logins, str, str]:
    logins = Logins(city.tools, Believing())
    begun = logins.begin("en")
    return logins, parse_qs(urlsplit(begun.url).query)["state"][0], begun.browser_secret


def test_a_login_ends_in_a_session_with_the_roles_of_the_groups(city: City) -> None:
    logins, state, secret = started(city)
    done = logins.finish(state=state, code="c", browser_secret=secret, old_session="")

    session = session_of(done.token)
    assert session is not None
    assert (session.officer_id, session.roles, session.office) == (
        "officer-1",
        frozenset({"operator_ddcm"}),
        "Diskominfos",
    )


def test_a_login_that_another_browser_began_is_refused(city: City) -> None:
    logins, state, _ = started(city)

    with pytest.raises(LoginFailed):
        logins.finish(state=state, code="c", browser_secret="guessed", old_session="")


def test_a_login_is_finished_once(city: City) -> None:
    logins, state, secret = started(city)
    logins.finish(state=state, code="c", browser_secret=secret, old_session="")

    with pytest.raises(LoginFailed):
        logins.finish(state=state, code="c", browser_secret=secret, old_session="")


def test_a_login_that_took_too_long_begins_anew(city: City) -> None:
    logins, state, secret = started(city)
    city.clock.pass_(LOGIN_LIFE)

    with pytest.raises(LoginFailed):
        logins.finish(state=state, code="c", browser_secret=secret, old_session="")


@pytest.mark.parametrize(("state", "code"), [("", "c"), ("unknown", "c"), (None, "")])
def test_a_callback_without_its_state_or_code_is_refused(city: City, state: str | None, code: str) -> None:
    logins, real, secret = started(city)

    with pytest.raises(LoginFailed):
        logins.finish(state=real if state is None else state, code=code, browser_secret=secret, old_session="")


def test_logging_in_again_ends_the_session_that_the_browser_had(city: City) -> None:
    logins, state, secret = started(city)
    old = start_session(Officer(id="x", name="X", roles=frozenset({"auditor"})), city.tools)
    new = logins.finish(state=state, code="c", browser_secret=secret, old_session=old).token

    assert session_of(old) is None
    assert session_of(new) is not None


def test_an_account_without_a_role_of_ours_gets_in_nowhere() -> None:
    with pytest.raises(NoRole):
        identity_from({**GOOD, "cognito:groups": ["somebody"]})


OFFICER = Officer(id="ayu", name="Ayu", roles=frozenset({"operator_ddcm"}))


def test_an_idle_session_ends(city: City) -> None:
    token = start_session(OFFICER, city.tools)
    city.clock.pass_(IDLE)

    assert session_of(token) is None


def test_a_session_in_use_lives_until_its_absolute_end(city: City) -> None:
    token = start_session(OFFICER, city.tools)
    passed = timedelta()
    while passed + timedelta(minutes=20) < ABSOLUTE:
        city.clock.pass_(timedelta(minutes=20))
        passed += timedelta(minutes=20)
        assert session_of(token) is not None
    city.clock.pass_(timedelta(minutes=20))

    assert session_of(token) is None


def test_an_ended_session_opens_nothing_on_any_device(city: City) -> None:
    token = start_session(OFFICER, city.tools)
    end_session(token, city.tools)

    assert session_of(token) is None


def test_a_page_that_is_read_at_the_same_moment_does_not_keep_a_session_alive(city: City) -> None:
    token, commit = start_session(OFFICER, city.tools), city.store.commit
    city.clock.pass_(timedelta(minutes=6))

    def touched_first(*args: Any, **more: Any) -> None:
        city.store.commit = commit  # type: ignore[method-assign]
        assert session_of(token) is not None
        commit(*args, **more)

    city.store.commit = touched_first  # type: ignore[method-assign]
    end_session(token, city.tools)

    assert session_of(token) is None


def test_logging_out_ends_the_session_and_clears_the_cookie(city: City) -> None:
    officer = city.officer()
    token = officer.cookies["__Host-sewaka"]
    page = officer.get("/en/staff")
    reply = officer.post("/en/logout", {"csrf": page.hidden("csrf")})

    assert reply.location == "/en/logged-out"
    assert "__Host-sewaka" not in officer.cookies
    assert session_of(token) is None


def test_logging_out_everywhere_ends_every_session_of_the_officer_and_of_nobody_else(city: City) -> None:
    phone, desk, other = city.officer("Ayu"), city.officer("Ayu"), city.officer("Made")
    city.clock.pass_(timedelta(minutes=1))
    page = desk.get("/en/staff")
    desk.post("/en/logout-everywhere", {"csrf": page.hidden("csrf"), "form_id": page.hidden("form_id")})

    assert phone.get("/en/staff").location == "/en/login"
    assert other.get("/en/staff").status == 200
    city.clock.pass_(timedelta(seconds=1))
    assert city.officer("Ayu").get("/en/staff").status == 200


def test_the_table_knows_no_token(city: City) -> None:
    token = start_session(OFFICER, city.tools)

    assert token not in str(city.store.rows)


def test_an_address_that_begins_too_many_logins_waits(city: City) -> None:
    visitor = city.visitor()
    for _ in range(30):
        limit(city.tools, "login", visitor.ip, most=30, window=timedelta(minutes=10))

    reply = visitor.get("/en/login")

    assert reply.status == 429
    assert int(reply.headers["Retry-After"]) <= 600
