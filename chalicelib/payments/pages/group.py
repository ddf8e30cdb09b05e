"""T11: a list of people, one payment, a named ticket for each; the list afterwards, as a page, CSV or prints."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from markupsafe import Markup

from chalicelib.core.errors import BadValue, Conflict, Invalid, NotFound
from chalicelib.core.events import PUBLIC
from chalicelib.core.export import CSV_TYPE, csv_of
from chalicelib.core.qr import qr_svg
from chalicelib.core.text import Text, day, local
from chalicelib.core.toolbox import toolbox
from chalicelib.core.web.answers import FORM, Answer, Body, Page, Redirect
from chalicelib.core.web.forms import Form
from chalicelib.core.web.guards import anyone
from chalicelib.core.web.limits import limit
from chalicelib.core.web.pages import Pages
from chalicelib.core.web.visit import LARGEST_LIST, Visit
from chalicelib.payments.model.group import CHUNK, GuestList
from chalicelib.payments.model.order import Order
from chalicelib.payments.model.refund import MOST_PLACES, Reason
from chalicelib.payments.model.token import address_of
from chalicelib.payments.model.voucher import Standing
from chalicelib.payments.pages.onward import known, onward
from chalicelib.payments.service.groups import NamedTicket, Party, group_scheme, groups, guests_of
from chalicelib.payments.service.refunds import Wish, refunds
from chalicelib.schemes import reads
from chalicelib.schemes.reads import Scheme

pages = Pages(__name__)

HOUR: Final = timedelta(hours=1)
MOST_ORDERS_PER_IP: Final = 30
MOST_REFUNDS_PER_IP: Final = 60
# Printed pages are heavy: each ticket carries its QR. A part of what one record of names holds.
PRINTED: Final = 25
SHOWN_GUESTS: Final = 10
SHOWN_WRONG: Final = 50

NO_GUESTS = Text(id="Tulis sedikitnya satu nama", en="Write at least one name")
WRONG_LINES = Text(
    id="Ada {many} baris yang perlu diperbaiki, mulai dari baris {first}",
    en="{many} lines have a problem, the first one is line {first}",
)
WHICH_ITEM = Text(id="Pilih jenis tiket", en="Choose the kind of ticket")
WHICH_DAY = Text(id="Pilih hari kunjungan", en="Choose the day of your visit")
WHO = Text(id="Pilih siapa yang tidak jadi datang", en="Choose who is not coming")
MOST_AT_ONCE = Text(
    id="Pilih paling banyak {most} orang. Untuk lebih banyak, ajukan beberapa kali",
    en="Choose at most {most} people. For more, ask several times",
)
OTHER_AMOUNT = Text(
    id="Jumlah yang dikembalikan berubah. Periksa sekali lagi",
    en="The amount that comes back has changed. Look at it once more",
)
NOTHING_BACK = Text(
    id="Menurut aturan, tidak ada yang dikembalikan untuk orang ini",
    en="By the rule, nothing comes back for these people",
)
READY, WAITING = Text(id="Siap", en="Ready"), Text(id="Sedang dibuat", en="Being made")
UNPAID = Text(id="Belum dibayar", en="Not paid")
STANDINGS: Final = {
    Standing.VALID: (READY, "ok"),
    Standing.USED: (Text(id="Sudah dipakai", en="Used"), "info"),
    Standing.FROZEN: (Text(id="Ditahan", en="On hold"), "warn"),
    Standing.VOID: (Text(id="Batal, uang dikembalikan", en="Void, money goes back"), "error"),
}
COLUMNS: Final = (Text(id="Nama", en="Name"), Text(id="Jenis tiket", en="Ticket"), Text(id="Tautan", en="Link"))


@dataclass(frozen=True, kw_only=True)
class Row:
    """One person of the list; `code` of the ticket once it is there, `good` while it may be given back."""

    place: int
    name: str
    item: Text
    words: Text
    kind: str
    code: str = ""
    good: bool = False


@pages.get("/{lang}/pay/group/{scheme}", guard=anyone, cache=FORM)
def group_form(visit: Visit, scheme: str) -> Answer:
    return Page("payments/group.html", _words(visit, group_scheme(scheme)))


@pages.post("/{lang}/pay/group/{scheme}", guard=anyone, again=group_form, largest=LARGEST_LIST)
def check_group(visit: Visit, scheme: str) -> Answer:
    party, _ = party_in(Form(visit), group_scheme(scheme), visit.language)
    quote = {"quote": groups().quoted(party), "guests": party.guests.guests[:SHOWN_GUESTS]}
    return Page("payments/group.html", {**_words(visit, group_scheme(scheme)), **quote})


@pages.post("/{lang}/pay/group/{scheme}/order", guard=anyone, again=group_form, largest=LARGEST_LIST)
def order_group(visit: Visit, scheme: str) -> Answer:
    form = Form(visit)
    party, expected = party_in(form, group_scheme(scheme), visit.language)
    limit(toolbox(), "group", visit.ip, most=MOST_ORDERS_PER_IP, window=HOUR)
    return onward(visit, groups().order(party, expected, form.id))


@pages.get("/{lang}/pay/orders/{reference}/group", guard=anyone)
def show_group(visit: Visit, reference: str) -> Answer:
    order = _group(reference)
    first = _first(visit, order, CHUNK)
    tickets = groups().tickets(order, first)
    rows = [_row(order, ticket) for ticket in tickets]
    context = {"order": order, "rows": rows, "first": first, "back_asked": visit.query.get("back") == "yes"}
    return Page("payments/group_list.html", {**context, **_scheme_words(order), **_paged(order, first, CHUNK)})


@pages.get("/{lang}/pay/orders/{reference}/group.csv", guard=anyone)
def download_group(visit: Visit, reference: str) -> Answer:
    order = _group(reference)
    rows = [
        (name, item.in_(visit.language), _link(visit.language, code) if code else "")
        for name, item, code in groups().codes(order)
    ]
    attached = {"Content-Disposition": f'attachment; filename="{order.reference}.csv"'}
    return Body(csv_of([head.in_(visit.language) for head in COLUMNS], rows), CSV_TYPE, headers=attached)


@pages.get("/{lang}/pay/orders/{reference}/group/print", guard=anyone)
def print_group(visit: Visit, reference: str) -> Answer:
    order = _group(reference)
    first = _first(visit, order, PRINTED)
    among = groups().tickets(order, first - first % CHUNK)[first % CHUNK :][:PRINTED]
    good = [one for one in among if one.voucher and one.voucher.standing is Standing.VALID]
    context = {"order": order, "tickets": good, "qr": _qr, "link": _link, "first": first}
    return Page("payments/group_print.html", {**context, **_scheme_words(order), **_paged(order, first, PRINTED)})


@pages.post("/{lang}/pay/orders/{reference}/group/refund", guard=anyone, again=show_group)
def show_refund(visit: Visit, reference: str) -> Answer:
    form, order = Form(visit), _group(reference)
    places = _places(form, order)
    amount = refunds().offer(order, places)
    if not amount:
        raise Invalid(errors={"places": NOTHING_BACK})
    people = [(place, groups().name_of(order.reference, place)) for place in places]
    return Page(
        "payments/group_refund.html", {"order": order, "people": people, "amount": amount, **_scheme_words(order)}
    )


@pages.post("/{lang}/pay/orders/{reference}/group/refund/ask", guard=anyone, again=show_group)
def ask_refund(visit: Visit, reference: str) -> Answer:
    form, order = Form(visit), _group(reference)
    shown = form.value("expected", _minor_units)
    places = _places(form, order)
    limit(toolbox(), "refund", visit.ip, most=MOST_REFUNDS_PER_IP, window=HOUR)
    _asked(order, places, shown or 0, form.id)
    return Redirect(f"/{visit.language}/pay/orders/{order.reference}/group?from={places[0] // CHUNK * CHUNK}&back=yes")


def party_in(form: Form, scheme: Scheme, language: str) -> tuple[Party, int]:
    """The group that the form holds, and the price that was shown with it (minor units). Raises Invalid."""
    chosen_day = form.value("day", _day, missing=WHICH_DAY) if scheme.visit else None
    slot = form.choice("slot", scheme.slots) if scheme.slots else ""
    usual = form.choice("item", [item.code for item in scheme.items], missing=WHICH_ITEM)
    expected = form.optional("expected", _minor_units)
    guests = _guests(form, scheme, usual or scheme.items[0].code)
    form.check()
    return Party(scheme=scheme.code, language=language, day=chosen_day, slot=slot, guests=guests), expected or 0


def _guests(form: Form, scheme: Scheme, usual: str) -> GuestList:
    found = form.value("names", lambda typed: guests_of(scheme, typed, usual), missing=NO_GUESTS)
    found = found or GuestList(guests=(), wrong={})
    if found.wrong:
        form.refuse("names", WRONG_LINES.format(many=len(found.wrong), first=min(found.wrong)))
    if not found.guests:
        form.refuse("names", NO_GUESTS)
    return found


def _asked(order: Order, places: Sequence[int], shown: int, form_id: str) -> None:
    """One refund for these people; what stands in its way is told beside them."""
    wish = Wish(reference=order.reference, places=tuple(places), reason=Reason.CHANGED_MIND)
    if refunds().offer(order, places).minor_units != shown:
        raise Invalid(errors={"places": OTHER_AMOUNT})
    try:
        refunds().ask(wish, PUBLIC, form_id)
    except Conflict as refusal:
        raise Invalid(errors={"places": refusal.title}) from None


def _places(form: Form, order: Order) -> tuple[int, ...]:
    """Who is ticked. Raises Invalid."""
    ticked = form.several("places", _place_in(order), missing=WHO)
    if len(ticked) > MOST_PLACES:
        form.refuse("places", MOST_AT_ONCE.format(most=MOST_PLACES))
    form.check()
    return tuple(sorted(ticked))


def _place_in(order: Order) -> Callable[[str], int]:
    def place(typed: str) -> int:
        if not re.fullmatch(r"[0-9]{1,4}", typed) or int(typed) >= order.places:
            raise BadValue(WHO)
        return int(typed)

    return place


def _group(reference: str) -> Order:
    """Raises NotFound, also for an order of somebody who is no group."""
    return groups().known(known(reference))


def _first(visit: Visit, order: Order, step: int) -> int:
    """Where the page of a list begins: at a multiple of `step`. Raises NotFound behind its end."""
    typed = visit.query.get("from", "0")
    first = int(typed) if re.fullmatch(r"[0-9]{1,4}", typed) else order.places
    if first >= order.places:
        raise NotFound
    return first - first % step


def _row(order: Order, ticket: NamedTicket) -> Row:
    """A line of the list: `words` and `kind` of its state; what is valid may be given back."""
    if ticket.voucher is None:
        words, kind = (WAITING, "info") if order.paid_at else (UNPAID, "")
        return Row(place=ticket.place, name=ticket.name, item=ticket.item, words=words, kind=kind)
    words, kind = STANDINGS[ticket.voucher.standing]
    return Row(
        place=ticket.place,
        name=ticket.name,
        item=ticket.item,
        words=words,
        kind=kind,
        code=ticket.voucher.code,
        good=ticket.voucher.standing is Standing.VALID,
    )


def _words(visit: Visit, scheme: Scheme) -> dict[str, Any]:
    """What the form needs, and which lines of the list that was typed are wrong."""
    days = [(one.isoformat(), _day_words(one)) for one in scheme.days(toolbox().now())]
    typed = visit.form.get("names", ("",))[0]
    wrong = guests_of(scheme, typed, scheme.items[0].code).wrong if typed else {}
    return {
        "scheme": scheme,
        "authority": reads.authority(scheme.authority),
        "today": local(toolbox().now()).date(),
        "days": days,
        "slots": [(slot, slot.replace(":", ".")) for slot in scheme.slots],
        "kinds": [(item.code, item.name) for item in scheme.items],
        "wrong": list(wrong.items())[:SHOWN_WRONG],
        "quote": None,
    }


def _scheme_words(order: Order) -> dict[str, Any]:
    return {"scheme": reads.scheme(order.scheme)}


def _paged(order: Order, first: int, step: int) -> dict[str, int | None]:
    return {"before": first - step if first else None, "after": first + step if first + step < order.places else None}


def _day_words(one: date) -> Text:
    return Text(id=day(one, "id"), en=day(one, "en"))


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise BadValue(WHICH_DAY) from None


def _minor_units(typed: str) -> int:
    if not re.fullmatch(r"[0-9]{1,15}", typed):
        raise BadValue(OTHER_AMOUNT)
    return int(typed)


def _link(language: str, code: str) -> str:
    return f"{toolbox().origin}/{language}/pay/tickets/{code}"


def _qr(ticket: NamedTicket) -> Markup:
    """The QR of a ticket that is there."""
    token = ticket.voucher.token if ticket.voucher else ""
    return qr_svg(address_of(toolbox().origin, token), ticket.name, most_version=8)
