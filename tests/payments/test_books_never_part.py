"""Payments, refunds, disputes, payouts, transfers and riddles in any order, with notices that are lost, doubled or late
and a reconciliation that is killed at any step: in the end our books are the provider's account.

`RUNS` in the environment says how many runs there are.
"""

import os
import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chalicelib.core.errors import CityError
from chalicelib.core.events import PUBLIC, officer
from chalicelib.core.money import rupiah
from chalicelib.payments.model.difference import Topic
from chalicelib.payments.model.refund import Reason
from chalicelib.payments.service.reconciling import reconciling
from chalicelib.payments.service.refunds import Wish, refunds
from chalicelib.payments.store.books import BookStore
from infra.local.sandbox.refusals import Refusal
from tests.alerts.wire import Killed
from tests.payments.money_city import MoneyCity, money_city
from tests.twins.provider import DECLINED, GOOD, SLOW_REFUND

WHICH = st.integers(0, 7)
CAPTURES = ("OrderPaid", "OrderPaidLate", "OrderPaidTwice")


class Books(RuleBasedStateMachine):
    """What is refused or killed simply ends there, as a process does."""

    @initialize(
        seed=st.integers(0, 2**32),
        first=st.lists(st.tuples(st.integers(1, 4), st.sampled_from((GOOD, SLOW_REFUND))), min_size=2, max_size=4),
        heard=st.booleans(),
    )
    def begin(self, seed: int, first: list[tuple[int, str]], heard: bool) -> None:
        self.context = money_city(400)
        self.town: MoneyCity = self.context.__enter__()
        self.dice = random.Random(seed)
        for places, card in first:
            self.buy(places, card, wrong=False)
        if heard:
            self.town.hear()
            self.town.work()

    def teardown(self) -> None:
        if hasattr(self, "town"):
            try:
                self.everything_ends()
            finally:
                self.context.__exit__(None, None, None)

    def tried(self, act: Any) -> Any:
        try:
            return act()
        except (Killed, CityError, Refusal):
            return None
        finally:
            self.town.strikes.armed = False

    def paid(self, which: int) -> str:
        found = [order.reference for order in self.town.orders() if order.captured]
        return found[which % len(found)] if found else ""

    def one(self, kind: str, which: int, **wanted: Any) -> Any:
        """One of the provider's own things, or None."""
        found = [thing for thing in self.town.world.things(kind) if wanted.items() <= thing.items()]
        return found[which % len(found)] if found else None

    @rule(places=st.integers(1, 5), card=st.sampled_from((GOOD, GOOD, SLOW_REFUND, DECLINED)), wrong=st.booleans())
    def buy(self, places: int, card: str, wrong: bool) -> None:
        reference = self.tried(lambda: self.town.order(places))
        self.tried(lambda: self.town.url(reference or ""))
        for session in self.town.world.things("session"):
            if session["metadata"]["order"] == reference and session["status"] == "open":
                if wrong and self.dice.random() < 0.2:
                    session["amount_total"] += 250_000
                self.town.world.pay(session["id"], card)

    @rule(places=st.integers(1, 3))
    def promise_a_transfer(self, places: int) -> None:
        reference = self.tried(lambda: self.town.order(places))
        self.tried(lambda: self.town.url(reference or ""))
        for session in self.town.world.things("session"):
            if session["metadata"]["order"] == reference and session["status"] == "open":
                self.town.world.transfer(session["id"])

    @rule(which=WHICH, arrived=st.booleans())
    def a_transfer_ends(self, which: int, arrived: bool) -> None:
        if intent := self.one("intent", which, status="processing"):
            self.town.world.settle(intent["id"], arrived)

    @rule(which=WHICH, place=st.integers(0, 3))
    def the_payer_gives_back(self, which: int, place: int) -> None:
        if reference := self.paid(which):
            wish = Wish(reference=reference, places=(place,), reason=Reason.CHANGED_MIND)
            self.tried(lambda: refunds().ask(wish, PUBLIC, f"{self.dice.random()}"))

    @rule(which=WHICH, amount=st.sampled_from((1_000, 1_000, 30_000)))
    def an_officer_gives_back(self, which: int, amount: int) -> None:
        if reference := self.paid(which):
            wish = Wish(reference=reference, places=(), reason=Reason.OFFICER, amount=rupiah(amount))
            self.tried(lambda: refunds().ask(wish, officer("kadek"), f"{self.dice.random()}"))

    @rule(which=WHICH, amount=st.integers(1, 500_000))
    def somebody_gives_back_at_the_provider(self, which: int, amount: int) -> None:
        charge = self.one("charge", which, paid=True, disputed=False)
        if charge and charge["amount_captured"] - charge["amount_refunded"] >= amount:
            self.town.world.refund_on_the_dashboard(charge["payment_intent"], amount)

    @rule(which=WHICH, fails=st.booleans())
    def a_refund_ends(self, which: int, fails: bool) -> None:
        if refund := self.one("refund", which):
            act = self.town.world.refund_fails if fails else self.town.world.refund_arrives
            self.tried(lambda: act(refund["id"]))

    @rule(which=WHICH)
    def a_bank_disputes(self, which: int) -> None:
        if charge := self.one("charge", which, paid=True, disputed=False):
            self.tried(lambda: self.town.world.dispute(charge["payment_intent"]))

    @rule(which=WHICH, won=st.booleans())
    def a_bank_decides(self, which: int, won: bool) -> None:
        if dispute := self.one("dispute", which, status="needs_response"):
            self.town.world.close_dispute(dispute["id"], won)

    @rule()
    def the_provider_pays_out(self) -> None:
        self.tried(self.town.world.pay_out)

    @rule(how=st.sampled_from(("all", "twice", "reversed", "some", "lost")))
    def notices_come(self, how: str) -> None:
        def picked(told: list[Any]) -> list[Any]:
            some = [one for one in told if self.dice.random() < 0.5]
            return {"all": told, "twice": told * 2, "reversed": told[::-1], "some": some, "lost": []}[how]

        self.tried(lambda: self.town.hear(picked))

    @rule(twice=st.booleans())
    def workers_work(self, twice: bool) -> None:
        self.tried(lambda: self.town.work(self.dice, twice=twice))

    @rule(minutes=st.sampled_from((1, 15, 45, 60 * 26)))
    def time_passes(self, minutes: int) -> None:
        self.town.city.clock.pass_(timedelta(minutes=minutes))
        self.tried(self.town.tick)

    @rule(at=st.integers(0, 60))
    def reconciliation_is_killed(self, at: int) -> None:
        strikes = self.town.strikes
        strikes.seen.clear()
        strikes.at, strikes.armed = at, True
        self.tried(reconciling().run)

    @rule()
    def reconciliation_runs(self) -> None:
        self.tried(reconciling().run)

    @invariant()
    def every_posting_balances(self) -> None:
        if hasattr(self, "town"):
            assert sum(leg.amount.minor_units for one in self.town.postings() for leg in one.legs) == 0

    def everything_ends(self) -> None:
        town = self.town
        town.strikes.armed = False
        town.told.clear()
        town.world.notices()  # whatever was not heard by now is lost
        for _ in range(4):
            self.tried(town.work)
            town.city.clock.pass_(timedelta(minutes=16))
            self.tried(town.tick)
            reconciling().run()
            town.work()
        self.books_are_the_account(BookStore(town.city.store))

    def books_are_the_account(self, store: BookStore) -> None:
        town = self.town
        for kind in sorted({posting.kind for posting in town.postings()}):
            event(f"posted: {kind}")
        for found in sorted({one.topic for one in store.open_differences()}):
            event(f"open: {found}")
        account = town.world.things("transaction")
        assert town.balance_of("clearing") == sum(one["net"] for one in account)
        assert town.balance_of("fees") == sum(one["fee"] for one in account)
        assert town.balance_of("bank") == -self.sum_of("payout")
        strange = self.disputed_of_strangers()
        assert town.balance_of("disputes") == strange - self.sum_of("dispute", "dispute_reversal")
        owed = town.balance_of("due") + town.balance_of("refunds") + town.balance_of("unmatched")
        assert -owed == self.sum_of("charge", "refund", "refund_failure") + strange
        self.prepared_sums_are_the_postings(store)
        self.captures_are_the_sources_of_receipts()
        self.riddles_are_told(store)

    def sum_of(self, *kinds: str) -> int:
        return sum(one["amount"] for one in self.town.world.things("transaction") if one["reporting_category"] in kinds)

    def disputed_of_strangers(self) -> int:
        """What banks did with payments that no order took: it stands unmatched."""
        known = {one.payment for order in self.town.orders() for one in order.attempts if one.captured}
        found = [one for one in self.town.world.things("dispute") if one["payment_intent"] not in known]
        return sum(line["amount"] for one in found for line in one["balance_transactions"])

    def prepared_sums_are_the_postings(self, store: BookStore) -> None:
        assert store.total("clearing") == self.town.balance_of("clearing")
        for day in {one.day.isoformat() for one in self.town.postings()}:
            sums: dict[str, int] = {}
            for posting in store.all_postings(day):
                for leg in posting.legs:
                    sums[leg.account] = sums.get(leg.account, 0) + leg.amount.minor_units
            assert {name: sums.get(name, 0) for name in store.balances(day)} == store.balances(day)
            assert sums.keys() <= store.balances(day).keys()

    def captures_are_the_sources_of_receipts(self) -> None:
        entries = [entry for entry in self.town.city.store.entries.values() if getattr(entry, "name", "") in CAPTURES]
        told = sum(entry.data["amount"] for entry in entries)  # type: ignore[union-attr]
        assert -self.town.balance_of("due") == told

    def riddles_are_told(self, store: BookStore) -> None:
        """Whatever stands unmatched is somebody's work, and no balance differs without a reason."""
        found = list(store.open_differences())
        assert -self.town.balance_of("unmatched") == sum(one.unmatched.minor_units for one in found)
        assert not [one for one in found if one.topic in (Topic.BALANCE, Topic.BOOKS, Topic.LATE, Topic.MOVEMENT)]


@pytest.mark.slow
class TestBooks(Books.TestCase):  # type: ignore[misc, valid-type]  # hypothesis makes the class
    settings = settings(
        max_examples=int(os.environ.get("RUNS", "6")),
        stateful_step_count=40,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
