"""T10: what a number owes, and paying it. Numbers belong to people: they are posted, never part of an address."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from chalicelib.core.text import Text
from chalicelib.core.toolbox import toolbox
from chalicelib.core.web.answers import FORM, Answer, Page
from chalicelib.core.web.forms import Form
from chalicelib.core.web.guards import anyone
from chalicelib.core.web.limits import limit
from chalicelib.core.web.pages import Pages
from chalicelib.core.web.visit import Visit
from chalicelib.payments.model import subject
from chalicelib.payments.model.bill import BillState, period_words
from chalicelib.payments.pages.onward import onward
from chalicelib.payments.service.bills import Owed, billed_scheme, billed_schemes, bills
from chalicelib.schemes import reads

pages = Pages(__name__)

HOUR: Final = timedelta(hours=1)
# Numbers follow each other: whoever tries them out gets nowhere, and the same answer for each that owes nothing.
MOST_LOOKS_PER_IP: Final = 30

WHAT = Text(id="Pilih apa yang dibayar", en="Choose what you pay")
NUMBER = Text(id="Tulis kode atau nomornya", en="Enter the code or number")
WHICH = Text(id="Pilih sedikitnya satu tagihan", en="Choose at least one bill")


@pages.get("/{lang}/pay/bills", guard=anyone, cache=FORM)
def ask_number(visit: Visit) -> Answer:
    return Page("payments/bills.html", {"schemes": billed_schemes(), "asked": visit.query.get("for", "")})


@pages.post("/{lang}/pay/bills", guard=anyone, again=ask_number)
def look_up(visit: Visit) -> Answer:
    form = Form(visit)
    scheme, number = numbered(form)
    form.check()
    _count(visit)
    return _found(scheme, number)


def show_again(visit: Visit) -> Answer:
    """The bills of a form that was refused for what was chosen; the first question where it came too often."""
    scheme, number = numbered(Form(visit))
    return _found(scheme, number) if scheme and number and "main" not in visit.errors else ask_number(visit)


@pages.post("/{lang}/pay/bills/order", guard=anyone, again=show_again)
def order_bills(visit: Visit) -> Answer:
    # A refusal shows the bills once more: this is a look as well.
    _count(visit)
    form = Form(visit)
    scheme, number = numbered(form)
    chosen = form.several("bills", str, missing=WHICH)
    form.check()
    return onward(visit, bills().order(scheme, number, chosen, visit.language, form.id))


def numbered(form: Form) -> tuple[str, str]:
    """What is paid and its number, "" for what is missing; what is wrong is noted on the form."""
    scheme = form.choice("scheme", [one.code for one in billed_schemes()], missing=WHAT)
    return scheme, form.value("number", subject.code, missing=NUMBER) or ""


def _count(visit: Visit) -> None:
    limit(toolbox(), "bills", visit.ip, most=MOST_LOOKS_PER_IP, window=HOUR)


def _found(scheme: str, number: str) -> Answer:
    found = billed_scheme(scheme)
    context = {"scheme": found, "authority": reads.authority(found.authority), "number": number}
    return Page(
        "payments/bills_owed.html", {**context, **_sorted(bills().of(scheme, number)), "period_words": period_words}
    )


def _sorted(owed: Sequence[Owed]) -> dict[str, list[Owed]]:
    """What can be paid, what somebody is paying, and what was paid, newest first."""
    return {
        "payable": [one for one in owed if one.payable],
        "held": [one for one in owed if one.held],
        "paid": [one for one in reversed(owed) if one.bill.state is BillState.PAID],
    }
