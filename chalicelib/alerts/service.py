"""What officers and the clock can do with alerts: load, decide, commit."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from chalicelib.alerts.events import (
    AlertCancelled,
    AlertCancelRequested,
    AlertDrafted,
    AlertEdited,
    AlertExpired,
    AlertIssued,
    AlertNews,
    AlertReturned,
    AlertSentAgain,
    AlertSubmitted,
)
from chalicelib.alerts.fanout.report import Preview, Sendings, previews, sendings
from chalicelib.alerts.model.alert import PUBLIC, Alert, Content, Hand, drafted, in_time
from chalicelib.alerts.model.refusals import BadExpiry
from chalicelib.alerts.model.words import Announcement, check_length, in_every_language
from chalicelib.alerts.store import AlertStore, Board
from chalicelib.core import log
from chalicelib.core.errors import AlreadyDone, Conflict, NotFound
from chalicelib.core.events import Actor, Entry, Fact, officer, system
from chalicelib.core.ids import new_reference
from chalicelib.core.store import Once, retried
from chalicelib.core.text import Text
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.incidents import reads as incidents

PREFIX = "PD"  # peringatan dini

N = TypeVar("N", bound=AlertNews)
Decision = Callable[[Alert], Alert]
Telling = Callable[[Alert], Fact]


class NotVerified(Conflict):
    title = Text(id="Verifikasi kejadian ini dulu", en="Verify this incident first")


class Alerts:
    def __init__(self, tools: Toolbox) -> None:
        self._tools = tools
        self._store = AlertStore(tools.store)

    @retried
    def draft(self, content: Content, by: Hand, form_id: str, incident_id: str = "") -> str:
        """The id of the draft; the same one however often the form is sent. Raises Refusal, NotFound, NotVerified."""
        self.cause(incident_id)
        alert = drafted(new_reference(PREFIX), content, by, self._tools.now(), incident_id)
        self._check(alert)
        fact = AlertDrafted(alert_id=alert.id, incident_id=incident_id)
        try:
            once = Once(scope="alert", id=form_id, result=alert.id)
            self._store.commit(alert, fact, by=officer(by.id), once=once)
        except AlreadyDone as done:
            return done.result
        return alert.id

    def cause(self, incident_id: str) -> incidents.IncidentSummary | None:
        """The incident that an alert is about; None without one. Raises NotFound, NotVerified."""
        incident = incidents.incident_summary(incident_id) if incident_id else None
        if incident and not incident.verified:
            raise NotVerified
        return incident

    def edit(self, id: str, content: Content, by: Hand, form_id: str, revision: int) -> None:
        """Raises NotFound, Refusal; whoever saves second is told so and loses nothing that was typed."""

        def decide(alert: Alert) -> Alert:
            edited = alert.edited(content, by, self._tools.now(), revision)
            self._check(edited)
            return edited

        self._decide(id, by, form_id, decide, lambda alert: AlertEdited(alert_id=id, revision=alert.revision))

    def submit(self, id: str, by: Hand, form_id: str, revision: int) -> None:
        """Raises NotFound, Refusal."""
        fact = AlertSubmitted(alert_id=id, revision=revision)
        self._decide(id, by, form_id, lambda alert: alert.submitted(self._tools.now(), revision), lambda _: fact)

    def approve(self, id: str, by: Hand, form_id: str, revision: int) -> None:
        """Lets it out: the fact goes to everybody. Raises NotFound, Refusal."""
        self._decide(id, by, form_id, lambda alert: alert.approved(by, self._tools.now(), revision), self._issued)

    def return_(self, id: str, by: Hand, form_id: str, revision: int, reason: str) -> None:
        """Raises NotFound, Refusal."""
        fact = AlertReturned(alert_id=id, revision=revision)
        self._decide(
            id, by, form_id, lambda alert: alert.returned(by, self._tools.now(), revision, reason), lambda _: fact
        )

    def request_cancel(self, id: str, by: Hand, form_id: str, ending: Text) -> None:
        """`ending` tells the public why the alert is over. Raises NotFound, Refusal."""

        def decide(alert: Alert) -> Alert:
            requested = alert.cancel_requested(by, self._tools.now(), ending)
            check_length(requested, Announcement.CANCELLED, self._tools.origin)
            return requested

        self._decide(id, by, form_id, decide, lambda alert: AlertCancelRequested(alert_id=id, revision=alert.revision))

    def approve_cancel(self, id: str, by: Hand, form_id: str) -> None:
        """Takes it back: everybody who was told hears. Raises NotFound, Refusal."""
        self._decide(id, by, form_id, lambda alert: alert.cancelled(by, self._tools.now()), self._cancelled)

    def send_again(self, id: str, by: Hand, form_id: str, rows: tuple[str, ...]) -> None:
        """An officer's decision on deliveries of unknown outcome; the clock carries it out. Raises NotFound."""
        fact = AlertSentAgain(alert_id=id, rows=rows)
        self._decide(id, by, form_id, lambda alert: alert.sent_again(rows), lambda _: fact)

    @retried
    def expire(self, id: str) -> None:
        """Ends an alert whose time is over; nothing for one that has ended or is not due."""
        alert, board = self._store.with_board(id)
        expired = alert.expired(self._tools.now())
        if expired is not alert:
            fact = AlertExpired(alert_id=id, status=alert.status, incident_id=alert.incident_id)
            self._commit(expired, board, fact, system("alerts"))

    def expire_due(self) -> None:
        for alert in self._store.due(self._tools.now()):
            self.expire(alert.id)

    def alert(self, id: str) -> Alert:
        """Raises NotFound."""
        return self._store.alert(id)

    def public(self, id: str) -> Alert:
        """An alert that was issued at some time. Raises NotFound, for drafts too."""
        alert = self._store.alert(id)
        if alert.state not in PUBLIC:
            raise NotFound
        return alert

    def history(self, id: str) -> list[Entry]:
        return self._store.journal(id)

    def previews(self, alert: Alert) -> list[Preview]:
        """What people will get, in every language."""
        return previews(alert, self._tools.origin)

    def sendings(self, alert: Alert) -> Sendings:
        """What became of its messages."""
        return sendings(alert, self._tools)

    def open(self, cursor: str | None = None) -> tuple[tuple[Alert, ...], str | None]:
        """A page of the desk, what is in force first, and where the next one starts. Raises Malformed."""
        return self._store.open(cursor)

    def ended(self) -> tuple[Alert, ...]:
        return self._store.ended()

    def _decide(self, id: str, by: Hand, form_id: str, decision: Decision, telling: Telling) -> None:
        """Loads, decides, commits; the same form twice is one decision."""

        def run() -> None:
            alert, board = self._store.with_board(id)
            if alert.last_form != form_id:
                decided = replace(decision(alert), last_form=form_id)
                self._commit(decided, board, telling(decided), officer(by.id))

        retried(run)()

    def _commit(self, alert: Alert, board: Board, fact: Fact, by: Actor) -> None:
        """The board goes along when it changes, so that what the public sees is never a step behind."""
        changed = board.with_(alert) if alert.state in PUBLIC else board
        self._store.commit(alert, fact, by=by, board=None if changed == board else changed)
        log.note("alert_changed", alert_id=alert.id, state=alert.state, revision=alert.revision)

    def _check(self, alert: Alert) -> None:
        if not in_time(alert.expires_at, self._tools.now()):
            raise BadExpiry(field="until_time")
        check_length(alert, Announcement.ISSUED, self._tools.origin)

    def _issued(self, alert: Alert) -> AlertIssued:
        return self._news(AlertIssued, alert, Announcement.ISSUED)

    def _cancelled(self, alert: Alert) -> AlertCancelled:
        return self._news(AlertCancelled, alert, Announcement.CANCELLED)

    def _news(self, kind: type[N], alert: Alert, announcement: Announcement) -> N:
        return kind(
            alert_id=alert.id,
            revision=alert.revision,
            status=alert.status,
            hazard=alert.hazard,
            level=alert.level,
            villages=alert.villages,
            expires_at=alert.expires_at,
            incident_id=alert.incident_id,
            texts=in_every_language(alert, announcement, self._tools.origin),
        )


def alerts() -> Alerts:
    return Alerts(toolbox())
