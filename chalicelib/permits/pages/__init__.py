"""Finding a service, and what it costs, needs and gives before any question is asked.

The definitions are two dozen dataclasses, 10 ms of import: who asks for services pays for them, not every cold start.
"""

from chalicelib.core.text import local
from chalicelib.core.toolbox import toolbox
from chalicelib.core.web.answers import Answer, Page
from chalicelib.core.web.guards import anyone
from chalicelib.core.web.pages import Pages
from chalicelib.core.web.visit import Visit

pages = Pages(__name__)


@pages.public("/{lang}/services", guard=anyone)
def show_services(visit: Visit) -> Answer:
    from chalicelib.permits.pages.shown import listed

    return Page("permits/services.html", listed(visit.query.get("q", ""), visit.language))


@pages.public("/{lang}/services/{code}", guard=anyone)
def show_service(visit: Visit, code: str) -> Answer:
    from chalicelib.permits.pages.shown import told

    return Page(*told(code, local(toolbox().now()).date()))
