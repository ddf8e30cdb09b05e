"""What everybody may read: alerts in force, each on its own page."""

from chalicelib.alerts import reads
from chalicelib.alerts.model.alert import STATE_NAMES
from chalicelib.alerts.model.ladder import RUNGS
from chalicelib.alerts.model.words import area_names
from chalicelib.alerts.service import alerts
from chalicelib.core.hazards import hazards
from chalicelib.core.toolbox import toolbox
from chalicelib.core.web.answers import Answer, Page
from chalicelib.core.web.guards import anyone
from chalicelib.core.web.pages import Pages
from chalicelib.core.web.visit import Visit

pages = Pages(__name__)


@pages.public("/{lang}/alerts", guard=anyone)
def show_list(visit: Visit) -> Answer:
    board = reads.board()
    return Page("alerts/list.html", {"active": _cards(board.active), "ended": board.ended, **_words()})


@pages.public("/{lang}/alerts/{id}", guard=anyone)
def show_alert(visit: Visit, id: str) -> Answer:
    alert = alerts().public(id)
    return Page("alerts/public.html", {"alert": alert, "state": alert.public_state(toolbox().now()), **_words()})


def _cards(active: tuple[reads.Summary, ...]) -> list[dict[str, object]]:
    return [
        {
            "level": one.level,
            "headline": one.headline,
            "url": reads.address(one.id),
            "updated_at": one.updated_at,
            "hazard": hazards()[one.hazard].name,
            "places": area_names(one.areas),
        }
        for one in active
    ]


def _words() -> dict[str, object]:
    return {
        "states": STATE_NAMES,
        "hazards": hazards(),
        "rungs": RUNGS,
        "area_names": area_names,
        "address": reads.address,
    }
