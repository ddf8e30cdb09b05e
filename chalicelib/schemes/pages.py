"""What can be paid and who charges it, for visitors; the price list with its legal basis, for staff."""

from urllib.parse import urlsplit

from chalicelib.core.text import Text, local
from chalicelib.core.toolbox import toolbox
from chalicelib.core.web.answers import Answer, Page
from chalicelib.core.web.guards import anyone, staff
from chalicelib.core.web.pages import Pages
from chalicelib.core.web.visit import Visit
from chalicelib.schemes import reads
from chalicelib.schemes.model import AuthorityKind, Scheme, SchemeKind, Subject

pages = Pages(__name__)

readers = staff("auditor", "admin_opd")

FOR_VISITORS = (SchemeKind.TICKET, SchemeKind.PARKING)
KINDS = {
    SchemeKind.TICKET: Text(id="Tiket", en="Ticket"),
    SchemeKind.PARKING: Text(id="Parkir", en="Parking"),
    SchemeKind.DUES: Text(id="Retribusi pasar", en="Market dues"),
    SchemeKind.FEE: Text(id="Retribusi", en="Fee"),
    SchemeKind.FINE: Text(id="Denda", en="Fine"),
    SchemeKind.LEVY: Text(id="Pungutan", en="Levy"),
}
CHARGERS = {
    AuthorityKind.CITY: Text(id="Kota Denpasar", en="The city of Denpasar"),
    AuthorityKind.PROVINCE: Text(id="Provinsi Bali", en="The province of Bali"),
    AuthorityKind.PARTNER: Text(id="Perusahaan milik kota", en="Companies of the city"),
}
SUBJECTS = {
    Subject.NONE: Text(id="Tidak ada", en="Nothing"),
    Subject.PLATE: Text(id="Nomor polisi kendaraan", en="Number plate"),
    Subject.TRADER: Text(id="Kode pedagang", en="Trader code"),
    Subject.FINE: Text(id="Nomor surat denda", en="Number of the fine"),
    Subject.REGISTER: Text(id="Nomor register makam", en="Burial register number"),
}


@pages.public("/{lang}/pay", guard=anyone)
def show_hub(visit: Visit) -> Answer:
    context = {"buy": _sold(visitors=True), "owed": _sold(visitors=False), "chargers": _chargers()}
    return Page("schemes/hub.html", {**context, "levies": _levies(), "host": _host(), **_words()})


@pages.get("/{lang}/staff/prices", guard=readers)
def show_prices(visit: Visit) -> Answer:
    return Page("schemes/prices.html", {"schemes": reads.schemes(), "subjects": SUBJECTS, **_words()})


def _sold(visitors: bool) -> list[Scheme]:
    """What is sold here, for visitors or for residents and traders."""
    sold = [scheme for scheme in reads.schemes() if scheme.kind is not SchemeKind.LEVY]
    return [scheme for scheme in sold if (scheme.kind in FOR_VISITORS) == visitors]


def _levies() -> list[Scheme]:
    return [scheme for scheme in reads.schemes() if scheme.kind is SchemeKind.LEVY]


def _chargers() -> list[tuple[Text, list[Scheme]]]:
    """Each kind of authority with what it charges for."""
    by_kind = {kind: [s for s in reads.schemes() if reads.authority(s.authority).kind is kind] for kind in CHARGERS}
    return [(CHARGERS[kind], charged) for kind, charged in by_kind.items()]


def _words() -> dict[str, object]:
    return {"kinds": KINDS, "authority": reads.authority, "today": local(toolbox().now()).date()}


def _host() -> str:
    return urlsplit(toolbox().origin).netloc
