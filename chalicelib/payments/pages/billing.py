"""Bills, for finance officers: a list is checked and then handed in as a whole, one is typed, one is withdrawn."""

from typing import Any, Final

from chalicelib.core.errors import Invalid, NotFound
from chalicelib.core.money import Money
from chalicelib.core.text import Text
from chalicelib.core.web.answers import Answer, Page, Redirect
from chalicelib.core.web.forms import Form
from chalicelib.core.web.guards import staff
from chalicelib.core.web.pages import Pages
from chalicelib.core.web.visit import LARGEST_LIST, Visit
from chalicelib.payments.model import subject
from chalicelib.payments.model.bill import (
    CHUNK,
    LONGEST,
    BillState,
    Demand,
    DemandList,
    Entering,
    amount_of,
    demand_list,
    masked,
    period_of,
    period_words,
)
from chalicelib.payments.model.order import NOTHING
from chalicelib.payments.service.billing import IS_THERE, billing
from chalicelib.payments.service.bills import billed_scheme, billed_schemes
from chalicelib.schemes import reads

pages = Pages(__name__)

finance = staff("admin_opd", office="bapenda")

SHOWN_WRONG: Final = 50
SHOWN_ROWS: Final = 10
EMPTY: Final = DemandList(demands=(), lines=(), wrong={})

WHAT = Text(id="Pilih apa yang ditagih", en="Choose what is owed")
NUMBER = Text(id="Tulis kode atau nomornya", en="Enter the code or number")
NO_LINES = Text(id="Tempel sedikitnya satu baris", en="Paste at least one line")
WRONG_LINES = Text(
    id="Ada {many} baris yang perlu diperbaiki, mulai dari baris {first}. Belum ada yang dimasukkan",
    en="{many} lines have a problem, the first one is line {first}. Nothing has been entered",
)
PERIOD = Text(id="Tulis masa tagihannya", en="Enter the period of the bill")
AMOUNT = Text(id="Tulis jumlahnya", en="Enter the amount")
WORDS = Text(id="Tulis untuk apa tagihannya", en="Say what the bill is for")
WHY = Text(id="Tulis alasannya", en="Give the reason")
STATES: Final = {
    BillState.OPEN: (Text(id="Terbuka", en="Open"), "warn"),
    BillState.PAID: (Text(id="Lunas", en="Paid"), "ok"),
    BillState.WITHDRAWN: (Text(id="Ditarik", en="Withdrawn"), ""),
}
IMPORTS: Final = {
    Entering.TAKEN: (Text(id="Sedang dimasukkan", en="Being entered"), "info"),
    Entering.ENTERED: (Text(id="Sudah dimasukkan", en="Entered"), "ok"),
}
HERE: Final = "/{lang}/staff/payments/bills"


@pages.get(HERE, guard=finance)
def show_billing(visit: Visit) -> Answer:
    return Page("payments/billing.html", _desk(visit))


@pages.post(HERE, guard=finance, again=show_billing, largest=LARGEST_LIST)
def check_list(visit: Visit) -> Answer:
    scheme, listed = _listed(Form(visit))
    total: Money = sum((one.amount for one in listed.demands), NOTHING)
    preview = {"scheme": reads.scheme(scheme), "total": total, "demands": listed.demands, "shown": SHOWN_ROWS}
    return Page("payments/billing.html", {**_desk(visit), "preview": preview})


@pages.post(HERE + "/issue", guard=finance, again=show_billing, largest=LARGEST_LIST)
def issue_list(visit: Visit) -> Answer:
    form = Form(visit)
    scheme, listed = _listed(form)
    return Redirect(_address(visit, billing().take(scheme, listed.demands, visit.actor.id, form.id)))


@pages.post(HERE + "/one", guard=finance, again=show_billing)
def issue_one(visit: Visit) -> Answer:
    form = Form(visit)
    scheme, one = _one(form)
    return Redirect(_address(visit, billing().take(scheme, (one,), visit.actor.id, form.id)))


@pages.post(HERE + "/find", guard=finance, again=show_billing)
def find_bills(visit: Visit) -> Answer:
    form = Form(visit)
    scheme = form.choice("find_scheme", _codes(), missing=WHAT)
    number = form.value("find_number", subject.code, missing=NUMBER) or ""
    form.check()
    return Page(
        "payments/billing_found.html", {"bills": billing().of(scheme, number), "number": number, **_words(scheme)}
    )


@pages.get(HERE + "/{id}", guard=finance)
def show_import(visit: Visit, id: str) -> Answer:
    first = _first(visit)
    batch, rows = billing().rows(id, first)
    after = first + CHUNK if first + CHUNK < batch.bills else None
    context = {"batch": batch, "rows": rows, "after": after, "imports": IMPORTS}
    return Page("payments/billing_import.html", {**context, **_words(batch.scheme)})


@pages.get(HERE + "/{id}/bill", guard=finance)
def show_bill(visit: Visit, id: str) -> Answer:
    bill = billing().bill(id)
    return Page("payments/billing_bill.html", {"bill": bill, **_words(bill.scheme)})


@pages.post(HERE + "/{id}/bill", guard=finance, again=show_bill)
def withdraw(visit: Visit, id: str) -> Answer:
    form = Form(visit)
    reason = form.text("reason", limit=500, lines=True, missing=WHY)
    form.check()
    billing().withdraw(id, reason, visit.actor.id)
    return Redirect(_address(visit, id) + "/bill")


def _listed(form: Form) -> tuple[str, DemandList]:
    """The whole list, without a fault. Raises Invalid."""
    scheme = form.choice("scheme", _codes(), missing=WHAT)
    listed = form.value("rows", demand_list, missing=NO_LINES) or EMPTY
    wrong = billing().check(scheme, listed) if scheme else listed.wrong
    if wrong:
        form.refuse("rows", WRONG_LINES.format(many=len(wrong), first=min(wrong)))
    if not listed.demands:
        form.refuse("rows", NO_LINES)
    form.check()
    return scheme, listed


def _one(form: Form) -> tuple[str, Demand]:
    """A single bill, each part with words of its own where it is wrong. Raises Invalid."""
    scheme = form.choice("one_scheme", _codes(), missing=WHAT)
    number = form.value("number", subject.code, missing=NUMBER) or ""
    period = form.value("period", period_of, missing=PERIOD) or ""
    amount = form.value("amount", amount_of, missing=AMOUNT) or NOTHING
    what = form.text("what", limit=LONGEST, missing=WORDS)
    english = form.text("english", limit=LONGEST, required=False)
    holder = masked(form.text("holder", limit=LONGEST, required=False))
    form.check()
    words = Text(id=what, en=english or what)
    one = Demand(number=number, period=period, amount=amount, what=words, holder=holder)
    if billing().check(scheme, DemandList(demands=(one,), lines=(1,), wrong={})):
        raise Invalid(errors={"period": IS_THERE})
    return scheme, one


def _desk(visit: Visit) -> dict[str, Any]:
    """The forms, the newest imports, and what is wrong with the list that was typed."""
    batches, more = billing().batches(visit.query.get("from"))
    scheme, typed = (visit.form.get(name, ("",))[0] for name in ("scheme", "rows"))
    wrong = billing().check(scheme, demand_list(typed)) if typed and scheme in _codes() else {}
    return {
        "schemes": [(one.code, one.name) for one in billed_schemes()],
        "batches": batches,
        "more_batches": more,
        "imports": IMPORTS,
        "named": reads.scheme,
        "wrong": list(wrong.items())[:SHOWN_WRONG],
        "preview": None,
        "period_words": period_words,
    }


def _words(scheme: str) -> dict[str, Any]:
    return {"scheme": billed_scheme(scheme), "period_words": period_words, "states": STATES}


def _codes() -> list[str]:
    return [scheme.code for scheme in billed_schemes()]


def _first(visit: Visit) -> int:
    """Where the page of an import begins. Raises NotFound for what is no row."""
    typed = visit.query.get("from", "0")
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 4):
        raise NotFound
    return int(typed) - int(typed) % CHUNK


def _address(visit: Visit, id: str) -> str:
    return f"/{visit.language}/staff/payments/bills/{id}"
