"""One of everything that the city's pages can show, made through its own pages: reports, incidents, alerts, links."""

import uuid
from collections.abc import Mapping

from tests.journeys import officers, payers, residents
from tests.journeys.browser import Window
from tests.journeys.officers import flood
from tests.journeys.residents import EAST, RENON, SANUR, Sighting
from tests.stack.second_city import SecondCity

Cast = Mapping[str, str]
"""What a place in a path stands for: `{waiting}` the reference of a report that waits, `{manage}` a signed token."""


def cast_of(city: SecondCity, resident: Window, ayu: Window, made: Window) -> dict[str, str]:
    """Ayu writes, Made approves; two actual alerts stay in force until `ended` takes them back."""
    return {
        **subscriptions(city, resident),
        **payers.cast_of(resident),
        **(reports := incidents(resident, ayu)),
        **alerts(ayu, made, reports["verified"]),
    }


def ended(cast: Cast, ayu: Window, made: Window) -> None:
    """Nobody after us finds an alert of ours in force."""
    officers.cancel(ayu, made, cast["issued"])
    officers.approve_cancel(made, cast["ending"])


def subscriptions(city: SecondCity, window: Window) -> dict[str, str]:
    return {**mail_links(city, window), **phone_links(city, window)}


def mail_links(city: SecondCity, window: Window) -> dict[str, str]:
    """`asked` and `confirm` of a new mailbox, `manage` and `stop` of one that hears, `gone` of one that stopped."""
    new, here, gone = (residents.mailbox(city, "en") for _ in range(3))
    residents.ask_by_mail(window, new, SANUR, EAST)
    links = {"asked": window.last, "confirm": new.link("24", "confirm/")}
    for reader, manage, stop in ((here, "manage", "stop"), (gone, "gone", "gone_stop")):
        residents.ask_by_mail(window, reader, SANUR)
        links[stop] = reader.link("24", "stop/")
        residents.confirm_by_mail(window, reader)
        links[manage] = window.path.split("/")[-2]
    window.page.goto(city.origin + links["gone_stop"])
    window.press("Stop these messages")
    return {name: link.rsplit("/", 1)[-1] for name, link in links.items()}


def phone_links(city: SecondCity, window: Window) -> dict[str, str]:
    """`code` of a phone that waits for its code, `phone` the manage token of one that hears."""
    new, here = (residents.phone(city, "en") for _ in range(2))
    residents.ask_by_phone(window, here, RENON)
    residents.type_code(window, here)
    manage = window.path.split("/")[-2]
    residents.ask_by_phone(window, new, SANUR)
    return {"code": window.last, "phone": manage}


def incidents(resident: Window, ayu: Window) -> dict[str, str]:
    """Reports that wait, were warned of and were refused; incidents that are open, verified and rejected."""
    told = Sighting(contact="warga@example.com")
    waiting, looked, warned, refused = (residents.report(resident, told) for _ in range(4))
    opened, verified, rejected = (officers.open_incident(ayu, one) for one in (looked, warned, refused))
    officers.verify(ayu, verified)
    officers.reject(ayu, rejected, "Sudah diperiksa: tidak ada banjir.")
    seen = {"waiting": waiting, "warned": warned, "refused": refused, "looked": looked}
    return {**seen, "open": opened, "verified": verified, "rejected": rejected}


def alerts(ayu: Window, made: Window, incident: str) -> dict[str, str]:
    """An alert in every state, all written by Ayu; Ayu also asks for the end of `ending`."""
    mark = uuid.uuid4().hex[:4]
    made_of = {name: officers.draft_alert(ayu, flood(f"{mark} {name}")) for name in ("draft", "returned", "submitted")}
    for name in ("returned", "submitted"):
        officers.submit(ayu, made_of[name])
    officers.send_back(made, made_of["returned"], "Sebutkan jalannya.")
    made_of["issued"] = about_incident(ayu, made, incident, mark)
    made_of |= {name: officers.issue(ayu, made, flood(f"{mark} {name}")) for name in ("ending", "cancelled")}
    officers.ask_for_cancel(ayu, made_of["ending"])
    officers.cancel(ayu, made, made_of["cancelled"])
    return {**made_of, "drill": drill(ayu, made, mark)}


def about_incident(ayu: Window, made: Window, incident: str, mark: str) -> str:
    ayu.go(f"/staff/alerts/new?incident={incident}")
    officers.compose(ayu, flood(f"{mark} issued", level="awas"))
    ayu.press("Save and preview")
    alert = ayu.last
    officers.submit(ayu, alert)
    officers.approve(made, alert)
    return alert


def drill(ayu: Window, made: Window, mark: str) -> str:
    alert = officers.draft_alert(ayu, flood(f"{mark} drill", status="exercise"))
    officers.submit(ayu, alert)
    officers.approve(made, alert, "Approve")
    return alert
