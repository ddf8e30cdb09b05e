"""What other services may ask of incidents."""

from dataclasses import dataclass

from chalicelib.core.toolbox import toolbox
from chalicelib.incidents.model import IncidentState, kinds
from chalicelib.incidents.store import IncidentStore


@dataclass(frozen=True, kw_only=True)
class IncidentSummary:
    """`hazard` is the code of the alert that such an incident may lead to; `village` a place code."""

    id: str
    kind: str
    hazard: str
    village: str
    verified: bool


def incident_summary(id: str) -> IncidentSummary:
    """Raises NotFound."""
    incident = IncidentStore(toolbox().store).incident(id)
    return IncidentSummary(
        id=incident.id,
        kind=incident.kind,
        hazard=kinds()[incident.kind].hazard,
        village=incident.village,
        verified=incident.state is IncidentState.VERIFIED,
    )
