"""Is the city there? Cheap, and reads nothing."""

from chalicelib.core.toolbox import toolbox
from chalicelib.core.web.answers import PRIVATE, Answer
from chalicelib.core.web.guards import anyone
from chalicelib.core.web.pages import Api, json_body
from chalicelib.core.web.visit import Visit

api = Api(__name__)


@api.get("/health", guard=anyone, cache=PRIVATE)
def health(visit: Visit) -> Answer:
    return json_body({"status": "ok", "stage": toolbox().stage})
