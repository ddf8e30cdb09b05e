"""What a deployment sets, read once from the environment. Every function gets the same names."""

import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields


@dataclass(frozen=True, kw_only=True)
class Settings:
    stage: str
    table: str
    bus: str
    archive_bucket: str
    park_queue_url: str
    mail_queue_url: str
    phone_queue_url: str
    receipts_queue_url: str
    vault_key: str
    mac_key: str
    voucher_keys: str
    files_bucket: str
    origin: str
    collects_for: str
    mail_from: str
    mail_configuration_set: str
    phone_topic_prefix: str
    oidc_discovery: str
    oidc_issuer: str
    oidc_client_id: str
    oidc_logout: str
    payments_secret: str
    payments_api: str
    checkout_origin: str


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Raises RuntimeError that names every setting which is missing, not only the first."""
    names = {field.name: field.name.upper() for field in fields(Settings)}
    if missing := [name for name in names.values() if not environment.get(name)]:
        raise RuntimeError(f"not set: {', '.join(missing)}")
    return Settings(**{field: environment[name] for field, name in names.items()})


@functools.cache
def settings() -> Settings:
    return read_settings(os.environ)


@functools.cache
def checkout_origin() -> str:
    """Where a form may lead beside our own pages; every answer says it, also one that needs no other setting."""
    return os.environ.get("CHECKOUT_ORIGIN", "")
