"""Subscribing without an account. A GET changes nothing, however often a link scanner follows it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from chalicelib.core import places
from chalicelib.core.hazards import hazards
from chalicelib.core.toolbox import toolbox
from chalicelib.core.web.answers import FORM, Answer, Page, Redirect
from chalicelib.core.web.forms import Form
from chalicelib.core.web.guards import anyone, anyone_from_anywhere
from chalicelib.core.web.limits import limit
from chalicelib.core.web.pages import Pages
from chalicelib.core.web.visit import Visit
from chalicelib.subscriptions import links
from chalicelib.subscriptions.forms import code, mail_request, phone_request, wishes_for
from chalicelib.subscriptions.model.subscription import PENDING_LIFE, Subscription
from chalicelib.subscriptions.model.wishes import FLOOR_MEANINGS, hazard_words, place_words
from chalicelib.subscriptions.service.asking import Request, subscriptions

pages = Pages(__name__)

HOUR: Final = timedelta(hours=1)
# One address may be a whole office or a mobile network.
MOST_PER_IP: Final = 20
LANGUAGE_NAMES: Final = {"id": "Bahasa Indonesia", "en": "English"}
LEVEL_NAMES: Final = {"waspada": "Waspada", "siaga": "Siaga", "awas": "Awas"}


@pages.public("/{lang}/alerts/subscribe", guard=anyone)
def choose_channel(visit: Visit) -> Answer:
    return Page("subscriptions/choose.html")


@pages.get("/{lang}/alerts/subscribe/email", guard=anyone, cache=FORM)
def mail_form(visit: Visit) -> Answer:
    return Page("subscriptions/email.html", choices())


@pages.post("/{lang}/alerts/subscribe/email", guard=anyone, again=mail_form)
def ask_by_mail(visit: Visit) -> Answer:
    return Redirect(_asked(visit, mail_request, links.ASKED))


@pages.get("/{lang}/alerts/subscribe/phone", guard=anyone, cache=FORM)
def phone_form(visit: Visit) -> Answer:
    return Page("subscriptions/phone.html", choices())


@pages.post("/{lang}/alerts/subscribe/phone", guard=anyone, again=phone_form)
def ask_by_phone(visit: Visit) -> Answer:
    return Redirect(_asked(visit, phone_request, links.CODE))


@pages.get("/{lang}/alerts/subscriptions/asked/{token}", guard=anyone)
def show_asked(visit: Visit, token: str) -> Answer:
    return Page("subscriptions/asked.html", {"mask": _found(links.ASKED, token).contact.mask})


@pages.get("/{lang}/alerts/subscriptions/code/{token}", guard=anyone)
def code_form(visit: Visit, token: str) -> Answer:
    found = _found(links.CODE, token)
    return Page("subscriptions/code.html", {"mask": found.contact.mask, "token": token, "next_at": found.code.next_at})


@pages.post("/{lang}/alerts/subscriptions/code/{token}", guard=anyone, again=code_form)
def enter_code(visit: Visit, token: str) -> Answer:
    asked = _opened(links.CODE, token)
    return _welcomed(visit, asked, subscriptions().enter_code(asked, code(Form(visit))))


@pages.post("/{lang}/alerts/subscriptions/code/{token}/again", guard=anyone, again=code_form)
def ask_for_new_code(visit: Visit, token: str) -> Answer:
    Form(visit).check()
    subscriptions().new_code(_opened(links.CODE, token))
    return Redirect(f"/{visit.language}/alerts/subscriptions/code/{token}?sent=yes")


@pages.get("/{lang}/alerts/subscriptions/confirm/{token}", guard=anyone)
def confirm_form(visit: Visit, token: str) -> Answer:
    return Page("subscriptions/confirm.html", {"token": token, **_shown(_found(links.CONFIRM, token))})


@pages.post("/{lang}/alerts/subscriptions/confirm/{token}", guard=anyone, again=confirm_form)
def confirm(visit: Visit, token: str) -> Answer:
    Form(visit).check()
    asked = _opened(links.CONFIRM, token)
    return _welcomed(visit, asked, subscriptions().confirm(asked))


@pages.get("/{lang}/alerts/subscriptions/{token}", guard=anyone)
def manage_form(visit: Visit, token: str) -> Answer:
    found = _found(links.MANAGE, token)
    context = {
        "action": visit.path,
        "stop": links.path(toolbox(), links.STOP, found.id, visit.language),
        "saved": visit.query.get("saved") == "yes",
        **choices(),
    }
    return Page("subscriptions/manage.html", {**context, **_shown(found)})


@pages.post("/{lang}/alerts/subscriptions/{token}", guard=anyone, again=manage_form)
def change(visit: Visit, token: str) -> Answer:
    form = Form(visit)
    subscriptions().change(_opened(links.MANAGE, token), lambda channel: wishes_for(channel, form))
    return Redirect(f"{visit.path}?saved=yes")


@pages.get("/{lang}/alerts/subscriptions/{token}/confirmed", guard=anyone)
def show_confirmed(visit: Visit, token: str) -> Answer:
    return Page("subscriptions/confirmed.html", {"token": token, **_shown(_found(links.MANAGE, token))})


@pages.get("/{lang}/alerts/subscriptions/stop/{token}", guard=anyone)
def stop_form(visit: Visit, token: str) -> Answer:
    _opened(links.STOP, token)
    return Page("subscriptions/stop.html", {"token": token})


@pages.post("/{lang}/alerts/subscriptions/stop/{token}", guard=anyone_from_anywhere, again=stop_form)
def stop(visit: Visit, token: str) -> Answer:
    """RFC 8058: the link alone is enough, whatever a mail program posts with it, and the answer is no redirect."""
    subscriptions().stop(_opened(links.STOP, token))
    return Page("subscriptions/stopped.html")


def choices() -> dict[str, Any]:
    """What the forms let choose from."""
    floors = [{"value": str(floor), "text": LEVEL_NAMES[floor], "hint": said} for floor, said in FLOOR_MEANINGS.items()]
    return {
        "places": places.places(),
        "hazards": [(one.code, one.name) for one in hazards().values()],
        "floors": floors,
        "languages": list(LANGUAGE_NAMES.items()),
    }


def _asked(visit: Visit, read: Callable[[Form], Request], purpose: str) -> str:
    """Where whoever asked is sent, the same for every address."""
    form, tools = Form(visit), toolbox()
    request = read(form)
    limit(tools, "subscribe", visit.ip, most=MOST_PER_IP, window=HOUR)
    asked = subscriptions().ask(request, form.id)
    return links.path(tools, purpose, asked, visit.language, until=tools.now() + PENDING_LIFE)


def _welcomed(visit: Visit, asked: str, got: str) -> Answer:
    """Who has subscribed before is led to what they have."""
    page = links.path(toolbox(), links.MANAGE, got, visit.language)
    return Redirect(f"{page}/confirmed" if asked == got else page)


def _opened(purpose: str, token: str) -> str:
    return links.opened(toolbox(), purpose, token)


def _found(purpose: str, token: str) -> Subscription:
    return subscriptions().get(_opened(purpose, token))


def _shown(one: Subscription) -> dict[str, Any]:
    """A subscription in words; its address is shown masked only."""
    return {
        "subscription": one,
        "mask": one.contact.mask,
        "place_words": place_words(one.wishes.places),
        "hazard_words": hazard_words(one.wishes.hazards),
        "level_name": LEVEL_NAMES[one.wishes.floor],
        "level_meaning": FLOOR_MEANINGS[one.wishes.floor],
        "language_name": LANGUAGE_NAMES[one.wishes.language],
    }
