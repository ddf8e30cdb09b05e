"""Reports and incidents: what they are and how they may change. Pure."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cache

from chalicelib.core import ROOT
from chalicelib.core.errors import Conflict
from chalicelib.core.text import Text
from chalicelib.core.vault import Sealed

# One transaction holds 100 items: the incident, its fact, and two for each report.
MOST_REPORTS = 40


# What an alert is when it goes out; its other states are ends.
ISSUED = "issued"


class ReportState(StrEnum):
    RECEIVED = "received"
    LINKED = "linked"


class IncidentState(StrEnum):
    OPEN = "open"
    VERIFIED = "verified"
    REJECTED = "rejected"


class ReportTaken(Conflict):
    title = Text(id="Laporan sudah ditangani petugas lain", en="Another officer is already handling this report")


class AlreadyDecided(Conflict):
    title = Text(id="Kejadian ini sudah diputuskan", en="This incident is already decided")


@dataclass(frozen=True, kw_only=True)
class IncidentKind:
    """`urgency` 1 is worst; `hazard` is the code of the alert that such an incident may lead to."""

    code: str
    name: Text
    urgency: int
    hazard: str


@cache
def kinds() -> dict[str, IncidentKind]:
    rows = json.loads((ROOT / "data" / "incident-kinds.json").read_text("utf-8"))["kinds"]
    return {row["code"]: _kind(**row) for row in rows}


def _kind(*, code: str, id: str, en: str, urgency: int, hazard: str) -> IncidentKind:
    return IncidentKind(code=code, name=Text(id=id, en=en), urgency=urgency, hazard=hazard)


@dataclass(frozen=True, kw_only=True)
class Point:
    """WGS 84 degrees, as the browser told them."""

    lat: float
    lon: float


@dataclass(frozen=True, kw_only=True)
class Report:
    """What somebody saw. `words`, `place_words` and `contact` are erasable and stay in this record."""

    reference: str
    kind: str
    village: str
    place_words: str
    words: str
    language: str
    received_at: datetime
    point: Point | None = None
    contact: Sealed | None = None
    state: ReportState = ReportState.RECEIVED
    incident_id: str = ""
    version: int = 0

    def linked(self, incident_id: str) -> "Report":
        if self.state is not ReportState.RECEIVED:
            raise ReportTaken
        return replace(self, state=ReportState.LINKED, incident_id=incident_id)


@dataclass(frozen=True, kw_only=True)
class Incident:
    """What the city makes of one or more reports. `reason` is for the public, in the officer's words."""

    id: str
    kind: str
    village: str
    reports: tuple[str, ...]
    opened_at: datetime
    opened_by: str
    state: IncidentState = IncidentState.OPEN
    decided_at: datetime | None = None
    decided_by: str = ""
    reason: str = ""
    alert_id: str = ""
    alert_state: str = ""
    # The journal version of the alert fact that was seen last: an older one never undoes a newer one.
    alert_version: int = 0
    version: int = 0

    @property
    def urgency(self) -> int:
        return kinds()[self.kind].urgency

    def verified(self, by: str, now: datetime) -> "Incident":
        """Itself when the same officer has just said so. Raises AlreadyDecided."""
        return self._decided(IncidentState.VERIFIED, by, now)

    def rejected(self, by: str, now: datetime, reason: str) -> "Incident":
        """As `verified`, with the same words."""
        return self._decided(IncidentState.REJECTED, by, now, reason)

    def warned(self, alert_id: str, state: str, alert_version: int) -> "Incident":
        """The incident with what became of its alert; itself when that is known, or is the end of another alert."""
        if self.alert_id == alert_id and alert_version <= self.alert_version:
            return self
        if self.alert_id not in ("", alert_id) and state != ISSUED:
            return self
        return replace(self, alert_id=alert_id, alert_state=state, alert_version=alert_version)

    def _decided(self, state: IncidentState, by: str, now: datetime, reason: str = "") -> "Incident":
        if (self.state, self.decided_by, self.reason) == (state, by, reason):
            return self
        if self.state is not IncidentState.OPEN:
            raise AlreadyDecided
        return replace(self, state=state, decided_at=now, decided_by=by, reason=reason)


def opened(id: str, reports: tuple[Report, ...], by: str, now: datetime) -> Incident:
    """An incident from reports: the most urgent kind decides, the oldest report's village is its place."""
    worst = min(reports, key=lambda report: (kinds()[report.kind].urgency, report.received_at))
    oldest = min(reports, key=lambda report: report.received_at)
    references = tuple(report.reference for report in reports)
    return Incident(id=id, kind=worst.kind, village=oldest.village, reports=references, opened_at=now, opened_by=by)
