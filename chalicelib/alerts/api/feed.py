"""Alerts for feed readers: Atom (RFC 4287), one entry for each alert, changed when the alert changes."""

from html import escape

from chalicelib.alerts import reads
from chalicelib.alerts.model.alert import STATE_NAMES, State
from chalicelib.alerts.model.ladder import RUNGS
from chalicelib.alerts.model.words import area_names
from chalicelib.core.errors import Unavailable
from chalicelib.core.text import Text
from chalicelib.core.toolbox import toolbox
from chalicelib.core.web.answers import Answer, Body
from chalicelib.core.web.guards import anyone
from chalicelib.core.web.pages import Api
from chalicelib.core.web.says import Says
from chalicelib.core.web.visit import Visit

api = Api(__name__)

ATOM = "application/atom+xml; charset=utf-8"
FEED_TITLE = Text(id="Peringatan Kota Denpasar", en="Alerts of Denpasar")
FEED_SUBTITLE = Text(
    id="Peringatan yang berlaku dan yang baru berakhir", en="Alerts in force and those that have just ended"
)
SENDER = Text(id="Pemerintah Kota Denpasar", en="City of Denpasar")

FEED = Says(
    what=Text(id="Peringatan untuk pembaca umpan", en="Alerts for feed readers"),
    type=ATOM,
    answer=str,
    example=(
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Alerts of Denpasar</title></feed>'
    ),
    refuses=(Unavailable,),
    more="Atom (RFC 4287): one entry for each alert in force or just ended; it changes when the alert changes.",
)


@api.get("/{lang}/alerts/feed", guard=anyone, says=FEED)
def feed(visit: Visit) -> Answer:
    return Body(_feed(visit.language, toolbox().origin), ATOM)


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
