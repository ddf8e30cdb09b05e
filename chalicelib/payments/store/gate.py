"""Tickets at the gate, on the shared table.

Access patterns: a ticket by its code; tickets that are frozen or void by the end of their validity, latest first (list
`vouchers#revoked`); how many went in at a place on a day (counter `entered#<scheme>#<day>`).
"""

from collections.abc import Sequence
from datetime import date, datetime

from chalicelib.core.errors import NotFound
from chalicelib.core.events import Actor, Fact
from chalicelib.core.store import Add, Key, Once, Store
from chalicelib.payments.model.voucher import Voucher
from chalicelib.payments.store.kinds import REVOKED, VOUCHERS

MOST_REVOKED = 500


class GateStore:
    def __init__(self, store: Store) -> None:
        self._store = store

    def voucher(self, code: str) -> Voucher:
        """Raises NotFound."""
        record = self._store.read(Key(f"voucher#{code}"))
        if record is None:
            raise NotFound
        return VOUCHERS.thing(record)

    def enter(self, voucher: Voucher, facts: Sequence[Fact], day: date, *, by: Actor) -> None:
        """Raises Stale, when another gate was faster."""
        one_more = Add(key=_entered(voucher.scheme, day), amount=1)
        self._store.commit([VOUCHERS.record(voucher)], facts, by=by, adds=[one_more])

    def dispute(self, voucher: Voucher, fact: Fact, nonce: str, *, by: Actor) -> None:
        """Raises AlreadyDone for a scan that was told before, Stale."""
        once = Once(scope="gate-dispute", id=f"{voucher.code}#{nonce}")
        self._store.commit([VOUCHERS.record(voucher)], [fact], by=by, once=once)

    def entered(self, scheme: str, day: date) -> int:
        return self._store.counter(_entered(scheme, day))

    def revoked(self, now: datetime, cursor: str | None = None) -> tuple[tuple[Voucher, ...], str | None]:
        """Frozen and void tickets that would be good now or later, and where the rest starts."""
        page = self._store.list(REVOKED, limit=MOST_REVOKED, cursor=cursor, backwards=True)
        listed = [VOUCHERS.thing(record) for record in page.records]
        found = tuple(voucher for voucher in listed if voucher.valid_until > now)
        return found, page.cursor if len(found) == len(listed) else None


def _entered(scheme: str, day: date) -> Key:
    return Key(f"entered#{scheme}#{day.isoformat()}", "count")
