"""A vault with its keys in memory: the same promises as KMS, for tests that need no cloud."""

import base64
import binascii
import copy
import hashlib
import hmac
import os
from collections.abc import Callable
from datetime import datetime
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.core.clock import utc_now
from chalicelib.core.errors import Forbidden
from chalicelib.core.vault import KeyedHashes, Sealed, Secret


class MemoryVault(KeyedHashes):
    """`may_open` False is the API function, which can seal but never open."""

    def __init__(self, *, may_open: bool = True, now: Callable[[], datetime] = utc_now) -> None:
        super().__init__(now=now)
        self.may_open = may_open
        self._mac_key = os.urandom(32)
        self._cipher = AESGCM(AESGCM.generate_key(256))

    def mac(self, message: bytes) -> bytes:
        return hmac.digest(self._mac_key, message, hashlib.sha256)

    def seal(self, secret: Secret, value: str, mask: str, *, owner: str) -> Sealed:
        nonce = os.urandom(12)
        sealed = nonce + self._cipher.encrypt(nonce, value.encode(), f"{secret} {owner}".encode())
        text = base64.b64encode(sealed).decode()
        return Sealed(secret=secret, sealed=text, mask=mask, found_by=self.fingerprint(secret, value))

    def open(self, sealed: Sealed, *, owner: str) -> str:
        if not self.may_open:
            raise Forbidden
        try:
            content = base64.b64decode(sealed.sealed, validate=True)
            return self._cipher.decrypt(content[:12], content[12:], f"{sealed.secret} {owner}".encode()).decode()
        except (binascii.Error, InvalidTag, ValueError) as broken:
            raise ValueError("a sealed value was altered or belongs to another record") from broken

    def as_sealer(self) -> Self:
        """The same vault as the API function has it."""
        sealer = copy.copy(self)
        sealer.may_open = False
        return sealer
