"""What incidents announce: ids and codes, never what somebody wrote."""

from dataclasses import dataclass

from chalicelib.core.events import Fact


class ReportFact(Fact):
    source = "city.incidents"


@dataclass(frozen=True, kw_only=True)
class ReportReceived(ReportFact):
    reference: str
    kind: str
    village: str

    def about(self) -> str:
        return f"report#{self.reference}"


@dataclass(frozen=True, kw_only=True)
class ReportLinked(ReportFact):
    reference: str
    incident_id: str

    def about(self) -> str:
        return f"report#{self.reference}"


@dataclass(frozen=True, kw_only=True)
class IncidentFact(Fact):
    source = "city.incidents"
    incident_id: str

    def about(self) -> str:
        return f"incident#{self.incident_id}"


@dataclass(frozen=True, kw_only=True)
class IncidentOpened(IncidentFact):
    kind: str
    village: str
    reports: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class IncidentVerified(IncidentFact):
    reports: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class IncidentRejected(IncidentFact):
    reports: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class IncidentWarned(IncidentFact):
    """The city's answer to the incident reached people, or was taken back: `alert_state` issued, cancelled, expired."""

    alert_id: str
    alert_state: str
