"""Logging in and out."""

import secrets
from dataclasses import dataclass

from chalicelib.core import log
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.core.web.sessions import end_session, start_session
from chalicelib.core.web.visit import Officer
from chalicelib.identity.gateway import LoginFailed, Provider, provider
from chalicelib.identity.model import LOGIN_LIFE, LoginAttempt, hashed, identity_from
from chalicelib.identity.store import LoginStore


@dataclass(frozen=True, kw_only=True)
class Started:
    """Where the browser goes, and the secret that binds the login to it."""

    url: str
    browser_secret: str


@dataclass(frozen=True, kw_only=True)
class LoggedIn:
    token: str
    language: str


class Logins:
    def __init__(self, tools: Toolbox, provider: Provider) -> None:
        self._tools = tools
        self._provider = provider
        self._store = LoginStore(tools.store)

    def begin(self, language: str) -> Started:
        browser_secret = secrets.token_urlsafe(32)
        attempt = LoginAttempt(
            state=secrets.token_urlsafe(24),
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
            browser=hashed(browser_secret),
            language=language,
            expires_at=self._tools.now() + LOGIN_LIFE,
        )
        url = self._provider.authorization_url(state=attempt.state, nonce=attempt.nonce, verifier=attempt.verifier)
        self._store.keep(attempt)
        return Started(url=url, browser_secret=browser_secret)

    def finish(self, *, state: str, code: str, browser_secret: str, old_session: str) -> LoggedIn:
        """A new session for whoever the provider vouches for; the old one ends. Raises LoginFailed, NoRole."""
        attempt = self._store.take(state) if state and code else None
        if attempt is None or not attempt.is_from(browser_secret):
            raise LoginFailed
        claims = self._provider.claims(code=code, verifier=attempt.verifier, nonce=attempt.nonce)
        who = identity_from(claims)
        if old_session:
            end_session(old_session, self._tools)
        officer = Officer(id=who.subject, name=who.name, roles=who.roles, office=who.office, village=who.village)
        token = start_session(officer, self._tools)
        log.note("logged_in", officer_id=who.subject)
        return LoggedIn(token=token, language=attempt.language)


def logins() -> Logins:
    return Logins(toolbox(), provider())
