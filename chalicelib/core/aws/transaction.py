"""One commit as one DynamoDB transaction, and what its refusals and silences mean.

A throttled or conflicting attempt did nothing and is made again. A lost answer may have been a success that is still
on its way: first the own fact, claim or record is looked for; the next attempt carries the same token and the same
conditions, so that it fails or does nothing if the first lands after all.
"""

import uuid
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.core.aws.calls import TRIES, Busy, Lost, answer, code_of, jitter
from chalicelib.core.aws.items import Item, has_expired, plain
from chalicelib.core.aws.table import Table
from chalicelib.core.aws.writes import transaction
from chalicelib.core.commit import Plan
from chalicelib.core.errors import AlreadyDone, Conflict, Stale, Unavailable
from chalicelib.core.store import Key, Record

CONFLICT = "TransactionConflict"
PASSING = {CONFLICT, "ThrottlingError", "ProvisionedThroughputExceeded"}
REFUSED = "ConditionalCheckFailed"


class Continued(Exception):
    """New records took the keys of removed or expired ones; `records` carry the versions to go on from."""

    def __init__(self, records: list[Record]) -> None:
        super().__init__()
        self.records = records


class Transaction:
    def __init__(self, table: Table, plan: Plan) -> None:
        self._table = table
        self._plan = plan
        self._items = transaction(plan, table.name)
        self._token = uuid.uuid4().hex
        self._lost = False
        self._in_the_way = False

    def write(self) -> None:
        """Raises as `Store.commit`, and Continued."""
        for attempt in range(TRIES):
            if attempt:
                self._table.pause(jitter(attempt - 1))
            if self._done():
                return
        if self._lost or not self._in_the_way:
            raise Unavailable(reason="commit_unanswered" if self._lost else "throttled")
        # Whoever is in the way will be done by then: load and decide again.
        raise Stale(reason="transaction_conflict")

    def _done(self) -> bool:
        """One attempt; False when it should be made again."""
        try:
            answer(self._attempt)
        except Busy:
            return False
        except Lost:
            self._lost = True
            return self._landed()
        except ClientError as refusal:
            return self._refused(refusal)
        return True

    def _attempt(self) -> None:
        self._table.client.transact_write_items(TransactItems=self._items, ClientRequestToken=self._token)

    def _landed(self) -> bool:
        """Whether the table shows this very commit. A record can be overwritten since: then a repeat is refused."""
        key, name, mine = self._evidence()
        return bool(plain(self._table.item(key)).get(name) == mine)

    def _evidence(self) -> tuple[Key, str, str]:
        if self._plan.entries:
            first = self._plan.entries[0]
            return Key(first.key, first.sort_key), "id", first.id
        if self._plan.once:
            return self._plan.once.key, "commit", self._plan.id
        return self._plan.writes[0].record.key, "commit", self._plan.id

    def _refused(self, refusal: ClientError) -> bool:
        reasons: Any = refusal.response.get("CancellationReasons", [])
        if code_of(refusal) != "TransactionCanceledException" or not reasons:
            raise refusal
        if self._lost and self._landed():
            return True
        codes = {reason.get("Code") for reason in reasons}
        if REFUSED in codes:
            self._explain([reason.get("Item", {}) if reason.get("Code") == REFUSED else None for reason in reasons])
        if codes & PASSING:
            self._in_the_way = CONFLICT in codes
            # A refused token may be remembered; after a lost answer it must be the same.
            self._token = self._token if self._lost else uuid.uuid4().hex
            return False
        raise refusal

    def _explain(self, standing: list[Item | None]) -> None:
        """`standing` holds for each write what stood in its way; None: it would have passed."""
        plan = self._plan
        after_records = len(plan.writes) + len(plan.entries)
        if plan.once and (claim := standing[after_records]) is not None:
            raise AlreadyDone(result=plain(claim).get("result", ""))
        if all(item is None for item in standing[:after_records]):
            raise Conflict(reason="counter_cap")
        self._explain_records(standing[: len(plan.writes)])

    def _explain_records(self, standing: list[Item | None]) -> None:
        records = [write.record for write in self._plan.writes]
        pairs = list(zip(records, standing, strict=True))
        if any(_has_journal(record, item) for record, item in pairs):
            raise ValueError("a record with a journal is removed by a fact that says so")
        if any(item is not None and not self._gone(record, item) for record, item in pairs):
            raise Stale(reason="version")
        if all(item is None for item in standing):
            raise Stale(reason="journal")
        raise Continued([replace(r, version=plain(item)["version"]) if item else r for r, item in pairs])

    def _gone(self, record: Record, item: Item) -> bool:
        return not record.version and ("removed" in item or has_expired(item, self._plan.at))


def _has_journal(record: Record, item: Item | None) -> bool:
    """Whether an unannounced removal was refused although its version was right."""
    return record.removed and bool(item) and plain(item or {})["version"] == record.version
