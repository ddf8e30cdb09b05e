"""A signer with its keys in memory: real P-256 keys, the same promises as KMS, for tests that need no cloud."""

import copy
from collections.abc import Mapping
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from chalicelib.core.errors import Unavailable
from chalicelib.core.signing import COORDINATE_BYTES, Jwk, jwk, key_id_of


class MemorySigner:
    """`may_sign` False is the API function, which only knows the public keys; `down` is a KMS that does not answer."""

    def __init__(self, *, may_sign: bool = True) -> None:
        self.may_sign = may_sign
        self.down = False
        self._keys = [generate_private_key(SECP256R1())]

    @property
    def key_id(self) -> str:
        self._answer()
        return key_id_of(_public(self._keys[0]))

    def sign(self, message: bytes) -> bytes:
        self._answer()
        if not self.may_sign:
            raise Unavailable(reason="kms:AccessDeniedException")
        r, s = decode_dss_signature(self._keys[0].sign(message, ECDSA(SHA256())))
        return r.to_bytes(COORDINATE_BYTES) + s.to_bytes(COORDINATE_BYTES)

    def public_keys(self) -> Mapping[str, Jwk]:
        self._answer()
        return {key_id_of(key): key for key in map(_public, self._keys)}

    def rotate(self) -> None:
        """A newer key signs from now on; what the older ones signed stays checkable."""
        self._keys.insert(0, generate_private_key(SECP256R1()))

    def retire(self) -> None:
        """The oldest key goes, and with it the trust in what it signed."""
        self._keys.pop()

    def as_reader(self) -> Self:
        """The same signer as the API function has it."""
        reader = copy.copy(self)
        reader.may_sign = False
        return reader

    def _answer(self) -> None:
        if self.down:
            raise Unavailable(reason="aws_call")


def _public(key: EllipticCurvePrivateKey) -> Jwk:
    numbers = key.public_key().public_numbers()
    return jwk(numbers.x, numbers.y)
