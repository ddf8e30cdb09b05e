"""The provider of this process, made at first use from the settings and a secret.

The secret `payments_secret` is JSON: `{"key": "...", "webhook_secrets": ["newest", "older"]}`, and `account` where the
provider's events name one. A new version is seen within five minutes, so keys rotate without a deployment.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.core import log
from chalicelib.core.clock import utc_now
from chalicelib.core.errors import Unavailable
from chalicelib.core.settings import settings

if TYPE_CHECKING:
    from chalicelib.payments.gateway.port import Provider

KEPT: Final = timedelta(minutes=5)

_provider: Provider | None = None
_until: datetime | None = None


def provider() -> Provider:
    """Raises Unavailable where the first secret cannot be read; later the one that is known is used on."""
    global _provider, _until
    if _provider is None or (_until is not None and utc_now() >= _until):
        _provider, _until = _made(_provider), utc_now() + KEPT
    return _provider


def _made(known: Provider | None) -> Provider:
    try:
        return _stripe()
    except Unavailable:
        if known is None:
            raise
        log.note("payments_secret_unavailable")
        return known


def _stripe() -> Provider:
    from chalicelib.core.aws.clients import client
    from chalicelib.core.aws.secrets import read_secret
    from chalicelib.payments.gateway.stripe import StripeProvider

    found = settings()
    secret = read_secret(client("secretsmanager"), found.payments_secret)
    return StripeProvider(
        secret["key"], secret["webhook_secrets"], found.payments_api, account=secret.get("account", "")
    )


@contextmanager
def paying_with(other: Provider) -> Iterator[Provider]:
    """Inside, `provider()` is this one: how tests put a twin where the world would be."""
    global _provider, _until
    before, (_provider, _until) = (_provider, _until), (other, None)
    try:
        yield other
    finally:
        _provider, _until = before
