"""What the payment provider promises: one list, run on the sandbox in this process, on the sandbox over real sockets,
and on Stripe itself where a test key (STRIPE_TEST_KEY) is in the environment."""

import itertools
import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.clock import utc_now
from chalicelib.core.money import EXPONENTS, Money, rupiah
from chalicelib.payments.gateway import stripe_words as words
from chalicelib.payments.gateway.port import (
    CheckoutState,
    Decline,
    DisputeState,
    ForgedNotice,
    Line,
    MovementKind,
    ProviderDown,
    ProviderRefused,
    RefundState,
)
from chalicelib.payments.gateway.stripe import StripeProvider, _answered
from infra.local.sandbox.sandbox import KEY, SIGNING_SECRET, signature
from tests.contracts.payers import Payer, at_stripe, free_city, here, over_http, paid, request
from tests.twins.clock import Clock
from tests.twins.provider import (
    BASE,
    CHALLENGED,
    DECLINED,
    EXPIRED,
    POOR,
    SLOW_REFUND,
    WRONG_CVC,
    InProcess,
    World,
    world,
)

NO_KEY = "no STRIPE_TEST_KEY in the environment: Stripe itself is not asked"


@pytest.fixture(params=["here", "over HTTP", "Stripe itself"])
def payer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Payer]:
    if request.param == "here":
        yield here()
    elif request.param == "over HTTP":
        with over_http(free_city(tmp_path_factory.mktemp("city"))) as served:
            yield served
    elif (real := at_stripe()) is not None:
        yield real
    else:
        pytest.skip(NO_KEY)


@pytest.fixture
def sandbox() -> World:
    """For what nobody can make Stripe do."""
    return world()


def span() -> tuple[Any, Any]:
    return utc_now() - timedelta(minutes=1), utc_now() + timedelta(minutes=1)


# --- Checkouts


def test_a_new_checkout_may_be_paid_and_carries_our_names(payer: Payer) -> None:
    asked = request()
    made = payer.provider.open_checkout(asked)

    assert made.state is CheckoutState.OPEN
    assert (made.attempt, made.order, made.amount) == (asked.attempt, asked.order, rupiah(50_000))
    assert made.url.startswith("http")
    assert (made.paid, made.payment, made.charged) == (False, "", None)
    assert payer.provider.checkout(made.id) == made


def test_one_attempt_is_one_checkout_however_often_it_is_asked_for(payer: Payer) -> None:
    asked = request()
    first, again = (payer.provider.open_checkout(asked) for _ in range(2))

    assert first.id == again.id
    assert [one.id for one in payer.provider.checkouts(*span()) if one.order == asked.order] == [first.id]


def test_one_attempt_is_never_another_amount(payer: Payer) -> None:
    asked = request()
    payer.provider.open_checkout(asked)
    other = Line(name="Tiket", unit=rupiah(90_000), quantity=1)

    with pytest.raises(ProviderRefused, match="refused") as refused:
        payer.provider.open_checkout(request(other, attempt=asked.attempt, order=asked.order))
    assert refused.value.reason == "idempotency_error"


@pytest.mark.parametrize("minutes", [10, 25 * 60])
def test_a_checkout_lives_half_an_hour_at_least_and_a_day_at_most(payer: Payer, minutes: int) -> None:
    with pytest.raises(ProviderRefused):
        payer.provider.open_checkout(request(expires_at=utc_now() + timedelta(minutes=minutes)))


def test_what_is_too_little_to_charge_is_refused_by_name(payer: Payer) -> None:
    with pytest.raises(ProviderRefused) as refused:
        payer.provider.open_checkout(request(Line(name="Parkir", unit=rupiah(1_000), quantity=1)))

    assert refused.value.reason == "amount_too_small"


def test_a_paid_checkout_tells_who_paid_what_and_when(payer: Payer) -> None:
    done = paid(payer)

    assert (done.state, done.paid, done.url) == (CheckoutState.COMPLETE, True, "")
    assert done.payment.startswith("pi_")
    assert (done.email, done.card) == ("ayu@example.id", "4242")
    assert done.paid_at is not None
    assert abs(done.paid_at - utc_now()) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("card", "why"),
    [
        (DECLINED, Decline.REFUSED),
        (POOR, Decline.FUNDS),
        (EXPIRED, Decline.EXPIRED_CARD),
        (WRONG_CVC, Decline.WRONG_DETAILS),
    ],
)
def test_a_declined_card_leaves_the_checkout_open_and_says_why(payer: Payer, card: str, why: Decline) -> None:
    made = payer.provider.open_checkout(request())
    payer.pay(made, card)
    after = payer.provider.checkout(made.id)
    ((body, sign),) = payer.notices(made.order, "payment_intent.payment_failed")
    told = payer.provider.notice(body, sign)

    assert (after.state, after.paid, after.card) == (CheckoutState.OPEN, False, "")
    assert (told.declined, told.order, told.attempt) == (why, made.order, made.attempt)
    assert told.checkout is None


def test_after_a_decline_another_card_pays(payer: Payer) -> None:
    made = payer.provider.open_checkout(request())
    payer.pay(made, DECLINED)
    payer.pay(made)

    assert payer.provider.checkout(made.id).paid


def test_an_ended_checkout_can_never_be_paid(payer: Payer) -> None:
    made = payer.provider.open_checkout(request())
    ended = payer.provider.end_checkout(made.id)

    assert (ended.state, ended.paid, ended.url) == (CheckoutState.EXPIRED, False, "")
    assert payer.provider.end_checkout(made.id).state is CheckoutState.EXPIRED


def test_ending_what_was_paid_answers_that_it_was_paid(payer: Payer) -> None:
    done = paid(payer)

    assert payer.provider.end_checkout(done.id) == done


def test_checkouts_are_listed_newest_first(payer: Payer) -> None:
    made = [payer.provider.open_checkout(request()).id for _ in range(3)]
    mine = [one.id for one in payer.provider.checkouts(*span()) if one.id in made]

    assert sorted(mine) == sorted(made)
    assert list(payer.provider.checkouts(utc_now() + timedelta(hours=1), utc_now() + timedelta(hours=2))) == []


def test_a_list_goes_on_over_its_pages(sandbox: World) -> None:
    made = [sandbox.provider.open_checkout(request()).id for _ in range(205)]

    assert [one.id for one in sandbox.provider.checkouts(*span())] == made[::-1]
    assert [path for _, path in sandbox.sandbox.calls].count("/v1/checkout/sessions") == 205 + 3


def test_what_is_not_there_is_refused(payer: Payer) -> None:
    for ask in (payer.provider.checkout, payer.provider.end_checkout, payer.provider.refund_of):
        with pytest.raises(ProviderRefused) as refused:
            ask("nobody_1")
        assert refused.value.reason == "resource_missing"


# --- Refunds


def test_two_equal_partial_refunds_are_both_made_and_each_only_once(payer: Payer) -> None:
    done = paid(payer)
    first = payer.provider.refund(f"{done.attempt}-1", done.payment, rupiah(10_000))
    second = payer.provider.refund(f"{done.attempt}-2", done.payment, rupiah(10_000))
    replay = payer.provider.refund(f"{done.attempt}-1", done.payment, rupiah(10_000))

    assert replay == first
    assert first.id != second.id
    assert (first.refund, first.payment, first.amount) == (f"{done.attempt}-1", done.payment, rupiah(10_000))
    assert {one.id for one in payer.provider.refunds(done.payment)} == {first.id, second.id}
    assert payer.provider.refund_of(second.id) == second
    assert second.state in (RefundState.DONE, RefundState.PENDING)


def test_no_more_is_refunded_than_was_paid(payer: Payer) -> None:
    done = paid(payer)
    payer.provider.refund(f"{done.attempt}-1", done.payment, rupiah(30_000))

    with pytest.raises(ProviderRefused):
        payer.provider.refund(f"{done.attempt}-2", done.payment, rupiah(30_000))
    payer.provider.refund(f"{done.attempt}-3", done.payment, rupiah(20_000))
    with pytest.raises(ProviderRefused) as refused:
        payer.provider.refund(f"{done.attempt}-4", done.payment, rupiah(1))
    assert refused.value.reason == "charge_already_refunded"


def test_a_refunds_key_is_for_one_amount(payer: Payer) -> None:
    done = paid(payer)
    payer.provider.refund(f"{done.attempt}-1", done.payment, rupiah(10_000))

    with pytest.raises(ProviderRefused) as refused:
        payer.provider.refund(f"{done.attempt}-1", done.payment, rupiah(11_000))
    assert refused.value.reason == "idempotency_error"


def test_what_was_not_paid_is_not_refunded(payer: Payer) -> None:
    made = payer.provider.open_checkout(request())
    payer.pay(made, DECLINED)

    with pytest.raises(ProviderRefused):
        payer.provider.refund("r", payer.provider.checkout(made.id).payment, rupiah(10_000))


def test_a_refund_on_its_way_arrives_or_fails_later(sandbox: World) -> None:
    made = sandbox.provider.open_checkout(request())
    sandbox.pay(made.id, SLOW_REFUND)
    payment = sandbox.provider.checkout(made.id).payment
    slow = sandbox.provider.refund("r1", payment, rupiah(10_000))
    sandbox.refund_arrives(slow.id)
    sandbox.refund_fails(slow.id)

    assert slow.state is RefundState.PENDING
    told = [sandbox.provider.notice(*sent).refund for sent in sandbox.notices(kind="refund.")]
    assert [one.state for one in told if one] == [
        RefundState.PENDING,
        RefundState.DONE,
        RefundState.FAILED,
        RefundState.FAILED,
    ]
    assert sandbox.provider.refund("r2", payment, rupiah(50_000)).amount == rupiah(50_000)


def test_a_refund_made_on_the_dashboard_is_nobodys_of_ours(sandbox: World) -> None:
    payment = sandbox.provider.checkout(_paid_here(sandbox)).payment
    sandbox.refund_on_the_dashboard(payment, 1_000_000)
    (told,) = [sandbox.provider.notice(*sent) for sent in sandbox.notices(kind="refund.created")]

    assert told.refund is not None
    assert (told.refund.refund, told.refund.payment, told.refund.amount) == ("", payment, rupiah(10_000))


def _paid_here(sandbox: World, **how: Any) -> str:
    made = sandbox.provider.open_checkout(request())
    sandbox.pay(made.id, **how)
    return made.id


# --- Disputes and the account


def test_a_dispute_is_seen_on_its_payment(payer: Payer) -> None:
    payment = payer.disputed()
    (found,) = payer.provider.disputes(payment)

    assert (found.payment, found.amount, found.state) == (payment, rupiah(50_000), DisputeState.OPEN)


@pytest.mark.parametrize(("won", "end"), [(True, DisputeState.WON), (False, DisputeState.LOST)])
def test_a_dispute_ends_won_or_lost_and_the_account_knows(sandbox: World, won: bool, end: DisputeState) -> None:
    payment = sandbox.provider.checkout(_paid_here(sandbox)).payment
    before = sandbox.provider.balance()
    sandbox.close_dispute(sandbox.dispute(payment), won)
    (found,) = sandbox.provider.disputes(payment)
    told = [sandbox.provider.notice(*sent).dispute for sent in sandbox.notices(kind="charge.dispute.")]
    moved = [one for one in sandbox.provider.movements(*span()) if one.kind is not MovementKind.CHARGE]

    assert found.state is end
    assert told[-1] == found
    assert {one.payment for one in moved} == {payment}
    assert [one.kind for one in moved] == [*([MovementKind.DISPUTE_WON] if won else []), MovementKind.DISPUTE]
    assert sandbox.provider.balance() == before + sum((one.net for one in moved), rupiah(0))


def test_every_movement_is_gross_without_its_fee_and_knows_its_payment(payer: Payer) -> None:
    done = paid(payer)
    back = payer.provider.refund(f"{done.attempt}-1", done.payment, rupiah(10_000))
    mine = [one for one in payer.provider.movements(*span()) if one.payment == done.payment]

    assert [one.kind for one in mine] == [MovementKind.REFUND, MovementKind.CHARGE]
    assert [one.source for one in mine] == [back.id, ""]
    assert all(one.gross - one.fee == one.net for one in mine)
    assert mine[1].fee > Money(0, mine[1].fee.currency) > mine[0].gross


def test_the_balance_is_the_sum_of_all_movements() -> None:
    sandbox = world(clock := Clock(utc_now()))
    payment = sandbox.provider.checkout(_paid_here(sandbox)).payment
    sandbox.provider.refund("r", payment, rupiah(20_000))
    clock.forward(days=2)
    sandbox.pay_out()
    moved = list(sandbox.provider.movements(span()[0], clock() + timedelta(minutes=1)))

    assert sandbox.provider.balance() == sum((one.net for one in moved), rupiah(0))
    assert MovementKind.PAYOUT in {one.kind for one in moved}


def test_a_bank_transfer_is_a_charge_as_well(sandbox: World) -> None:
    made = sandbox.provider.open_checkout(request())
    sandbox.transfer(made.id)
    waiting = sandbox.provider.checkout(made.id)
    sandbox.settle(waiting.payment)
    done = sandbox.provider.checkout(made.id)

    assert (waiting.state, waiting.paid) == (CheckoutState.COMPLETE, False)
    assert (done.paid, done.card) == (True, "")
    assert [one.kind for one in sandbox.provider.movements(*span())] == [MovementKind.CHARGE]


def test_a_bank_transfer_that_never_came_can_be_paid_no_more(sandbox: World) -> None:
    made = sandbox.provider.open_checkout(request())
    sandbox.transfer(made.id)
    sandbox.settle(sandbox.provider.checkout(made.id).payment, arrived=False)
    last = sandbox.provider.notice(*sandbox.notices()[-1])

    assert sandbox.provider.checkout(made.id).state is CheckoutState.EXPIRED
    assert last.checkout is not None
    assert last.checkout.state is CheckoutState.EXPIRED


# --- Currencies


@pytest.mark.parametrize(("currency", "shown"), [("aud", 481), ("jpy", 472), ("kwd", 940)])
def test_the_payers_own_currency_is_told_beside_ours(sandbox: World, currency: str, shown: int) -> None:
    done = sandbox.provider.checkout(_paid_here(sandbox, currency=currency))

    assert done.amount == rupiah(50_000)
    assert done.charged == Money(shown, currency.upper())


def test_a_strangers_session_without_an_amount_is_no_checkout_of_ours(sandbox: World) -> None:
    """The same account may sell by other ways; a session that saves a card has neither amount nor currency."""
    ours, strangers = (sandbox.provider.open_checkout(request()) for _ in range(2))
    sandbox.account.find("session", strangers.id).update(metadata={}, mode="setup", amount_total=None, currency=None)

    found = sandbox.provider.checkouts(utc_now() - timedelta(hours=1), utc_now() + timedelta(hours=1))
    assert [one.id for one in found] == [ours.id]


def test_a_payment_in_a_currency_that_we_do_not_know_is_a_payment(sandbox: World) -> None:
    """Stripe shows payers more than a hundred currencies; what we are paid is rupiah all the same."""
    made = sandbox.provider.open_checkout(request())
    sandbox.pay(made.id, currency="sek")
    done = sandbox.provider.checkout(made.id)
    told = [sandbox.provider.notice(*one).checkout for one in sandbox.notices(kind="checkout.session.completed")]

    assert (done.paid, done.amount, done.charged) == (True, made.amount, None)
    assert [one and one.paid for one in told] == [True]


@pytest.mark.parametrize("currency", sorted(EXPONENTS))
def test_every_currency_that_we_know_is_taken_in_its_own_minor_unit(sandbox: World, currency: str) -> None:
    """Stripe's own list of zero- and three-decimal currencies stands in the sandbox, apart from our table."""
    unit = Money(500 * 10 ** EXPONENTS[currency] * (100 if currency == "IDR" else 1), currency)
    made = sandbox.provider.open_checkout(request(Line(name="Tiket", unit=unit, quantity=1)))

    assert made.amount == unit


@given(st.sampled_from(sorted(EXPONENTS)), st.integers(1, 99_999_999))
def test_money_is_the_same_on_the_way_there_and_back(currency: str, minor: int) -> None:
    asked = Money(minor * 10, currency)

    assert words.money(words.amount(asked), currency.lower()) == asked


@pytest.mark.parametrize(("currency", "factor"), [("IDR", 100), ("JPY", 1), ("KWD", 1000), ("USD", 100), ("VND", 1)])
@given(units=st.integers(1, 9_999_999))
def test_a_unit_is_a_hundred_sen_one_yen_or_a_thousand_fils(currency: str, factor: int, units: int) -> None:
    assert words.amount(Money(units * 10 ** EXPONENTS[currency], currency)) == units * factor


@pytest.mark.parametrize("currency", ["xau", "eth", "", "idr2"])
def test_a_currency_that_we_do_not_know_is_never_guessed(currency: str) -> None:
    with pytest.raises(ValueError, match="unknown currency"):
        words.money(100, currency)


@pytest.mark.parametrize("asked", [Money(0, "IDR"), Money(-1, "IDR"), Money(1001, "KWD")])
def test_what_cannot_be_charged_is_not_sent(payer: Payer, asked: Money) -> None:
    with pytest.raises(ValueError, match=r"nothing to charge|hundredths"):
        payer.provider.refund("r", "pi_1", asked)


# --- Notices


def test_a_paid_checkout_is_told_and_believed(payer: Payer) -> None:
    done = paid(payer)
    ((body, sign),) = payer.notices(done.order, "checkout.session.completed")
    told = payer.provider.notice(body, sign)

    assert told.checkout is not None
    assert (told.checkout.id, told.checkout.paid, told.checkout.amount) == (done.id, True, rupiah(50_000))
    assert (told.checkout.payment, told.checkout.email) == (done.payment, done.email)
    assert (told.order, told.attempt, told.declined) == (done.order, done.attempt, None)


def test_an_ended_checkout_is_told(payer: Payer) -> None:
    made = payer.provider.open_checkout(request())
    payer.provider.end_checkout(made.id)
    ((body, sign),) = payer.notices(made.order, "checkout.session.expired")
    told = payer.provider.notice(body, sign).checkout

    assert told is not None
    assert told.state is CheckoutState.EXPIRED


def test_any_of_our_secrets_may_have_signed(payer: Payer) -> None:
    done = paid(payer)
    body, _ = payer.notices(done.order, "checkout.session.completed")[0]
    now = int(utc_now().timestamp())
    rotating = payer.twin("whsec_new", "whsec_old")

    assert rotating.notice(body, signature(body, ["whsec_old"], now)).order == done.order
    assert rotating.notice(body, signature(body, ["whsec_other", "whsec_new"], now)).order == done.order
    with pytest.raises(ForgedNotice):
        payer.twin("whsec_new").notice(body, signature(body, ["whsec_old"], now))


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_notice_from_another_time_is_not_believed(payer: Payer, seconds: int) -> None:
    done = paid(payer)
    body, _ = payer.notices(done.order, "checkout.session.completed")[0]
    now = int(utc_now().timestamp())
    fixed = payer.twin("whsec_1", now=Clock(utc_now().replace(microsecond=0)))

    with pytest.raises(ForgedNotice):
        fixed.notice(body, signature(body, ["whsec_1"], now + seconds + (1 if seconds > 0 else -1)))
    assert fixed.notice(body, signature(body, ["whsec_1"], now)).order == done.order


@pytest.mark.parametrize(
    "sign", ["", "t=", "v1=", "t=1", "t=now,v1=00", "t=9999999999999999,v1=00", "\x00", "t=1,v1=é", ",,,"]
)
def test_what_is_no_signature_is_no_notice(sandbox: World, sign: str) -> None:
    _paid_here(sandbox)
    body, _ = sandbox.notices()[0]

    with pytest.raises(ForgedNotice):
        sandbox.provider.notice(body, sign)


@given(st.binary(max_size=60), st.text(max_size=60))
def test_nothing_that_a_stranger_sends_is_believed(body: bytes, sign: str) -> None:
    for forged in (sign, f"t={int(utc_now().timestamp())},v1={sign}"):
        with pytest.raises(ForgedNotice):
            STRANGERS.notice(body, forged)


STRANGERS = world().provider


def _event(**changed: Any) -> dict[str, Any]:
    usual = {"id": "evt_1", "object": "event", "type": "plan.created", "created": 1, "livemode": False}
    return {**usual, "data": {"object": {"id": "plan_1"}}, **changed}


def _signed(sandbox: World, event: Any) -> tuple[bytes, str]:
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    return body, signature(body, [SIGNING_SECRET], int(utc_now().timestamp()))


@pytest.mark.parametrize(
    "forged",
    [
        _event(livemode=True),
        _event(account="acct_other"),
        _event(object="v2.core.event"),
        [],
        b"\xff\xfe",
        b"",
        b"{",
    ],
)
def test_a_signed_notice_of_another_kind_mode_or_account_is_not_believed(sandbox: World, forged: Any) -> None:
    with pytest.raises(ForgedNotice):
        sandbox.provider.notice(*_signed(sandbox, forged))


def test_an_account_that_is_ours_may_be_named() -> None:
    ours = StripeProvider("sk_test_1", [SIGNING_SECRET], "https://stripe.example", account="acct_1")
    told = [ours.notice(*_signed(world(), _event(**named))) for named in ({"account": "acct_1"}, {})]

    assert [one.id for one in told] == ["evt_1", "evt_1"]


def test_a_live_key_believes_live_notices_alone() -> None:
    live = StripeProvider("sk_live_1", [SIGNING_SECRET], "https://stripe.example")

    assert live.notice(*_signed(world(), _event(livemode=True))).id == "evt_1"
    with pytest.raises(ForgedNotice):
        live.notice(*_signed(world(), _event()))


def test_one_changed_byte_is_a_forged_notice(sandbox: World) -> None:
    _paid_here(sandbox)
    body, sign = sandbox.notices()[0]

    with pytest.raises(ForgedNotice):
        sandbox.provider.notice(body.replace(b"5000000", b"5000001"), sign)


def test_what_we_do_not_know_and_what_is_not_ours_says_nothing(sandbox: World) -> None:
    session = dict(sandbox.things("session")[0]) if _paid_here(sandbox) else {}
    strangers = [
        _event(),
        _event(type="checkout.session.completed", data={"object": {**session, "metadata": {}}}),
        _event(type="checkout.session.completed", data={"object": {**session, "metadata": None}}),
        _event(type="payment_intent.payment_failed", data={"object": {"id": "pi_1", "metadata": {}}}),
    ]
    told = [sandbox.provider.notice(*_signed(sandbox, event)) for event in strangers]

    assert all((one.checkout, one.refund, one.dispute, one.declined) == (None,) * 4 for one in told)
    assert {one.order for one in told} == {""}


def test_a_notice_costs_no_call(sandbox: World) -> None:
    checkout = _paid_here(sandbox)
    payment = sandbox.provider.checkout(checkout).payment
    sandbox.provider.refund("r", payment, rupiah(10_000))
    sandbox.close_dispute(sandbox.dispute(payment), won=True)
    asked = len(sandbox.sandbox.calls)
    kinds = [sandbox.provider.notice(*sent).kind for sent in sandbox.notices()]

    assert len(sandbox.sandbox.calls) == asked
    assert {"checkout.session.completed", "refund.created", "charge.dispute.closed"} <= set(kinds)


# --- When things go wrong


@pytest.mark.parametrize("mode", ["down", "hang", "lost", "broken"])
def test_without_an_answer_nobody_claims_that_nothing_was_done(sandbox: World, mode: str) -> None:
    sandbox.sandbox.breaks(mode)

    with pytest.raises(ProviderDown):
        sandbox.provider.open_checkout(request())
    sandbox.sandbox.breaks(mode)
    with pytest.raises(ProviderDown):
        list(sandbox.provider.checkouts(*span()))


@pytest.mark.parametrize("mode", ["down", "hang", "lost"])
def test_the_same_request_after_a_silence_makes_one_checkout_in_all(sandbox: World, mode: str) -> None:
    asked = request()
    sandbox.sandbox.breaks(mode)
    with pytest.raises(ProviderDown):
        sandbox.provider.open_checkout(asked)

    assert sandbox.provider.open_checkout(asked).attempt == asked.attempt
    assert len(sandbox.things("session")) == 1


def test_a_refund_whose_answer_was_lost_is_made_once(sandbox: World) -> None:
    payment = sandbox.provider.checkout(_paid_here(sandbox)).payment
    sandbox.sandbox.breaks("lost", path="/v1/refunds")
    with pytest.raises(ProviderDown):
        sandbox.provider.refund("r", payment, rupiah(10_000))
    sandbox.provider.refund("r", payment, rupiah(10_000))

    assert [one.amount for one in sandbox.provider.refunds(payment)] == [rupiah(10_000)]


def test_two_at_once_with_one_key_are_one(sandbox: World) -> None:
    asked = request()
    seen: list[type[Exception]] = []

    def the_other_tap() -> None:
        sandbox.sandbox.meanwhile = lambda: None
        with pytest.raises(ProviderDown) as busy:
            sandbox.provider.open_checkout(asked)
        seen.append(busy.type)

    sandbox.sandbox.meanwhile = the_other_tap
    sandbox.provider.open_checkout(asked)

    assert seen == [ProviderDown]
    assert len(sandbox.things("session")) == 1


class Busy(InProcess):
    """Ends nothing: a payer is just paying."""

    def request(self, method: str, url: str, *of: Any, **more: Any) -> tuple[str, int, Mapping[str, str]]:
        if url.endswith("/expire"):
            return json.dumps({"error": {"type": "invalid_request_error", "message": "in use"}}), 400, {}
        return super().request(method, url, *of, **more)


def test_a_checkout_is_not_said_to_have_ended_while_it_may_be_paid(sandbox: World) -> None:
    made = sandbox.provider.open_checkout(request())
    busy = StripeProvider(KEY, [SIGNING_SECRET], BASE, wire=Busy(sandbox.sandbox))

    with pytest.raises(ProviderDown):
        busy.end_checkout(made.id)
    sandbox.pay(made.id)
    assert busy.end_checkout(made.id).paid


def test_a_key_that_is_not_known_yet_is_asked_with_again(sandbox: World) -> None:
    """While a key is rotated, a refusal of the key says nothing of the request."""
    sandbox.sandbox.key = "sk_test_newer"

    with pytest.raises(ProviderDown):
        sandbox.provider.balance()


def test_a_challenge_that_fails_declines_and_one_that_is_left_does_nothing(sandbox: World) -> None:
    failed, left = (sandbox.provider.open_checkout(request()) for _ in range(2))
    sandbox.pay(failed.id, CHALLENGED, prove=False)
    sandbox.leave_at_challenge(left.id)
    told = [sandbox.provider.notice(*sent) for sent in sandbox.notices()]

    assert [(one.order, one.declined) for one in told] == [(failed.order, Decline.AUTHENTICATION)]
    assert sandbox.provider.checkout(left.id).state is CheckoutState.OPEN


def errors(kind: type[stripe.StripeError] = stripe.StripeError) -> Iterator[type[stripe.StripeError]]:
    yield kind
    yield from itertools.chain.from_iterable(errors(one) for one in kind.__subclasses__())


@pytest.mark.parametrize("status", [None, 400, 401, 402, 403, 404, 409, 429, 500, 503])
def test_every_error_of_the_library_is_one_of_ours(status: int | None) -> None:
    for kind in errors():
        error = kind.__new__(kind)
        stripe.StripeError.__init__(error, "secret words", http_status=status)
        with pytest.raises(ProviderRefused if status in (400, 402, 404) else ProviderDown) as raised, _answered():
            raise error
        assert "secret words" not in f"{raised.value}{raised.value.log_fields}"
