"""The officers' desk: what waits, the composer, a second pair of eyes, what became of the messages."""

from typing import Any

from chalicelib.alerts.model.alert import STATE_NAMES, Alert, Hand, State
from chalicelib.alerts.model.ladder import STATUS_NAMES
from chalicelib.alerts.model.words import area_names
from chalicelib.alerts.pages.form import (
    ENDING,
    REASON,
    both,
    choices,
    content,
    shown,
    suggested,
    typed_or,
    whole_number,
)
from chalicelib.alerts.service import alerts
from chalicelib.core.events import Entry
from chalicelib.core.hazards import hazards
from chalicelib.core.text import Text
from chalicelib.core.toolbox import toolbox
from chalicelib.core.web.answers import Answer, Page, Redirect
from chalicelib.core.web.forms import Form
from chalicelib.core.web.guards import staff
from chalicelib.core.web.pages import Pages
from chalicelib.core.web.visit import Visit

pages = Pages(__name__)

ACTING = frozenset({"operator_ddcm", "supervisor_112"})
operators = staff(*ACTING)
readers = staff(*ACTING, "auditor")

WHY_BACK = Text(id="Tulis apa yang harus diperbaiki", en="Write what has to change")
WHY_OVER = Text(id="Tulis dalam {language} mengapa peringatan berakhir", en="Write in {language} why the alert is over")
HISTORY = {
    "AlertDrafted": Text(id="Disusun", en="Drafted"),
    "AlertEdited": Text(id="Diubah", en="Changed"),
    "AlertSubmitted": Text(id="Diajukan untuk disetujui", en="Submitted for approval"),
    "AlertReturned": Text(id="Dikembalikan", en="Returned"),
    "AlertIssued": Text(id="Disetujui dan dikirim", en="Approved and sent"),
    "AlertCancelRequested": Text(id="Pembatalan diajukan", en="Cancel asked for"),
    "AlertCancelled": Text(id="Pembatalan disetujui dan dikirim", en="Cancel approved and sent"),
    "AlertExpired": Text(id="Berakhir", en="Ended"),
    "AlertSentAgain": Text(id="Kirim ulang diputuskan", en="Sending again decided"),
}
SOMEBODY = Text(id="Petugas", en="An officer")
BY_ITSELF = Text(id="Otomatis", en="By itself")


@pages.get("/{lang}/staff/alerts", guard=readers)
def show_queue(visit: Visit) -> Answer:
    found, following = alerts().open(visit.query.get("after"))
    context = {"open": found, "more_open": following, "ended": alerts().ended()}
    return Page("alerts/desk.html", {**context, "me": _hand(visit).id, "states": STATE_NAMES, **_words()})


@pages.get("/{lang}/staff/alerts/new", guard=operators)
def compose(visit: Visit) -> Answer:
    incident = visit.query.get("incident") or "".join(visit.form.get("incident", ()))
    values = typed_or(visit, suggested(alerts().cause(incident)))
    return Page("alerts/compose.html", {"alert": None, "values": values, **choices(toolbox().now())})


@pages.post("/{lang}/staff/alerts/new", guard=operators, again=compose)
def draft(visit: Visit) -> Answer:
    form = Form(visit)
    incident = form.text("incident", limit=60, required=False)
    written = content(form, toolbox().now())
    return _to(visit, alerts().draft(written, _hand(visit), form.id, incident))


@pages.get("/{lang}/staff/alerts/{id}", guard=readers)
def show_alert(visit: Visit, id: str) -> Answer:
    alert = alerts().alert(id)
    context = {
        "alert": alert,
        "state": alert.state_at(toolbox().now()),
        "states": STATE_NAMES,
        "previews": alerts().previews(alert),
        "history": [_step(alert, entry) for entry in alerts().history(id)],
        "me": _hand(visit).id,
        "limits": {"ending": ENDING, "reason": REASON},
    }
    return Page("alerts/alert.html", {**context, **_words()})


@pages.get("/{lang}/staff/alerts/{id}/edit", guard=operators)
def edit_form(visit: Visit, id: str) -> Answer:
    alert = alerts().alert(id)
    context = {"alert": alert, "saved": shown(alert), "values": typed_or(visit, shown(alert))}
    return Page("alerts/compose.html", {**context, **choices(toolbox().now())})


@pages.post("/{lang}/staff/alerts/{id}/edit", guard=operators, again=edit_form)
def edit(visit: Visit, id: str) -> Answer:
    form = Form(visit)
    revision = form.value("revision", whole_number) or 0
    written = content(form, toolbox().now())
    alerts().edit(id, written, _hand(visit), form.id, revision)
    return _to(visit, id)


@pages.post("/{lang}/staff/alerts/{id}/submit", guard=operators, again=show_alert)
def submit(visit: Visit, id: str) -> Answer:
    form, revision = _of_revision(visit)
    form.check()
    alerts().submit(id, _hand(visit), form.id, revision)
    return _to(visit, id)


@pages.post("/{lang}/staff/alerts/{id}/approve", guard=operators, again=show_alert)
def approve(visit: Visit, id: str) -> Answer:
    form, revision = _of_revision(visit)
    form.check()
    alerts().approve(id, _hand(visit), form.id, revision)
    return _to(visit, id)


@pages.post("/{lang}/staff/alerts/{id}/return", guard=operators, again=show_alert)
def return_(visit: Visit, id: str) -> Answer:
    form, revision = _of_revision(visit)
    reason = form.text("reason", limit=REASON, lines=True, missing=WHY_BACK)
    form.check()
    alerts().return_(id, _hand(visit), form.id, revision, reason)
    return _to(visit, id)


@pages.post("/{lang}/staff/alerts/{id}/cancel", guard=operators, again=show_alert)
def request_cancel(visit: Visit, id: str) -> Answer:
    form = Form(visit)
    ending = both(form, "ending", ENDING, WHY_OVER)
    form.check()
    alerts().request_cancel(id, _hand(visit), form.id, ending)
    return _to(visit, id)


@pages.post("/{lang}/staff/alerts/{id}/approve-cancel", guard=operators, again=show_alert)
def approve_cancel(visit: Visit, id: str) -> Answer:
    form = Form(visit)
    form.check()
    alerts().approve_cancel(id, _hand(visit), form.id)
    return _to(visit, id)


@pages.get("/{lang}/staff/alerts/{id}/deliveries", guard=readers)
def show_deliveries(visit: Visit, id: str) -> Answer:
    alert = alerts().alert(id)
    return Page("alerts/deliveries.html", {"alert": alert, "sendings": alerts().sendings(alert), "acting": ACTING})


@pages.post("/{lang}/staff/alerts/{id}/deliveries", guard=operators, again=show_deliveries)
def send_again(visit: Visit, id: str) -> Answer:
    form = Form(visit)
    rows = form.choices("rows", [row.id for _, row in alerts().sendings(alerts().alert(id)).unknown])
    form.check()
    alerts().send_again(id, _hand(visit), form.id, rows)
    return Redirect(f"/{visit.language}/staff/alerts/{id}/deliveries")


def _of_revision(visit: Visit) -> tuple[Form, int]:
    form = Form(visit)
    return form, form.value("revision", whole_number) or 0


def _hand(visit: Visit) -> Hand:
    """The officer of a guarded visit."""
    return Hand(id=visit.officer.id, name=visit.officer.name) if visit.officer else Hand(id="", name="")


def _to(visit: Visit, id: str) -> Redirect:
    return Redirect(f"/{visit.language}/staff/alerts/{id}")


def _words() -> dict[str, Any]:
    return {"acting": ACTING, "hazards": hazards(), "statuses": STATUS_NAMES, "area_names": area_names, "State": State}


def _step(alert: Alert, entry: Entry) -> dict[str, Any]:
    """A line of the journal as officers read it; names come from the record, facts have ids."""
    hands = (alert.author, alert.last_editor, alert.approver, alert.cancel_requester, alert.ended_by)
    names = {f"officer:{hand.id}": hand.name for hand in hands if hand}
    unnamed = SOMEBODY if entry.actor.startswith("officer:") else BY_ITSELF
    return {"title": HISTORY[entry.name], "at": entry.at, "note": names.get(entry.actor, unnamed)}
