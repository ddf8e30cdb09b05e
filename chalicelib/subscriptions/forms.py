"""What people type about a subscription, read into requests and wishes."""

import re
from typing import Final

from chalicelib.core import contacts, places
from chalicelib.core.errors import BadValue
from chalicelib.core.hazards import hazards
from chalicelib.core.text import LANGUAGES, Text
from chalicelib.core.web.forms import Form
from chalicelib.subscriptions.model.wishes import Channel, Floor, Wishes, chosen_hazards
from chalicelib.subscriptions.service.asking import Request

EMAIL: Final = Text(id="Masukkan alamat email Anda", en="Enter your email address")
NUMBER: Final = Text(id="Masukkan nomor ponsel Anda", en="Enter your mobile number")
WHERE: Final = Text(id="Pilih sedikitnya satu tempat", en="Choose at least one place")
ONE_PLACE: Final = Text(id="Pilih satu tempat", en="Choose one place")
HOW_BAD: Final = Text(id="Pilih mulai tingkat berapa kami mengabari Anda", en="Choose from which level we tell you")
LANGUAGE: Final = Text(id="Pilih bahasa pesan", en="Choose the language of the messages")
SIX_DIGITS: Final = Text(id="Masukkan enam angka dari SMS kami", en="Enter the six digits of our text message")


def mail_request(form: Form) -> Request:
    """Raises Invalid with a message per field."""
    address = form.value("email", contacts.email, missing=EMAIL) or ""
    wishes = mail_wishes(form)
    return Request(channel=Channel.MAIL, address=address, mask=contacts.mask_email(address), wishes=wishes)


def phone_request(form: Form) -> Request:
    """Raises Invalid with a message per field."""
    number = form.value("phone", contacts.phone, missing=NUMBER) or ""
    wishes = phone_wishes(form)
    return Request(channel=Channel.PHONE, address=number, mask=contacts.mask_phone(number), wishes=wishes)


def wishes_for(channel: Channel, form: Form) -> Wishes:
    """Raises Invalid with a message per field."""
    return mail_wishes(form) if channel is Channel.MAIL else phone_wishes(form)


def mail_wishes(form: Form) -> Wishes:
    chosen = form.several("places", _place, missing=WHERE)
    ticked = form.choices("hazards", hazards().keys(), required=False)
    return _wishes(form, tuple(sorted(chosen)), chosen_hazards(ticked))


def phone_wishes(form: Form) -> Wishes:
    place = form.value("place", _place, missing=ONE_PLACE)
    return _wishes(form, (place or "",), ())


def code(form: Form) -> str:
    """Six digits, typed with or without blanks. Raises Invalid."""
    typed = form.value("code", _digits, missing=SIX_DIGITS)
    form.check()
    return typed or ""


def _wishes(form: Form, chosen: tuple[str, ...], ticked: tuple[str, ...]) -> Wishes:
    """The last two fields; then everything that is wrong is told together."""
    floor = form.choice("floor", list(Floor), missing=HOW_BAD)
    language = form.choice("language", LANGUAGES, missing=LANGUAGE)
    form.check()
    return Wishes(places=chosen, hazards=ticked, floor=Floor(floor), language=language)


def _place(typed: str) -> str:
    return places.place(typed).code


def _digits(typed: str) -> str:
    digits = re.sub(r"[\s.-]", "", contacts.plain_digits(typed))
    if not re.fullmatch(r"[0-9]{6}", digits):
        raise BadValue(SIX_DIGITS)
    return digits
