"""What everybody may read: alerts in force, each on its own page, and the feed."""

from html import escape

from chalicelib.alerts import reads
from chalicelib.alerts.model.alert import STATE_NAMES, State
from chalicelib.alerts.model.ladder import RUNGS
from chalicelib.alerts.model.words import area_names
from chalicelib.alerts.service import alerts
from chalicelib.core.hazards import hazards
from chalicelib.core.text import Text
from chalicelib.core.toolbox import toolbox
from chalicelib.core.web.answers import Answer, Body, Page
from chalicelib.core.web.guards import anyone
from chalicelib.core.web.pages import Pages
from chalicelib.core.web.visit import Visit

pages = Pages(__name__)

FEED_TITLE = Text(id="Peringatan Kota Denpasar", en="Alerts of Denpasar")
FEED_SUBTITLE = Text(
    id="Peringatan yang berlaku dan yang baru berakhir", en="Alerts in force and those that have just ended"
)
SENDER = Text(id="Pemerintah Kota Denpasar", en="City of Denpasar")


@pages.public("/{lang}/alerts", guard=anyone)
def show_list(visit: Visit) -> Answer:
    board = reads.board()
    return Page("alerts/list.html", {"active": _cards(board.active), "ended": board.ended, **_words()})


@pages.public("/{lang}/alerts/{id}", guard=anyone)
def show_alert(visit: Visit, id: str) -> Answer:
    alert = alerts().public(id)
    return Page("alerts/public.html", {"alert": alert, "state": alert.public_state(toolbox().now()), **_words()})


@pages.public("/{lang}/alerts/feed", guard=anyone)
def feed(visit: Visit) -> Answer:
    """Atom (RFC 4287): one entry for each alert, changed when the alert changes."""
    return Body(_feed(visit.language, toolbox().origin), "application/atom+xml; charset=utf-8")


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


def _feed(lang: str, origin: str) -> bytes:
    from feedgenerator import Atom1Feed

    page = f"{origin}/{lang}/alerts"
    made = Atom1Feed(
        title=FEED_TITLE.in_(lang),
        link=page,
        description="",
        subtitle=FEED_SUBTITLE.in_(lang),
        language=lang,
        feed_url=f"{page}/feed",
        author_name=SENDER.in_(lang),
    )
    board = reads.board()
    for one in (*board.active, *board.ended):
        made.add_item(**_entry(one, lang, origin))
    return str(made.writeString("utf-8")).encode()


def _entry(one: reads.Summary, lang: str, origin: str) -> dict[str, object]:
    state = "" if one.state is State.ISSUED else f" ({STATE_NAMES[one.state].in_(lang)})"
    return {
        "title": f"{RUNGS[one.level].label.in_(lang)}: {one.headline.in_(lang)}{state}",
        "link": f"{origin}{reads.address(one.id).in_(lang)}",
        "unique_id": f"{origin}{reads.address(one.id).id}",
        # The library says that a summary is HTML.
        "description": escape(f"{one.instruction.in_(lang)} ({area_names(one.areas).in_(lang)})", quote=False),
        "pubdate": one.issued_at,
        "updateddate": one.updated_at,
        "categories": (one.hazard, one.level),
    }
