"""Alerts as JSON: what is in force, and each alert that was ever issued. More about it: `docs/api/alerts.md`."""

from typing import Annotated, TypedDict

from chalicelib.alerts import reads
from chalicelib.alerts.model.alert import Alert, State
from chalicelib.alerts.model.ladder import LEVELS, RUNGS, Status
from chalicelib.alerts.service import alerts
from chalicelib.core.clock import as_stamp
from chalicelib.core.errors import NotFound, Unavailable
from chalicelib.core.text import Text
from chalicelib.core.toolbox import toolbox
from chalicelib.core.web.answers import Answer
from chalicelib.core.web.guards import anyone
from chalicelib.core.web.pages import Api, json_body
from chalicelib.core.web.says import Given, InLanguages, Says, Stamp, meaning
from chalicelib.core.web.visit import Visit

api = Api(__name__)

SHOWN = (State.ISSUED, State.CANCELLED, State.EXPIRED)
Places = Annotated[
    tuple[str, ...], meaning("Kemendagri codes: the city 51.71, a district 51.71.03, a village 51.71.03.2003")
]


class ListedAlert(TypedDict):
    """An alert in a list; there it is an actual one."""

    id: Annotated[str, meaning("Its reference, PD-....-....-....")]
    url: Annotated[InLanguages, meaning("Its page in each language")]
    status: Annotated[str, meaning("Exercises and tests are never in lists", among=list(Status))]
    state: Annotated[str, meaning("Where it stands now", among=SHOWN)]
    hazard: Annotated[str, meaning("A code of data/hazards.json, such as flood")]
    level: Annotated[str, meaning("From the least to the worst", among=LEVELS)]
    severity: Annotated[str, meaning("The level in the words of CAP 1.2")]
    areas: Annotated[Places, meaning("As the officers chose them")]
    headline: InLanguages
    instruction: Annotated[InLanguages, meaning("What to do")]
    issued_at: Stamp
    updated_at: Annotated[Stamp, meaning("When the public last heard of it")]
    expires_at: Stamp


class WholeAlert(ListedAlert):
    """One alert with all that was said."""

    villages: Annotated[Places, meaning("Every village inside the areas")]
    description: InLanguages
    ending: Annotated[InLanguages | None, meaning("Why it was cancelled")]
    ended_at: Stamp | None


class Board(TypedDict):
    """What the public sees now."""

    active: Annotated[list[ListedAlert], meaning("In force, the worst first")]
    ended: Annotated[list[ListedAlert], meaning("Those that ended last, the newest first")]


LISTED: ListedAlert = {
    "id": "PD-K7MH-K52N-FTR8",
    "url": {
        "id": "https://sewaka.denpasar.example/id/alerts/PD-K7MH-K52N-FTR8",
        "en": "https://sewaka.denpasar.example/en/alerts/PD-K7MH-K52N-FTR8",
    },
    "status": "actual",
    "state": "issued",
    "hazard": "flood",
    "level": "siaga",
    "severity": "Severe",
    "areas": ("51.71.01",),
    "headline": {"id": "Banjir di Denpasar Selatan", "en": "Flood in South Denpasar"},
    "instruction": {"id": "Jauhi bantaran sungai", "en": "Keep away from the river banks"},
    "issued_at": "2026-11-24T02:30:00Z",
    "updated_at": "2026-11-24T02:30:00Z",
    "expires_at": "2026-11-24T08:30:00Z",
}
WHOLE: WholeAlert = {
    **LISTED,
    "villages": ("51.71.01.1001", "51.71.01.1002"),
    "description": {"id": "Air naik di tepi Tukad Badung", "en": "The Badung river is rising"},
    "ending": None,
    "ended_at": None,
}


@api.get(
    "/api/alerts",
    guard=anyone,
    says=Says(
        what=Text(id="Peringatan yang berlaku dan yang baru berakhir", en="Alerts in force and those that ended last"),
        answer=Board,
        example={"active": [LISTED], "ended": []},
        refuses=(Unavailable,),
    ),
)
def list_alerts(visit: Visit) -> Answer:
    board = reads.board()
    shown: Board = {"active": [_short(one) for one in board.active], "ended": [_short(one) for one in board.ended]}
    return json_body(shown)


@api.get(
    "/api/alerts/{id}",
    guard=anyone,
    says=Says(
        what=Text(id="Satu peringatan yang pernah diterbitkan", en="One alert that was issued at some time"),
        given={"id": Given("The alert's reference", "PD-K7MH-K52N-FTR8")},
        answer=WholeAlert,
        example=WHOLE,
        refuses=(NotFound, Unavailable),
        more="Exercises and tests are found here too: look at `status`. Drafts answer 404.",
    ),
)
def show_alert(visit: Visit, id: str) -> Answer:
    return json_body(_whole(alerts().public(id)))


def _short(one: reads.Summary) -> ListedAlert:
    return {
        "id": one.id,
        "url": _in_languages(reads.address(one.id), toolbox().origin),
        "status": "actual",
        "state": one.state,
        "hazard": one.hazard,
        "level": one.level,
        "severity": RUNGS[one.level].severity,
        "areas": one.areas,
        "headline": _in_languages(one.headline),
        "instruction": _in_languages(one.instruction),
        "issued_at": as_stamp(one.issued_at),
        "updated_at": as_stamp(one.updated_at),
        "expires_at": as_stamp(one.expires_at),
    }


def _whole(alert: Alert) -> WholeAlert:
    return {
        "id": alert.id,
        "url": _in_languages(reads.address(alert.id), toolbox().origin),
        "status": alert.status,
        "state": alert.public_state(toolbox().now()),
        "hazard": alert.hazard,
        "level": alert.level,
        "severity": RUNGS[alert.level].severity,
        "areas": alert.areas,
        "villages": alert.villages,
        "headline": _in_languages(alert.headline),
        "instruction": _in_languages(alert.instruction),
        "description": _in_languages(alert.description),
        "ending": _in_languages(alert.ending) if alert.ending and alert.state is State.CANCELLED else None,
        "issued_at": as_stamp(alert.issued_at or alert.told_at),
        "updated_at": as_stamp(alert.told_at),
        "expires_at": as_stamp(alert.expires_at),
        "ended_at": as_stamp(alert.ended_at) if alert.ended_at else None,
    }


def _in_languages(said: Text, before: str = "") -> InLanguages:
    return {"id": before + said.id, "en": before + said.en}
