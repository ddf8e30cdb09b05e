"""Secrets are read as JSON, in their newest version; on the embedded cloud."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
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
def test_a_right_that_is_missing_is_a_refusal(secrets: tuple[Any, str], request: pytest.FixtureRequest) -> None:
    with somebody("secretsmanager:ListSecrets", cloud(request)) as keys:
        stranger = boto3.client("secretsmanager", endpoint_url=cloud(request), region_name="ap-southeast-3", **keys)
        with pytest.raises(ClientError, match="AccessDenied"):
            read_secret(stranger, secrets[1])


@contextmanager
def somebody(action: str, endpoint: str) -> Iterator[dict[str, str]]:
    """The keys of a user who may do this and nothing else."""
    iam, who = quick_client("iam", endpoint), f"stranger-{uuid.uuid4().hex[:8]}"
    allowed = {"Effect": "Allow", "Action": [action], "Resource": ["*"]}
    iam.create_user(UserName=who)
    iam.put_user_policy(UserName=who, PolicyName="one", PolicyDocument=json.dumps({"Statement": [allowed]}))
    key = iam.create_access_key(UserName=who)["AccessKey"]
    yield {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    iam.delete_access_key(UserName=who, AccessKeyId=key["AccessKeyId"])
    iam.delete_user_policy(UserName=who, PolicyName="one")
    iam.delete_user(UserName=who)


@pytest.mark.stack
def test_one_silence_is_forgiven_and_two_are_unavailable(secrets: tuple[Any, str]) -> None:
    client, name = secrets
    with striking(client, "GetSecretValue", silence):
        assert read_secret(client, name) == {"key": "old"}
    with striking(client, "GetSecretValue", silence, silence), pytest.raises(Unavailable):
        read_secret(client, name)
