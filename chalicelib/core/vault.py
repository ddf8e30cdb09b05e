"""Contacts and identity numbers: encrypted at rest, shown masked, found by keyed hash (DESIGN 6).

The API function may seal, find and sign; only workers that send may open. The sealed text lives in the record of
the thing it belongs to, so that erasing the record erases the person.
"""

import base64
import binascii
import hmac
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from chalicelib.core.clock import utc_now
from chalicelib.core.errors import Invalid, NotFound
from chalicelib.core.events import ascii_json
from chalicelib.core.text import Text

# base64url(subject) . seconds since 1970 or nothing . base64url(MAC of 32 bytes)
TOKEN = re.compile(r"([A-Za-z0-9_-]{1,400})\.(\d{0,12})\.[A-Za-z0-9_-]{43}")


class Secret(StrEnum):
    """What kind of value is sealed; part of the encryption context, so that one kind cannot pass for another."""

    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """A value that only workers can read.

    `sealed` is base64 ciphertext, `mask` what people may see, `found_by` the keyed hash that equal values share.
    """

    secret: Secret
    sealed: str
    mask: str
    found_by: str


class LinkExpired(Invalid):
    """The signature is ours, its time is over."""

    title = Text(id="Tautan ini sudah kedaluwarsa", en="This link has expired")


class Vault(Protocol):
    """The promises are the tests of `tests/contracts/test_vault.py`."""

    def seal(self, secret: Secret, value: str, mask: str, *, owner: str) -> Sealed:
        """Encrypts a normalised value for the record `owner` (its id is bound into the ciphertext)."""

    def open(self, sealed: Sealed, *, owner: str) -> str:
        """Raises Forbidden where the function may not decrypt, ValueError for a tampered or foreign ciphertext."""

    def fingerprint(self, secret: Secret, value: str) -> str:
        """The keyed hash under which a value is found (KMS GenerateMac)."""

    def sign(self, purpose: str, subject: str, *, until: datetime | None = None) -> str:
        """A URL-safe token `subject.expiry.mac`, for links that open one thing for one purpose."""

    def verified(self, purpose: str, token: str) -> str:
        """The subject of a token. Raises NotFound for an altered or foreign one, LinkExpired when its time is over."""

    def code(self, purpose: str, subject: str) -> str:
        """Six digits that only the city can compute (truncated MAC): typed by people, stored nowhere."""


class KeyedHashes(ABC):
    """The half of a vault that is made of MACs alone; where the key lies is the subclass's business."""

    def __init__(self, *, now: Callable[[], datetime] = utc_now) -> None:
        self._now = now

    @abstractmethod
    def mac(self, message: bytes) -> bytes:
        """HMAC-SHA-256 of up to 4096 bytes under the city's key: 32 bytes."""

    def fingerprint(self, secret: Secret, value: str) -> str:
        return self._mac_of("fingerprint", secret, value).hex()

    def sign(self, purpose: str, subject: str, *, until: datetime | None = None) -> str:
        return self._token(purpose, subject, str(int(until.timestamp())) if until else "")

    def verified(self, purpose: str, token: str) -> str:
        subject, expiry = _parts(token)
        # The whole token is made again and compared as text: base64 has several spellings of the same bytes.
        if not hmac.compare_digest(self._token(purpose, subject, expiry), token):
            raise NotFound
        if expiry and datetime.fromtimestamp(int(expiry), UTC) <= self._now():
            raise LinkExpired
        return subject

    def code(self, purpose: str, subject: str) -> str:
        return f"{int.from_bytes(self._mac_of('code', purpose, subject)[:8]) % 1_000_000:06d}"

    def _token(self, purpose: str, subject: str, expiry: str) -> str:
        mac = self._mac_of("token", purpose, subject, expiry)
        return f"{_base64url(subject.encode())}.{expiry}.{_base64url(mac)}"

    def _mac_of(self, *words: str) -> bytes:
        # JSON keeps the words apart: no choice of words can pass for another one.
        return self.mac(ascii_json(words).encode())


def _parts(token: str) -> tuple[str, str]:
    """Subject and expiry of what looks like a token; NotFound for anything else."""
    form = TOKEN.fullmatch(token) if token.isascii() else None
    if form is None:
        raise NotFound
    try:
        return base64.urlsafe_b64decode(form[1] + "=" * (-len(form[1]) % 4)).decode(), form[2]
    except (binascii.Error, UnicodeDecodeError) as broken:
        raise NotFound from broken


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
