"""Roles of the city's staff, and a login on its way. Pure."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib.core.errors import Forbidden
from chalicelib.core.text import Text

LOGIN_LIFE = timedelta(minutes=10)

ROLES: Mapping[str, Text] = {
    "operator_ddcm": Text(id="Operator Cyber Monitor", en="Cyber Monitor operator"),
    "supervisor_112": Text(id="Supervisor 112", en="112 supervisor"),
    "admin_opd": Text(id="Admin dinas", en="Department admin"),
    "field_unit": Text(id="Petugas lapangan", en="Field unit"),
    "auditor": Text(id="Auditor", en="Auditor"),
}


class NoRole(Forbidden):
    title = Text(
        id="Akun Anda belum punya peran di sini. Hubungi admin dinas Anda.",
        en="Your account has no role here yet. Ask your department's admin.",
    )


@dataclass(frozen=True, kw_only=True)
class LoginAttempt:
    """A login that was sent to the provider. `browser` is the SHA-256 of the cookie that binds it to one browser."""

    state: str
    nonce: str
    verifier: str
    browser: str
    language: str
    expires_at: datetime
    version: int = 0

    def is_from(self, browser_secret: str) -> bool:
        return hmac.compare_digest(self.browser, hashed(browser_secret))


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What the provider's ID token says, after it was verified."""

    subject: str
    name: str
    roles: frozenset[str]
    office: str
    village: str


def identity_from(claims: Mapping[str, Any]) -> Identity:
    """Raises NoRole for an account whose groups hold no role of ours."""
    roles = frozenset(claims.get("cognito:groups") or ()) & ROLES.keys()
    if not roles:
        raise NoRole
    return Identity(
        subject=claims["sub"],
        name=claims.get("name") or claims.get("email", ""),
        roles=frozenset(roles),
        office=claims.get("custom:office", ""),
        village=claims.get("custom:village", ""),
    )


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
