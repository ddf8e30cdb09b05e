"""The login provider in our words: OpenID Connect code flow with PKCE, by Authlib and joserfc.

Cognito is the first provider; any other that speaks OpenID Connect works by its discovery document.
The issuer is configured apart from where discovery is read, since a stand-in may answer at another address.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.core import log
from chalicelib.core.clock import utc_now
from chalicelib.core.errors import Forbidden, Unavailable
from chalicelib.core.settings import Settings, settings
from chalicelib.core.text import Text

SECONDS = 8
SKEW_SECONDS = 60


class LoginFailed(Forbidden):
    title = Text(id="Gagal masuk. Silakan coba lagi.", en="Login failed. Please try again.")


class Provider:
    """`fetch` reads a JSON document of the provider: its discovery document and its keys."""

    def __init__(self, config: Settings, fetch: Callable[[str], Any] | None = None) -> None:
        self._config = config
        self._fetch = fetch or _fetched

    def authorization_url(self, *, state: str, nonce: str, verifier: str) -> str:
        url: str
        url, _ = self._client().create_authorization_url(
            self._endpoint("authorization_endpoint"), state=state, nonce=nonce, code_verifier=verifier
        )
        return url

    def claims(self, *, code: str, verifier: str, nonce: str) -> Mapping[str, Any]:
        """The verified claims behind a code. Raises LoginFailed, Unavailable."""
        from authlib.integrations.base_client import OAuthError
        from requests import RequestException

        try:
            token = self._client().fetch_token(
                self._endpoint("token_endpoint"), code=code, code_verifier=verifier, timeout=SECONDS
            )
        except OAuthError as refused:
            log.note("login_refused", error=refused.error)
            raise LoginFailed from refused
        except RequestException as silent:
            raise Unavailable from silent
        return self.verified(token.get("id_token", ""), nonce)

    def _client(self) -> Any:
        from authlib.integrations.requests_client import OAuth2Session

        return OAuth2Session(
            self._config.oidc_client_id,
            redirect_uri=f"{self._config.origin}/login/callback",
            scope="openid email profile",
            code_challenge_method="S256",
            token_endpoint_auth_method="none",  # noqa: S106 (a public client: PKCE instead of a secret)
        )

    def verified(self, id_token: str, nonce: str) -> Mapping[str, Any]:
        """Signature, issuer, audience, nonce and time of the ID token (OpenID Connect Core 3.1.3.7)."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        rules = jwt.JWTClaimsRegistry(
            leeway=SKEW_SECONDS,
            iss={"essential": True, "value": self._config.oidc_issuer},
            aud={"essential": True, "value": self._config.oidc_client_id},
            nonce={"essential": True, "value": nonce},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            token = jwt.decode(id_token, self._keys(), algorithms=["RS256"])
            rules.validate(token.claims)
        except (JoseError, ValueError) as forged:
            log.note("id_token_refused", reason=type(forged).__name__)
            raise LoginFailed from forged
        return token.claims

    def _keys(self) -> Any:
        from joserfc.jwk import KeySet

        return KeySet.import_key_set(self._fetch(self._endpoint("jwks_uri")))

    def _endpoint(self, name: str) -> str:
        address: str = self._fetch(self._config.oidc_discovery)[name]
        return address


def _fetched(url: str) -> Any:
    """Discovery and keys, read once an hour by each process, so that rotated keys are met. Raises Unavailable."""
    return _fetched_in(url, utc_now().strftime("%Y-%m-%dT%H"))


@functools.lru_cache(maxsize=8)
def _fetched_in(url: str, _hour: str) -> Any:
    import requests

    try:
        answer = requests.get(url, timeout=SECONDS)
        answer.raise_for_status()
        return answer.json()
    except requests.RequestException as silent:
        raise Unavailable from silent


def provider() -> Provider:
    return Provider(settings())
