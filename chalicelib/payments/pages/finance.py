"""Finance: provider, ledger and receipts side by side, differences first; closing days, taking them along."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from chalicelib.core.errors import BadValue, Invalid, NotFound
from chalicelib.core.events import Entry
from chalicelib.core.export import CSV_TYPE, XLSX_TYPE, Cell, csv_of, xlsx_of
from chalicelib.core.ids import parse_reference
from chalicelib.core.money import Money
from chalicelib.core.text import Text
from chalicelib.core.web.answers import Answer, Body, Page, Redirect
from chalicelib.core.web.forms import Form
from chalicelib.core.web.guards import staff
from chalicelib.core.web.pages import Pages
from chalicelib.core.web.visit import Visit
from chalicelib.payments.model.books import Posting
from chalicelib.payments.model.day import AlreadyClosed, Column, Figures, NotAsked, NotOver, OpenDifferences
from chalicelib.payments.model.difference import AlreadyExplained, Difference
from chalicelib.payments.model.order import PREFIX
from chalicelib.payments.pages import finance_words as words
from chalicelib.payments.pages.onward import known
from chalicelib.payments.service.finance import NothingUnmatched, TooManyPostings, finance

pages = Pages(__name__)

ACTING: Final = frozenset({"admin_opd"})
officers = staff(*ACTING, office="bapenda")
readers = staff(*ACTING, office="bapenda", watching=("auditor",))

REASON: Final = 500
# Outside, a day has no day before or after it (the ends of the calendar), and nobody has any books.
YEARS: Final = range(2020, 2100)
# What of a fact helps to find it again.
CODES: Final = ("payment", "dispute", "refund", "notice", "kind", "state", "why")
A_DAY = Text(id="Tulis tanggal seperti 2026-11-24", en="Write a date like 2026-11-24")
A_PERIOD = Text(id="Tulis tanggal atau bulan, seperti 2026-11", en="Write a date or a month, like 2026-11")
WHY = Text(id="Tulis apa yang Anda temukan", en="Write what you found")
AN_ORDER = Text(
    id="Tulis nomor pesanan, seperti PS-K7MH-K52N-FTR8",
    en="Write the number of an order, like PS-K7MH-K52N-FTR8",
)
HEADS = (
    Text(id="Hari (WITA)", en="Day (WITA)"),
    Text(id="Saat (WITA)", en="At (WITA)"),
    Text(id="Catatan", en="Posting"),
    Text(id="Jenis", en="Kind"),
    Text(id="Pemilik", en="Authority"),
    Text(id="Layanan", en="Scheme"),
    Text(id="Pesanan", en="Order"),
    Text(id="Rekening", en="Account"),
    Text(id="Debet (IDR)", en="Debit (IDR)"),
    Text(id="Kredit (IDR)", en="Credit (IDR)"),
)


@pages.get("/{lang}/staff/payments", guard=readers)
def show_day(visit: Visit) -> Answer:
    day, wrong = _asked_day(visit)
    return Page("payments/finance.html", {**_day(day), **({"errors": {"day": A_DAY}} if wrong else {})})


def show_day_again(visit: Visit, day: str) -> Answer:
    return Page("payments/finance.html", _day(_of_address(day)))


@pages.post("/{lang}/staff/payments/days/{day}/close", guard=officers, again=show_day_again)
def close_day(visit: Visit, day: str) -> Answer:
    form = Form(visit)
    reason = form.text("reason", limit=REASON, lines=True, required=False)
    form.check()
    try:
        finance().close(_of_address(day), visit.actor.id, reason)
    except (NotOver, NotAsked, OpenDifferences, AlreadyClosed) as rule:
        raise Invalid(errors={"reason": rule.title}) from rule
    return Redirect(f"/{visit.language}/staff/payments?day={day}")


@pages.get("/{lang}/staff/payments/differences/{id}", guard=readers)
def show_difference(visit: Visit, id: str) -> Answer:
    difference = finance().difference(id)
    context = {"difference": difference, "accounts": _accounts(difference), "most": REASON}
    return Page("payments/finance_difference.html", {**context, **_words()})


@pages.post("/{lang}/staff/payments/differences/{id}/explain", guard=officers, again=show_difference)
def explain(visit: Visit, id: str) -> Answer:
    form, allowed = Form(visit), finance().accounts(finance().difference(id))
    why = form.text("why", limit=REASON, lines=True, missing=WHY)
    account = form.choice("account", ["", *allowed]) if allowed else ""
    form.check()
    try:
        finance().explain(id, visit.actor.id, why, account)
    except (AlreadyExplained, NothingUnmatched) as rule:
        raise Invalid(errors={"why": rule.title}) from rule
    return Redirect(f"/{visit.language}/staff/payments/differences/{id}")


@pages.get("/{lang}/staff/payments/orders", guard=readers)
def find_order(visit: Visit) -> Answer:
    try:
        return _to_order(visit, parse_reference(visit.query.get("reference", ""), PREFIX))
    except BadValue:
        context = {"errors": {"reference": AN_ORDER}, "values": {"reference": visit.query.get("reference", "")}}
        return Page("payments/finance.html", {**_day(finance().today()), **context}, 422)


@pages.get("/{lang}/staff/payments/orders/{reference}", guard=readers)
def show_order(visit: Visit, reference: str) -> Answer:
    money = finance().money_of(known(reference))
    steps = [_step(entry) for entry in money.journal]
    return Page("payments/finance_order.html", {"money": money, "steps": steps, "most": REASON, **_words()})


@pages.get("/{lang}/staff/payments/export", guard=readers)
def export(visit: Visit) -> Answer:
    period = visit.query.get("period", "")
    try:
        rows = [row for posting in finance().postings(*span(period)) for row in _rows(posting)]
    except (BadValue, TooManyPostings) as rule:
        why = rule.message if isinstance(rule, BadValue) else rule.title
        return Page("payments/finance.html", {**_day(finance().today()), "errors": {"period": why}}, 422)
    return _file(visit, f"payments-{period}", rows)


def _file(visit: Visit, name: str, rows: Sequence[Sequence[Cell]]) -> Body:
    heads = [head.in_(visit.language) for head in HEADS]
    book = visit.query.get("as") == "xlsx"
    attached = {"Content-Disposition": f'attachment; filename="{name}.{"xlsx" if book else "csv"}"'}
    if book:
        return Body(xlsx_of(name[:31], heads, rows), XLSX_TYPE, headers=attached)
    return Body(csv_of(heads, rows), CSV_TYPE, headers=attached)


def _rows(posting: Posting) -> list[list[Cell]]:
    told: list[Cell] = [posting.day, posting.at, posting.id, posting.kind]
    told += [posting.authority, posting.scheme, posting.order]
    return [[*told, leg.account, *_debit_credit(leg.amount)] for leg in posting.legs]


def _debit_credit(amount: Money) -> list[Cell]:
    value = Decimal(abs(amount.minor_units)).scaleb(-2)
    return [value, None] if amount.minor_units > 0 else [None, value]


def iso(typed: str) -> date:
    """Raises BadValue, also for a day on which nobody has kept these books."""
    try:
        day = date.fromisoformat(typed)
    except ValueError as wrong:
        raise BadValue(A_DAY) from wrong
    if len(typed) != 10 or day.year not in YEARS:
        raise BadValue(A_DAY)
    return day


def _of_address(day: str) -> date:
    """Raises NotFound."""
    try:
        return iso(day)
    except BadValue as wrong:
        raise NotFound from wrong


def span(typed: str) -> tuple[date, date]:
    """The first and the last day of `2026-11` or `2026-11-24`. Raises BadValue."""
    try:
        if len(typed) != 7:
            return (day := iso(typed)), day
        first = iso(f"{typed}-01")
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    except ValueError as wrong:
        raise BadValue(A_PERIOD) from wrong


def _asked_day(visit: Visit) -> tuple[date, bool]:
    """The day of the address, else today; whether what was typed is none."""
    typed = visit.query.get("day", "")
    try:
        return (iso(typed) if typed else finance().today()), False
    except BadValue:
        return finance().today(), True


def _day(day: date) -> dict[str, Any]:
    view = finance().day(day)
    around = (day - timedelta(days=1), day + timedelta(days=1))
    return {"view": view, "around": around, "today": finance().today(), "lines": _lines(view.figures), **_words()}


def _lines(figures: Sequence[Figures]) -> list[dict[str, Any]]:
    """A line for each reason of each row, those that differ first."""
    lines = [_line(one, column) for one in figures for column in one.columns]
    return sorted(lines, key=lambda line: not line["differs"])


def _line(one: Figures, column: Column) -> dict[str, Any]:
    provider, ledger = one.provider.get(column, 0), one.ledger.get(column, 0)
    return {
        "row": one.row,
        "column": column,
        "provider": Money(provider, "IDR"),
        "ledger": Money(ledger, "IDR"),
        "receipts": Money(one.receipted, "IDR") if column is Column.PAYMENTS else None,
        "count": one.receipts,
        "differs": provider != ledger or (column is Column.PAYMENTS and one.receipts_differ),
    }


def _words() -> dict[str, Any]:
    return {"words": words, "acting": ACTING, "idr": lambda minor: Money(minor, "IDR")}


def _accounts(difference: Difference) -> list[tuple[str, Text]]:
    return [(account, words.account_name(account)) for account in finance().accounts(difference)]


def _step(entry: Entry) -> dict[str, Any]:
    told = entry.data
    amount = Money(told["amount"], "IDR") if "amount" in told else None
    won = (words.WON if told["won"] else words.LOST) if "won" in told else None
    codes = " ".join(str(told[name]) for name in CODES if name in told)
    title = words.TIMELINE.get(entry.name, words.OTHER)
    return {"title": title, "at": entry.at, "amount": amount, "won": won, "codes": codes, "actor": entry.actor}


def _to_order(visit: Visit, reference: str) -> Redirect:
    return Redirect(f"/{visit.language}/staff/payments/orders/{reference}")
