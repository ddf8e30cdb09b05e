"""Where a payer goes next, and how references in addresses are read."""

from chalicelib.core.errors import BadValue, NotFound
from chalicelib.core.ids import parse_reference
from chalicelib.core.web.answers import Answer, Redirect
from chalicelib.core.web.visit import Visit
from chalicelib.payments.model.order import PREFIX
from chalicelib.payments.model.truth import Came
from chalicelib.payments.service.payers import Way, payers


def onward(visit: Visit, reference: str) -> Answer:
    """To the provider's page; where nothing can be paid now, to the order's own page, which says why."""
    way = payers().on(reference)
    return Redirect(way.url, outside=True) if way.url else back(visit, reference, way)


def back(visit: Visit, reference: str, way: Way) -> Answer:
    why = f"?from={way.came}" if way.came else ""
    return Redirect(f"/{visit.language}/pay/orders/{reference}{why}")


def came(visit: Visit) -> Came:
    """Anything that is no word of ours counts as nothing."""
    try:
        return Came(visit.query.get("from", ""))
    except ValueError:
        return Came.DIRECTLY


def known(reference: str, prefix: str = PREFIX) -> str:
    """The one spelling of a reference. Raises NotFound for what cannot be one."""
    try:
        return parse_reference(reference, prefix)
    except BadValue as wrong:
        raise NotFound from wrong
