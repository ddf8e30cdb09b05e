"""What every signer promises: one list, run on the memory twin and on KMS of the embedded cloud."""

import base64
import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from chalicelib.core.aws.signing import KmsSigner
from chalicelib.core.errors import Unavailable
from chalicelib.core.signing import Jwk, Signer, key_id_of
from tests.contracts.conftest import cloud, quick_client
from tests.contracts.faults import saying, silence, striking
from tests.twins.signing import MemorySigner

MESSAGE = b"\x01one place at the mangroves\x00\xff"
# The example of RFC 7638 has an RSA key; this one is from RFC 7517 A.1, its thumbprint
# from `joserfc`.
KNOWN = {
    "kty": "EC",
    "crv": "P-256",
    "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
    "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
}
KNOWN_THUMBPRINT = "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"


def made_key(kms: Any) -> str:
    return str(kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"])


@pytest.fixture(scope="session")
def kms(request: pytest.FixtureRequest) -> Any:
    return quick_client("kms", cloud(request))


@pytest.fixture(scope="session")
def arns(kms: Any) -> tuple[str, str]:
    """An older key and a newer one."""
    return made_key(kms), made_key(kms)


@pytest.fixture(scope="session")
def reading_kms(request: pytest.FixtureRequest, kms: Any, arns: tuple[str, str]) -> Iterator[Any]:
    """KMS as the API function sees it: it may read public keys, never sign."""
    import boto3

    iam, name = quick_client("iam", cloud(request)), f"reader-{uuid.uuid4().hex[:8]}"
    allowed = {"Effect": "Allow", "Action": ["kms:GetPublicKey"], "Resource": list(arns)}
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="read", PolicyDocument=json.dumps({"Statement": [allowed]}))
    access = iam.create_access_key(UserName=name)["AccessKey"]
    yield boto3.client(
        "kms",
        endpoint_url=cloud(request),
        region_name="ap-southeast-3",
        aws_access_key_id=access["AccessKeyId"],
        aws_secret_access_key=access["SecretAccessKey"],
    )
    iam.delete_access_key(UserName=name, AccessKeyId=access["AccessKeyId"])
    iam.delete_user_policy(UserName=name, PolicyName="read")
    iam.delete_user(UserName=name)


@pytest.fixture(params=["memory", pytest.param("kms", marks=pytest.mark.stack)])
def signers(request: pytest.FixtureRequest) -> tuple[Signer, Signer, Signer]:
    """The same signer before and after its key was rotated, and the rotated one as the API function has it."""
    if request.param == "memory":
        twin = MemorySigner()
        return _rotated(twin)
    older, newer = request.getfixturevalue("arns")
    client, reading = request.getfixturevalue("kms"), request.getfixturevalue("reading_kms")
    return KmsSigner(client, [older]), KmsSigner(client, [newer, older]), KmsSigner(reading, [newer, older])


def _rotated(twin: MemorySigner) -> tuple[Signer, Signer, Signer]:
    before = MemorySigner()
    before._keys = list(twin._keys)
    twin.rotate()
    return before, twin, twin.as_reader()


@pytest.fixture
def signer(signers: tuple[Signer, Signer, Signer]) -> Signer:
    return signers[1]


def holds(signature: bytes, message: bytes, key: Jwk) -> bool:
    """Whether anybody who has the public key believes it: OpenSSL's opinion, not ours."""
    x, y = (int.from_bytes(base64.urlsafe_b64decode(key[name] + "=")) for name in ("x", "y"))
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    try:
        EllipticCurvePublicNumbers(x, y, SECP256R1()).public_key().verify(
            encode_dss_signature(r, s), message, ECDSA(SHA256())
        )
    except InvalidSignature:
        return False
    return True


def test_a_key_id_is_the_start_of_its_thumbprint_in_base32() -> None:
    thumbprint = base64.urlsafe_b64decode(KNOWN_THUMBPRINT + "=")

    assert key_id_of(KNOWN) == base64.b32encode(thumbprint).decode()[:8]
    assert key_id_of({**KNOWN, "kid": "anything", "use": "sig"}) == key_id_of(KNOWN)


def test_anybody_with_the_public_key_can_check_a_signature(signer: Signer) -> None:
    signature, key = signer.sign(MESSAGE), signer.public_keys()[signer.key_id]

    assert len(signature) == 64
    assert holds(signature, MESSAGE, key)
    assert not holds(signature, MESSAGE + b"!", key)


def test_signatures_are_64_bytes_also_when_a_number_is_short(signer: Signer) -> None:
    # One in 128 has an r or an s that starts with a zero byte, which DER leaves out.
    assert {len(signer.sign(b"%d" % one)) for one in range(300)} == {64}


def test_a_key_is_named_by_its_own_thumbprint(signer: Signer) -> None:
    keys = signer.public_keys()

    assert {key_id_of(key) for key in keys.values()} == set(keys)
    assert all(set(key) == {"kty", "crv", "x", "y"} for key in keys.values())
    assert all(len(name) == 8 and set(name) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for name in keys)


def test_what_the_older_key_signed_stays_checkable_after_a_rotation(signers: tuple[Signer, Signer, Signer]) -> None:
    before, after, _ = signers
    signature, name = before.sign(MESSAGE), before.key_id

    assert name != after.key_id
    assert list(after.public_keys()) == [after.key_id, name]
    assert holds(signature, MESSAGE, after.public_keys()[name])
    assert not holds(after.sign(MESSAGE), MESSAGE, after.public_keys()[name])


def test_who_may_only_read_keys_cannot_sign_and_is_told(signers: tuple[Signer, Signer, Signer]) -> None:
    _, worker, api = signers

    assert api.public_keys() == worker.public_keys()
    with pytest.raises(Unavailable) as refusal:
        api.sign(MESSAGE)
    assert refusal.value.log_fields == {"reason": "kms:AccessDeniedException"}


@pytest.mark.stack
class TestOnTheCloud:
    """What only the wire can do."""

    def test_a_lost_answer_is_asked_for_again(self, kms: Any, arns: tuple[str, str]) -> None:
        signer = KmsSigner(kms, arns)
        with striking(kms, "Sign", silence) as made:
            signature = signer.sign(MESSAGE)

        assert len(made) == 2
        assert holds(signature, MESSAGE, signer.public_keys()[signer.key_id])

    def test_a_key_that_is_gone_is_said_and_is_not_remembered(self, kms: Any, arns: tuple[str, str]) -> None:
        signer = KmsSigner(kms, arns)
        with striking(kms, "GetPublicKey", saying("DisabledException")), pytest.raises(Unavailable) as refusal:
            signer.public_keys()

        assert refusal.value.log_fields == {"reason": "kms:DisabledException"}
        assert len(signer.public_keys()) == 2

    def test_public_keys_are_asked_for_once_in_a_process(self, kms: Any, arns: tuple[str, str]) -> None:
        signer = KmsSigner(kms, arns)
        with striking(kms, "GetPublicKey") as made:
            for _ in range(3):
                signer.public_keys()
                assert signer.key_id

        assert len(made) == 2

    def test_a_key_of_another_kind_is_refused(self, kms: Any) -> None:
        other = kms.create_key(KeySpec="ECC_NIST_P384", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]

        with pytest.raises(TypeError):
            KmsSigner(kms, [other]).public_keys()
