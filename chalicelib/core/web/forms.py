"""Reading what people typed: each field says what it accepts, all errors are told together, nothing typed is lost.

form = Form(visit)
kind = form.choice("kind", KINDS)
words = form.text("words", limit=2000)
form.check()                      # Invalid with one message per field
"""

import json
import uuid
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from chalicelib.core.contacts import clean
from chalicelib.core.errors import BadValue, Invalid, Malformed
from chalicelib.core.text import Text
from chalicelib.core.web.visit import Visit

T = TypeVar("T")

# Fields that the layout adds to every form.
OWN_FIELDS = frozenset({"csrf", "form_id"})

MISSING = Text(id="Isi bagian ini", en="Fill in this part")
CHOOSE = Text(id="Pilih salah satu", en="Choose one")
CHOOSE_SOME = Text(id="Pilih sedikitnya satu", en="Choose at least one")
TOO_LONG = Text(id="Paling banyak {limit} huruf", en="Use {limit} characters or fewer")


class Form:
    """One submitted form. Readers return the value, or `None`-like emptiness after noting an error."""

    def __init__(self, visit: Visit) -> None:
        self._fields: Mapping[str, tuple[str, ...]] = visit.form
        self._read: set[str] = set(OWN_FIELDS)
        self.errors: dict[str, Text] = {}

    @property
    def id(self) -> str:
        """The `once` that makes a doubled press one case. Raises Malformed without a form's own id.

        It holds what was typed as well: who goes back and corrects a word sends another form, which must not be lost.
        """
        try:
            form = uuid.UUID(self._one("form_id"))
        except ValueError as wrong:
            raise Malformed from wrong
        typed = {name: values for name, values in self._fields.items() if name not in OWN_FIELDS}
        return str(uuid.uuid5(form, json.dumps(typed, sort_keys=True)))

    def text(
        self, name: str, *, limit: int, lines: bool = False, required: bool = True, missing: Text = MISSING
    ) -> str:
        """One line, or with `lines` a text area's worth; "" where nothing was typed."""
        return self._accepted(
            name, lambda typed: clean(typed, limit, lines=lines), "", required=required, missing=missing
        )

    def value(self, name: str, accept: Callable[[str], T], *, missing: Text = MISSING) -> T | None:
        """A required value of any type; `accept` raises BadValue with the words for the field."""
        return self._accepted(name, accept, None, required=True, missing=missing)

    def optional(self, name: str, accept: Callable[[str], T]) -> T | None:
        return self._accepted(name, accept, None, required=False, missing=MISSING)

    def choice(self, name: str, allowed: Collection[str], *, missing: Text = CHOOSE) -> str:
        typed = self._one(name)
        if typed in allowed:
            return typed
        self.errors.setdefault(name, missing)
        return ""

    def choices(
        self, name: str, allowed: Collection[str], *, required: bool = True, missing: Text = CHOOSE_SOME
    ) -> tuple[str, ...]:
        self._read.add(name)
        typed = tuple(dict.fromkeys(self._fields.get(name, ())))
        if (required and not typed) or any(one not in allowed for one in typed):
            self.errors.setdefault(name, missing)
        return tuple(one for one in typed if one in allowed)

    def several(self, name: str, accept: Callable[[str], T], *, missing: Text = CHOOSE_SOME) -> tuple[T, ...]:
        """One or more values of any type, doubles removed; `accept` raises BadValue."""
        self._read.add(name)
        try:
            found = tuple(dict.fromkeys(accept(typed) for typed in self._fields.get(name, ())))
        except BadValue as refusal:
            self.errors.setdefault(name, refusal.message)
            return ()
        if not found:
            self.errors.setdefault(name, missing)
        return found

    def ticked(self, name: str) -> bool:
        return self._one(name) == "yes"

    def refuse(self, name: str, why: Text) -> None:
        """Notes an error that only the whole form can see."""
        self.errors.setdefault(name, why)

    def check(self) -> None:
        """Raises Malformed for fields that the form does not have, Invalid with every field's message."""
        if self._fields.keys() - self._read:
            raise Malformed
        if self.errors:
            raise Invalid(errors=self.errors)

    def _one(self, name: str) -> str:
        self._read.add(name)
        values = self._fields.get(name, ("",))
        if len(values) > 1:
            raise Malformed
        return values[0].strip()

    def _accepted(self, name: str, accept: Callable[[str], T], empty: T, *, required: bool, missing: Text) -> T:
        typed = self._one(name)
        if not typed:
            if required:
                self.errors.setdefault(name, missing)
            return empty
        try:
            return accept(typed)
        except BadValue as refusal:
            self.errors.setdefault(name, refusal.message)
            return empty
