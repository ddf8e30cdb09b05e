"""Is the city there, and what can machines ask it?"""

from typing import Annotated, Any, Literal, TypedDict

from chalicelib.core.text import Text
from chalicelib.core.toolbox import toolbox
from chalicelib.core.web.answers import PRIVATE, Answer
from chalicelib.core.web.guards import anyone
from chalicelib.core.web.pages import Api, json_body
from chalicelib.core.web.says import Says, meaning
from chalicelib.core.web.visit import Visit

api = Api(__name__)


class Health(TypedDict):
    """The function answers; it has asked nobody else."""

    status: Literal["ok"]
    stage: Annotated[str, meaning("Which city this is: prod, staging or local")]


@api.get(
    "/health",
    guard=anyone,
    cache=PRIVATE,
    says=Says(
        what=Text(id="Apakah layanan hidup", en="Is the city there?"),
        answer=Health,
        example={"status": "ok", "stage": "prod"},
        more="Cheap, and reads nothing.",
    ),
)
def health(visit: Visit) -> Answer:
    found: Health = {"status": "ok", "stage": toolbox().stage}
    return json_body(found)


@api.get(
    "/api/openapi.json",
    guard=anyone,
    says=Says(
        what=Text(id="Dokumen ini", en="This document"),
        answer=dict[str, Any],
        example={"openapi": "3.1.1", "info": {"title": "Sewaka", "version": "1"}, "paths": {}},
        more="OpenAPI 3.1 of every address for machines.",
    ),
)
def openapi(visit: Visit) -> Answer:
    # Seldom asked for, and caches keep it: nobody else waits for what it imports.
    from chalicelib.core.web.openapi import document

    return json_body(document(api.all_said(), toolbox().origin))
