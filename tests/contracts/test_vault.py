"""What every vault promises: one list, run on the memory twin and on KMS of the embedded cloud."""

import base64
import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.core.aws.vault import AwsVault
from chalicelib.core.errors import Forbidden, NotFound
from chalicelib.core.vault import LinkExpired, Sealed, Secret, Vault
from tests.twins.clock import Clock
from tests.twins.vault import MemoryVault

OWNER = "subscriber_1"
ADDRESS = "ayu@example.id"
MASK = "a***@example.id"
SEVERAL = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="session")
def endpoint(request: pytest.FixtureRequest) -> str:
    """Where AWS is spoken: the second city, or a cloud that is running already."""
    running = os.environ.get("SEWAKA_TEST_CLOUD")
    return running or str(request.getfixturevalue("running_city").city.endpoint)


def aws(endpoint: str, service: str, key: str = "test", secret: str = "test") -> Any:
    import boto3

    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name="ap-southeast-3",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )


@pytest.fixture(scope="session")
def keys(endpoint: str) -> tuple[str, str]:
    """The ARNs of a vault key and a MAC key of their own."""
    kms = aws(endpoint, "kms")
    mac = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    return kms.create_key()["KeyMetadata"]["Arn"], mac["KeyMetadata"]["Arn"]


@pytest.fixture(scope="session")
def sealer(endpoint: str, keys: tuple[str, str]) -> Iterator[Any]:
    """KMS as the API function sees it: it may make data keys and MACs, never decrypt."""
    iam, name = aws(endpoint, "iam"), f"sealer-{uuid.uuid4().hex[:8]}"
    actions = ["kms:GenerateDataKey", "kms:GenerateMac"]
    statement = {"Effect": "Allow", "Action": actions, "Resource": list(keys)}
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="seal", PolicyDocument=json.dumps({"Statement": [statement]}))
    access = iam.create_access_key(UserName=name)["AccessKey"]
    yield aws(endpoint, "kms", access["AccessKeyId"], access["SecretAccessKey"])
    iam.delete_access_key(UserName=name, AccessKeyId=access["AccessKeyId"])
    iam.delete_user_policy(UserName=name, PolicyName="seal")
    iam.delete_user(UserName=name)


@pytest.fixture(params=["memory", pytest.param("kms", marks=pytest.mark.stack)])
def vaults(request: pytest.FixtureRequest, clock: Clock) -> tuple[Vault, Vault]:
    """The same vault as a worker and as the API function have it."""
    if request.param == "memory":
        twin = MemoryVault(now=clock)
        return twin, twin.as_sealer()
    vault_key, mac_key = request.getfixturevalue("keys")
    worker = aws(request.getfixturevalue("endpoint"), "kms")
    api = request.getfixturevalue("sealer")
    return AwsVault(worker, vault_key, mac_key, clock), AwsVault(api, vault_key, mac_key, clock)


@pytest.fixture
def vault(vaults: tuple[Vault, Vault]) -> Vault:
    return vaults[0]


# --- sealing


def test_what_was_sealed_is_opened_for_its_owner(vault: Vault) -> None:
    sealed = vault.seal(Secret.EMAIL, ADDRESS, MASK, owner=OWNER)

    assert vault.open(sealed, owner=OWNER) == ADDRESS
    assert (sealed.secret, sealed.mask) == (Secret.EMAIL, MASK)


def test_a_sealed_value_shows_nothing_and_never_looks_the_same(vault: Vault) -> None:
    first, second = (vault.seal(Secret.EMAIL, ADDRESS, MASK, owner=OWNER) for _ in range(2))

    assert first.sealed != second.sealed
    assert ADDRESS.encode() not in base64.b64decode(first.sealed)


def test_who_may_only_seal_cannot_open(vaults: tuple[Vault, Vault]) -> None:
    worker, api = vaults
    sealed = api.seal(Secret.PHONE, "+6281234567890", "+62***890", owner=OWNER)

    with pytest.raises(Forbidden):
        api.open(sealed, owner=OWNER)
    assert worker.open(sealed, owner=OWNER) == "+6281234567890"


def test_another_owner_cannot_open_it(vault: Vault) -> None:
    sealed = vault.seal(Secret.EMAIL, ADDRESS, MASK, owner=OWNER)

    with pytest.raises(ValueError, match="another record"):
        vault.open(sealed, owner="subscriber_2")


def test_one_kind_of_secret_cannot_pass_for_another(vault: Vault) -> None:
    sealed = vault.seal(Secret.EMAIL, ADDRESS, MASK, owner=OWNER)

    with pytest.raises(ValueError, match="another record"):
        vault.open(replace(sealed, secret=Secret.PHONE), owner=OWNER)


@SEVERAL
@given(data=st.data())
def test_a_flipped_bit_anywhere_is_refused(vault: Vault, data: st.DataObject) -> None:
    sealed = vault.seal(Secret.EMAIL, ADDRESS, MASK, owner=OWNER)
    content = bytearray(base64.b64decode(sealed.sealed))
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.sampled_from([1, 16, 128]))

    with pytest.raises(ValueError, match="sealed value"):
        vault.open(_with(sealed, bytes(content)), owner=OWNER)


@SEVERAL
@given(missing=st.integers(1, 400), rubbish=st.binary(max_size=80))
def test_what_is_cut_off_or_rubbish_is_refused(vault: Vault, missing: int, rubbish: bytes) -> None:
    sealed = vault.seal(Secret.EMAIL, ADDRESS, MASK, owner=OWNER)

    for content in (base64.b64decode(sealed.sealed)[:-missing], rubbish):
        with pytest.raises(ValueError, match="sealed value"):
            vault.open(_with(sealed, content), owner=OWNER)


@pytest.mark.parametrize("text", ["", "not base64!", "MASK****"])
def test_a_mask_written_back_is_refused(vault: Vault, text: str) -> None:
    sealed = vault.seal(Secret.EMAIL, ADDRESS, MASK, owner=OWNER)

    with pytest.raises(ValueError, match="sealed value"):
        vault.open(replace(sealed, sealed=text), owner=OWNER)


def _with(sealed: Sealed, content: bytes) -> Sealed:
    return replace(sealed, sealed=base64.b64encode(content).decode())


# --- finding


def test_equal_values_have_one_fingerprint_in_every_function(vaults: tuple[Vault, Vault]) -> None:
    worker, api = vaults
    sealed = api.seal(Secret.EMAIL, ADDRESS, MASK, owner=OWNER)

    assert sealed.found_by == worker.fingerprint(Secret.EMAIL, ADDRESS)


def test_a_fingerprint_depends_on_value_and_kind(vault: Vault) -> None:
    prints = {
        vault.fingerprint(Secret.EMAIL, ADDRESS),
        vault.fingerprint(Secret.EMAIL, "made@example.id"),
        vault.fingerprint(Secret.PHONE, ADDRESS),
    }

    assert len(prints) == 3
    assert all(len(print_) == 64 for print_ in prints)


# --- signing


def test_a_signed_subject_comes_back(vault: Vault, clock: Clock) -> None:
    open_end = vault.sign("manage", OWNER)
    ends = vault.sign("manage", OWNER, until=clock() + timedelta(hours=1))

    assert [vault.verified("manage", token) for token in (open_end, ends)] == [OWNER, OWNER]


def test_a_token_fits_into_a_path_and_names_its_subject_to_nobody_who_cannot_read_base64(vault: Vault) -> None:
    token = vault.sign("manage", "a/b?c#d é")

    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
    assert vault.verified("manage", token) == "a/b?c#d é"


def test_a_token_opens_nothing_for_another_purpose(vault: Vault) -> None:
    token = vault.sign("confirm", OWNER)

    with pytest.raises(NotFound):
        vault.verified("manage", token)


def test_a_token_is_over_at_its_end_and_says_so_in_both_languages(vault: Vault, clock: Clock) -> None:
    token = vault.sign("confirm", OWNER, until=clock() + timedelta(hours=1))
    clock.forward(hours=1)

    with pytest.raises(LinkExpired) as refusal:
        vault.verified("confirm", token)
    assert (refusal.value.title.id, refusal.value.title.en) == (
        "Tautan ini sudah kedaluwarsa",
        "This link has expired",
    )


@SEVERAL
@given(data=st.data())
def test_a_token_with_any_other_letter_is_not_found(vault: Vault, clock: Clock, data: st.DataObject) -> None:
    token = vault.sign("confirm", OWNER, until=clock() + timedelta(hours=1))
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("AB01-_.=+é\n").filter(lambda one: one != token[place]))

    with pytest.raises(NotFound):
        vault.verified("confirm", token[:place] + letter + token[place + 1 :])


@pytest.mark.parametrize("token", ["", ".", "a.b.c", "a" * 5000, "YQ..", "YQ.9" * 20, "\x00", "é..."])
def test_what_is_no_token_is_not_found(vault: Vault, token: str) -> None:
    with pytest.raises(NotFound):
        vault.verified("manage", token)


def test_words_cannot_be_moved_between_purpose_and_subject(vault: Vault) -> None:
    token = vault.sign("manage", "x")
    parts = vault.sign('manage","x', "").split(".")

    with pytest.raises(NotFound):
        vault.verified("manage", ".".join([token.split(".")[0], *parts[1:]]))


# --- codes


def test_a_code_is_six_digits_that_belong_to_purpose_and_subject(vaults: tuple[Vault, Vault]) -> None:
    worker, api = vaults
    codes = {worker.code(purpose, subject) for purpose in ("confirm", "open") for subject in ("1", "2", "3")}

    assert all(len(code) == 6 and code.isascii() and code.isdigit() for code in codes)
    assert len(codes) > 3
    assert worker.code("confirm", "1") == api.code("confirm", "1")
