"""Groups: priced by a list of names, ordered with one payment, read back as named tickets."""

from dataclasses import dataclass
from datetime import date

from chalicelib.core.errors import Invalid, NotFound
from chalicelib.core.money import Money
from chalicelib.core.text import Text, number
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.payments.model.group import CHUNK, GuestList, Kinds, guest_list
from chalicelib.payments.model.order import NOTHING, Bought, Order
from chalicelib.payments.model.voucher import Voucher
from chalicelib.payments.service.baskets import Basket, Choice, priced
from chalicelib.payments.service.orders import SoldOut, orders
from chalicelib.payments.store.groups import GroupStore
from chalicelib.payments.store.orders import OrderStore
from chalicelib.schemes.reads import Sale, Scheme
from chalicelib.schemes.reads import scheme as known_scheme

PLACES_LEFT = Text(
    id="Untuk hari ini tinggal {left} tempat. Anda belum dikenai biaya",
    en="Only {left} places are left for this day. You have not been charged",
)
OTHER_PRICE = Text(
    id="Daftar atau harganya berubah. Periksa daftar sekali lagi",
    en="The list or its price has changed. Check the list once more",
)


@dataclass(frozen=True, kw_only=True)
class Party:
    """What somebody wants for a group: `day` and `slot` of the visit (WITA), and who comes."""

    scheme: str
    language: str
    day: date | None
    slot: str
    guests: GuestList


@dataclass(frozen=True, kw_only=True)
class Quote:
    """`left` is how many places the day or slot has still; None where nobody counts them."""

    lines: tuple[Bought, ...]
    people: int
    left: int | None

    @property
    def total(self) -> Money:
        return sum((line.total for line in self.lines), NOTHING)


@dataclass(frozen=True, kw_only=True)
class NamedTicket:
    """One place of a group; without a voucher while the tickets are being made, or before anybody has paid."""

    place: int
    name: str
    item: Text
    voucher: Voucher | None


class Groups:
    def __init__(self, tools: Toolbox) -> None:
        self._tools = tools
        self._kept = OrderStore(tools.store)
        self._names = GroupStore(tools.store)

    def quoted(self, party: Party) -> Quote:
        """Raises NotFound, Invalid (`names`, `day`, `slot`) for what cannot be had, too few places among it."""
        basket = self._basket(party)
        left = self._left(basket)
        if left is not None and left < len(party.guests.names):
            raise _too_few(left)
        return Quote(lines=basket.lines, people=len(party.guests.names), left=left)

    def order(self, party: Party, expected: int, form_id: str) -> str:
        """The order's reference; the same one however often the form is sent. `expected`: minor units that were shown.

        Raises as `quoted`; Invalid when the list costs something else by now.
        """
        basket = self._basket(party)
        if sum((line.total for line in basket.lines), NOTHING).minor_units != expected:
            raise Invalid(errors={"names": OTHER_PRICE})
        try:
            return orders().place(basket, form_id, party.guests.names)
        except SoldOut:
            raise _too_few(self._left(basket) or 0) from None

    def known(self, reference: str) -> Order:
        """The order of a group. Raises NotFound, also for an order of somebody who is no group."""
        order = self._kept.order(reference)
        if not order.group:
            raise NotFound
        return order

    def tickets(self, order: Order, first: int) -> tuple[NamedTicket, ...]:
        """Up to a hundred places, from the one at a multiple of a hundred on. Raises NotFound where there are none."""
        names = self._names.some(order.reference, first)
        if not names:
            raise NotFound
        codes = self._kept.codes(order.reference)[first : first + CHUNK]
        vouchers = {voucher.place: voucher for voucher in self._kept.vouchers(codes)} if codes else {}
        items = _items(order)
        return tuple(
            NamedTicket(place=place, name=name, item=items[place], voucher=vouchers.get(place))
            for place, name in enumerate(names, start=first)
        )

    def codes(self, order: Order) -> tuple[tuple[str, Text, str], ...]:
        """Name, kind and ticket code of every place; "" for a ticket that is not there yet."""
        codes, items = self._kept.codes(order.reference), _items(order)
        return tuple(
            (name, items[place], codes[place] if place < len(codes) else "")
            for place, name in enumerate(self._names.names(order.reference))
        )

    def name_of(self, reference: str, place: int) -> str:
        """Who has a place of a group; "" where nobody is named. One read."""
        names = self._names.some(reference, place)
        return names[place % CHUNK] if place % CHUNK < len(names) else ""

    def _basket(self, party: Party) -> Basket:
        scheme = group_scheme(party.scheme)
        choice = Choice(
            scheme=scheme.code,
            language=party.language,
            quantities=party.guests.quantities([item.code for item in scheme.items]),
            day=party.day,
            slot=party.slot,
            group=True,
        )
        try:
            return priced(choice, self._tools.now())
        except Invalid as refusal:
            raise Invalid(errors={_field(name): why for name, why in refusal.errors.items()}) from None

    def _left(self, basket: Basket) -> int | None:
        if not basket.stock:
            return None
        taken = self._kept.taken([stock.key for stock in basket.stock])
        return min(max(0, stock.cap - gone) for stock, gone in zip(basket.stock, taken, strict=True))


def group_scheme(code: str) -> Scheme:
    """Raises NotFound for a scheme that sells nothing to groups."""
    scheme = known_scheme(code)
    if scheme.sale is not Sale.OPEN or not scheme.group:
        raise NotFound
    return scheme


def guests_of(scheme: Scheme, typed: str, usual: str) -> GuestList:
    """The people of a pasted list; `usual` is the kind of ticket of lines that name none."""
    words = {word.casefold(): item.code for item in scheme.items for word in (item.code, item.name.id, item.name.en)}
    codes = tuple(item.code for item in scheme.items)
    return guest_list(typed, Kinds(codes=codes, words=words, names=_named(scheme), usual=usual))


def _named(scheme: Scheme) -> Text:
    """The kinds of ticket in one line; their codes are the same in both languages and hold no comma."""
    names = ", ".join(item.code for item in scheme.items)
    return Text(id=names, en=names)


def _items(order: Order) -> list[Text]:
    """The kind of every place, by place."""
    return [line.name for line in order.lines for _ in range(line.quantity)]


def _field(name: str) -> str:
    """The quantities of a group come from its list."""
    return name if name in ("day", "slot") else "names"


def _too_few(left: int) -> Invalid:
    words = Text(id=number(left, "id"), en=number(left, "en"))
    return Invalid(errors={"day": PLACES_LEFT.format(left=words)})


def groups() -> Groups:
    return Groups(toolbox())
