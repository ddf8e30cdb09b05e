"""Pages that belong to no service. What is not built yet is not linked."""

from chalicelib.core.errors import BadValue
from chalicelib.core.ids import parse_reference
from chalicelib.core.text import LANGUAGES, Text
from chalicelib.core.web.answers import Answer, Page, Redirect
from chalicelib.core.web.guards import anyone
from chalicelib.core.web.pages import Pages
from chalicelib.core.web.visit import Visit

pages = Pages(__name__)

# Where a reference leads, by its prefix.
TRACKED = {"LP": "reports", "PS": "pay/orders", "TK": "pay/tickets"}

UNKNOWN_CODE = Text(
    id="Kode ini tidak kami kenali. Periksa lagi huruf dan angkanya.",
    en="We do not know this code. Check its letters and digits.",
)


@pages.get("/", guard=anyone)
def choose_language(visit: Visit) -> Answer:
    wanted = visit.headers.get("accept-language", "").lower()
    return Redirect("/en/" if wanted and not wanted.startswith(LANGUAGES[0]) else "/id/")


@pages.public("/{lang}/", guard=anyone)
def home(visit: Visit) -> Answer:
    return Page("home/index.html")


@pages.public("/{lang}/privacy", guard=anyone)
def privacy(visit: Visit) -> Answer:
    return Page("home/privacy.html")


@pages.public("/{lang}/accessibility", guard=anyone)
def accessibility(visit: Visit) -> Answer:
    return Page("home/accessibility.html")


@pages.public("/{lang}/help", guard=anyone)
def help_page(visit: Visit) -> Answer:
    return Page("home/help.html")


@pages.get("/{lang}/track", guard=anyone)
def track(visit: Visit) -> Answer:
    """Leads from the code on somebody's receipt to its page; a code that cannot be ours is said so beside its field."""
    typed = visit.query.get("code", "")
    try:
        reference = parse_reference(typed)
        return Redirect(f"/{visit.language}/{TRACKED[reference.split('-')[0]]}/{reference}")
    except (BadValue, KeyError):
        errors = {"code": UNKNOWN_CODE} if typed else {}
        return Page("home/track.html", {"errors": errors, "values": {"code": typed}}, 422 if typed else 200)
