"""The gate for staff, the page behind a ticket's QR for everybody, and what lets tickets open without network."""

import secrets
from typing import Any
from urllib.parse import quote

from chalicelib.core.text import LANGUAGES, Text
from chalicelib.core.text import day_and_moment as when
from chalicelib.core.toolbox import toolbox
from chalicelib.core.web.answers import CAMERA, Answer, Body, Page, Redirect
from chalicelib.core.web.forms import Form
from chalicelib.core.web.guards import anyone, staff
from chalicelib.core.web.pages import Pages
from chalicelib.core.web.templates import static
from chalicelib.core.web.visit import Visit
from chalicelib.payments.model.gate import BAD_GATE, SAID, Gate, Scan, Verdict
from chalicelib.payments.model.voucher import Voucher
from chalicelib.payments.service.gate import gate_service, gates
from chalicelib.schemes.reads import scheme as known_scheme

pages = Pages(__name__)

gatekeepers = staff("field_unit", office="dispar")

LONGEST_SCAN = 300
NO_TICKET = Text(id="Pindai atau ketik tiketnya", en="Scan or type the ticket")


@pages.get("/{lang}/staff/gate", guard=gatekeepers)
def show_gate(visit: Visit) -> Answer:
    return Page("payments/gate.html", _gate_words(), headers=CAMERA)


@pages.post("/{lang}/staff/gate", guard=gatekeepers, again=show_gate)
def check_ticket(visit: Visit) -> Answer:
    """Without scripts: one ticket, one answer; sent again by the browser it is the same answer."""
    scan = _scan(Form(visit))
    verdict = gate_service().redeem(scan, visit.actor)
    # The next ticket is another scan, also where it is the same ticket.
    fresh = {"form_id": secrets.token_hex(16), "values": {"gate": scan.gate.code}}
    inside = {"inside": gate_service().inside(scan.gate.scheme)}
    said = _verdict_words(verdict, visit.language)
    return Page("payments/gate.html", {**_gate_words(), **said, **fresh, **inside}, headers=CAMERA)


def _scan(form: Form) -> Scan:
    gate = form.choice("gate", [gate.code for gate in gates()], missing=BAD_GATE)
    ticket = form.text("ticket", limit=LONGEST_SCAN, missing=NO_TICKET)
    form.check()
    return Scan(nonce=form.id, ticket=ticket, gate=Gate.of(gate), at=toolbox().now())


@pages.get("/V/{token}", guard=anyone)
@pages.get("/v/{token}", guard=anyone)
def choose_language(visit: Visit, token: str) -> Answer:
    """What a QR leads to: its address has no language, since it must be short."""
    wanted = visit.headers.get("accept-language", "").lower()
    language = "en" if wanted and not wanted.startswith(LANGUAGES[0]) else LANGUAGES[0]
    return Redirect(f"/{language}/v/{quote(token, safe='')}")


@pages.get("/{lang}/v/{token}", guard=anyone)
def look_at_ticket(visit: Visit, token: str) -> Answer:
    verdict = gate_service().look(token)
    return Page("payments/look.html", _verdict_words(verdict, visit.language))


@pages.get("/offline.js", guard=anyone, cache="no-cache")
def service_worker(visit: Visit) -> Answer:
    """A worker may only keep pages below its own address; the script itself is a file with a hashed name."""
    script = f'importScripts("{static("offline.js")}");\n'
    return Body(script.encode(), "text/javascript; charset=utf-8", headers={"Service-Worker-Allowed": "/"})


def _gate_words() -> dict[str, Any]:
    schemes = {gate.scheme: known_scheme(gate.scheme) for gate in gates()}
    return {"gates": [(gate.code, _gate_name(gate)) for gate in gates()], "schemes": schemes, "said": SAID}


def _gate_name(gate: Gate) -> Text:
    name = known_scheme(gate.scheme).name
    return Text(id=f"{name.id}, pintu {gate.entrance}", en=f"{name.en}, entrance {gate.entrance}")


def _verdict_words(verdict: Verdict, language: str) -> dict[str, Any]:
    if verdict.voucher is None:
        return {"verdict": verdict, "reason": verdict.said.reason, "what": None}
    reason = verdict.said.reason.format(**_slots(verdict.voucher, language))
    return {"verdict": verdict, "reason": reason, "what": _what(verdict.voucher)}


def _slots(voucher: Voucher, language: str) -> dict[str, str | Text]:
    return {
        "at": when(voucher.used_at, language) if voucher.used_at else "",
        "gate": _gate_name(Gate.of(voucher.used_gate)) if voucher.used_gate else "",
        "starts": when(voucher.valid_from, language),
        "ends": when(voucher.valid_until, language),
    }


def _what(voucher: Voucher) -> Text:
    """What was bought; an item that was taken off the list since has its code."""
    scheme = known_scheme(voucher.scheme)
    names = [item.name for item in scheme.items if item.code == voucher.item]
    item = names[0] if names else Text(id=voucher.item, en=voucher.item)
    return Text(id=f"{scheme.name.id}, {item.id}", en=f"{scheme.name.en}, {item.en}")
