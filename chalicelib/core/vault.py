"""Contacts and identity numbers: encrypted at rest, shown masked, found by keyed hash (DESIGN 6).

The API function may seal, find and sign; only workers that send may open. The sealed text lives in the record of
the thing it belongs to, so that erasing the record erases the person.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


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


class Vault(Protocol):
    def seal(self, secret: Secret, value: str, mask: str, *, owner: str) -> Sealed:
        """Encrypts a normalised value for the record `owner` (its id is bound into the ciphertext)."""

    def open(self, sealed: Sealed, *, owner: str) -> str:
        """Raises Forbidden where the function may not decrypt, ValueError for a tampered or foreign ciphertext."""

    def fingerprint(self, secret: Secret, value: str) -> str:
        """The keyed hash under which a value is found (KMS GenerateMac)."""

    def sign(self, purpose: str, subject: str, *, until: datetime | None = None) -> str:
        """A URL-safe token `subject.expiry.mac`, for links that open one thing for one purpose."""

    def verified(self, purpose: str, token: str) -> str:
        """The subject of a token. Raises NotFound for an altered or foreign one, Gone-like Invalid when expired."""

    def code(self, purpose: str, subject: str) -> str:
        """Six digits that only the city can compute (truncated MAC): typed by people, stored nowhere."""
