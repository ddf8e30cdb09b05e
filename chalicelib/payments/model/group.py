"""A group: one payment for many people, each with a name and a ticket. Names are kept beside the order. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from chalicelib.core.contacts import clean
from chalicelib.core.errors import BadValue
from chalicelib.core.text import Text
from chalicelib.payments.model.lists import rows_of

# So many names stand in one record: 2,000 of them and their order fit into one transaction.
CHUNK: Final = 100
LONGEST_NAME: Final = 80

NO_NAME = Text(id="Nama tidak ada", en="The name is missing")
NO_SUCH_ITEM = Text(
    id="Jenis tiket tidak dikenal: {typed}. Pilihannya: {known}",
    en="Unknown kind of ticket: {typed}. There are: {known}",
)
TOO_MANY_CELLS = Text(
    id="Hanya nama dan jenis tiket dalam satu baris. Nama dengan koma ditulis dalam tanda kutip",
    en="Only a name and a kind of ticket fit on a line. Put a name with a comma into quotes",
)
HEADS: Final = {"name", "nama"}


@dataclass(frozen=True, kw_only=True)
class Guest:
    """One person of a group and the kind of ticket."""

    name: str
    item: str


@dataclass(frozen=True, kw_only=True)
class Names:
    """The names of some of an order's places, from place `first` on."""

    order: str
    first: int
    names: tuple[str, ...]
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Kinds:
    """What a line may call a kind of ticket: `words` are codes and names in both languages, in lower case.

    `codes` stand in the order of the price list; `usual` is meant where a line names none.
    """

    codes: tuple[str, ...]
    words: Mapping[str, str]
    names: Text
    usual: str


@dataclass(frozen=True, kw_only=True)
class GuestList:
    """What a pasted list holds: who can be taken, in the order of the price list, and what is wrong with which line."""

    guests: tuple[Guest, ...]
    wrong: Mapping[int, Text]

    def quantities(self, codes: Sequence[str]) -> dict[str, int]:
        """How many of each kind that somebody has."""
        items = [guest.item for guest in self.guests]
        return {code: items.count(code) for code in codes if code in items}

    @property
    def names(self) -> tuple[str, ...]:
        """By place: places count through the lines of an order, which follow the price list too."""
        return tuple(guest.name for guest in self.guests)


def guest_list(text: str, kinds: Kinds) -> GuestList:
    """Reads a name, or a name and a kind of ticket, from each line; a heading is passed over."""
    guests: list[Guest] = []
    wrong: dict[int, Text] = {}
    for number, cells in rows_of(text):
        if not guests and not wrong and cells[0].casefold() in HEADS:
            continue
        try:
            guests.append(_guest(cells, kinds))
        except BadValue as refusal:
            wrong[number] = refusal.message
    return GuestList(guests=tuple(sorted(guests, key=lambda guest: kinds.codes.index(guest.item))), wrong=wrong)


def _guest(cells: Sequence[str], kinds: Kinds) -> Guest:
    if len(cells) > 2:
        raise BadValue(TOO_MANY_CELLS)
    name = clean(cells[0], LONGEST_NAME)
    if not name:
        raise BadValue(NO_NAME)
    typed = cells[1] if len(cells) > 1 else ""
    item = kinds.words.get(typed.casefold()) if typed else kinds.usual
    if item is None:
        raise BadValue(NO_SUCH_ITEM.format(typed=typed[:LONGEST_NAME], known=kinds.names))
    return Guest(name=name, item=item)


def in_records(order: str, names: Sequence[str]) -> tuple[Names, ...]:
    return tuple(
        Names(order=order, first=first, names=tuple(names[first : first + CHUNK]))
        for first in range(0, len(names), CHUNK)
    )
