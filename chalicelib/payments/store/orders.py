"""Orders, their tickets and refunds, and the postings that change with them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.core.errors import NotFound
from chalicelib.core.events import Actor, Fact
from chalicelib.core.store import Add, Key, Once, Record, Store
from chalicelib.payments.model.books import Posting
from chalicelib.payments.model.group import Names
from chalicelib.payments.model.order import Order, Stock
from chalicelib.payments.model.refund import Refund
from chalicelib.payments.model.voucher import Voucher
from chalicelib.payments.store.groups import NAMES
from chalicelib.payments.store.kinds import (
    DUE,
    LINKS,
    ORDERS,
    PLACES,
    POSTINGS,
    REFUNDS,
    VOUCHERS,
    PaymentLink,
    Places,
    card,
    payer,
)

MOST_DUE = 50


@dataclass(frozen=True, kw_only=True)
class Change:
    """What one commit writes together; `took` and `freed` are places that the counters gain and lose."""

    facts: tuple[Fact, ...] = ()
    order: Order | None = None
    refund: Refund | None = None
    link: PaymentLink | None = None
    places: Places | None = None
    postings: tuple[Posting, ...] = ()
    vouchers: tuple[Voucher, ...] = ()
    names: tuple[Names, ...] = ()
    took: tuple[Stock, ...] = ()
    freed: tuple[Stock, ...] = ()

    def records(self) -> list[Record]:
        single = [
            ORDERS.record(self.order) if self.order else None,
            REFUNDS.record(self.refund) if self.refund else None,
            LINKS.record(self.link) if self.link else None,
            PLACES.record(self.places) if self.places else None,
        ]
        many = [POSTINGS.record(posting) for posting in self.postings]
        many += [VOUCHERS.record(voucher) for voucher in self.vouchers]
        many += [NAMES.record(some) for some in self.names]
        return [record for record in single if record] + many

    def adds(self) -> list[Add]:
        took = [Add(key=counter(stock.key), amount=stock.places, cap=stock.cap) for stock in self.took]
        return took + [Add(key=counter(stock.key), amount=-stock.places) for stock in self.freed]


def counter(stock: str) -> Key:
    return Key(f"stock#{stock}", "taken")


class OrderStore:
    def __init__(self, store: Store) -> None:
        self._store = store

    def commit(self, change: Change, *, by: Actor, once: Once | None = None) -> None:
        """Raises Conflict when the places are gone, and what `Store.commit` raises."""
        self._store.commit(change.records(), change.facts, by=by, once=once, adds=change.adds())

    def order(self, reference: str) -> Order:
        """Raises NotFound."""
        record = self._store.read(Key(f"order#{reference}"))
        if record is None:
            raise NotFound
        return ORDERS.thing(record)

    def orders(self, references: Iterable[str]) -> dict[str, Order]:
        """Those of up to 100 orders that exist, by their reference."""
        keys = [Key(f"order#{one}") for one in dict.fromkeys(references)]
        return {one.reference: one for one in map(ORDERS.thing, self._store.read_many(keys))}

    def order_of(self, payment: str) -> Order:
        """Raises NotFound for a payment that was never captured here."""
        return self.order(self.link(payment).order)

    def link(self, payment: str) -> PaymentLink:
        """Raises NotFound."""
        record = self._store.read(Key(f"payment#{payment}"))
        if record is None:
            raise NotFound
        return LINKS.thing(record)

    def due(self, now: datetime, cursor: str | None = None) -> tuple[tuple[Order, ...], str | None]:
        """Orders whose checkout should have ended by now, oldest first, and where the rest starts."""
        page = self._store.list(DUE, limit=MOST_DUE, cursor=cursor)
        listed = [ORDERS.thing(record) for record in page.records]
        found = tuple(order for order in listed if order.due_at and order.due_at <= now)
        return found, page.cursor if len(found) == len(listed) else None

    def of_payer(self, fingerprint: str, limit: int = 20) -> tuple[Order, ...]:
        """The newest orders of one e-mail address."""
        page = self._store.list(payer(fingerprint), limit=limit, backwards=True)
        return tuple(ORDERS.thing(record) for record in page.records)

    def by_card(self, digits: str, at: datetime, limit: int = 100) -> tuple[PaymentLink, ...]:
        """Payments of cards with these last digits on the day (WITA) of a moment."""
        page = self._store.list(card(digits, at), limit=limit)
        return tuple(LINKS.thing(record) for record in page.records)

    def codes(self, reference: str) -> tuple[str, ...]:
        """The codes of the tickets that are made so far, by place."""
        codes: list[str] = []
        cursor: str | None = None
        while True:
            page = self._store.under(f"order#{reference}", "places#", limit=100, cursor=cursor)
            codes += [code for record in page.records for code in PLACES.thing(record).codes]
            cursor = page.cursor
            if cursor is None:
                return tuple(codes)

    def voucher(self, code: str) -> Voucher:
        """Raises NotFound."""
        record = self._store.read(Key(f"voucher#{code}"))
        if record is None:
            raise NotFound
        return VOUCHERS.thing(record)

    def vouchers(self, codes: Sequence[str]) -> tuple[Voucher, ...]:
        """Up to 100 of them, in the order of the codes."""
        records = self._store.read_many([Key(f"voucher#{code}") for code in codes])
        return tuple(VOUCHERS.thing(record) for record in records)

    def refund(self, id: str) -> Refund:
        """Raises NotFound."""
        record = self._store.read(Key(f"refund#{id}"))
        if record is None:
            raise NotFound
        return REFUNDS.thing(record)

    def refunds(self, name: str, cursor: str | None = None) -> tuple[tuple[Refund, ...], str | None]:
        """A page of a list of refunds (`kinds.ASKED`, `GOING`, `FAILED`), oldest first."""
        page = self._store.list(name, cursor=cursor)
        return tuple(REFUNDS.thing(record) for record in page.records), page.cursor

    def taken(self, stocks: Sequence[str]) -> list[int]:
        """How many places of each counter are held or sold."""
        return self._store.counts([counter(stock) for stock in stocks])
