"""Posters: the short link on them, how to tell a forged one, and the desk where they are made and revoked."""

from contextlib import suppress
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from chalicelib.core.errors import NotFound
from chalicelib.core.text import LANGUAGES, Text, local
from chalicelib.core.toolbox import toolbox
from chalicelib.core.web.answers import Answer, Body, Page, Redirect
from chalicelib.core.web.forms import Form
from chalicelib.core.web.guards import anyone, staff
from chalicelib.core.web.pages import Pages
from chalicelib.core.web.visit import Visit
from chalicelib.payments.model.poster import Poster, PosterState, Why
from chalicelib.payments.service.poster_sheet import items_of, prices
from chalicelib.payments.service.posters import posters, shown_schemes
from chalicelib.schemes import reads
from chalicelib.schemes.reads import Scheme

pages = Pages(__name__)

officers = staff("admin_opd", office="bapenda")
readers = staff("admin_opd", office="bapenda", watching=("auditor",))

REASON: Final = 500
WHAT = Text(id="Pilih untuk apa posternya", en="Choose what the poster is for")
WHICH_WHY = Text(id="Pilih alasannya", en="Choose why")
EVERYTHING = Text(id="{scheme}: semua", en="{scheme}: everything")
ONE_ITEM = Text(id="{scheme}: {item}", en="{scheme}: {item}")
STATES: Final = {
    PosterState.ASKED: (Text(id="Sedang digambar", en="Being drawn"), "info"),
    PosterState.READY: (Text(id="Siap dicetak", en="Ready to print"), "ok"),
    PosterState.REVOKED: (Text(id="Dicabut", en="Revoked"), "error"),
}
WHYS: Final = {
    Why.FORGED: Text(id="Ada stiker palsu yang menirunya", en="A forged sticker imitates it"),
    Why.PRICE: Text(id="Harga di atasnya sudah salah", en="The price on it is wrong by now"),
    Why.PLACE: Text(id="Dipasang di tempat yang salah", en="It hangs in the wrong place"),
    Why.LOST: Text(id="Hilang atau rusak", en="It is lost or torn"),
    Why.OTHER: Text(id="Alasan lain", en="Another reason"),
}
HERE: Final = "/{lang}/staff/posters"


@pages.get("/P/{token}", guard=anyone)
@pages.get("/p/{token}", guard=anyone)
def follow_link(visit: Visit, token: str) -> Answer:
    """What the QR of a poster leads to: its address has no language, since it must be short."""
    wanted = visit.headers.get("accept-language", "").lower()
    language = "en" if wanted and not wanted.startswith(LANGUAGES[0]) else LANGUAGES[0]
    with suppress(NotFound):
        if onward := _onward(posters().followed(token), language):
            return onward
    return Redirect(f"/{language}/p/{quote(token, safe='')}")


@pages.get("/{lang}/p/{token}", guard=anyone)
def look_at_link(visit: Visit, token: str) -> Answer:
    """Says why a link leads nowhere; one that is good goes on."""
    try:
        poster = posters().followed(token)
    except NotFound:
        return Page("payments/poster_wrong.html", {"poster": None, "host": _host()}, 404)
    gone = {"poster": poster, "host": _host()}
    return _onward(poster, visit.language) or Page("payments/poster_wrong.html", gone, 410)


@pages.public("/{lang}/pay/posters", guard=anyone)
def show_forgeries(visit: Visit) -> Answer:
    about = {"sold": shown_schemes(), "authority": reads.authority, "today": local(toolbox().now()).date()}
    return Page("payments/posters_forged.html", {"host": _host(), **about})


@pages.get(HERE, guard=readers)
def show_posters(visit: Visit) -> Answer:
    newest, more = posters().newest(visit.query.get("from"))
    listed = [(poster, _name(poster), _outdated(poster)) for poster in newest]
    shown = {"posters": listed, "more_posters": more, "choices": list(_choices().items())}
    return Page("payments/posters.html", {**shown, **_words(visit)})


@pages.post(HERE, guard=officers, again=show_posters)
def ask_poster(visit: Visit) -> Answer:
    form = Form(visit)
    what = form.choice("what", _choices().keys(), missing=WHAT)
    form.check()
    scheme, _, item = what.partition("/")
    return Redirect(_address(visit, posters().ask(scheme, item, visit.actor.id, form.id)))


@pages.get(HERE + "/{serial}", guard=readers)
def show_poster(visit: Visit, serial: str) -> Answer:
    return Page("payments/poster.html", _one(visit, serial))


@pages.get(HERE + "/{serial}/print.pdf", guard=readers)
def print_poster(visit: Visit, serial: str) -> Answer:
    sheet = posters().sheet(serial)
    name = f'attachment; filename="poster-{posters().poster(serial).serial}.pdf"'
    return Body(sheet.content, sheet.type, headers={"Content-Disposition": name})


@pages.get(HERE + "/{serial}/revoke", guard=officers)
def ask_again(visit: Visit, serial: str) -> Answer:
    return Page("payments/poster_revoke.html", {**_one(visit, serial), "choices": list(WHYS.items())})


@pages.post(HERE + "/{serial}/revoke", guard=officers, again=ask_again)
def revoke_poster(visit: Visit, serial: str) -> Answer:
    form = Form(visit)
    why = form.choice("why", [one.value for one in Why], missing=WHICH_WHY)
    reason = form.text("reason", limit=REASON, lines=True, required=False)
    form.check()
    posters().revoke(serial, Why(why), reason, visit.actor.id)
    return Redirect(_address(visit, serial))


def _onward(poster: Poster, language: str) -> Redirect | None:
    """Where a good link leads: the scheme with its item chosen; None for a revoked one and for what is not sold."""
    sold = next((scheme for scheme in shown_schemes() if scheme.code == poster.scheme), None)
    if not poster.leads or sold is None:
        return None
    chosen = f"?{urlencode({'item': poster.item})}" if poster.item else ""
    return Redirect(f"/{language}/pay/{poster.scheme}{chosen}")


def _choices() -> dict[str, Text]:
    """What a poster may be made for: a scheme, or one of its items as `scheme/item`."""
    found: dict[str, Text] = {}
    for scheme in shown_schemes():
        several = len(scheme.items) > 1
        found[scheme.code] = EVERYTHING.format(scheme=scheme.name) if several else scheme.name
        found |= {f"{scheme.code}/{item.code}": _item_name(scheme, item.name) for item in scheme.items if several}
    return found


def _item_name(scheme: Scheme, item: Text) -> Text:
    return ONE_ITEM.format(scheme=scheme.name, item=item)


def _name(poster: Poster) -> Text:
    """A poster may be older than what is sold."""
    key = f"{poster.scheme}/{poster.item}" if poster.item else poster.scheme
    return _choices().get(key, Text(id=key, en=key))


def _outdated(poster: Poster) -> bool:
    """Whether a poster that hangs shows another price than today's, or what is not sold any more."""
    scheme = next((scheme for scheme in shown_schemes() if scheme.code == poster.scheme), None)
    if not poster.leads or scheme is None:
        return poster.leads
    items, today = items_of(poster, scheme), local(toolbox().now()).date()
    return prices(items, local(poster.made_at).date()) != prices(items, today)


def _one(visit: Visit, serial: str) -> dict[str, Any]:
    poster = posters().poster(serial)
    link = f"{_host()}/p/{posters().token(poster.serial)}"
    shown = {"poster": poster, "name": _name(poster), "link": link, "outdated": _outdated(poster)}
    return {**shown, **_words(visit)}


def _words(visit: Visit) -> dict[str, Any]:
    officer = visit.officer
    acting = officer is not None and "admin_opd" in officer.roles and officer.office.casefold() == "bapenda"
    return {"states": STATES, "whys": WHYS, "acting": acting}


def _host() -> str:
    return urlsplit(toolbox().origin).netloc


def _address(visit: Visit, serial: str) -> str:
    return f"/{visit.language}/staff/posters/{serial}"
