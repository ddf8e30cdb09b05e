"""Orders through every order of events: doubled, dropped, late and reversed notices, killed processes, a clock that
runs, refunds, disputes. Whatever happened, the end equals what the provider really did.

`RUNS` in the environment says how many runs there are (thousands by `make long`). On the embedded cloud the same
machine runs in `tests/contracts/test_money_on_the_cloud.py`.
"""

import os
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chalicelib.core.errors import CityError
from chalicelib.core.events import PUBLIC, officer
from chalicelib.core.money import rupiah
from chalicelib.core.store import Store
from chalicelib.payments.model.graph import State
from chalicelib.payments.model.refund import Progress, Reason
from chalicelib.payments.model.voucher import Standing
from chalicelib.payments.service.orders import orders
from chalicelib.payments.service.refunds import Wish, refunds
from tests.alerts.wire import Killed
from tests.payments.money_city import MoneyCity, money_city
from tests.twins.provider import DECLINED, GOOD, POOR, SLOW_REFUND

SEATS = 6
NOT_FREE = (State.HELD, State.PAYING)
WHICH = st.integers(0, 5)
CARDS = (GOOD, GOOD, DECLINED, POOR, SLOW_REFUND)


class Money(RuleBasedStateMachine):
    """A rule that is killed or refused simply ends there, as a process does. `which` counts through the orders."""

    # What keeps the city's records; None is the memory twin.
    kept: Callable[[Callable[[], datetime]], Store] | None = None

    @initialize(seed=st.integers(0, 2**32), first=st.lists(st.integers(1, 4), min_size=1, max_size=3))
    def begin(self, seed: int, first: list[int]) -> None:
        self.context = money_city(SEATS, self.kept)
        self.town: MoneyCity = self.context.__enter__()
        self.dice = random.Random(seed)
        for places in first:
            self.order(places)

    def reference(self, which: int) -> str:
        found = self.town.orders()
        return found[which % len(found)].reference if found else ""

    def teardown(self) -> None:
        if hasattr(self, "town"):
            try:
                self.everything_ends()
            finally:
                self.context.__exit__(None, None, None)

    def tried(self, act: Any) -> Any:
        """What `act` answers; None where the process was killed or had to give up."""
        try:
            return act()
        except (Killed, CityError):
            return None
        finally:
            self.town.strikes.armed = False

    @rule(places=st.integers(1, 4))
    def order(self, places: int) -> None:
        """Placed and on its way to the provider, as one press of the button does."""
        if reference := self.tried(lambda: self.town.order(places)):
            self.tried(lambda: self.town.url(reference))

    @rule(places=st.integers(1, 4), card=st.sampled_from((GOOD, GOOD, SLOW_REFUND)))
    def buy(self, places: int, card: str) -> None:
        """A whole purchase without a hitch, unless a crash is due: so that refunds and disputes meet paid orders."""
        if reference := self.tried(lambda: self.town.order(places)):
            self.tried(lambda: self.town.url(reference))
            if checkout := self.town.checkout(reference):
                self.town.world.pay(checkout, card)
        self.tried(self.town.hear)
        self.tried(self.town.work)

    @rule(at=st.integers(0, 12))
    def crash_soon(self, at: int) -> None:
        """The next thing that anybody does dies at its so-manieth step."""
        self.town.strikes.seen.clear()
        self.town.strikes.at, self.town.strikes.armed = at, True

    @rule(which=WHICH, times=st.integers(1, 2))
    def press_pay(self, which: int, times: int) -> None:
        reference = self.reference(which)
        for _ in range(times):
            self.tried(lambda: self.town.url(reference))

    @rule(which=WHICH, card=st.sampled_from(CARDS))
    def pay_at_the_provider(self, which: int, card: str) -> None:
        """Only somebody who has an address of a checkout can pay there; all that ever were count."""
        reference = self.reference(which)
        for session in self.town.world.things("session"):
            if session["metadata"]["order"] == reference:
                self.town.world.pay(session["id"], card)

    @rule(which=WHICH)
    def pay_by_transfer(self, which: int) -> None:
        reference = self.reference(which)
        for session in self.town.world.things("session"):
            if session["metadata"]["order"] == reference and session["status"] == "open":
                self.town.world.transfer(session["id"])

    @rule(arrived=st.booleans())
    def transfers_end(self, arrived: bool) -> None:
        for intent in self.town.world.things("intent"):
            if intent["status"] == "processing":
                self.town.world.settle(intent["id"], arrived)

    @rule(how=st.sampled_from(("all", "reversed", "twice", "some", "none")))
    def notices_come(self, how: str) -> None:
        self.tried(lambda: self.town.hear(lambda told: self.picked(told, how)))

    def picked(self, told: list[Any], how: str) -> list[Any]:
        if how == "reversed":
            return told[::-1]
        if how == "some":
            return [one for one in told if self.dice.random() < 0.5]
        return {"all": told, "twice": told * 2, "none": []}[how]

    @rule(twice=st.booleans())
    def workers_work(self, twice: bool) -> None:
        self.tried(lambda: self.town.work(self.dice, twice=twice))

    @rule(minutes=st.sampled_from((0, 5, 20, 45)))
    def time_passes(self, minutes: int) -> None:
        self.town.city.clock.pass_(timedelta(minutes=minutes))
        self.tried(self.town.tick)

    @rule(which=WHICH)
    def payer_looks(self, which: int) -> None:
        reference = self.reference(which)
        self.tried(lambda: orders().check(reference))

    @rule(which=WHICH, place=st.integers(0, 3), form=st.integers(0, 3))
    def payer_gives_back(self, which: int, place: int, form: int) -> None:
        reference = self.reference(which)
        wish = Wish(reference=reference, places=(place,), reason=Reason.CHANGED_MIND)
        self.tried(lambda: refunds().ask(wish, PUBLIC, f"{reference}-{form}"))

    @rule(which=WHICH, amount=st.sampled_from((1_000, 1_000, 600_000)))
    def officer_gives_back(self, which: int, amount: int) -> None:
        reference = self.reference(which)
        wish = Wish(reference=reference, places=(), reason=Reason.OFFICER, amount=rupiah(amount))
        self.tried(lambda: refunds().ask(wish, officer("kadek"), f"{reference}-{self.dice.random()}"))

    @rule(approve=st.booleans())
    def second_officer_decides(self, approve: bool) -> None:
        for refund in self.town.refunds():
            if refund.progress is Progress.ASKED:
                decide = refunds().approve if approve else refunds().reject
                self.tried(lambda found=refund, act=decide: act(found.id, "rai"))

    @rule()
    def somebody_refunds_on_the_dashboard(self) -> None:
        for charge in self.town.charges()[-1:]:
            left = charge["amount_captured"] - charge["amount_refunded"]
            if left >= 100_000 and not charge["disputed"] and not self.spoken_for(charge):
                self.town.world.refund_on_the_dashboard(charge["payment_intent"], 100_000)

    def spoken_for(self, charge: Any) -> bool:
        """Whether the city has promised money of this payment: two who give it all away at once is for finance."""
        return any(refund.payment == charge["payment_intent"] for refund in self.town.refunds())

    @rule(arrive=st.booleans())
    def refunds_end(self, arrive: bool) -> None:
        for refund in self.town.world.things("refund"):
            if refund["status"] == "pending":
                (self.town.world.refund_arrives if arrive else self.town.world.refund_fails)(refund["id"])

    @invariant()
    def no_more_seats_than_there_are(self) -> None:
        if hasattr(self, "town"):
            assert 0 <= self.town.taken() <= SEATS

    @invariant()
    def a_seat_is_kept_while_it_can_be_paid(self) -> None:
        for session in self.town.world.things("session") if hasattr(self, "town") else ():
            if session["status"] == "open" and session["expires_at"] > self.town.world.account.seconds():
                assert self.town.kept(session["metadata"]["order"]).state is not State.EXPIRED

    def everything_ends(self) -> None:
        """Then nothing is under way any more, and everything must be right."""
        self.transfers_end(True)
        self.refunds_end(True)
        self.town.settle()
        self.refunds_end(True)
        self.town.settle()
        for order in self.town.orders():
            self.order_is_right(order.reference)
            event(f"an order ended {order.state}")
        for refund in self.town.refunds():
            event(f"a refund for {refund.reason} ended {refund.progress}")
        self.seats_are_right()
        self.books_are_right()

    def order_is_right(self, reference: str) -> None:
        order, charges = self.town.kept(reference), self.town.charges(reference)
        assert len(charges) <= 1, "charged twice"
        assert order.captured.minor_units == sum(charge["amount"] for charge in charges)
        assert order.refunded.minor_units == sum(self.given_back(charge) for charge in charges)
        assert order.state in (self.expected(charges),), (order.state, charges)
        paid = order.state in (State.PAID, State.REFUNDED) and not self.came_late(order)
        tickets = self.town.vouchers(reference)
        assert len(tickets) == (order.places if paid else 0)
        assert order.state is State.PAID or not any(one.standing is Standing.VALID for one in tickets)

    def given_back(self, charge: Any) -> int:
        return int(charge["amount_refunded"])

    def expected(self, charges: list[Any]) -> State:
        if not charges:
            return State.EXPIRED
        return State.REFUNDED if charges[0]["amount_refunded"] == charges[0]["amount"] else State.PAID

    def came_late(self, order: Any) -> bool:
        return any(refund.order == order.reference and refund.reason is Reason.LATE for refund in self.town.refunds())

    def seats_are_right(self) -> None:
        kept = sum(
            stock.places for order in self.town.orders() for stock in order.stock if order.state != State.EXPIRED
        )
        assert self.town.taken() == kept
        for order in self.town.orders():
            good = [one for one in self.town.vouchers(order.reference) if one.standing is not Standing.VOID]
            assert not self.town.vouchers(order.reference) or len(good) == sum(one.places for one in order.stock)

    def books_are_right(self) -> None:
        charged = sum(charge["amount"] - charge["amount_refunded"] for charge in self.town.charges())
        assert self.town.balance_of("clearing") == charged
        assert self.town.balance_of("") == 0
        captures = [posting for posting in self.town.postings() if posting.kind == "capture"]
        assert len(captures) == len(self.town.charges())


def runs(usual: int) -> settings:
    return settings(
        max_examples=int(os.environ.get("RUNS", usual)),
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )


class TestMoney(Money.TestCase):  # type: ignore[misc, valid-type]  # hypothesis makes the class
    settings = runs(12)
