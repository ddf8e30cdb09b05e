"""Giving tickets back: what the rule pays is shown first, then they are chosen."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from chalicelib.core.errors import BadValue, Invalid
from chalicelib.core.events import PUBLIC
from chalicelib.core.money import Money
from chalicelib.core.text import Text
from chalicelib.core.toolbox import toolbox
from chalicelib.core.web.answers import Answer, Page, Redirect
from chalicelib.core.web.forms import Form
from chalicelib.core.web.guards import anyone
from chalicelib.core.web.limits import limit
from chalicelib.core.web.pages import Pages
from chalicelib.core.web.visit import Visit
from chalicelib.payments.model.order import NOTHING, Order
from chalicelib.payments.model.refund import MOST_PLACES, Reason
from chalicelib.payments.model.truth import Situation
from chalicelib.payments.model.voucher import NotGood, Standing, Voucher
from chalicelib.payments.pages.onward import known
from chalicelib.payments.pages.order import told_item
from chalicelib.payments.service.payers import Told, payers
from chalicelib.payments.service.refunds import NothingBack, TicketsNotReady, Wish, WithTheBank, refunds
from chalicelib.schemes import reads
from chalicelib.schemes.reads import Scheme

pages = Pages(__name__)

MOST_REFUNDS_PER_IP = 60

WHICH = Text(id="Pilih tiket yang dikembalikan", en="Choose the tickets to give back")
TOO_MANY = Text(id="Paling banyak {most} tiket sekaligus", en="At most {most} tickets at once")
TICKET = Text(id="{item}, {code}: kembali {amount}", en="{item}, {code}: {amount} back")
OPEN = (Situation.READY, Situation.PARTLY_BACK)


@pages.get("/{lang}/pay/orders/{reference}/refund", guard=anyone)
def refund_form(visit: Visit, reference: str) -> Answer:
    told = payers().told(known(reference))
    return Page("payments/refund.html", _offered(told, reads.scheme(told.order.scheme)))


@pages.post("/{lang}/pay/orders/{reference}/refund", guard=anyone, again=refund_form)
def ask_refund(visit: Visit, reference: str) -> Answer:
    form, order = Form(visit), known(reference)
    places = form.several("places", _place, missing=WHICH)
    if len(places) > MOST_PLACES:
        form.refuse("places", TOO_MANY.format(most=MOST_PLACES))
    form.check()
    limit(toolbox(), "refund", visit.ip, most=MOST_REFUNDS_PER_IP, window=timedelta(hours=1))
    _ask(order, places, form.id)
    return Redirect(f"/{visit.language}/pay/orders/{order}")


def _ask(order: str, places: tuple[int, ...], form_id: str) -> None:
    try:
        refunds().ask(Wish(reference=order, places=places, reason=Reason.CHANGED_MIND), PUBLIC, form_id)
    except (NothingBack, NotGood, TicketsNotReady, WithTheBank) as refusal:
        raise Invalid(errors={"places": refusal.title}) from refusal


def _place(typed: str) -> int:
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 5):
        raise BadValue(WHICH)
    return int(typed)


def _offered(told: Told, scheme: Scheme) -> Mapping[str, object]:
    order = told.order
    good = [one for one in told.tickets if one.standing is Standing.VALID] if told.situation in OPEN else []
    whole = scheme.refundable(_price(order, good), order.starts_at, told.now)
    return {
        "order": order,
        "scheme": scheme,
        "whole": whole,
        "rows": [(str(one.place), _label(told, scheme, one)) for one in good] if whole else [],
        "good": good,
        "until": _until(scheme, order),
    }


def _price(order: Order, tickets: Sequence[Voucher]) -> Money:
    return sum((order.price_of(one.place) for one in tickets), NOTHING)


def _label(told: Told, scheme: Scheme, voucher: Voucher) -> Text:
    """`Adult visitor, TK-...: Rp 50.000 back`."""
    price = told.order.price_of(voucher.place)
    back = scheme.refundable(price, told.order.starts_at, told.now)
    shown = {"item": told_item(told.order, voucher.place), "code": voucher.code, "amount": back.shown("id")}
    return TICKET.format(**shown)


def _until(scheme: Scheme, order: Order) -> datetime | None:
    """Until when the rule pays; None where there is no rule, or no visit that it could count from."""
    if scheme.refund is None or order.starts_at is None:
        return None
    return order.starts_at - timedelta(hours=scheme.refund.until_hours_before)
