"""The provider of this process, made at first use from the settings and a secret.

The secret `payments_secret` is JSON: `{"key": "...", "webhook_secrets": ["newest", "older"]}`, and `account` where the
provider's events name one. A new version is seen within five minutes, so keys rotate without a deployment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.core import log
from chalicelib.core.clock import utc_now
from chalicelib.core.settings import settings

if TYPE_CHECKING:
    from chalicelib.payments.gateway.port import Provider

KEPT: Final = timedelta(minutes=5)


class Kept:
    """Makes a provider at first use and anew after five minutes; where that fails, the one that is known is used on."""

    def __init__(self, make: Callable[[], Provider], now: Callable[[], datetime] = utc_now) -> None:
        self._make, self._now = make, now
        self._made: Provider | None = None
        self._until = now()

    def __call__(self) -> Provider:
        """Raises what the making raises (Unavailable ...) where not even the first one can be made."""
        if self._made is None or self._now() >= self._until:
            self._made = self._renewed()
            self._until = self._now() + KEPT
        return self._made

    def _renewed(self) -> Provider:
        try:
            return self._make()
        except Exception as problem:
            if self._made is None:
                raise
            log.note("payments_secret_unavailable", reason=type(problem).__name__)
            return self._made


def _stripe() -> Provider:
    from chalicelib.core.aws.clients import client
    from chalicelib.core.aws.secrets import read_secret
    from chalicelib.payments.gateway.stripe import StripeProvider

    found = settings()
    secret = read_secret(client("secretsmanager"), found.payments_secret)
    return StripeProvider(
        secret["key"], secret["webhook_secrets"], found.payments_api, account=secret.get("account", "")
    )


_provider: Callable[[], Provider] = Kept(_stripe)


def provider() -> Provider:
    """Raises Unavailable where the secret cannot be read."""
    return _provider()


@contextmanager
def paying_with(other: Provider) -> Iterator[Provider]:
    """Inside, `provider()` is this one: how tests put a twin where the world would be."""
    global _provider
    before, _provider = _provider, lambda: other
    try:
        yield other
    finally:
        _provider = before
