"""What the minute does: ends alerts, settles sends without an outcome, has some of them sent once more."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from chalicelib.alerts.fanout.boundary import Boundary, may_start
from chalicelib.alerts.fanout.plan import Batch, Piece, Task, batch_of
from chalicelib.alerts.model.alert import Alert
from chalicelib.alerts.model.ladder import Level
from chalicelib.core.delivery import Channel, Deliveries, Delivery
from chalicelib.core.errors import NotFound
from chalicelib.core.log import correlation, measure
from chalicelib.core.toolbox import Toolbox

REPEAT_AFTER: Final = timedelta(minutes=15)
# Kept as the reason of a row whose alert is over: nobody will ever know, and nothing is left to decide.
NEVER_KNOWN: Final = "never_known"
# The same for a code, a link or news of a report: by then they are worth nothing, and no list may grow for ever.
OTHERS_LIFE: Final = timedelta(days=1)

Found = tuple[Delivery, Batch, Alert]


class Minute:
    def __init__(self, tools: Toolbox) -> None:
        self._tools = tools
        self._boundary = Boundary(tools)
        self._alerts: dict[str, Alert | None] = {}

    @property
    def _deliveries(self) -> Deliveries:
        return self._boundary.deliveries

    def settle(self) -> None:
        """Rows claimed 15 minutes ago become UNKNOWN; an Awas is repeated once, all else waits for an officer."""
        for _ in self._deliveries.overdue(self._tools.now()):
            pass
        for row, batch, _ in self._ours(self._deliveries.refused(self._tools.now())):
            self._queue(row, batch)
        self._unknown()

    def _unknown(self) -> None:
        waiting = 0
        for row, batch, alert in self._ours(self._deliveries.unknown()):
            if not may_start(alert, batch.announcement, batch.revision, self._tools):
                self._deliveries.settle(row.id, failed=NEVER_KNOWN)
                continue
            waiting += 1
            if self._wants_repeat(row, alert):
                self._queue(row, batch)
        measure("UnknownDeliveries", waiting, service="alerts", stage=self._tools.stage)

    def _wants_repeat(self, row: Delivery, alert: Alert) -> bool:
        if row.repeated or row.claimed_at is None or _lately(row.queued_at, self._tools.now()):
            return False
        silent = not _lately(row.claimed_at, self._tools.now())
        return row.id in alert.resend or (alert.level is Level.AWAS and silent)

    def _queue(self, row: Delivery, batch: Batch) -> None:
        """The clock may not open addresses or publish: the channel's own worker sends, as soon as its queue lets it.
        A row is queued again after a quarter of an hour at the earliest."""
        queue = self._tools.mail_queue if batch.channel is Channel.MAIL else self._tools.phone_queue
        again = Task(
            piece=Piece.ROW,
            alert_id=batch.alert_id,
            announcement=batch.announcement,
            revision=batch.revision,
            correlation=correlation(),
            row=row.id,
        )
        queue.send(again.body())
        self._deliveries.queued(row)

    def _ours(self, rows: Iterator[Delivery]) -> Iterator[Found]:
        """Rows of alerts, with their alert; those that belong to nothing of ours are given up after a day."""
        for row in rows:
            batch = batch_of(row.batch)
            alert = self._alert(batch.alert_id) if batch else None
            if batch and alert:
                yield row, batch, alert
            elif row.claimed_at and row.claimed_at <= self._tools.now() - OTHERS_LIFE:
                self._deliveries.settle(row.id, failed=NEVER_KNOWN)

    def _alert(self, id: str) -> Alert | None:
        if id not in self._alerts:
            try:
                self._alerts[id] = self._boundary.alert(id)
            except NotFound:
                self._alerts[id] = None
        return self._alerts[id]


def _lately(at: datetime | None, now: datetime) -> bool:
    return at is not None and now - at < REPEAT_AFTER
