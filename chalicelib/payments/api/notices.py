"""Where the payment provider tells what happened: checked, kept in one commit, answered at once."""

from typing import Annotated, TypedDict

from chalicelib.core.errors import Stale, Unavailable
from chalicelib.core.text import Text
from chalicelib.core.web.answers import Answer
from chalicelib.core.web.guards import anyone_from_anywhere
from chalicelib.core.web.pages import Api, json_body
from chalicelib.core.web.says import Says, meaning
from chalicelib.core.web.visit import Visit
from chalicelib.payments.service.notices import notices

api = Api(__name__)


class Taken(TypedDict):
    """It need not come again."""

    taken: Annotated[bool, meaning("Always true: known before, not ours, or kept now")]


@api.post(
    "/api/payments/notices",
    guard=anyone_from_anywhere,
    says=Says(
        what=Text(id="Penyedia pembayaran memberi tahu", en="The payment provider tells what happened"),
        answer=Taken,
        example={"taken": True},
        refuses=(Stale, Unavailable),
        more="For the payment provider alone, which signs every notice; one that is forged or older than five minutes "
        "is answered 400. Anything but 2xx makes it come again.",
    ),
)
def take_notice(visit: Visit) -> Answer:
    notices().receive(visit.body, visit.headers)
    return json_body({"taken": True})
