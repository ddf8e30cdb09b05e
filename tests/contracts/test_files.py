"""What every keeper of files promises: one list, run on the memory twin and on S3 of the embedded cloud."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.core.aws.files import S3Files
from chalicelib.core.errors import NotFound, Unavailable
from chalicelib.core.files import File, Files
from tests.contracts.conftest import cloud, quick_client
from tests.contracts.faults import lost, silence, striking
from tests.twins.files import MemoryFiles

PDF = bytes(range(256)) * 40


@pytest.fixture(scope="session")
def bucket(request: pytest.FixtureRequest) -> tuple[Any, str]:
    client = quick_client("s3", cloud(request))
    name = f"contracts-files-{uuid.uuid4().hex[:8]}"
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "ap-southeast-3"})
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return client, name


@pytest.fixture(params=["memory", pytest.param("s3", marks=pytest.mark.stack)])
def files(request: pytest.FixtureRequest) -> Files:
    if request.param == "memory":
        return MemoryFiles()
    return S3Files(*request.getfixturevalue("bucket"))


def name() -> str:
    return f"receipts/2026/{uuid.uuid4().hex}.pdf"


def test_what_was_put_is_got_byte_by_byte_with_its_type(files: Files) -> None:
    key = name()
    files.put(key, PDF, "application/pdf")

    assert files.get(key) == File(PDF, "application/pdf")


def test_the_same_file_put_again_changes_nothing(files: Files) -> None:
    key = name()
    for _ in range(2):
        files.put(key, PDF, "application/pdf")

    assert files.get(key).content == PDF


def test_another_file_under_a_name_replaces_the_first(files: Files) -> None:
    key = name()
    files.put(key, PDF, "application/pdf")
    files.put(key, b"a,b\r\n", "text/csv; charset=utf-8")

    assert files.get(key) == File(b"a,b\r\n", "text/csv; charset=utf-8")


def test_an_empty_file_is_a_file(files: Files) -> None:
    key = name()
    files.put(key, b"", "text/plain")

    assert files.get(key).content == b""


def test_what_was_never_put_is_not_found(files: Files) -> None:
    with pytest.raises(NotFound):
        files.get(name())


@pytest.fixture
def stranger(request: pytest.FixtureRequest, bucket: tuple[Any, str]) -> Iterator[Any]:
    """S3 as a function sees it that may list the bucket and nothing else."""
    import boto3

    iam, who = quick_client("iam", cloud(request)), f"stranger-{uuid.uuid4().hex[:8]}"
    allowed = {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": [f"arn:aws:s3:::{bucket[1]}"]}
    iam.create_user(UserName=who)
    iam.put_user_policy(UserName=who, PolicyName="list", PolicyDocument=json.dumps({"Statement": [allowed]}))
    access = iam.create_access_key(UserName=who)["AccessKey"]
    yield boto3.client(
        "s3",
        endpoint_url=cloud(request),
        region_name="ap-southeast-3",
        aws_access_key_id=access["AccessKeyId"],
        aws_secret_access_key=access["SecretAccessKey"],
    )
    iam.delete_access_key(UserName=who, AccessKeyId=access["AccessKeyId"])
    iam.delete_user_policy(UserName=who, PolicyName="list")
    iam.delete_user(UserName=who)


@pytest.mark.stack
class TestOnTheCloud:
    """What only the wire can do."""

    @pytest.mark.parametrize("hook", [silence, lost], ids=["silence", "a lost answer"])
    def test_a_put_without_an_answer_is_made_again(self, bucket: tuple[Any, str], hook: Any) -> None:
        files, key = S3Files(*bucket), name()
        with striking(bucket[0], "PutObject", hook) as made:
            files.put(key, PDF, "application/pdf")

        assert len(made) == 2
        assert files.get(key).content == PDF

    def test_a_bucket_that_stays_silent_is_unavailable(self, bucket: tuple[Any, str]) -> None:
        with striking(bucket[0], "GetObject", *[silence] * 5), pytest.raises(Unavailable):
            S3Files(*bucket).get(name())

    def test_a_right_that_is_missing_is_said_and_is_no_absence(self, bucket: tuple[Any, str], stranger: Any) -> None:
        key = name()
        S3Files(*bucket).put(key, PDF, "application/pdf")
        files = S3Files(stranger, bucket[1])

        for refused in (lambda: files.get(key), lambda: files.put(key, b"", "text/plain")):
            with pytest.raises(Unavailable) as refusal:
                refused()
            assert refusal.value.log_fields == {"reason": "s3:AccessDenied"}

    def test_what_was_replaced_is_still_there_as_a_version(self, bucket: tuple[Any, str]) -> None:
        files, key = S3Files(*bucket), name()
        files.put(key, b"first", "text/plain")
        files.put(key, b"second", "text/plain")

        found = bucket[0].list_object_versions(Bucket=bucket[1], Prefix=key)["Versions"]
        assert len(found) == 2
