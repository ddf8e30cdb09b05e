"""The archive in an object-locked bucket: one object per fact, written only if absent.

A lock keeps versions, not names: whoever could put again would add a newer version. So the first version is the truth,
and `make verify` reads that one.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.core.aws.calls import Busy, Lost, answer, code_of
from chalicelib.core.bus import Refusal, Verdicts
from chalicelib.core.events import Entry, ascii_json

PREFIX = "facts/"
AT_ONCE = 8
THERE_ALREADY = "PreconditionFailed"
BEING_WRITTEN = "ConditionalRequestConflict"


class S3Archive:
    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def keep(self, entries: Sequence[Entry]) -> Verdicts:
        silent = Event()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(lambda entry: self._keep(entry, silent), entries))

    def versions(self) -> Iterator[tuple[str, list[bytes | None]]]:
        """(fact id, its contents from the oldest version to the newest; None where somebody tried to delete it)."""
        found: dict[str, list[tuple[Any, str | None]]] = {}
        for page in self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=PREFIX):
            for version in page.get("Versions", []):
                found.setdefault(version["Key"], []).append((version["LastModified"], version["VersionId"]))
            for marker in page.get("DeleteMarkers", []):
                found.setdefault(marker["Key"], []).append((marker["LastModified"], None))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            yield from pool.map(self._contents, found.items())

    def _keep(self, entry: Entry, silent: Event) -> Refusal | None:
        if silent.is_set():
            return Refusal.LATER
        try:
            answer(lambda: self._put(entry))
        except ValueError:
            return Refusal.NEVER
        except (Busy, Lost):
            silent.set()
            return Refusal.LATER
        except ClientError as refusal:
            return _verdict(refusal)
        return None

    def _put(self, entry: Entry) -> None:
        self._client.put_object(
            Bucket=self._bucket,
            Key=f"{PREFIX}{entry.id}",
            Body=ascii_json(entry.archived()).encode(),
            ContentType="application/json",
            IfNoneMatch="*",
        )

    def _contents(self, found: tuple[str, list[tuple[Any, str | None]]]) -> tuple[str, list[bytes | None]]:
        key, versions = found
        # Listed from the newest to the oldest; the sort is stable, so that equal seconds keep that order.
        oldest_first = versions[::-1]
        oldest_first.sort(key=lambda version: version[0])
        return key.removeprefix(PREFIX), [self._content(key, version) for _, version in oldest_first]

    def _content(self, key: str, version: str | None) -> bytes | None:
        if version is None:
            return None
        found = self._client.get_object(Bucket=self._bucket, Key=key, VersionId=version)
        content: bytes = found["Body"].read()
        return content


def _verdict(refusal: ClientError) -> Refusal | None:
    if code_of(refusal) == THERE_ALREADY:
        return None
    if code_of(refusal) == BEING_WRITTEN:
        return Refusal.LATER
    raise refusal
