"""Steps of the API's function: pages that are asked for."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from chalicelib.alerts.service import Alerts
from chalicelib.core.web.sessions import SESSION_COOKIE, start_session
from chalicelib.core.web.visit import Officer
from chalicelib.incidents.service.cases import Incidents
from chalicelib.payments.service.posters import Posters
from tests.stack.browser import Browser, Seen, SeenForm
from tests.stack.by_hand import ByHand
from tests.stack.journey import composed, new_people
from tests.stack.prepared import (
    THERE,
    opened,
    reported,
)
from tests.stack.step import Step, nothing

SORRY: Final = ("Sorry, something went wrong", "not available right now")


@dataclass
class Asked:
    """A page that is asked for, and what it answered last."""

    ask: Callable[[], Seen]
    wanted: int
    last: Seen | None = None

    def act(self) -> bool:
        self.last = self.ask()
        return self.last.status == self.wanted

    def shown(self) -> bool:
        """A page that says that something is wrong, and not what."""
        return self.last is not None and self.last.status >= 500 and any(said in self.last.text for said in SORRY)

    def step(self, done: Callable[[], object] = nothing) -> Step:
        return Step(self.act, lambda: self.last and self.last.status == self.wanted and done(), self.shown)


AYU: Final = Officer(id="ayu", name="Ayu", roles=frozenset({"operator_ddcm"}), office="diskominfos")
KADEK: Final = Officer(id="kadek", name="Kadek", roles=frozenset({"admin_opd"}), office="bapenda")


def staff(hand: ByHand, who: Officer = AYU) -> Browser:
    """An officer who has logged in; the session's row is written by the app's own code."""
    return Browser(hand.city.origin, {SESSION_COOKIE: start_session(who, hand.tools())})


def read_a_report(hand: ByHand) -> Step:
    reference = reported(hand)
    return Asked(lambda: Browser(hand.city.origin).get(f"/en/reports/{reference}"), 200).step()


def look_at_the_queue(hand: ByHand) -> Step:
    officer = staff(hand)
    return Asked(lambda: officer.get("/en/staff/incidents"), 200).step()


def look_at_an_incident(hand: ByHand) -> Step:
    officer, incident = staff(hand), opened(hand, reported(hand))
    return Asked(lambda: officer.get(f"/en/staff/incidents/{incident}"), 200).step()


def open_an_incident(hand: ByHand) -> Step:
    officer, reference = staff(hand), reported(hand)
    form = officer.get("/en/staff/incidents").form()
    return Asked(lambda: _sent(officer, form, reports=[reference]), 303).step(
        lambda: Incidents(hand.tools()).progress(reference)[1]
    )


def write_a_draft(hand: ByHand) -> Step:
    """The same form again: what failed left nothing, so that it is the first."""
    officer = staff(hand)
    form = officer.get("/en/staff/alerts/new").form()
    asked = Asked(lambda: _sent(officer, form, **composed(), incident=""), 303)
    return asked.step(lambda: asked.last and drafts(hand, asked.last.location) == ["AlertDrafted"])


def drafts(hand: ByHand, page: str) -> list[str]:
    """What the journal of the alert behind a page says."""
    return [entry.name for entry in Alerts(hand.tools()).history(page.rpartition("/")[2])]


def print_a_poster(hand: ByHand) -> Step:
    """Its sheet lies in the bucket already."""
    posters, officer = Posters(hand.tools()), staff(hand, KADEK)
    serial = posters.ask("mangrove", "adult", KADEK.id, uuid.uuid4().hex)
    posters.draw(serial)
    return Asked(lambda: officer.get(f"/en/staff/posters/{serial}/print.pdf"), 200).step()


def log_out(hand: ByHand) -> Step:
    officer = staff(hand)
    cookies = dict(officer.cookies)
    form = officer.get("/en/staff").form("/logout")
    return Asked(lambda: _sent(replace(officer, cookies=dict(cookies)), form), 303).step(
        lambda: officer.get("/en/staff").status != 200
    )


def ask_for_alerts(hand: ByHand) -> Step:
    person = Browser(hand.city.origin)
    form = person.get("/en/alerts/subscribe/email").form()
    typed = {"email": new_people().mail, "places": [THERE], "floor": "awas", "language": "en"}
    return Asked(lambda: _sent(person, form, **typed), 303).step()


def _sent(browser: Browser, form: SeenForm, **typed: Any) -> Seen:
    return browser.post(form.action, {**form.values, **typed})
