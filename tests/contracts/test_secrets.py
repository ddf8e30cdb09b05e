"""Secrets are read as JSON, in their newest version; on the embedded cloud."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.core.aws.secrets import read_secret
from chalicelib.core.errors import Unavailable
from tests.contracts.conftest import cloud, quick_client
from tests.contracts.faults import silence, striking


@pytest.fixture
def secrets(request: pytest.FixtureRequest) -> Iterator[tuple[Any, str]]:
    client, name = quick_client("secretsmanager", cloud(request)), f"contract-{uuid.uuid4().hex[:8]}"
    client.create_secret(Name=name, SecretString=json.dumps({"key": "old"}))
    yield client, name
    client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


@pytest.mark.stack
def test_the_newest_version_counts(secrets: tuple[Any, str]) -> None:
    client, name = secrets
    client.put_secret_value(SecretId=name, SecretString=json.dumps({"key": "new"}))

    assert read_secret(client, name) == {"key": "new"}


@pytest.mark.stack
def test_a_secret_that_is_not_there_is_a_refusal(secrets: tuple[Any, str]) -> None:
    with pytest.raises(ClientError):
        read_secret(secrets[0], "nobody")


@pytest.mark.stack
def test_one_silence_is_forgiven_and_two_are_unavailable(secrets: tuple[Any, str]) -> None:
    client, name = secrets
    with striking(client, "GetSecretValue", silence):
        assert read_secret(client, name) == {"key": "old"}
    with striking(client, "GetSecretValue", silence, silence), pytest.raises(Unavailable):
        read_secret(client, name)
