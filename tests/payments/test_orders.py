"""One order from the press of the button to the ticket, and every way in which it can go wrong once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.core.errors import Unavailable
from chalicelib.core.toolbox import working_with
from chalicelib.core.vault import Sealed, Secret
from chalicelib.payments.gateway.port import CheckoutState, DisputeState, ProviderDispute, ProviderDown
from chalicelib.payments.model.graph import State, Unexpected
from chalicelib.payments.model.voucher import Standing
from chalicelib.payments.service.holds import NotEnded
from chalicelib.payments.service.orders import NothingToPay, SoldOut, TooOld
from chalicelib.payments.service.refunds import refunds
from chalicelib.payments.service.settling import settling
from tests.payments.money_city import MoneyCity, money_city
from tests.twins.provider import DECLINED, SLOW_REFUND
from tests.twins.vault import MemoryVault


@pytest.fixture
def town() -> Iterator[MoneyCity]:
    with money_city() as made:
        yield made


def bought(town: MoneyCity, places: int = 2) -> str:
    reference = town.order(places)
    town.url(reference)
    assert town.world.pay(town.checkout(reference)) == "paid"
    town.hear()
    town.work()
    return reference


def test_a_paid_order_has_one_ticket_for_each_place(town: MoneyCity) -> None:
    reference = bought(town)
    order = town.kept(reference)

    assert order.state is State.PAID
    assert order.captured == order.total
    assert sorted(voucher.place for voucher in town.vouchers(reference)) == [0, 1]
    assert town.balance_of("clearing") == order.total.minor_units
    assert town.taken() == 2


def test_pressing_pay_again_leads_to_the_same_checkout(town: MoneyCity) -> None:
    reference = town.order(1)

    assert town.url(reference) == town.url(reference)
    assert len(town.world.things("session")) == 1


def test_nobody_is_asked_to_pay_what_is_paid(town: MoneyCity) -> None:
    reference = bought(town)

    with pytest.raises(NothingToPay):
        town.url(reference)


def test_a_declined_card_keeps_the_checkout_open_and_says_why(town: MoneyCity) -> None:
    reference = town.order(1)
    address = town.url(reference)
    town.world.pay(town.checkout(reference), DECLINED)
    town.hear()

    assert town.kept(reference).attempt.declined == "card_declined"
    assert town.url(reference) == address
    assert town.world.pay(town.checkout(reference)) == "paid"
    town.hear()
    assert town.kept(reference).state is State.PAID


def test_an_abandoned_order_frees_its_places_and_may_be_tried_again(town: MoneyCity) -> None:
    reference = town.order(4)
    town.url(reference)
    town.tick(timedelta(minutes=41))
    assert (town.kept(reference).state, town.taken()) == (State.EXPIRED, 0)

    town.url(reference)
    assert town.taken() == 4
    assert town.world.pay(town.checkout(reference)) == "paid"
    town.hear()
    assert town.kept(reference).state is State.PAID


def test_places_are_never_sold_twice(town: MoneyCity) -> None:
    town.order(8)

    with pytest.raises(SoldOut):
        town.order(3)
    assert town.taken() == 8


def test_a_payment_without_a_notice_is_found_when_its_hold_ends(town: MoneyCity) -> None:
    reference = town.order(1)
    town.url(reference)
    town.world.pay(town.checkout(reference))
    town.tick(timedelta(minutes=41))
    town.work()

    assert town.kept(reference).state is State.PAID
    assert len(town.vouchers(reference)) == 1


def test_a_checkout_that_nobody_heard_of_is_ended_before_its_places_are_free(town: MoneyCity) -> None:
    reference = town.order(1)
    town.tick(timedelta(minutes=41))

    assert town.kept(reference).state is State.EXPIRED
    assert [session["status"] for session in town.world.things("session")] in ([], ["expired"])


def test_notices_that_come_twice_or_backwards_change_nothing_more(town: MoneyCity) -> None:
    reference = town.order(1)
    town.url(reference)
    town.world.pay(town.checkout(reference), DECLINED)
    town.world.pay(town.checkout(reference))
    town.hear(lambda told: [*reversed(told), *told])
    town.work(twice=True)

    assert town.kept(reference).state is State.PAID
    assert len(town.vouchers(reference)) == 1
    assert town.balance_of("clearing") == town.kept(reference).total.minor_units


class NoKey(MemoryVault):
    """A vault whose right to seal was taken away."""

    def seal(self, secret: Secret, value: str, mask: str, *, owner: str) -> Sealed:
        raise Unavailable(reason="kms")


def test_a_fault_of_our_own_wakes_somebody_and_keeps_no_other_hold_waiting(town: MoneyCity) -> None:
    paid, left = town.order(1), town.order(1)
    for reference in (paid, left):
        town.url(reference)
    town.world.pay(town.checkout(paid))
    with working_with(replace(town.city.tools, vault=NoKey())), pytest.raises(NotEnded):
        town.tick(timedelta(minutes=41))

    assert (town.kept(paid).state, town.kept(left).state) == (State.PAYING, State.EXPIRED)
    town.tick()
    assert town.kept(paid).state is State.PAID


def test_a_disputed_payment_freezes_its_tickets_until_it_is_won(town: MoneyCity) -> None:
    reference = bought(town)
    dispute = town.world.dispute(town.kept(reference).payment)
    town.hear()
    town.work()
    assert {voucher.standing for voucher in town.vouchers(reference)} == {Standing.FROZEN}

    town.world.close_dispute(dispute, won=True)
    town.hear()
    town.work()
    assert {voucher.standing for voucher in town.vouchers(reference)} == {Standing.VALID}
    assert town.kept(reference).state is State.PAID


def test_tickets_that_are_made_after_the_dispute_are_frozen_as_well(town: MoneyCity) -> None:
    reference = town.order(2)
    town.url(reference)
    town.world.pay(town.checkout(reference))
    town.world.dispute(town.world.provider.checkout(town.checkout(reference)).payment)
    town.hear()
    town.work()

    assert town.kept(reference).state is State.DISPUTED
    assert [voucher.standing for voucher in town.vouchers(reference)] == [Standing.FROZEN] * 2


def test_when_all_went_back_on_the_providers_pages_no_ticket_is_good(town: MoneyCity) -> None:
    reference = bought(town)
    order = town.kept(reference)
    town.world.refund_on_the_dashboard(order.payment, order.total.minor_units)
    town.hear()
    town.work()

    assert (town.kept(reference).state, town.taken()) == (State.REFUNDED, 0)
    assert [voucher.standing for voucher in town.vouchers(reference)] == [Standing.VOID] * 2


def test_a_payment_that_comes_too_late_goes_back_and_stays_late_when_that_fails(town: MoneyCity) -> None:
    """The provider's word against our book: it took money for a checkout that had ended, and the seats are sold."""
    reference = town.order(8)
    town.url(reference)
    checkout = town.checkout(reference)
    town.world.pay(checkout, SLOW_REFUND)
    paid = town.world.provider.checkout(checkout)
    settling().settle(replace(paid, paid=False, state=CheckoutState.EXPIRED))
    town.order(5)

    town.hear()
    town.work()
    assert town.kept(reference).state is State.REFUNDED
    assert town.vouchers(reference) == []

    town.world.refund_fails(town.world.things("refund")[0]["id"])
    town.hear()
    assert town.kept(reference).state is State.LATE
    assert town.balance_of("clearing") == town.kept(reference).total.minor_units


def test_a_payment_after_the_end_takes_its_seats_again_where_there_are_some(town: MoneyCity) -> None:
    reference = town.order(2)
    town.url(reference)
    checkout = town.checkout(reference)
    town.world.pay(checkout)
    settling().settle(replace(town.world.provider.checkout(checkout), paid=False, state=CheckoutState.EXPIRED))
    assert town.taken() == 0

    town.hear()
    town.work()
    assert (town.kept(reference).state, town.taken()) == (State.PAID, 2)
    assert len(town.vouchers(reference)) == 2


def test_a_second_payment_of_one_order_goes_back_by_itself(town: MoneyCity) -> None:
    reference = town.order(1)
    town.url(reference)
    settling().end(reference, town.kept(reference).attempt.id)
    first = town.checkout(reference)
    town.url(reference)
    for checkout in (first, town.checkout(reference)):
        assert town.world.pay(checkout) == "paid"
    town.hear()
    town.work()

    order = town.kept(reference)
    assert order.state is State.PAID
    assert order.refunded == order.total
    assert len(town.vouchers(reference)) == 1
    assert town.balance_of("clearing") == order.total.minor_units


def test_a_second_payment_of_an_order_that_was_paid_back_goes_back_too(town: MoneyCity) -> None:
    reference = town.order(1)
    town.url(reference)
    settling().end(reference, town.kept(reference).attempt.id)
    first = town.checkout(reference)
    town.url(reference)
    second = town.checkout(reference)
    town.world.pay(first)
    town.hear()
    town.work()
    town.world.refund_on_the_dashboard(town.kept(reference).payment, town.kept(reference).total.minor_units)
    town.hear()
    town.work()
    assert town.kept(reference).state is State.REFUNDED

    town.world.pay(second)
    town.hear()
    town.work()

    assert (town.kept(reference).state, town.balance_of("clearing")) == (State.REFUNDED, 0)


def test_an_amount_that_was_never_asked_for_is_kept_for_finance(town: MoneyCity) -> None:
    reference = town.order(1)
    town.url(reference)
    town.world.pay(town.checkout(reference))
    town.world.account.find("session", town.checkout(reference))["amount_total"] = 100
    for event in town.world.things("event"):
        if event["type"] == "checkout.session.completed":
            event["data"]["object"]["amount_total"] = 100
    town.hear()

    assert town.kept(reference).state is State.PAYING
    assert "NoticeUnexpected" in town.city.names()
    assert town.postings() == []


def test_a_fault_that_the_provider_repeats_for_its_key_does_not_stop_an_order(town: MoneyCity) -> None:
    reference = town.order(1)
    town.world.sandbox.breaks("broken")
    for _ in range(2):
        with pytest.raises(ProviderDown):
            town.url(reference)

    town.city.clock.pass_(timedelta(minutes=3))
    town.url(reference)
    assert town.world.pay(town.checkout(reference)) == "paid"
    town.hear()
    assert town.kept(reference).state is State.PAID


def test_a_fault_that_the_provider_repeats_does_not_keep_seats_for_ever(town: MoneyCity) -> None:
    reference = town.order(1)
    town.world.sandbox.breaks("broken")
    with pytest.raises(ProviderDown):
        town.url(reference)
    town.tick(timedelta(minutes=41))

    assert (town.kept(reference).state, town.taken()) == (State.EXPIRED, 0)


def test_a_checkout_whose_answer_was_lost_is_found_and_ended(town: MoneyCity) -> None:
    reference = town.order(1)
    town.world.sandbox.breaks("lost")
    with pytest.raises(ProviderDown):
        town.url(reference)
    town.tick(timedelta(minutes=41))

    assert (town.kept(reference).state, town.taken()) == (State.EXPIRED, 0)
    assert [session["status"] for session in town.world.things("session")] == ["expired"]


def test_an_order_of_yesterday_is_made_anew(town: MoneyCity) -> None:
    reference = town.order(1)
    town.tick(timedelta(hours=25))

    with pytest.raises(TooOld):
        town.url(reference)
    assert town.taken() == 0


def test_a_transfer_that_takes_days_is_told_once(town: MoneyCity) -> None:
    reference = town.order(1)
    town.url(reference)
    town.world.transfer(town.checkout(reference))
    for _ in range(3):
        town.tick(timedelta(hours=1))

    told = [entry.name for entry in town.store.journal(f"order#{reference}")]
    assert told.count("CheckoutFinished") == 1
    assert town.kept(reference).due_at == town.city.clock() + timedelta(minutes=5)


def test_a_dispute_of_what_went_back_already_is_kept_for_finance(town: MoneyCity) -> None:
    reference = bought(town, 1)
    order = town.kept(reference)
    told = ProviderDispute(id="dp_1", payment=order.payment, amount=order.total, state=DisputeState.LOST)
    with pytest.raises(Unexpected):
        refunds().dispute(told)

    dispute = town.world.dispute(order.payment)
    town.world.close_dispute(dispute, won=False)
    town.hear(lambda found: found[::-1])
    assert "NoticeUnexpected" in town.city.names()


def test_a_notice_of_an_order_that_is_not_ours_is_answered(town: MoneyCity) -> None:
    reference = town.order(1)
    town.url(reference)
    for session in town.world.things("session"):
        session["metadata"]["order"] = session["_metadata"]["order"] = "PS-ELSE"
    town.world.pay(town.checkout(reference), DECLINED)
    town.hear()

    assert town.kept(reference).attempt.declined == ""
