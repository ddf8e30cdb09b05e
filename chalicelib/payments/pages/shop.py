"""One scheme: what it costs, whose money it is, and one button."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta

from chalicelib.core.errors import Invalid
from chalicelib.core.text import MONTHS, Text, local
from chalicelib.core.toolbox import toolbox
from chalicelib.core.web.answers import FORM, Answer, Page
from chalicelib.core.web.forms import Form
from chalicelib.core.web.guards import anyone
from chalicelib.core.web.limits import limit
from chalicelib.core.web.pages import Pages
from chalicelib.core.web.visit import Visit
from chalicelib.payments.forms import SUBJECTS, chosen, one_of
from chalicelib.payments.pages.onward import onward
from chalicelib.payments.service.baskets import Choice, priced
from chalicelib.payments.service.orders import SoldOut, TooSmall, orders
from chalicelib.payments.service.places import left_in, left_on
from chalicelib.schemes import reads
from chalicelib.schemes.reads import Sale, Scheme

pages = Pages(__name__)

# A hotel's guests share one address.
MOST_ORDERS_PER_IP = 60

TOO_FEW = Text(
    id="Tinggal {left} tempat. Anda belum dikenai biaya",
    en="Only {left} places are left. You have not been charged",
)
NONE_LEFT = Text(
    id="Sudah habis. Pilih yang lain. Anda belum dikenai biaya",
    en="Sold out. Choose another one. You have not been charged",
)
STARTS_AT = Text(
    id="Pembayaran dengan kartu mulai dari {least}. Tambah jumlahnya, atau bayar di tempat",
    en="Card payments start at {least}. Choose more, or pay on the spot",
)
WEEKDAYS = (
    *(Text(id="Senin", en="Monday"), Text(id="Selasa", en="Tuesday"), Text(id="Rabu", en="Wednesday")),
    *(Text(id="Kamis", en="Thursday"), Text(id="Jumat", en="Friday"), Text(id="Sabtu", en="Saturday")),
    Text(id="Minggu", en="Sunday"),
)
TODAY, TOMORROW = Text(id="Hari ini", en="Today"), Text(id="Besok", en="Tomorrow")
LEFT = Text(id="{when} · sisa {left}", en="{when} · {left} left")
FULL = Text(id="{when} · habis", en="{when} · sold out")


@pages.get("/{lang}/pay/{scheme}", guard=anyone, cache=FORM)
def show_shop(visit: Visit, scheme: str) -> Answer:
    found, now = reads.scheme(scheme), toolbox().now()
    about = {"scheme": found, "authority": reads.authority(found.authority), "today": local(now).date()}
    if found.sale is Sale.SHOWN or found.billed:
        return Page("payments/shown.html", about)
    return Page("payments/shop.html", {**about, **_offered(found, visit, now)})


@pages.post("/{lang}/pay/{scheme}", guard=anyone, again=show_shop)
def place_order(visit: Visit, scheme: str) -> Answer:
    form, found = Form(visit), reads.scheme(scheme)
    choice, only_count = chosen(form, found, visit.language), form.ticked("count")
    form.check()
    if only_count:
        return show_shop(visit, scheme)
    limit(toolbox(), "order", visit.ip, most=MOST_ORDERS_PER_IP, window=timedelta(hours=1))
    return onward(visit, _ordered(found, choice, form.id))


def _ordered(scheme: Scheme, choice: Choice, form_id: str) -> str:
    try:
        return orders().order(choice, form_id)
    except SoldOut as full:
        raise Invalid(errors=_too_few(scheme, choice)) from full
    except TooSmall as small:
        raise Invalid(errors={_first(scheme): STARTS_AT.format(least=small.least.shown("id"))}) from small
    except Invalid as wrong:
        raise Invalid(errors=_named(scheme, wrong.errors)) from wrong


def _first(scheme: Scheme) -> str:
    return "item" if one_of(scheme) else f"quantity_{scheme.items[0].code}"


def _too_few(scheme: Scheme, choice: Choice) -> Mapping[str, Text]:
    day = choice.day or local(toolbox().now()).date()
    left = left_in(scheme, day)[choice.slot] if scheme.slots else left_on(scheme, [day]).get(day, 0)
    return {"slot" if scheme.slots else "day": TOO_FEW.format(left=left) if left else NONE_LEFT}


def _named(scheme: Scheme, errors: Mapping[str, Text]) -> Mapping[str, Text]:
    """Where one of the items is chosen, there is one field for all of them."""
    return {"item" if one_of(scheme) and name.startswith("quantity_") else name: why for name, why in errors.items()}


def _offered(scheme: Scheme, visit: Visit, now: datetime) -> Mapping[str, object]:
    days = scheme.days(now)
    left = left_on(scheme, days)
    day = _wished(visit, days) or next((day for day in days if left.get(day, 1)), None)
    return {
        "choose_one": one_of(scheme),
        "asked": SUBJECTS.get(scheme.subject),
        "quantities": {item.code: _preset(visit, item.code) for item in scheme.items},
        "preset_item": visit.query.get("item", ""),
        "day": day,
        "days": [(one, _choice_words(_day(one, now), left.get(one)), left.get(one) == 0) for one in days],
        "slots": _slots(scheme, day),
        "total": _total(scheme, visit, now),
    }


def _wished(visit: Visit, days: tuple[date, ...]) -> date | None:
    """The day that an address names, if it can be chosen."""
    return next((day for day in days if day.isoformat() == visit.query.get("day")), None)


def _preset(visit: Visit, item: str) -> int:
    """How many of an item an address names; one where it names the item alone, as a poster does."""
    named = visit.query.get(f"quantity_{item}", "1" if visit.query.get("item") == item else "")
    return int(named) if named.isascii() and named.isdecimal() and len(named) < 4 else 0


def _slots(scheme: Scheme, day: date | None) -> list[tuple[str, Text, bool]]:
    left = left_in(scheme, day) if day else {}
    words = {slot: Text(id=slot.replace(":", "."), en=slot.replace(":", ".")) for slot in scheme.slots}
    return [(slot, _choice_words(words[slot], left.get(slot)), left.get(slot) == 0) for slot in scheme.slots]


def _choice_words(when: Text, left: int | None) -> Text:
    if left is None:
        return when
    return LEFT.format(when=when, left=left) if left else FULL.format(when=when)


def _day(day: date, now: datetime) -> Text:
    """`Besok, 25 November`: short enough for a phone, and never a year away."""
    near = {0: TODAY, 1: TOMORROW}.get((day - local(now).date()).days, WEEKDAYS[day.weekday()])
    month = MONTHS["id"][day.month - 1], MONTHS["en"][day.month - 1]
    return Text(id=f"{near.id}, {day.day} {month[0]}", en=f"{near.en}, {day.day} {month[1]}")


def _total(scheme: Scheme, visit: Visit, now: datetime) -> object:
    """What was typed costs so much; None while it cannot be told."""
    with suppress(Invalid):
        basket = priced(chosen(Form(visit), scheme, visit.language), now)
        return sum((line.total for line in basket.lines[1:]), basket.lines[0].total)
    return None
