"""The page of an order: it exists before the payment and tells the truth in words at every moment."""

from collections.abc import Mapping
from datetime import timedelta

from chalicelib.core.errors import TooMany
from chalicelib.core.qr import qr_svg
from chalicelib.core.text import Text
from chalicelib.core.toolbox import toolbox
from chalicelib.core.web.answers import Answer, Page
from chalicelib.core.web.forms import Form
from chalicelib.core.web.guards import anyone
from chalicelib.core.web.limits import limit
from chalicelib.core.web.pages import Pages
from chalicelib.core.web.visit import Visit
from chalicelib.payments.model.order import Order
from chalicelib.payments.model.token import address_of
from chalicelib.payments.model.truth import Came, Situation
from chalicelib.payments.model.voucher import Standing, Voucher
from chalicelib.payments.pages.onward import back, came, known, onward
from chalicelib.payments.pages.steps import steps
from chalicelib.payments.pages.words import DECLINED, LOOKS, STANDINGS, words_of
from chalicelib.payments.service.payers import Told, payers
from chalicelib.schemes import reads
from chalicelib.schemes.reads import Scheme

pages = Pages(__name__)

MOST_PRESSES_PER_IP = 120
# More would make the page heavy; each of the others has its own page.
MOST_PICTURES = 12
QR = Text(id="Kode QR tiket {code}", en="QR code of ticket {code}")
UNKNOWN = DECLINED["card_declined"]


@pages.get("/{lang}/pay/orders/{reference}", guard=anyone)
def show_order(visit: Visit, reference: str) -> Answer:
    told = payers().told(known(reference), came(visit), ask=_may_ask(visit))
    return Page("payments/order.html", {**_words(told), **_tickets(told, visit.language), "came": came(visit)})


@pages.post("/{lang}/pay/orders/{reference}/pay", guard=anyone)
def pay_order(visit: Visit, reference: str) -> Answer:
    Form(visit).check()
    _limit(visit)
    return onward(visit, known(reference))


@pages.post("/{lang}/pay/orders/{reference}/check", guard=anyone)
def check_order(visit: Visit, reference: str) -> Answer:
    Form(visit).check()
    _limit(visit)
    return back(visit, known(reference), payers().check(known(reference)))


def picture(voucher: Voucher, language: str) -> str:
    """The QR of a ticket; "" for one that opens no door any more."""
    if voucher.standing is not Standing.VALID:
        return ""
    address = address_of(toolbox().origin, voucher.token)
    return qr_svg(address, QR.format(code=voucher.code).in_(language))


def _may_ask(visit: Visit) -> bool:
    """Who comes back again and again is told what we heard, so that nobody wears out the provider through us."""
    try:
        if came(visit) in (Came.PAID, Came.LEFT):
            _limit(visit)
    except TooMany:
        return False
    return True


def _limit(visit: Visit) -> None:
    limit(toolbox(), "order-press", visit.ip, most=MOST_PRESSES_PER_IP, window=timedelta(hours=1))


def _words(told: Told) -> Mapping[str, object]:
    order, scheme = told.order, reads.scheme(told.order.scheme)
    return {
        "told": told,
        "order": order,
        "scheme": scheme,
        "authority": reads.authority(order.authority),
        "words": words_of(told.situation, told.made),
        "declined": _declined(told),
        "held_until": order.attempt.expires_at if _holds(told) else None,
        "refunds": [steps(refund) for refund in told.refunds],
        "surplus": order.captured > order.total,
        "refundable": _refundable(told, scheme),
    }


def _declined(told: Told) -> Text | None:
    if told.situation is not Situation.DECLINED:
        return None
    return DECLINED.get(told.order.attempt.declined, UNKNOWN)


def _holds(told: Told) -> bool:
    """Whether places are kept for somebody who may still pay."""
    unpaid = told.situation.may_pay and told.situation is not Situation.EXPIRED
    return unpaid and bool(told.order.stock) and told.order.attempt.expires_at > told.now


def _refundable(told: Told, scheme: Scheme) -> bool:
    """Whether asking for a refund makes sense; its page says how much, or why not."""
    return scheme.refund is not None and told.situation in (Situation.READY, Situation.PARTLY_BACK)


def _tickets(told: Told, language: str) -> Mapping[str, object]:
    found = [(one, told_item(told.order, one.place), _drawn(one, language)) for one in told.tickets]
    return {
        "drawn": [one for one in found if one[2]],
        "listed": [one for one in found if not one[2]],
        "standings": STANDINGS,
        "looks": LOOKS,
    }


def told_item(order: Order, place: int) -> Text:
    return {line.item: line.name for line in order.lines}[order.item_of(place)]


def _drawn(voucher: Voucher, language: str) -> str:
    return picture(voucher, language) if voucher.place < MOST_PICTURES else ""
