"""The signer on KMS: the private key never leaves it.

Calls to KMS: one Sign per signature; one GetPublicKey per key and process, since a key never changes under its ARN.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from chalicelib.core.aws.calls import code_of, repeated
from chalicelib.core.errors import Unavailable
from chalicelib.core.signing import COORDINATE_BYTES, Jwk, jwk, key_id_of

T = TypeVar("T")


class KmsSigner:
    """`kms` is a boto3 client; `keys` are ARNs of ECC_NIST_P256 keys, the newest first: that one signs."""

    def __init__(self, kms: Any, keys: Sequence[str]) -> None:
        self._kms = kms
        self._keys = tuple(keys)
        self._known: dict[str, Jwk] = {}

    @property
    def key_id(self) -> str:
        return key_id_of(self._public(self._keys[0]))

    def sign(self, message: bytes) -> bytes:
        request = {"KeyId": self._keys[0], "MessageType": "RAW", "SigningAlgorithm": "ECDSA_SHA_256"}
        return _raw(_asked(lambda: self._kms.sign(Message=message, **request))["Signature"])

    def public_keys(self) -> Mapping[str, Jwk]:
        found = [self._public(arn) for arn in self._keys]
        return {key_id_of(key): key for key in found}

    def _public(self, arn: str) -> Jwk:
        # A failure is not kept: only an answer is.
        if arn not in self._known:
            self._known[arn] = _jwk(_asked(lambda: self._kms.get_public_key(KeyId=arn))["PublicKey"])
        return self._known[arn]


def _raw(der: bytes) -> bytes:
    """KMS answers as X.509 writes signatures; r and s are what WebCrypto wants, and always 64 bytes."""
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    r, s = decode_dss_signature(der)
    return r.to_bytes(COORDINATE_BYTES) + s.to_bytes(COORDINATE_BYTES)


def _jwk(der: bytes) -> Jwk:
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    key = load_der_public_key(der)
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise TypeError("a key that signs vouchers is on P-256")
    numbers = key.public_numbers()
    return jwk(numbers.x, numbers.y)


def _asked(call: Callable[[], T]) -> T:
    """A signature too many hurts nobody, so every call may be repeated. Raises Unavailable with the reason for the log.

    A right that is missing is a fault of ours: whoever waits for a voucher is served when it is there again.
    """
    try:
        return repeated(call)
    except ClientError as error:
        raise Unavailable(reason=f"kms:{code_of(error)}") from error
