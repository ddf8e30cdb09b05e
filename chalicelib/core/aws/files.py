"""Files in a bucket that nobody but the city can read (infra/storage.yaml).

Calls to S3: one PutObject per file kept, one GetObject per file read. To whoever may not list the bucket, S3 answers
403 for what is not there: a file that the records promise and that is lost is a fault of ours (Unavailable).
"""

from collections.abc import Callable
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from chalicelib.core.aws.calls import code_of, repeated
from chalicelib.core.errors import NotFound, Unavailable
from chalicelib.core.files import File

ABSENT = "NoSuchKey"

T = TypeVar("T")


class S3Files:
    """`client` is a boto3 client."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, content: bytes, type: str) -> None:
        _asked(lambda: self._client.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=type))

    def get(self, key: str) -> File:
        return _asked(lambda: self._read(key))

    def _read(self, key: str) -> File:
        found = self._client.get_object(Bucket=self._bucket, Key=key)
        return File(found["Body"].read(), found["ContentType"])


def _asked(call: Callable[[], T]) -> T:
    try:
        return repeated(call)
    except ClientError as error:
        if code_of(error) == ABSENT:
            raise NotFound from error
        raise Unavailable(reason=f"s3:{code_of(error)}") from error
