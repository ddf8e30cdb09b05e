"""Reporting for everybody, following a report, and the operators' queue."""

from datetime import timedelta

from chalicelib.core import places
from chalicelib.core.contacts import email, mask_email, mask_phone, phone
from chalicelib.core.errors import BadValue, NotFound
from chalicelib.core.ids import parse_reference
from chalicelib.core.text import Text
from chalicelib.core.toolbox import toolbox
from chalicelib.core.vault import Secret
from chalicelib.core.web.answers import FORM, Answer, Page, Redirect
from chalicelib.core.web.forms import Form
from chalicelib.core.web.guards import anyone, staff
from chalicelib.core.web.limits import limit
from chalicelib.core.web.pages import Pages
from chalicelib.core.web.visit import Visit
from chalicelib.incidents.model import Point, kinds
from chalicelib.incidents.service.cases import Contact, Observation, incidents

pages = Pages(__name__)

operators = staff("operator_ddcm", "supervisor_112")
readers = staff("operator_ddcm", "supervisor_112", "auditor")

# A mobile network puts a whole neighbourhood behind one address, and in a flood all of it reports.
MOST_REPORTS_PER_IP = 60

WHAT = Text(id="Pilih apa yang terjadi", en="Choose what is happening")
WHERE = Text(
    id="Pilih desa atau kelurahan, atau pakai lokasi Anda",
    en="Choose the village, or use your location",
)
DESCRIBE = Text(id="Ceritakan apa yang Anda lihat", en="Say what you see")
CONTACT = Text(
    id="Tulis alamat e-mail atau nomor ponsel, atau kosongkan",
    en="Give an e-mail address or a mobile number, or leave this empty",
)
HISTORY = {
    "IncidentOpened": Text(id="Dibuka dari laporan", en="Opened from reports"),
    "IncidentVerified": Text(id="Terverifikasi", en="Verified"),
    "IncidentRejected": Text(id="Ditolak", en="Rejected"),
    "IncidentWarned": Text(id="Kabar peringatan diterima", en="News of its alert came in"),
}
WHY = Text(id="Tulis alasannya", en="Give the reason")


@pages.get("/{lang}/report", guard=anyone, cache=FORM)
def report_form(visit: Visit) -> Answer:
    return Page("incidents/report.html", {"kinds": kinds().values(), "places": places.places()})


@pages.post("/{lang}/report", guard=anyone, again=report_form)
def send_report(visit: Visit) -> Answer:
    form = Form(visit)
    seen = observation(form, visit.language)
    form.check()
    limit(toolbox(), "report", visit.ip, most=MOST_REPORTS_PER_IP, window=timedelta(hours=1))
    return Redirect(f"/{visit.language}/reports/{incidents().report(seen, form.id)}")


@pages.get("/{lang}/reports/{reference}", guard=anyone)
def show_report(visit: Visit, reference: str) -> Answer:
    report, incident = incidents().progress(_known(reference))
    return Page(
        "incidents/progress.html", {"report": report, "incident": incident, **_words(report.kind, report.village)}
    )


@pages.get("/{lang}/staff/incidents", guard=readers)
def show_queue(visit: Visit) -> Answer:
    waiting, more_reports = incidents().waiting(visit.query.get("reports"))
    opened, more_incidents = incidents().undecided(visit.query.get("incidents"))
    context = {
        "waiting": waiting,
        "more_reports": more_reports,
        "opened": opened,
        "more_incidents": more_incidents,
        "decided": incidents().decided(10),
        "kinds": kinds(),
        "place": places.place,
        "acting": operators.roles,
    }
    return Page("incidents/queue.html", context)


@pages.post("/{lang}/staff/incidents", guard=operators, again=show_queue)
def open_incident(visit: Visit) -> Answer:
    form = Form(visit)
    chosen = form.several("reports", lambda typed: parse_reference(typed, "LP"))
    form.check()
    return Redirect(f"/{visit.language}/staff/incidents/{incidents().open(chosen, _by(visit), form.id)}")


@pages.get("/{lang}/staff/incidents/{id}", guard=readers)
def show_incident(visit: Visit, id: str) -> Answer:
    incident, reports = incidents().case(id)
    context = {"incident": incident, "reports": reports, "history": _history(id), "acting": operators.roles}
    return Page("incidents/incident.html", {**context, **_words(incident.kind, incident.village)})


@pages.post("/{lang}/staff/incidents/{id}/verify", guard=operators, again=show_incident)
def verify(visit: Visit, id: str) -> Answer:
    Form(visit).check()
    incidents().verify(id, _by(visit))
    return Redirect(f"/{visit.language}/staff/incidents/{id}")


@pages.post("/{lang}/staff/incidents/{id}/reject", guard=operators, again=show_incident)
def reject(visit: Visit, id: str) -> Answer:
    form = Form(visit)
    reason = form.text("reason", limit=500, lines=True, missing=WHY)
    form.check()
    incidents().reject(id, _by(visit), reason)
    return Redirect(f"/{visit.language}/staff/incidents/{id}")


def observation(form: Form, language: str) -> Observation:
    kind = form.choice("kind", kinds().keys(), missing=WHAT)
    place_words = form.text("place_words", limit=200, required=False)
    village, point = _place(form)
    return Observation(
        kind=kind,
        village=village,
        point=point,
        place_words=place_words,
        words=form.text("words", limit=2000, lines=True, missing=DESCRIBE),
        contact=form.optional("contact", _contact),
        language=language,
    )


def _place(form: Form) -> tuple[str, Point | None]:
    """A chosen village counts; the browser's point stands in where none is chosen."""
    chosen = form.optional("village", lambda code: places.village(code).code)
    point = _point(form)
    if not chosen and point:
        chosen = places.nearest(point.lat, point.lon).code
    if not chosen:
        form.refuse("village", WHERE)
    return chosen or "", point


def _point(form: Form) -> Point | None:
    """Both hidden fields of the browser's location, inside the city; what is wrong is told beside the village."""
    lat, lon = form.optional("lat", _degrees), form.optional("lon", _degrees)
    if lat is None or lon is None:
        return None
    try:
        places.nearest(lat, lon)
    except BadValue as outside:
        form.refuse("village", outside.message)
        return None
    return Point(lat=lat, lon=lon)


def _degrees(typed: str) -> float:
    try:
        return float(typed)
    except ValueError as wrong:
        raise BadValue(WHERE) from wrong


def _contact(typed: str) -> Contact:
    if "@" in typed:
        return Contact(secret=Secret.EMAIL, value=(address := email(typed)), mask=mask_email(address))
    if any(letter.isdigit() for letter in typed):
        return Contact(secret=Secret.PHONE, value=(number := phone(typed)), mask=mask_phone(number))
    raise BadValue(CONTACT)


def _history(id: str) -> list[dict[str, object]]:
    return [{"title": HISTORY[entry.name], "at": entry.at} for entry in incidents().history(id)]


def _known(reference: str) -> str:
    try:
        return parse_reference(reference, "LP")
    except BadValue as wrong:
        raise NotFound from wrong


def _by(visit: Visit) -> str:
    return visit.actor.id


def _words(kind: str, village: str) -> dict[str, object]:
    return {"kind": kinds()[kind], "village": places.village(village)}
