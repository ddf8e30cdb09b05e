"""Reading what somebody wants to buy; what is wrong is noted on the form, under the names that the page uses."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from chalicelib.core.errors import BadValue
from chalicelib.core.text import Text
from chalicelib.core.web.forms import Form
from chalicelib.payments.model import subject
from chalicelib.payments.service.baskets import Choice
from chalicelib.schemes.reads import Item, Scheme, Subject

WHICH = Text(id="Pilih salah satu", en="Choose one")
WHICH_DAY = Text(id="Pilih hari kunjungan", en="Choose the day of your visit")
WHICH_SLOT = Text(id="Pilih jam kunjungan", en="Choose the time of your visit")
A_NUMBER = Text(id="Tulis angka dari 0 sampai {most}", en="Enter a number from 0 to {most}")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """How a scheme asks for its subject."""

    label: Text
    hint: Text
    missing: Text
    accept: Callable[[str], str]


SUBJECTS = {
    Subject.PLATE: Asked(
        label=Text(id="Nomor polisi kendaraan", en="Number plate"),
        hint=Text(id="Misalnya DK 1234 AB", en="For example DK 1234 AB"),
        missing=Text(id="Tulis nomor polisi kendaraan", en="Enter the number plate"),
        accept=subject.plate,
    ),
    Subject.TRADER: Asked(
        label=Text(id="Kode pedagang", en="Trader code"),
        hint=Text(id="Pada kartu pedagang, misalnya PB-0123", en="On the trader's card, for example PB-0123"),
        missing=Text(id="Tulis kode pedagang", en="Enter the trader code"),
        accept=subject.code,
    ),
    Subject.REGISTER: Asked(
        label=Text(id="Nomor register makam", en="Burial register number"),
        hint=Text(id="Misalnya TPU/2019/0153", en="For example TPU/2019/0153"),
        missing=Text(id="Tulis nomor register makam", en="Enter the burial register number"),
        accept=subject.code,
    ),
}


def chosen(form: Form, scheme: Scheme, language: str) -> Choice:
    """What the form of a scheme holds."""
    return Choice(
        scheme=scheme.code,
        language=language,
        quantities=_quantities(form, scheme),
        day=form.value("day", _day, missing=WHICH_DAY) if scheme.visit else None,
        slot=form.choice("slot", scheme.slots, missing=WHICH_SLOT) if scheme.slots else "",
        subject=_subject(form, scheme),
    )


def one_of(scheme: Scheme) -> bool:
    """Whether one item is chosen, and one of it: a vehicle."""
    return len(scheme.items) > 1 and all(item.most == 1 for item in scheme.items)


def _quantities(form: Form, scheme: Scheme) -> Mapping[str, int]:
    if one_of(scheme):
        item = form.choice("item", [item.code for item in scheme.items], missing=WHICH)
        return {item: 1} if item else {}
    return {item.code: form.optional(f"quantity_{item.code}", _up_to(item)) or 0 for item in scheme.items}


def _up_to(item: Item) -> Callable[[str], int]:
    def accept(typed: str) -> int:
        digits = unicodedata.normalize("NFKC", typed[:20])
        if not (digits.isascii() and digits.isdecimal()) or int(digits) > item.most:
            raise BadValue(A_NUMBER.format(most=item.most))
        return int(digits)

    return accept


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError as wrong:
        raise BadValue(WHICH_DAY) from wrong


def _subject(form: Form, scheme: Scheme) -> str:
    asked = SUBJECTS.get(scheme.subject)
    return (form.value("subject", asked.accept, missing=asked.missing) or "") if asked else ""
