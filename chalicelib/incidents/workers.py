"""What incidents do when something is decided or announced."""

from typing import Any

from chalice.app import Blueprint

from chalicelib.core.events import Entry
from chalicelib.core.handlers import facts_worker
from chalicelib.incidents.service.cases import incidents
from chalicelib.incidents.service.news import news

workers = Blueprint(__name__)


def tell_reporters(entry: Entry) -> None:
    news().tell(entry)


def follow_alert(entry: Entry) -> None:
    incidents().follow_alert(entry)


HANDLERS = {
    "IncidentVerified": tell_reporters,
    "IncidentRejected": tell_reporters,
    "AlertIssued": follow_alert,
    "AlertCancelled": follow_alert,
    "AlertExpired": follow_alert,
}


@workers.on_sqs_message(queue="Incidents", name="incidents_worker")
@facts_worker("incidents", HANDLERS)
def incidents_worker(event: Any) -> None:
    """Tells reporters what became of their report; notes what became of an incident's alert."""
