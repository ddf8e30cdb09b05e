"""The one door through which an alert leaves: row claimed, alert read anew, guard asked, one attempt, outcome kept.

Why nobody is forgotten when a cancel comes while the alert is still being sent: each first message is claimed before
the alert's state is read. A claim made before the cancel was committed is seen by the cancel, which lists the claims
after it; one made later reads the cancelled state and skips.
"""

from collections.abc import Callable
from typing import Final

from chalicelib.alerts.fanout.plan import Batch
from chalicelib.alerts.model.alert import Alert
from chalicelib.alerts.model.sending import Sending, Skip, may_leave
from chalicelib.alerts.model.words import Announcement
from chalicelib.alerts.store import AlertStore
from chalicelib.core.delivery import Deliveries, State
from chalicelib.core.toolbox import Toolbox

# Rows that say that the message left, or may have left, or is leaving.
TOLD: Final = frozenset({State.SENT, State.UNKNOWN, State.CLAIMED})

Carrier = Callable[[str], str]
Prepare = Callable[[bool], Carrier]


class Boundary:
    def __init__(self, tools: Toolbox) -> None:
        self._tools = tools
        self._alerts = AlertStore(tools.store)
        self.deliveries = Deliveries(tools.store, tools.now)

    def alert(self, id: str) -> Alert:
        return self._alerts.alert(id)

    def send(self, batch: Batch, target: str, prepare: Prepare, *, again: bool = False) -> None:
        """Sends once; with `again`, a row of unknown outcome once more. `prepare` is told whether it is a repeat and
        makes ready whatever may fail before anything is claimed. Raises Refused when the carrier said no for now."""
        row = self.deliveries.find(str(batch), target)
        if row is None or row.state is State.READY:
            carrier = prepare(False)
            self.deliveries.deliver(str(batch), target, batch.channel, carrier, guard=self._guard(batch, target))
        elif again and row.state is State.UNKNOWN:
            self.deliveries.repeat(row, prepare(True), guard=self._guard(batch, target, resend=True))

    def drop(self, batch: Batch, target: str, why: Skip) -> None:
        """Closes a row that waits for another try of its carrier."""
        row = self.deliveries.find(str(batch), target)
        if row is not None and row.state is State.READY:
            self.deliveries.deliver(str(batch), target, batch.channel, _nothing, guard=lambda: why)

    def told(self, batch: Batch, target: str) -> bool:
        """Whether a target got, or may have got, the alert that a cancel takes back."""
        row = self.deliveries.find(str(issued(batch)), target)
        return row is not None and row.state in TOLD

    def told_page(self, batch: Batch, *, limit: int, cursor: str | None) -> tuple[list[str], str | None]:
        """Some targets that were told, of the batch that `batch` takes back."""
        rows, following = self.deliveries.rows(str(issued(batch)), limit=limit, cursor=cursor)
        return [row.target for row in rows if row.state in TOLD], following

    def _guard(self, batch: Batch, target: str, *, resend: bool = False) -> Callable[[], str | None]:
        def ask() -> str | None:
            cancels = batch.announcement is Announcement.CANCELLED
            alert = self.alert(batch.alert_id)
            sending = Sending(
                announcement=batch.announcement,
                status=alert.status,
                live=True,
                state=alert.state,
                revision=batch.revision,
                current=alert.revision,
                expires_at=alert.expires_at,
                told=cancels and self.told(batch, target),
                resend=resend,
            )
            return may_leave(sending, self._tools.now())

        return ask


def _nothing(_row: str) -> str:
    raise AssertionError("the guard lets nothing through")


def may_start(alert: Alert, announcement: Announcement, revision: int, tools: Toolbox) -> bool:
    """Whether a fan-out is worth planning at all: what is over reaches nobody, however late its message comes."""
    sending = Sending(
        announcement=announcement,
        status=alert.status,
        live=True,
        state=alert.state,
        revision=revision,
        current=alert.revision,
        expires_at=alert.expires_at,
        told=True,
    )
    return may_leave(sending, tools.now()) is None


def issued(batch: Batch) -> Batch:
    return Batch(
        alert_id=batch.alert_id,
        announcement=Announcement.ISSUED,
        revision=batch.revision,
        channel=batch.channel,
        shard=batch.shard,
    )
