"""T7: find my ticket, by an e-mail code or by what a card paid. A GET changes nothing and shows nobody's tickets."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from chalicelib.core import contacts
from chalicelib.core.clock import WITA
from chalicelib.core.errors import BadValue
from chalicelib.core.money import Money
from chalicelib.core.money import parse as rupiah
from chalicelib.core.text import Text, local
from chalicelib.core.toolbox import toolbox
from chalicelib.core.web.answers import FORM, Answer, Page, Redirect
from chalicelib.core.web.forms import Form
from chalicelib.core.web.guards import anyone
from chalicelib.core.web.limits import limit
from chalicelib.core.web.pages import Pages
from chalicelib.core.web.visit import Visit
from chalicelib.payments.model.graph import State
from chalicelib.payments.model.lookup import Lookup
from chalicelib.payments.service.finding import ASKED, CONFIRM, FOUND, finding
from chalicelib.schemes.reads import scheme

pages = Pages(__name__)

HOUR: Final = timedelta(hours=1)
# One address may be a whole hotel.
MOST_PER_IP: Final = 20
# Last digits, time and amount can be guessed: a few honest mistakes, and no more.
MOST_CARDS_PER_IP: Final = 5
FIRST_YEAR, LAST_YEAR = 2026, 2100

EMAIL = Text(id="Masukkan alamat email yang Anda pakai saat membayar", en="Enter the email address that you paid with")
SIX_DIGITS = Text(id="Masukkan enam angka dari email kami", en="Enter the six digits of our email")
FOUR_DIGITS = Text(id="Masukkan empat angka terakhir kartu", en="Enter the last four digits of the card")
WHEN_DAY = Text(id="Masukkan tanggal pembayaran", en="Enter the day of the payment")
NO_SUCH_DAY = Text(id="Tulis tanggal sebagai 2026-11-24", en="Write the day as 2026-11-24")
WHEN_TIME = Text(id="Masukkan kira-kira jam berapa Anda membayar", en="Enter about what time you paid")
NO_SUCH_TIME = Text(id="Tulis jam sebagai 14.30", en="Write the time as 14.30")
HOW_MUCH = Text(id="Masukkan jumlah yang dibayar", en="Enter the amount that was paid")
STATES: Final = {
    State.PAID: (Text(id="Lunas", en="Paid"), "ok"),
    State.LATE: (Text(id="Uang dikembalikan", en="Money goes back"), "warn"),
    State.REFUNDED: (Text(id="Uang dikembalikan", en="Money went back"), "info"),
    State.DISPUTED: (Text(id="Disengketakan", en="Disputed"), "warn"),
    State.LOST: (Text(id="Ditarik oleh bank", en="Taken back by the bank"), "error"),
}


@pages.get("/{lang}/pay/find", guard=anyone, cache=FORM)
def find_form(visit: Visit) -> Answer:
    return Page("payments/find.html", {"today": local(toolbox().now()).date()})


@pages.post("/{lang}/pay/find/email", guard=anyone, again=find_form)
def ask_by_mail(visit: Visit) -> Answer:
    form = Form(visit)
    address = form.value("email", contacts.email, missing=EMAIL)
    form.check()
    limit(toolbox(), "find-mail", visit.ip, most=MOST_PER_IP, window=HOUR)
    return _on(visit, "asked", ASKED, finding().ask(address or "", visit.language, form.id))


@pages.post("/{lang}/pay/find/card", guard=anyone, again=find_form)
def find_by_card(visit: Visit) -> Answer:
    form = Form(visit)
    digits, at, amount = _remembered(form)
    limit(toolbox(), "find-card", visit.ip, most=MOST_CARDS_PER_IP, window=HOUR)
    return Redirect(f"/{visit.language}/pay/orders/{finding().by_card(digits, at, amount)}")


@pages.get("/{lang}/pay/find/asked/{token}", guard=anyone)
def code_form(visit: Visit, token: str) -> Answer:
    return Page("payments/find_code.html", {"token": token, "mask": _lookup(ASKED, token).contact.mask})


@pages.post("/{lang}/pay/find/asked/{token}", guard=anyone, again=code_form)
def enter_code(visit: Visit, token: str) -> Answer:
    form = Form(visit)
    typed = form.value("code", _six_digits, missing=SIX_DIGITS)
    form.check()
    return _on(visit, "tickets", FOUND, finding().enter_code(finding().opened(ASKED, token), typed or ""))


@pages.get("/{lang}/pay/find/confirm/{token}", guard=anyone)
def confirm_form(visit: Visit, token: str) -> Answer:
    return Page("payments/find_confirm.html", {"token": token, "mask": _lookup(CONFIRM, token).contact.mask})


@pages.post("/{lang}/pay/find/confirm/{token}", guard=anyone, again=confirm_form)
def confirm(visit: Visit, token: str) -> Answer:
    Form(visit).check()
    return _on(visit, "tickets", FOUND, _lookup(CONFIRM, token))


@pages.get("/{lang}/pay/find/tickets/{token}", guard=anyone)
def show_found(visit: Visit, token: str) -> Answer:
    found = finding().orders(finding().opened(FOUND, token))
    context: dict[str, Any] = {"orders": found, "scheme": scheme, "states": STATES}
    return Page("payments/find_tickets.html", {**context, "mask": _lookup(FOUND, token).contact.mask})


def _on(visit: Visit, room: str, purpose: str, lookup: Lookup) -> Answer:
    return Redirect(f"/{visit.language}/pay/find/{room}/{finding().token(purpose, lookup)}")


def _lookup(purpose: str, token: str) -> Lookup:
    return finding().get(finding().opened(purpose, token))


def _remembered(form: Form) -> tuple[str, datetime, Money]:
    """Last digits, about when (typed on the city's clock, here UTC) and how much. Raises Invalid."""
    digits = form.value("digits", _four_digits, missing=FOUR_DIGITS)
    on = form.value("day", _day, missing=WHEN_DAY) or date.min
    at = form.value("time", _time, missing=WHEN_TIME) or time()
    amount = form.value("amount", rupiah, missing=HOW_MUCH) or Money(0, "IDR")
    form.check()
    return digits or "", datetime.combine(on, at.replace(tzinfo=None), WITA).astimezone(UTC), amount


def _day(typed: str) -> date:
    """No payment is older than the portal, and the ends of the calendar have no hour before them."""
    try:
        on = date.fromisoformat(typed)
    except ValueError:
        raise BadValue(NO_SUCH_DAY) from None
    if not FIRST_YEAR <= on.year < LAST_YEAR:
        raise BadValue(NO_SUCH_DAY)
    return on


def _time(typed: str) -> time:
    try:
        return time.fromisoformat(contacts.plain_digits(typed).replace(".", ":"))
    except ValueError:
        raise BadValue(NO_SUCH_TIME) from None


def _four_digits(typed: str) -> str:
    return _digits(typed, 4, FOUR_DIGITS)


def _six_digits(typed: str) -> str:
    return _digits(typed, 6, SIX_DIGITS)


def _digits(typed: str, count: int, refusal: Text) -> str:
    digits = re.sub(r"[\s.-]", "", contacts.plain_digits(typed))
    if not re.fullmatch(rf"[0-9]{{{count}}}", digits):
        raise BadValue(refusal)
    return digits
