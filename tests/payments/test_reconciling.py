"""What the reconciliation finds and repairs, what it tells finance, and that our books follow the provider."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from chalicelib.core.clock import WITA
from chalicelib.core.money import Money, rupiah
from chalicelib.core.store import Key
from chalicelib.payments.gateway import paying_with
from chalicelib.payments.gateway.port import ProviderRefused
from chalicelib.payments.model.books import Posting
from chalicelib.payments.model.difference import Difference, Topic
from chalicelib.payments.model.graph import State
from chalicelib.payments.model.refund import Progress, Reason
from chalicelib.payments.service.books import books
from chalicelib.payments.service.orders import orders
from chalicelib.payments.service.reconciling import by_day, reconciling
from chalicelib.payments.service.refunds import Wish, refunds
from chalicelib.payments.store.books import BookStore
from tests.alerts.wire import Killed
from tests.payments.money_city import MoneyCity, money_city
from tests.twins.provider import SLOW_REFUND

QUARTER = timedelta(minutes=15)


@pytest.fixture
def money() -> Iterator[MoneyCity]:
    with money_city() as money:
        yield money


def store(money: MoneyCity) -> BookStore:
    return BookStore(money.city.store)


def differences(money: MoneyCity) -> list[Difference]:
    return list(store(money).open_differences())


def reconcile(money: MoneyCity, after: timedelta = QUARTER) -> None:
    money.city.clock.pass_(after)
    reconciling().run()
    money.work()


def bought(money: MoneyCity, places: int = 2, *, number: str = "4242424242424242", heard: bool = True) -> str:
    """An order whose money is at the provider; with `heard` also here."""
    reference = money.order(places)
    money.url(reference)
    assert money.world.pay(money.checkout(reference), number) == "paid"
    money.hear(list if heard else lambda _: [])
    money.work()
    return reference


def assert_books_follow(money: MoneyCity) -> None:
    """The invariants of the books, against the provider's own truth."""
    for posting in money.postings():
        assert sum(leg.amount.minor_units for leg in posting.legs) == 0
    held = money.world.provider.balance().minor_units
    assert money.balance_of("clearing") == held
    assert store(money).total("clearing") == held


def by_kind(money: MoneyCity, kind: str) -> list[Posting]:
    return [posting for posting in money.postings() if posting.kind == kind]


def test_the_fee_of_a_payment_is_booked_once_and_the_clearing_account_is_the_balance(money: MoneyCity) -> None:
    bought(money)

    reconcile(money)
    reconcile(money)

    (fee,) = by_kind(money, "fee")
    assert fee.authority == "denpasar"
    assert money.balance_of("fees:denpasar") == sum(one["fee"] for one in money.world.things("transaction"))
    assert_books_follow(money)
    assert differences(money) == []


def test_a_payment_whose_notice_was_lost_is_found_and_its_tickets_are_made(money: MoneyCity) -> None:
    reference = bought(money, heard=False)
    assert money.kept(reference).state is State.PAYING

    reconcile(money)

    assert money.kept(reference).state is State.PAID
    assert len(money.vouchers(reference)) == 2
    assert_books_follow(money)


def test_a_charge_that_nobody_answered_for_a_quarter_of_an_hour_wakes_somebody(
    money: MoneyCity, capsys: pytest.CaptureFixture[str]
) -> None:
    bought(money, heard=False)

    reconcile(money, timedelta(minutes=14))
    early = capsys.readouterr().out

    assert "charge_unanswered" not in early


def test_an_unanswered_charge_is_told_and_answered(money: MoneyCity, capsys: pytest.CaptureFixture[str]) -> None:
    reference = bought(money, heard=False)

    reconcile(money)

    told = capsys.readouterr().out
    assert '"event":"charge_unanswered"' in told
    assert '"ChargesUnanswered":1' in told
    assert money.kept(reference).state is State.PAID


def test_tickets_that_were_never_made_are_made_and_told(money: MoneyCity, capsys: pytest.CaptureFixture[str]) -> None:
    reference = money.order(2)
    money.url(reference)
    money.world.pay(money.checkout(reference))
    money.hear()
    money.city.store.marks.clear()  # no worker ever hears of it

    reconcile(money)

    assert len(money.vouchers(reference)) == 2
    assert "no_tickets" in capsys.readouterr().out


def test_tickets_that_an_outage_of_three_days_swallowed_are_made(money: MoneyCity) -> None:
    reconcile(money)
    reference = money.order(2)
    money.url(reference)
    money.world.pay(money.checkout(reference))
    money.hear()
    money.city.store.marks.clear()  # no worker ever hears of it

    reconcile(money, timedelta(days=3))

    assert len(money.vouchers(reference)) == 2


def test_a_checkout_whose_answer_was_lost_is_found_by_its_order(money: MoneyCity) -> None:
    reference = money.order(1)
    order = money.kept(reference)
    from chalicelib.payments.service.orders import request

    made = money.world.provider.open_checkout(request(order, money.city.tools.origin))

    reconcile(money, timedelta(minutes=1))

    assert money.kept(reference).state is State.PAYING
    assert orders().pay(reference) == made.url


def test_an_order_whose_checkout_ended_unheard_frees_its_places(money: MoneyCity) -> None:
    reference = money.order(2)
    money.url(reference)
    money.city.clock.pass_(timedelta(hours=1))
    money.world.pass_time()

    reconcile(money)

    assert money.kept(reference).state is State.EXPIRED
    assert money.taken() == 0


def test_a_refund_that_no_worker_sent_is_sent_once(money: MoneyCity) -> None:
    reference = bought(money)
    refunds().ask(_wish(reference, 0), by=_public(), form_id="give-back")  # approved; the fact is never handled

    money.city.clock.pass_(QUARTER)
    reconciling().run()
    reconcile(money)

    assert [one.progress for one in money.refunds()] == [Progress.DONE]
    assert len(money.world.things("refund")) == 1
    assert_books_follow(money)


def test_a_refund_whose_answer_was_lost_is_not_paid_twice_even_days_later(money: MoneyCity) -> None:
    reference = bought(money)
    ours = refunds().ask(_wish(reference, 0), by=_public(), form_id="give-back")
    (refund,) = money.refunds()
    money.world.provider.refund(ours, refund.payment, refund.amount)
    money.world.account.answers.clear()  # the provider forgets keys after a day

    money.city.clock.pass_(timedelta(days=2))
    reconciling().run()

    assert len(money.world.things("refund")) == 1
    assert [one.progress for one in money.refunds()] == [Progress.DONE]
    assert_books_follow(money)


def test_the_worker_too_looks_before_it_asks_for_an_old_refund(money: MoneyCity) -> None:
    reference = bought(money)
    ours = refunds().ask(_wish(reference, 0), by=_public(), form_id="give-back")
    (refund,) = money.refunds()
    money.world.provider.refund(ours, refund.payment, refund.amount)
    money.world.account.answers.clear()  # the provider forgets keys after a day

    money.city.clock.pass_(timedelta(days=3))
    money.work()

    assert len(money.world.things("refund")) == 1
    assert [one.progress for one in money.refunds()] == [Progress.DONE]


def test_a_refund_that_the_provider_does_not_know_is_a_difference_and_stops_nothing(money: MoneyCity) -> None:
    reference = bought(money, number=SLOW_REFUND)
    refunds().ask(_wish(reference, 0), by=_public(), form_id="give-back")
    money.work()
    reconcile(money)
    money.world.account.things["refund"].clear()

    reconcile(money)

    assert [one.topic for one in differences(money)] == [Topic.REFUND]
    asked = store(money).asked()
    assert asked is not None
    assert asked.until == money.city.clock()


def test_a_refund_that_fails_wakes_somebody_once(money: MoneyCity, capsys: pytest.CaptureFixture[str]) -> None:
    reference = bought(money, number=SLOW_REFUND)
    refunds().ask(_wish(reference, 0), by=_public(), form_id="give-back")
    money.work()
    (made,) = money.world.things("refund")
    money.world.refund_fails(made["id"])
    capsys.readouterr()

    reconcile(money)
    money.hear()

    assert capsys.readouterr().out.count('"RefundsFailed":1') == 1


def test_a_refund_that_the_bank_sends_back_comes_back_into_the_books(money: MoneyCity) -> None:
    reference = bought(money, number=SLOW_REFUND)
    refunds().ask(_wish(reference, 0), by=_public(), form_id="give-back")
    money.work()
    (made,) = money.world.things("refund")
    money.world.refund_fails(made["id"])

    reconcile(money)

    assert [one.progress for one in money.refunds()] == [Progress.FAILED]
    assert money.balance_of("refunds:") == 0
    assert_books_follow(money)
    assert differences(money) == []


def test_a_refund_that_left_and_failed_before_anybody_heard_is_booked_both_ways(money: MoneyCity) -> None:
    reference = bought(money)
    ours = refunds().ask(_wish(reference, 0), by=_public(), form_id="give-back")
    (refund,) = money.refunds()
    made = money.world.provider.refund(ours, refund.payment, refund.amount)
    money.world.refund_fails(made.id)

    reconcile(money)

    assert [one.progress for one in money.refunds()] == [Progress.FAILED]
    assert sorted(one.kind for one in money.postings() if one.kind.startswith("refund")) == ["refund", "refund_failed"]
    assert_books_follow(money)
    assert differences(money) == []


def test_a_refund_made_on_the_providers_pages_is_followed(money: MoneyCity) -> None:
    reference = bought(money)
    money.world.refund_on_the_dashboard(money.kept(reference).payment, 100_000)

    reconcile(money)

    assert money.kept(reference).refunded == rupiah(1_000)
    assert [one.reason for one in money.refunds()] == [Reason.DASHBOARD]
    assert_books_follow(money)


def test_a_dispute_that_nobody_told_us_freezes_tickets_and_takes_its_money(money: MoneyCity) -> None:
    reference = bought(money)
    money.world.dispute(money.kept(reference).payment)

    reconcile(money)

    assert money.kept(reference).state is State.DISPUTED
    assert {one.standing for one in money.vouchers(reference)} == {"frozen"}
    assert money.balance_of("disputes:denpasar") == money.kept(reference).total.minor_units
    assert_books_follow(money)


@pytest.mark.parametrize(("won", "state"), [(True, State.PAID), (False, State.LOST)])
def test_a_decision_that_nobody_told_us_is_found(money: MoneyCity, won: bool, state: State) -> None:
    reference = bought(money)
    dispute = money.world.dispute(money.kept(reference).payment)
    reconcile(money)
    money.world.close_dispute(dispute, won)

    reconcile(money)
    reconcile(money)

    assert money.kept(reference).state is state
    assert list(store(money).undecided()) == []
    assert_books_follow(money)
    assert differences(money) == []


def test_a_dispute_that_was_lost_before_we_asked_is_both_opened_and_lost(money: MoneyCity) -> None:
    reference = bought(money)
    money.world.close_dispute(money.world.dispute(money.kept(reference).payment), won=False)

    reconcile(money)

    assert money.kept(reference).state is State.LOST
    assert differences(money) == []


def test_the_end_of_an_inquiry_that_moved_no_money_is_asked_for(money: MoneyCity) -> None:
    reference = bought(money)
    dispute = money.world.dispute(money.kept(reference).payment)
    money.world.account.things["transaction"].popitem()
    money.hear()
    money.work()
    disputed = money.kept(reference).state
    money.world.close_dispute(dispute, won=False)
    money.hear(lambda _: [])

    reconcile(money)

    assert (disputed, money.kept(reference).state) == (State.DISPUTED, State.LOST)
    assert list(store(money).undecided()) == []


def test_a_payout_leaves_for_the_bank(money: MoneyCity) -> None:
    bought(money)
    money.city.clock.pass_(timedelta(days=3))
    money.world.pay_out()

    reconcile(money)

    assert money.balance_of("bank") == sum(-one["net"] for one in money.world.things("transaction")[-1:])
    assert money.balance_of("clearing") == 0
    assert_books_follow(money)


def test_money_of_another_amount_is_never_an_order_and_always_a_difference(money: MoneyCity) -> None:
    reference = money.order(1)
    money.url(reference)
    money.world.account.find("session", money.checkout(reference))["amount_total"] += 500_000
    money.world.pay(money.checkout(reference))
    money.hear()

    reconcile(money)
    reconcile(money)

    assert money.kept(reference).state is State.PAYING
    assert "NoticeUnexpected" in money.city.names()
    (found,) = differences(money)
    assert (found.topic, found.order, found.authority) == (Topic.PAYMENT, reference, "denpasar")
    assert money.balance_of("unmatched") == -found.unmatched.minor_units
    assert_books_follow(money)


def test_what_stood_unmatched_is_matched_when_its_posting_comes_late(money: MoneyCity) -> None:
    """A bank transfer whose checkout is older than a run looks back, and whose notice was lost."""
    reference = money.order(1)
    money.url(reference)
    money.world.transfer(money.checkout(reference))
    money.hear()
    reconcile(money, timedelta(hours=3))
    money.city.clock.pass_(timedelta(minutes=5))
    (payment,) = (one["id"] for one in money.world.things("intent"))
    money.world.settle(payment)
    money.hear(lambda _: [])
    reconcile(money)
    (riddle,) = differences(money)

    orders().check(reference)
    money.work()
    reconcile(money)

    assert riddle.topic is Topic.PAYMENT
    assert money.kept(reference).state is State.PAID
    assert differences(money) == []
    assert money.balance_of("unmatched") == 0
    assert_books_follow(money)


def test_a_dispute_of_a_payment_that_nobody_knew_finds_its_order_later(money: MoneyCity) -> None:
    reference = money.order(1)
    money.url(reference)
    money.world.transfer(money.checkout(reference))
    money.hear()
    reconcile(money, timedelta(hours=3))
    (payment,) = (one["id"] for one in money.world.things("intent"))
    money.world.settle(payment)
    money.world.dispute(payment)
    money.hear(lambda _: [])
    reconcile(money)
    riddles = {one.topic for one in differences(money)}

    orders().check(reference)
    reconcile(money)

    assert riddles == {Topic.PAYMENT, Topic.DISPUTE}
    assert money.kept(reference).state is State.DISPUTED
    assert (money.balance_of("unmatched"), differences(money)) == (0, [])
    assert_books_follow(money)


def _movement(money: MoneyCity, **fields: Any) -> None:
    """A line of the provider's account that no payment explains."""
    told: dict[str, Any] = {
        "amount": -750_000,
        "fee": 0,
        "currency": "idr",
        "reporting_category": "connect_reserved_funds",
        "source": None,
        "available_on": money.world.account.seconds(),
        "status": "available",
        "type": "adjustment",
        "description": None,
        "exchange_rate": None,
        "fee_details": [],
        **fields,
    }
    money.world.account.make("transaction", **told, net=told["amount"] - told["fee"])


def test_a_movement_that_nobody_knows_why_is_unmatched_and_told_once(money: MoneyCity) -> None:
    _movement(money)

    reconcile(money)
    reconcile(money)

    (found,) = differences(money)
    assert found.topic is Topic.MOVEMENT
    assert money.balance_of("unmatched") == 750_000
    assert money.city.names().count("DifferenceFound") == 1
    assert_books_follow(money)


def test_a_fee_of_the_account_itself_belongs_to_nobody(money: MoneyCity) -> None:
    _movement(money, reporting_category="fee")

    reconcile(money)

    assert money.balance_of("fees:shared") == 750_000
    assert differences(money) == []
    assert_books_follow(money)


def test_a_movement_in_another_currency_is_a_difference_and_stays_out_of_the_books(money: MoneyCity) -> None:
    _movement(money, currency="usd", fee=-750_000)  # net nothing: the sandbox's balance is all rupiah

    reconcile(money)

    (found,) = differences(money)
    assert found.topic is Topic.CURRENCY
    assert found.found is not None
    assert found.found.currency == "USD"
    assert money.postings() == []


def test_a_balance_that_does_not_agree_is_told_and_goes_by_itself(money: MoneyCity) -> None:
    bought(money)
    (one,) = money.world.things("transaction")
    one["net"] -= 1_000  # the provider's balance says less than its movements
    reconcile(money)
    found = differences(money)

    one["net"] += 1_000
    reconcile(money)

    assert [one.topic for one in found] == [Topic.BALANCE]
    assert differences(money) == []
    assert "DifferenceSettled" in money.city.names()


class Moving:
    """A provider whose balance is another one whenever it is asked."""

    def __init__(self, provider: Any) -> None:
        self._provider, self._more = provider, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._provider, name)

    def balance(self) -> Money:
        self._more += 1
        return cast("Money", self._provider.balance()) + rupiah(self._more)


def test_a_balance_that_moves_all_the_time_is_no_difference_until_it_has_not_agreed_for_a_day(
    money: MoneyCity,
) -> None:
    bought(money)
    reconcile(money)
    with paying_with(Moving(money.world.provider)):
        reconcile(money)
        assert differences(money) == []

        reconcile(money, timedelta(days=1))
    assert [one.topic for one in differences(money)] == [Topic.BALANCE]


def test_a_posting_that_no_worker_counted_is_counted(money: MoneyCity) -> None:
    reference = money.order(1)
    money.url(reference)
    money.world.pay(money.checkout(reference))
    money.hear()

    money.city.clock.pass_(QUARTER)
    reconciling().run()
    money.work()  # the worker hears of it after all: counted already

    assert_books_follow(money)
    (row,) = (one for one in store(money).figures("2026-11-24") if one.row.scheme == "mangrove")
    assert row.agrees


def test_prepared_sums_that_are_wrong_are_told(money: MoneyCity) -> None:
    bought(money)
    (key,) = (key for key in money.city.store.counters if key.pk == "balance#2026-11-24#due:denpasar:4.1.02.02")
    money.city.store.counters[key] += 5

    reconcile(money)
    assert differences(money) == []

    reconcile(money, timedelta(days=1))
    assert [one.topic for one in differences(money)] == [Topic.BOOKS]


def test_the_first_run_of_a_day_looks_back_eight_days(money: MoneyCity) -> None:
    reconcile(money)
    reference = bought(money, heard=False)
    order = money.kept(reference)
    money.city.clock.pass_(timedelta(days=7))

    reconcile(money)

    assert order.state is State.PAYING
    assert money.kept(reference).state is State.PAID


def test_a_run_that_forgot_the_last_one_books_nothing_twice(money: MoneyCity) -> None:
    bought(money)
    reconcile(money)
    before = money.city.names()
    del money.city.store.rows[Key("payments-asked")]

    reconcile(money)

    assert money.city.names() == before
    assert_books_follow(money)


def test_a_provider_that_is_down_moves_no_cursor(money: MoneyCity) -> None:
    reconcile(money)
    before = store(money).asked()
    money.world.account.faults.append({"times": 1, "method": "GET", "path": "/v1/checkout", "mode": "down"})

    from chalicelib.core.errors import CityError

    money.city.clock.pass_(QUARTER)
    with pytest.raises(CityError):
        reconciling().run()

    assert store(money).asked() == before


class Refusing:
    """A provider that refuses one of its questions, or answers with what nobody can read."""

    def __init__(self, provider: Any, **answers: Callable[..., Any]) -> None:
        self._provider, self._answers = provider, answers

    def __getattr__(self, name: str) -> Any:
        return self._answers.get(name) or getattr(self._provider, name)


def refused(*_: Any) -> Any:
    raise ProviderRefused("parameter_unknown")


def refused_list(*_: Any) -> Iterator[Any]:
    yield from ()
    raise ProviderRefused("parameter_unknown")


def asked_until(money: MoneyCity) -> datetime:
    found = store(money).asked()
    assert found is not None
    return found.until


def test_a_listing_that_is_refused_is_a_difference_and_all_the_rest_goes_on(money: MoneyCity) -> None:
    bought(money)

    with paying_with(cast("Any", Refusing(money.world.provider, checkouts=refused_list))):
        reconcile(money)
        reconcile(money)

    assert "checkouts-2026-11-24" in {one.subject for one in differences(money)}
    assert asked_until(money) == money.city.clock()
    assert_books_follow(money)


def test_a_checkout_in_a_currency_that_nobody_knows_keeps_no_other_one_waiting(money: MoneyCity) -> None:
    reference = bought(money, heard=False)
    strange = money.order(1)
    money.url(strange)
    money.world.account.find("session", money.checkout(strange))["currency"] = "xxx"

    reconcile(money)

    assert money.kept(reference).state is State.PAID
    assert [one.subject for one in differences(money)] == ["checkouts-2026-11-24"]
    assert asked_until(money) == money.city.clock()


def test_a_refund_that_the_provider_does_not_tell_is_booked_as_a_riddle(money: MoneyCity) -> None:
    reference = bought(money)
    reconcile(money)
    money.world.refund_on_the_dashboard(money.kept(reference).payment, 100_000)
    money.hear(lambda _: [])

    with paying_with(cast("Any", Refusing(money.world.provider, refund_of=refused))):
        reconcile(money)

    assert [one.topic for one in differences(money)] == [Topic.REFUND]
    assert_books_follow(money)


class Cut(Exception):
    """The function's time is over."""


def test_a_look_at_many_days_goes_on_at_the_day_that_was_cut_off(money: MoneyCity) -> None:
    reconcile(money)
    money.city.clock.pass_(timedelta(days=1))
    starts: list[datetime] = []

    def listing(since: datetime, until: datetime) -> Any:
        starts.append(since)
        if len(starts) == 4:
            raise Cut
        return money.world.provider.checkouts(since, until)

    with paying_with(cast("Any", Refusing(money.world.provider, checkouts=listing))):
        with suppress(Cut):
            reconciling().run()
        reconcile(money)

    days = [one.astimezone(WITA).date() for one in starts]
    assert days[4] >= days[3] - timedelta(days=1)
    assert len(starts) <= 12
    found = store(money).asked()
    assert found is not None
    assert (found.until, found.looked_until) == (money.city.clock(), None)


def test_a_balance_in_motion_is_looked_at_again_for_two_hours_and_not_for_eight_days(money: MoneyCity) -> None:
    asked: list[tuple[datetime, datetime]] = []

    def listing(since: datetime, until: datetime) -> Any:
        asked.append((since, until))
        return money.world.provider.checkouts(since, until)

    with paying_with(cast("Any", Moving(Refusing(money.world.provider, checkouts=listing)))):
        reconcile(money)

    whole = money.city.clock() - timedelta(days=8)
    assert asked[0][0] == whole
    assert all(until - since <= timedelta(hours=2, seconds=1) for since, until in asked[-3:])


def test_a_time_is_cut_at_the_midnights_of_the_city() -> None:
    noon = datetime(2026, 11, 24, 12, tzinfo=WITA)

    pieces = list(by_day(noon, noon + timedelta(days=2)))

    assert [until - since for since, until in pieces] == [timedelta(hours=12), timedelta(days=1), timedelta(hours=12)]
    assert pieces[0][0] == noon
    assert pieces[-1][1] == noon + timedelta(days=2)
    assert list(by_day(noon, noon + timedelta(hours=13))) == [(noon, noon + timedelta(hours=13))]


@pytest.mark.faults
def test_a_reconciliation_that_is_killed_at_any_step_is_finished_by_the_next_one() -> None:
    for step in range(1000):
        with money_city() as money:
            a_bad_day(money)
            money.strikes.at, money.strikes.armed = step, True
            with suppress(Killed):
                reconciling().run()
            over, money.strikes.armed = money.strikes.armed, False
            reconcile(money)
            reconcile(money)
            assert_books_follow(money)
            assert differences(money) == []
        if over:  # it came to its end before its turn to die
            break
    assert step > 40


def a_bad_day(money: MoneyCity) -> None:
    """Nothing that happened was heard of."""
    first, second = bought(money), bought(money)
    bought(money, heard=False)
    refunds().ask(_wish(first, 0), by=_public(), form_id="give-back")
    money.world.refund_on_the_dashboard(money.kept(first).payment, 100_000)
    money.world.dispute(money.kept(second).payment)
    money.city.clock.pass_(timedelta(days=3))
    money.world.pay_out()
    money.hear(lambda _: [])


def test_a_fact_that_comes_twice_is_counted_once(money: MoneyCity) -> None:
    reference = money.order(1)
    money.url(reference)
    money.world.pay(money.checkout(reference))
    money.hear()

    money.work(twice=True)

    assert store(money).balances("2026-11-24")["clearing"] == money.kept(reference).total.minor_units
    assert books() is not None


def _wish(reference: str, *places: int) -> Wish:
    return Wish(reference=reference, places=places, reason=Reason.CHANGED_MIND)


def _public() -> Any:
    from chalicelib.core.events import PUBLIC

    return PUBLIC
