"""What can be done with reports and incidents: load, decide, commit."""

from dataclasses import dataclass

from chalicelib.core.errors import AlreadyDone, Invalid, NotFound
from chalicelib.core.events import PUBLIC, Entry, officer, read_as, system
from chalicelib.core.ids import new_id, new_reference
from chalicelib.core.store import Once, retried
from chalicelib.core.text import Text
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.core.vault import Sealed, Secret
from chalicelib.incidents.events import (
    IncidentFact,
    IncidentOpened,
    IncidentRejected,
    IncidentVerified,
    IncidentWarned,
    ReportLinked,
    ReportReceived,
)
from chalicelib.incidents.model import ISSUED, MOST_REPORTS, Incident, Point, Report, opened
from chalicelib.incidents.store import IncidentStore

PREFIX = "LP"  # laporan
ALERT_STATES = {"AlertIssued": ISSUED, "AlertCancelled": "cancelled", "AlertExpired": "expired"}


@dataclass(frozen=True, kw_only=True)
class AlertNews:
    """What incidents read of alerts' AlertIssued, AlertCancelled and AlertExpired, schema 1."""

    alert_id: str
    incident_id: str
    status: str


@dataclass(frozen=True, kw_only=True)
class Contact:
    """How to reach the person who reports: a normalised value and what may be shown of it."""

    secret: Secret
    value: str
    mask: str


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What the report form holds."""

    kind: str
    village: str
    place_words: str
    words: str
    language: str
    point: Point | None = None
    contact: Contact | None = None


class Incidents:
    def __init__(self, tools: Toolbox) -> None:
        self._tools = tools
        self._store = IncidentStore(tools.store)

    @retried
    def report(self, seen: Observation, form_id: str) -> str:
        """The reference of the report; the same one however often the form is sent."""
        reference = new_reference(PREFIX)
        report = Report(
            reference=reference,
            kind=seen.kind,
            village=seen.village,
            place_words=seen.place_words,
            words=seen.words,
            language=seen.language,
            point=seen.point,
            contact=self._sealed(seen.contact, reference),
            received_at=self._tools.now(),
        )
        fact = ReportReceived(reference=reference, kind=seen.kind, village=seen.village)
        try:
            self._store.commit(
                fact, by=PUBLIC, reports=[report], once=Once(scope="report", id=form_id, result=reference)
            )
        except AlreadyDone as done:
            return done.result
        return reference

    @retried
    def open(self, references: tuple[str, ...], by: str, form_id: str) -> str:
        """Makes one incident of waiting reports; its id, and the same one when the button is pressed twice.

        Raises Invalid, NotFound, ReportTaken.
        """
        if not 1 <= len(references) <= MOST_REPORTS:
            raise Invalid(errors={"reports": HOW_MANY.format(most=MOST_REPORTS)})
        reports = self._store.reports(references)
        if len(reports) != len(references):
            raise NotFound
        return self._opened_before(reports, by) or self._opened(reports, by, form_id)

    @retried
    def verify(self, id: str, by: str) -> None:
        """Raises NotFound, AlreadyDecided."""
        known = self._store.incident(id)
        fact = IncidentVerified(incident_id=id, reports=known.reports)
        self._decide(known, known.verified(by, self._tools.now()), fact, by)

    @retried
    def reject(self, id: str, by: str, reason: str) -> None:
        """Raises NotFound, AlreadyDecided."""
        known = self._store.incident(id)
        fact = IncidentRejected(incident_id=id, reports=known.reports)
        self._decide(known, known.rejected(by, self._tools.now(), reason), fact, by)

    @retried
    def follow_alert(self, entry: Entry) -> None:
        """Keeps what became of the incident's alert; an exercise changes nothing. ValueError for a later schema."""
        news = read_as(AlertNews, entry)
        if not news.incident_id or news.status != "actual":
            return
        known = self._store.incident(news.incident_id)
        incident = known.warned(news.alert_id, ALERT_STATES[entry.name], entry.version)
        if incident is known:
            return
        fact = IncidentWarned(incident_id=known.id, alert_id=incident.alert_id, alert_state=incident.alert_state)
        self._store.commit(fact, by=system("incidents"), incident=incident, once=Once(scope="incidents", id=entry.id))

    def progress(self, reference: str) -> tuple[Report, Incident | None]:
        """A report and what became of it. Raises NotFound."""
        report = self._store.report(reference)
        return report, self._store.incident(report.incident_id) if report.incident_id else None

    def case(self, id: str) -> tuple[Incident, tuple[Report, ...]]:
        """Raises NotFound."""
        incident = self._store.incident(id)
        return incident, self._store.reports(incident.reports)

    def waiting(self, cursor: str | None) -> tuple[tuple[Report, ...], str | None]:
        """A page of reports that nobody has opened, worst first, then oldest; and the next page's cursor."""
        return self._store.waiting(cursor)

    def undecided(self, cursor: str | None) -> tuple[tuple[Incident, ...], str | None]:
        """A page of open incidents in the same order; and the next page's cursor."""
        return self._store.open(cursor)

    def decided(self, limit: int) -> tuple[Incident, ...]:
        """Those decided last, newest first."""
        return self._store.decided(limit)

    def history(self, id: str) -> list[Entry]:
        """The incident's journal, oldest first."""
        return self._tools.store.journal(f"incident#{id}")

    def _opened_before(self, reports: tuple[Report, ...], by: str) -> str | None:
        """The incident that this officer has made of just these reports."""
        ids = {report.incident_id for report in reports}
        if len(ids) > 1 or not any(ids):
            return None
        incident = self._store.incident(ids.pop())
        same = set(incident.reports) == {report.reference for report in reports}
        return incident.id if same and incident.opened_by == by else None

    def _opened(self, reports: tuple[Report, ...], by: str, form_id: str) -> str:
        incident = opened(new_id("incident"), reports, by, self._tools.now())
        linked = [report.linked(incident.id) for report in reports]
        facts = [ReportLinked(reference=report.reference, incident_id=incident.id) for report in linked]
        fact = IncidentOpened(
            incident_id=incident.id, kind=incident.kind, village=incident.village, reports=incident.reports
        )
        try:
            once = Once(scope="incident", id=form_id, result=incident.id)
            self._store.commit(fact, *facts, by=officer(by), incident=incident, reports=linked, once=once)
        except AlreadyDone as done:
            return done.result
        return incident.id

    def _decide(self, known: Incident, decided: Incident, fact: IncidentFact, by: str) -> None:
        if decided is not known:
            self._store.commit(fact, by=officer(by), incident=decided)

    def _sealed(self, contact: Contact | None, owner: str) -> Sealed | None:
        return self._tools.vault.seal(contact.secret, contact.value, contact.mask, owner=owner) if contact else None


HOW_MANY = Text(id="Pilih 1 sampai {most} laporan", en="Choose 1 to {most} reports")


def incidents() -> Incidents:
    return Incidents(toolbox())
