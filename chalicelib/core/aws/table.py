"""One DynamoDB table at the wire: items in and out, with all the repeats that are safe."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.core.aws.calls import code_of, repeated
from chalicelib.core.aws.items import Item, expression, key_of
from chalicelib.core.errors import Malformed, Unavailable
from chalicelib.core.store import Key

LARGEST_BATCH = 100
# DynamoDB refuses longer keys: whatever is asked for under one is not there.
LONGEST_PK, LONGEST_SK = 2048, 1024  # bytes


class Table:
    """`client` is a low-level DynamoDB client that tries once."""

    def __init__(self, client: Any, name: str, pause: Callable[[float], None]) -> None:
        self.client = client
        self.name = name
        self.pause = pause

    def item(self, key: Key) -> Item:
        """A consistent read; {} for what is not there."""
        if not _fits(key):
            return {}
        answer = self._ask("get_item", TableName=self.name, Key=key_of(key), ConsistentRead=True)
        item: Item = answer.get("Item", {})
        return item

    def items(self, query: dict[str, Any]) -> Iterator[Item]:
        """All that a query finds, call by call as they are asked for. Raises Malformed for a start that cannot be."""
        request = {**query, "TableName": self.name}
        while True:
            answer = self._queried(request)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def batch(self, keys: Sequence[Key]) -> list[Item]:
        """Consistent reads of up to 100 keys, in no order. ValueError for more."""
        if len(keys) > LARGEST_BATCH:
            raise ValueError(f"more than {LARGEST_BATCH} keys")
        wanted = [key_of(key) for key in dict.fromkeys(keys) if _fits(key)]
        found: list[Item] = []
        for _ in range(LARGEST_BATCH):
            if not wanted:
                return found
            answer = self._ask("batch_get_item", RequestItems={self.name: {"Keys": wanted, "ConsistentRead": True}})
            found += answer["Responses"].get(self.name, [])
            wanted = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
        raise Unavailable(reason="unprocessed_keys")

    def refused(self, operation: str, **request: Any) -> Item | None:
        """None when a conditional write was made; else the item that stood in its way (or {})."""
        try:
            self._ask(operation, TableName=self.name, **request)
        except ClientError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise
            refusal: Any = error.response
            item: Item = refusal.get("Item", {})
            return item
        return None

    def _queried(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._ask("query", **request)
        except ClientError as error:
            if "ExclusiveStartKey" in request and code_of(error) == "ValidationException":
                raise Malformed(reason="cursor") from error
            raise

    def _ask(self, operation: str, **request: Any) -> dict[str, Any]:
        answer: dict[str, Any] = repeated(lambda: getattr(self.client, operation)(**request), self.pause)
        return answer


def _fits(key: Key) -> bool:
    return len(key.pk.encode()) <= LONGEST_PK and len(key.sk.encode()) <= LONGEST_SK


def partition(pk: str, prefix: str) -> dict[str, Any]:
    """A consistent query for the items of one partition whose sort key starts with `prefix`."""
    values, condition = {"pk": pk}, "#pk = :pk"
    if prefix:
        values["prefix"], condition = prefix, f"{condition} AND begins_with(#sk, :prefix)"
    return {"ConsistentRead": True, **expression(values, KeyConditionExpression=condition)}
