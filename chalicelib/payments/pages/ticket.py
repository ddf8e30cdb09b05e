"""One ticket as it is passed on to whoever uses it, with their name in a group: neither the order nor who paid."""

from chalicelib.core.text import Text
from chalicelib.core.toolbox import toolbox
from chalicelib.core.web.answers import Answer, Page
from chalicelib.core.web.guards import anyone
from chalicelib.core.web.pages import Pages
from chalicelib.core.web.visit import Visit
from chalicelib.payments.model.voucher import PREFIX
from chalicelib.payments.pages.onward import known
from chalicelib.payments.pages.order import picture
from chalicelib.payments.pages.words import LOOKS, STANDINGS
from chalicelib.payments.service.groups import groups
from chalicelib.payments.service.vouchers import vouchers
from chalicelib.schemes import reads
from chalicelib.schemes.reads import Scheme

pages = Pages(__name__)


@pages.get("/{lang}/pay/tickets/{voucher}", guard=anyone)
def show_ticket(visit: Visit, voucher: str) -> Answer:
    found = vouchers().known(known(voucher, PREFIX))
    scheme, now = reads.scheme(found.scheme), toolbox().now()
    context = {
        "voucher": found,
        "scheme": scheme,
        "item": item_name(scheme, found.item),
        "picture": picture(found, visit.language),
        "holder": groups().name_of(found.order, found.place),
        "now": now,
        "over": found.valid_until <= now,
        "standings": STANDINGS,
        "looks": LOOKS,
    }
    return Page("payments/ticket.html", context)


def item_name(scheme: Scheme, code: str) -> Text:
    """A price list may have dropped what a ticket was sold as."""
    return next((item.name for item in scheme.items if item.code == code), scheme.name)
