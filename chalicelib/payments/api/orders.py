"""Where an order stands, in one word; its page asks every few seconds."""

from typing import Annotated, TypedDict

from chalicelib.core.errors import BadValue, NotFound, Unavailable
from chalicelib.core.ids import parse_reference
from chalicelib.core.text import Text
from chalicelib.core.web.answers import PRIVATE, Answer
from chalicelib.core.web.guards import anyone
from chalicelib.core.web.pages import Api, json_body
from chalicelib.core.web.says import Given, Says, meaning
from chalicelib.core.web.visit import Visit
from chalicelib.payments.model.order import PREFIX
from chalicelib.payments.model.truth import Came, Situation
from chalicelib.payments.service.payers import payers

api = Api(__name__)


class Standing(TypedDict):
    """An order as its page tells it."""

    reference: Annotated[str, meaning("PS-....-....-....")]
    state: Annotated[str, meaning("What is true of it now", among=list(Situation))]
    tickets: Annotated[int, meaning("How many of its tickets are made")]
    places: Annotated[int, meaning("How many there will be")]


EXAMPLE: Standing = {"reference": "PS-K7MH-K52N-FTR8", "state": "ready", "tickets": 2, "places": 2}


@api.get(
    "/api/orders/{reference}",
    guard=anyone,
    cache=PRIVATE,
    says=Says(
        what=Text(id="Keadaan satu pesanan", en="Where one order stands"),
        given={
            "reference": Given("The order's reference", "PS-K7MH-K52N-FTR8"),
            "from": Given("How its page was reached: `paid` when sent back from the payment", "paid"),
        },
        answer=Standing,
        example=EXAMPLE,
        refuses=(NotFound, Unavailable),
        more="Nobody is asked to pay in `returned`, `checking` and `ending`: money may be in flight.",
    ),
)
def show_state(visit: Visit, reference: str) -> Answer:
    told = payers().state(_known(reference), _came(visit))
    shown: Standing = {
        "reference": told.order.reference,
        "state": told.situation,
        "tickets": told.made,
        "places": told.order.places,
    }
    return json_body(shown)


def _known(reference: str) -> str:
    try:
        return parse_reference(reference, PREFIX)
    except BadValue as wrong:
        raise NotFound from wrong


def _came(visit: Visit) -> Came:
    named = visit.query.get("from", "")
    return Came(named) if named in set(Came) else Came.DIRECTLY
