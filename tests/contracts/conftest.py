"""The two homes of the store: memory, and DynamoDB on the embedded cloud (marked `stack`)."""

import os
import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from chalicelib.core.aws.store import DynamoStore
from chalicelib.core.store import Store
from tests.twins.clock import Clock
from tests.twins.store import MemoryStore


@pytest.fixture
def clock() -> Clock:
    return Clock()


def quick_client(service: str, endpoint: str) -> Any:
    """A client as in production: it waits for two seconds and tries once."""
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name="ap-southeast-3",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(
            connect_timeout=1,
            read_timeout=2,
            retries={"total_max_attempts": 1, "mode": "standard"},
            s3={"addressing_style": "path"},
        ),
    )


def cloud(request: pytest.FixtureRequest) -> str:
    """Where AWS is spoken: the second city, or a cloud that is running already."""
    running = os.environ.get("SEWAKA_TEST_CLOUD")
    return running or str(request.getfixturevalue("running_city").city.endpoint)


@pytest.fixture(scope="session")
def table(request: pytest.FixtureRequest) -> Iterator[tuple[Any, str]]:
    """A client and a table of its own, with the keys and indexes of `infra/storage.yaml`."""
    client = quick_client("dynamodb", cloud(request))
    name = f"contracts-{uuid.uuid4().hex[:8]}"
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": attribute, "AttributeType": "S"}
            for attribute in ("pk", "sk", "list_pk", "list_sk", "unsent", "at")
        ],
        KeySchema=_keys("pk", "sk"),
        GlobalSecondaryIndexes=[
            {"IndexName": "lists", "KeySchema": _keys("list_pk", "list_sk"), "Projection": {"ProjectionType": "ALL"}},
            {"IndexName": "unsent", "KeySchema": _keys("unsent", "at"), "Projection": {"ProjectionType": "ALL"}},
        ],
    )
    yield client, name
    client.delete_table(TableName=name)


def _keys(partition: str, sort: str) -> list[Any]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]


@pytest.fixture
def dynamo(table: tuple[Any, str], clock: Clock) -> DynamoStore:
    client, name = table
    return DynamoStore(client, name, clock, pause=lambda _: None)


@pytest.fixture(params=["memory", pytest.param("dynamo", marks=pytest.mark.stack)])
def store(request: pytest.FixtureRequest, clock: Clock) -> Store:
    if request.param == "memory":
        return MemoryStore(clock)
    store: Store = request.getfixturevalue("dynamo")
    return store
