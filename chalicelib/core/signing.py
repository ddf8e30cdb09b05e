"""What only the city can have signed, and anybody can check without asking it: ECDSA on P-256 with SHA-256.

A vault's MAC (core/vault.py) proves something to the city itself; a signature proves it to a gate without network.
Keys have short ids, and what was signed by an older key stays checkable until its key is taken out of the settings.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Protocol

# A public key as RFC 7517 writes it: kty, crv, x and y, all text.
Jwk = Mapping[str, str]

KEY_ID_LETTERS = 8
SIGNATURE_BYTES = 64
COORDINATE_BYTES = 32


class Signer(Protocol):
    """The promises are the tests of `tests/contracts/test_signing.py`."""

    @property
    def key_id(self) -> str:
        """The short id of the key that signs now. Raises Unavailable."""

    def sign(self, message: bytes) -> bytes:
        """r and s, 32 bytes each (as RFC 7518 3.4 and WebCrypto have them), over up to 4096 bytes.

        Raises Unavailable, also where this function may not sign: nothing was signed, ask again later.
        """

    def public_keys(self) -> Mapping[str, Jwk]:
        """By short id, the key that signs now first; older keys stay in until they are retired. Raises Unavailable."""


def jwk(x: int, y: int) -> Jwk:
    """The public key with these coordinates on P-256."""
    return {"kty": "EC", "crv": "P-256", "x": _base64url(_coordinate(x)), "y": _base64url(_coordinate(y))}


def key_id_of(key: Jwk) -> str:
    """The first eight letters, in base32, of the key's thumbprint (RFC 7638): 40 bits, so that it fits into a QR."""
    canonical = json.dumps({name: key[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
    return base64.b32encode(hashlib.sha256(canonical.encode()).digest()).decode()[:KEY_ID_LETTERS]


def _coordinate(number: int) -> bytes:
    return number.to_bytes(COORDINATE_BYTES)


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
