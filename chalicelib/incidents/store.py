"""Reports and incidents on the shared table.

Access patterns: a report by its reference (`report#<reference>`), an incident by its id (`incident#<id>`), the queue
of waiting reports and that of open incidents, worst and oldest first (lists `reports#waiting`, `incidents#open`,
`incidents#decided` newest first).
"""

from collections.abc import Sequence

from chalicelib.core.clock import as_stamp
from chalicelib.core.errors import NotFound
from chalicelib.core.events import Actor, Fact
from chalicelib.core.store import Key, Kind, Listing, Once, Store
from chalicelib.incidents.model import Incident, IncidentState, Report, ReportState, kinds

WAITING, OPEN, DECIDED = "reports#waiting", "incidents#open", "incidents#decided"


def _waiting(report: Report) -> Listing | None:
    if report.state is not ReportState.RECEIVED:
        return None
    return Listing(WAITING, f"{kinds()[report.kind].urgency}#{as_stamp(report.received_at)}")


def _queued(incident: Incident) -> Listing:
    if incident.state is IncidentState.OPEN:
        return Listing(OPEN, f"{incident.urgency}#{as_stamp(incident.opened_at)}")
    return Listing(DECIDED, as_stamp(incident.decided_at or incident.opened_at))


REPORTS = Kind(name="report", model=Report, key=lambda report: Key(f"report#{report.reference}"), listing=_waiting)
INCIDENTS = Kind(name="incident", model=Incident, key=lambda one: Key(f"incident#{one.id}"), listing=_queued)


class IncidentStore:
    def __init__(self, store: Store) -> None:
        self._store = store

    def report(self, reference: str) -> Report:
        """Raises NotFound."""
        record = self._store.read(Key(f"report#{reference}"))
        if record is None:
            raise NotFound
        return REPORTS.thing(record)

    def reports(self, references: Sequence[str]) -> tuple[Report, ...]:
        keys = [Key(f"report#{reference}") for reference in references]
        return tuple(REPORTS.thing(record) for record in self._store.read_many(keys))

    def incident(self, id: str) -> Incident:
        """Raises NotFound."""
        record = self._store.read(Key(f"incident#{id}"))
        if record is None:
            raise NotFound
        return INCIDENTS.thing(record)

    def waiting(self, cursor: str | None = None) -> tuple[tuple[Report, ...], str | None]:
        page = self._store.list(WAITING, cursor=cursor)
        return tuple(REPORTS.thing(record) for record in page.records), page.cursor

    def open(self, cursor: str | None = None) -> tuple[tuple[Incident, ...], str | None]:
        page = self._store.list(OPEN, cursor=cursor)
        return tuple(INCIDENTS.thing(record) for record in page.records), page.cursor

    def decided(self, limit: int) -> tuple[Incident, ...]:
        page = self._store.list(DECIDED, limit=limit, backwards=True)
        return tuple(INCIDENTS.thing(record) for record in page.records)

    def commit(
        self,
        *facts: Fact,
        by: Actor,
        incident: Incident | None = None,
        reports: Sequence[Report] = (),
        once: Once | None = None,
    ) -> None:
        records = [REPORTS.record(report) for report in reports]
        records += [INCIDENTS.record(incident)] if incident else []
        self._store.commit(records, facts, by=by, once=once)
