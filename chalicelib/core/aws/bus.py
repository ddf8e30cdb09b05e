"""The bus `city` on EventBridge: facts in tens, each with its own verdict."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.core.aws.calls import Busy, Lost, answer, code_of
from chalicelib.core.bus import Refusal, Verdicts
from chalicelib.core.events import Entry, ascii_json

MOST_AT_ONCE = 10
# One call takes 256 KB, of which the envelope of each entry is a little.
LARGEST_CALL = 240 * 1024
INVALID = {"InvalidArgument", "MalformedDetail", "ValidationException", "RequestEntityTooLargeException"}

Wired = dict[str, Any]


class EventBus:
    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def put(self, entries: Sequence[Entry], *, now: datetime) -> Verdicts:
        verdicts: Verdicts = []
        silent = False
        for call in calls([self._wired(entry, now) for entry in entries]):
            found = [Refusal.LATER for _ in call] if silent else self._put(call)
            silent = silent or all(verdict is Refusal.LATER for verdict in found)
            verdicts += found
        return verdicts

    def _wired(self, entry: Entry, now: datetime) -> Wired:
        return {
            "EventBusName": self._name,
            "Source": f"city.{entry.source.removeprefix('city.')}",
            "DetailType": entry.name,
            "Time": entry.at,
            "Detail": ascii_json(entry.detail(now)),
        }

    def _put(self, call: Sequence[Wired]) -> Verdicts:
        try:
            told = answer(lambda: self._client.put_events(Entries=call))
        except (Busy, Lost):
            return [Refusal.LATER for _ in call]
        except ClientError as refusal:
            if code_of(refusal) not in INVALID:
                raise
            return self._one_by_one(call)
        return [_verdict(result.get("ErrorCode")) for result in told["Entries"]]

    def _one_by_one(self, call: Sequence[Wired]) -> Verdicts:
        """One invalid entry makes the whole call invalid: find it."""
        if len(call) == 1:
            return [Refusal.NEVER]
        return [verdict for entry in call for verdict in self._put([entry])]


def calls(entries: Sequence[Wired]) -> Iterator[list[Wired]]:
    """Entries in groups of at most ten that fit into one call."""
    call: list[Wired] = []
    size = 0
    for entry in entries:
        weight = len(entry["Detail"]) + 256
        if call and (len(call) == MOST_AT_ONCE or size + weight > LARGEST_CALL):
            yield call
            call, size = [], 0
        call.append(entry)
        size += weight
    if call:
        yield call


def _verdict(code: str | None) -> Refusal | None:
    if not code:
        return None
    return Refusal.NEVER if code in INVALID else Refusal.LATER
