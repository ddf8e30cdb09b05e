"""The vault on KMS: data keys for what is sealed, HMAC keys for what is found or signed (DESIGN 6).

Calls to KMS: one GenerateDataKey and one GenerateMac to seal, one Decrypt to open, one GenerateMac for a fingerprint,
a signature, its verification or a code.
"""

import base64
import binascii
import functools
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError

from chalicelib.core.aws.calls import code_of, repeated
from chalicelib.core.clock import utc_now
from chalicelib.core.errors import CityError, Forbidden, Unavailable
from chalicelib.core.vault import KeyedHashes, Sealed, Secret

if TYPE_CHECKING:
    from chalicelib.core.aws.envelope import Envelope

DENIED = {"AccessDenied", "AccessDeniedException"}
FOREIGN = {"IncorrectKeyException", "InvalidCiphertextException"}

T = TypeVar("T")


class AwsVault(KeyedHashes):
    """`kms` is a boto3 client; `vault_key` and `mac_key` are ARNs of an encryption and an HMAC_256 key."""

    def __init__(self, kms: Any, vault_key: str, mac_key: str, now: Callable[[], datetime] = utc_now) -> None:
        super().__init__(now=now)
        self._kms = kms
        self._vault_key = vault_key
        self._mac_key = mac_key

    @functools.cached_property
    def _envelope(self) -> "Envelope":
        from chalicelib.core.aws.envelope import Envelope

        return Envelope(self._kms, self._vault_key)

    def mac(self, message: bytes) -> bytes:
        request = {"KeyId": self._mac_key, "MacAlgorithm": "HMAC_SHA_256", "Message": message}
        answer: bytes = _asked(lambda: self._kms.generate_mac(**request))["Mac"]
        return answer

    def seal(self, secret: Secret, value: str, mask: str, *, owner: str) -> Sealed:
        sealed = _asked(lambda: self._envelope.seal(value.encode(), _context(secret, owner)))
        text = base64.b64encode(sealed).decode()
        return Sealed(secret=secret, sealed=text, mask=mask, found_by=self.fingerprint(secret, value))

    def open(self, sealed: Sealed, *, owner: str) -> str:
        content = _bytes(sealed.sealed)
        opened = _asked(lambda: self._envelope.open(content, _context(sealed.secret, owner)), denied=Forbidden)
        return opened.decode()


def _context(secret: Secret, owner: str) -> dict[str, str]:
    return {"secret": str(secret), "owner": owner}


def _bytes(sealed: str) -> bytes:
    try:
        return base64.b64decode(sealed, validate=True)
    except binascii.Error as broken:
        raise ValueError("a sealed value was altered") from broken


def _asked(call: Callable[[], T], *, denied: type[CityError] = Unavailable) -> T:
    """KMS calls change nothing and may be repeated. Raises Unavailable, ValueError for a foreign value, and `denied`
    where a right is missing: that is a fault of ours, and no answer to whoever fills in a form."""
    try:
        return repeated(call)
    except ClientError as error:
        code = code_of(error)
        if code in DENIED:
            raise denied(reason="kms") from error
        if code in FOREIGN:
            raise ValueError("a sealed value belongs to another key") from error
        raise Unavailable(reason=code) from error
