"""A city that takes money, on memory twins: the real services and workers, the real adapter, the sandbox behind it.

Every call to the store and to the provider passes through `Strikes`, before and after it is done: a test may kill the
process at that very point. Facts and notices wait until a test lets them through, in any order, as often as it likes.
"""

import itertools
import json
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from chalicelib.core.errors import AlreadyDone, CityError
from chalicelib.core.events import Entry
from chalicelib.core.store import retried
from chalicelib.payments.gateway import paying_with
from chalicelib.payments.gateway.stripe import StripeProvider
from chalicelib.payments.model.books import Posting
from chalicelib.payments.model.order import Bought, Order, Stock
from chalicelib.payments.model.refund import Refund
from chalicelib.payments.model.voucher import Voucher
from chalicelib.payments.service.baskets import Basket
from chalicelib.payments.service.holds import holds
from chalicelib.payments.service.notices import notices
from chalicelib.payments.service.orders import orders
from chalicelib.payments.service.refunds import refunds
from chalicelib.payments.store.kinds import ORDERS, POSTINGS, REFUNDS, VOUCHERS
from chalicelib.payments.store.orders import counter
from chalicelib.payments.workers import HANDLERS
from chalicelib.schemes.reads import scheme
from infra.local.sandbox.account import Account
from infra.local.sandbox.sandbox import KEY, SIGNING_SECRET, Sandbox
from tests.alerts.wire import Killed, Strikes
from tests.twins.provider import BASE, InProcess, World
from tests.web.city import City, memory_city

SCHEME = "mangrove"
MOST_ROUNDS = 60


class StruckWire(InProcess):
    """Dies before the provider is asked, or after it has done what it was asked for."""

    def __init__(self, sandbox: Sandbox, strikes: Strikes) -> None:
        super().__init__(sandbox)
        self._strikes = strikes

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, **more: Any
    ) -> tuple[str, int, Mapping[str, str]]:
        self._strikes("ask")
        answer = super().request(method, url, headers, post_data, **more)
        self._strikes("asked")
        return answer


@dataclass
class MoneyCity:
    """`seats` is the cap of the one day that everybody wants; `told` are notices that have not come yet."""

    city: City
    world: World
    strikes: Strikes
    seats: int
    told: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def stock(self) -> str:
        return f"{SCHEME}#2026-11-28"

    def order(self, places: int, form: str = "") -> str:
        """The reference. Raises SoldOut."""
        return orders().place(self.basket(places), form or f"form-{next(self.numbers)}")

    def basket(self, places: int) -> Basket:
        """So many places of the one day that everybody wants."""
        found = scheme(SCHEME)
        line = found.quote({found.items[0].code: 1}, (day := self.city.clock().date()))[0]
        return Basket(
            scheme=found.code,
            authority=found.authority,
            account=found.account_code,
            lines=(Bought(item=line.item, name=line.name, unit=line.unit, quantity=places),),
            language="en",
            stock=(Stock(key=self.stock, places=places, cap=self.seats),),
            day=day + timedelta(days=4),
            starts_at=self.city.clock() + timedelta(days=4),
            places=places,
        )

    def url(self, reference: str) -> str:
        return orders().pay(reference)

    def checkout(self, reference: str) -> str:
        return self.kept(reference).attempt.checkout

    def kept(self, reference: str) -> Order:
        return orders().known(reference)

    def hear(self, pick: Callable[[list[str]], list[str]] = list) -> None:
        """Lets notices in: all of them in order, or what `pick` makes of them; the rest and what failed come again."""
        self.told += [json.loads(body)["id"] for body, _ in self.world.notices()]
        chosen, waiting = pick(self.told), self.told
        self.told = [event for event in waiting if event not in chosen]
        for event in chosen:
            self._heard(event)

    def _heard(self, event: str) -> None:
        """Signed anew each time, as the provider does it."""
        try:
            notices().take(*self.world.sent(event))
        except (Killed, CityError):
            self.told.append(event)
            raise

    def work(self, dice: random.Random | None = None, *, twice: bool = False) -> None:
        """Brings facts to the workers until none is left; what fails comes back, as the queue brings it back."""
        for _ in range(MOST_ROUNDS):
            waiting = self._waiting()
            if dice:
                dice.shuffle(waiting)
            if not waiting:
                return
            for entry in waiting:
                for _ in range(1 + twice):
                    self._handled(entry)
                self.city.store.mark_sent([entry])
        raise AssertionError("facts without end")

    def _waiting(self) -> list[Entry]:
        """In the order in which they happened, which does not depend on ids that are drawn anew in each run."""
        entries, marks = self.city.store.entries, self.city.store.marks
        return [entry for place, entry in entries.items() if place in marks and isinstance(entry, Entry)]

    def _handled(self, entry: Entry) -> None:
        handler = HANDLERS.get(entry.name)
        if handler is None:
            return
        try:
            retried(handler, pause=lambda _: None)(entry)
        except AlreadyDone:
            return

    def tick(self, by: timedelta = timedelta(0)) -> None:
        self.city.clock.pass_(by)
        holds().end_due()

    def settle(self) -> None:
        """No more faults: everything that was told arrives, everybody works, the clock goes on, then all is asked."""
        self.strikes.armed = False
        for _ in range(6):
            self.hear()
            self.work()
            self.tick(timedelta(minutes=30))
            for order in self.orders():
                self._ask(order)

    def _ask(self, order: Order) -> None:
        orders().check(order.reference)
        for found in self.world.provider.refunds(order.payment) if order.payment else ():
            refunds().follow(found)

    def orders(self) -> list[Order]:
        return [ORDERS.thing(record) for record in self._records("order")]

    def vouchers(self, reference: str = "") -> list[Voucher]:
        found = [VOUCHERS.thing(record) for record in self._records("voucher")]
        return [voucher for voucher in found if reference in ("", voucher.order)]

    def refunds(self) -> list[Refund]:
        return [REFUNDS.thing(record) for record in self._records("refund")]

    def postings(self) -> list[Posting]:
        return [POSTINGS.thing(record) for record in self._records("posting")]

    def _records(self, kind: str) -> list[Any]:
        rows = [row.record for row in self.city.store.rows.values() if row.record]
        return [record for record in rows if record.kind == kind]

    def taken(self) -> int:
        return self.city.store.counter(counter(self.stock))

    def balance_of(self, account: str) -> int:
        legs = [leg for posting in self.postings() for leg in posting.legs]
        return sum(leg.amount.minor_units for leg in legs if leg.account.startswith(account))

    def charges(self, reference: str = "") -> list[Any]:
        """What the provider really took, for one order or for all."""
        return [
            charge
            for charge in self.world.things("charge")
            if charge["paid"] and reference in ("", charge["metadata"].get("order"))
        ]


@contextmanager
def money_city(seats: int = 10) -> Iterator[MoneyCity]:
    strikes = Strikes()
    with memory_city() as city:
        ids = (f"{number:024d}" for number in itertools.count(1))
        account = Account(city.clock, new_id=lambda: next(ids))
        sandbox = Sandbox(account, BASE)
        wire = StruckWire(sandbox, strikes)
        provider = StripeProvider(KEY, [SIGNING_SECRET], BASE, now=city.clock, wire=wire)
        city.store.step = strikes
        with paying_with(provider):
            yield MoneyCity(city, World(provider, sandbox), strikes, seats)
