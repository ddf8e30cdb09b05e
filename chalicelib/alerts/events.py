"""What alerts announce. Issued and cancelled ones carry their public words; every other fact carries ids and codes."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.alerts.model.words import Words
from chalicelib.core.events import Fact


@dataclass(frozen=True, kw_only=True)
class AlertFact(Fact):
    source = "city.alerts"
    alert_id: str

    def about(self) -> str:
        return f"alert#{self.alert_id}"


@dataclass(frozen=True, kw_only=True)
class AlertDrafted(AlertFact):
    incident_id: str


@dataclass(frozen=True, kw_only=True)
class AlertEdited(AlertFact):
    revision: int


@dataclass(frozen=True, kw_only=True)
class AlertSubmitted(AlertFact):
    revision: int


@dataclass(frozen=True, kw_only=True)
class AlertReturned(AlertFact):
    revision: int


@dataclass(frozen=True, kw_only=True)
class AlertNews(AlertFact):
    """What reaches people: rules match on `status`, partners filter on hazard, level and villages.

    `texts` holds the rendered words per language; `expires_at` is UTC.
    """

    revision: int
    status: str
    hazard: str
    level: str
    villages: tuple[str, ...]
    expires_at: datetime
    incident_id: str
    texts: dict[str, Words]

    def until(self) -> datetime:
        return self.expires_at


@dataclass(frozen=True, kw_only=True)
class AlertIssued(AlertNews):
    pass


@dataclass(frozen=True, kw_only=True)
class AlertCancelled(AlertNews):
    """Up to the expiry of the alert that it takes back: after that there is nothing left to cancel."""


@dataclass(frozen=True, kw_only=True)
class AlertCancelRequested(AlertFact):
    revision: int


@dataclass(frozen=True, kw_only=True)
class AlertExpired(AlertFact):
    status: str
    incident_id: str


@dataclass(frozen=True, kw_only=True)
class AlertSentAgain(AlertFact):
    """An officer decided that deliveries of unknown outcome are sent once more."""

    rows: tuple[str, ...]
