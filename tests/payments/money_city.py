"""A city that takes money, on memory twins: the real services and workers, the real adapter, the sandbox behind it.

Every call to the store and to the provider passes through `Strikes`, before and after it is done: a test may kill the
process at that very point. Facts and notices wait until a test lets them through, in any order, as often as it likes.
"""

import itertools
import json
import random
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

from chalicelib.core.errors import AlreadyDone, CityError
from chalicelib.core.events import Entry
from chalicelib.core.store import UNSENT_SHARDS, Key, Store, retried
from chalicelib.core.toolbox import working_with
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
from chalicelib.payments.workers import HANDLERS, number_receipt
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
    run: str
    told: list[str] = field(default_factory=list)
    worked: list[Entry] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def stock(self) -> str:
        return f"{SCHEME}#2026-11-28#{self.run}"

    def order(self, places: int, form: str = "") -> str:
        """The reference. Raises SoldOut."""
        return orders().place(self.basket(places), form or f"form-{self.run}-{next(self.numbers)}")

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
            if not waiting and not self._number():
                return
            for entry in waiting:
                for _ in range(1 + twice):
                    self._handled(entry)
                self.store.mark_sent([entry])
                self.worked.append(entry)
        raise AssertionError("facts without end")

    def _number(self) -> bool:
        """Whether receipts waited for their numbers; the first of a group goes first, and stays when it fails."""
        waiting = self.city.receipts_queue.messages
        some = bool(waiting)
        while waiting:
            number_receipt(json.loads(waiting[0][1]))
            waiting.pop(0)
        return some

    @property
    def store(self) -> Store:
        return self.city.tools.store

    def _waiting(self) -> list[Entry]:
        """Facts that no worker has seen, in the order in which they happened."""
        before = self.city.clock() + timedelta(seconds=1)
        found = [line for shard in range(UNSENT_SHARDS) for line in self.store.unsent(shard, before=before)]
        entries = [entry for entry in found if isinstance(entry, Entry)]
        return sorted(entries, key=lambda entry: (entry.at, entry.name, entry.version))

    def _told(self, name: str, field: str) -> list[str]:
        """What a field says in all facts of a name so far, each once."""
        known = [*self.worked, *self._waiting()]
        return list(dict.fromkeys(str(entry.data[field]) for entry in known if entry.name == name))

    def _records(self, pks: Sequence[str]) -> list[Any]:
        chunks = [pks[first : first + 100] for first in range(0, len(pks), 100)]
        return [record for chunk in chunks for record in self.store.read_many([Key(pk) for pk in chunk])]

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
        found = self._told("OrderPlaced", "reference")
        return [ORDERS.thing(record) for record in self._records([f"order#{one}" for one in found])]

    def vouchers(self, reference: str = "") -> list[Voucher]:
        found = self._told("VoucherIssued", "code")
        vouchers = [VOUCHERS.thing(record) for record in self._records([f"voucher#{one}" for one in found])]
        return [voucher for voucher in vouchers if reference in ("", voucher.order)]

    def refunds(self) -> list[Refund]:
        found = [*self._told("RefundAsked", "refund"), *self._told("RefundApproved", "refund")]
        return [REFUNDS.thing(record) for record in self._records([f"refund#{one}" for one in dict.fromkeys(found)])]

    def postings(self) -> list[Posting]:
        found = self._told("MoneyPosted", "posting")
        return [POSTINGS.thing(record) for record in self._records([f"posting#{one}" for one in found])]

    def taken(self) -> int:
        return self.store.counter(counter(self.stock))

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


class StruckStore:
    """Dies before a commit, or after it is done."""

    def __init__(self, store: Store, strikes: Strikes) -> None:
        self._store = store
        self._strikes = strikes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, *what: Any, **more: Any) -> None:
        self._strikes("commit")
        self._store.commit(*what, **more)
        self._strikes("committed")


@contextmanager
def money_city(seats: int = 10, kept: Callable[[Callable[[], datetime]], Store] | None = None) -> Iterator[MoneyCity]:
    """`kept` makes the store that stands in for the memory twin, with the city's clock."""
    strikes = Strikes()
    with memory_city() as city:
        store = StruckStore(kept(city.clock) if kept else city.store, strikes)
        # On a table that others have used no id may come twice; in memory every run is the same.
        run = uuid.uuid4().hex[:8] if kept else "0" * 8
        ids = (f"{run}{number:016d}" for number in itertools.count(1))
        sandbox = Sandbox(Account(city.clock, new_id=lambda: next(ids)), BASE)
        provider = StripeProvider(KEY, [SIGNING_SECRET], BASE, now=city.clock, wire=StruckWire(sandbox, strikes))
        city.tools = replace(city.tools, store=cast("Store", store))
        with working_with(city.tools), paying_with(provider):
            yield MoneyCity(city, World(provider, sandbox), strikes, seats, run)
