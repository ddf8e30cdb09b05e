"""What is true of an order: every state, stage, moment and way to its page is one situation, and none asks too soon."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from chalicelib.core.money import rupiah
from chalicelib.core.text import Text
from chalicelib.payments.gateway.port import Decline
from chalicelib.payments.model.graph import State
from chalicelib.payments.model.order import NOTHING, Attempt, Bought, Order, Stage
from chalicelib.payments.model.truth import Came, Situation, situation
from chalicelib.payments.model.voucher import Standing
from chalicelib.payments.pages.words import DECLINED, LOOKS, SITUATIONS, STANDINGS, words_of

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
UNPAID = (State.HELD, State.PAYING, State.EXPIRED)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Case:
    order: Order
    came: Came
    made: int

    def told(self) -> Situation:
        return situation(self.order, NOW, self.came, made=self.made)


def order_of(state: State, stage: Stage, left: timedelta = MINUTE, declined: str = "") -> Order:
    captured = rupiah(100_000) if stage is Stage.PAID else None
    attempt = Attempt(id="a", expires_at=NOW + left, stage=stage, declined=declined, captured=captured)
    line = Bought(item="adult", name=Text(id="Dewasa", en="Adult"), unit=rupiah(50_000), quantity=2)
    return Order(
        reference="PS-K7MH-K52N-FTR8",
        scheme="mangrove",
        authority="denpasar",
        account="4.1",
        lines=(line,),
        language="id",
        placed_at=NOW,
        attempts=(attempt,),
        state=state,
        day=date(2026, 11, 25),
        places=2,
    )


def every_case() -> Iterator[Case]:
    moments = (MINUTE, timedelta(0), -MINUTE)
    for state, stage, left, why, came, made in product(State, Stage, moments, ("", *Decline), Came, (0, 1, 2)):
        yield Case(order_of(state, stage, left, why), came, made)


def test_no_combination_is_without_its_situation() -> None:
    assert all(case.told() in Situation for case in every_case())


def test_nobody_is_asked_to_pay_while_money_may_be_in_flight() -> None:
    for case in every_case():
        attempt, told = case.order.attempt, case.told()
        through = case.order.state in UNPAID and (attempt.stage is Stage.CHECKING or case.came is Came.PAID)
        over = case.order.state is State.PAYING and attempt.expires_at <= NOW
        if through or over or case.order.state not in UNPAID:
            assert not told.may_pay, case


def test_whoever_may_pay_was_not_charged() -> None:
    assert {case.order.state for case in every_case() if case.told().may_pay} == set(UNPAID)


def test_what_is_not_settled_looks_again_by_itself_or_offers_a_way() -> None:
    for case in every_case():
        if case.order.state in UNPAID:
            told = case.told()
            assert told.may_pay or told.may_check or told is Situation.OVER


@pytest.mark.parametrize(
    ("state", "stage", "left", "declined", "came", "told"),
    [
        (State.HELD, Stage.STARTING, MINUTE, "", Came.DIRECTLY, Situation.NOT_CHARGED),
        (State.HELD, Stage.STARTING, MINUTE, "", Came.SILENT, Situation.NOT_CHARGED),
        (State.HELD, Stage.STARTING, -MINUTE, "", Came.DIRECTLY, Situation.NOT_CHARGED),
        (State.PAYING, Stage.OPEN, MINUTE, "", Came.DIRECTLY, Situation.WAITING),
        (State.PAYING, Stage.OPEN, MINUTE, "", Came.ASKED, Situation.WAITING),
        (State.PAYING, Stage.OPEN, MINUTE, "", Came.LEFT, Situation.LEFT),
        (State.PAYING, Stage.OPEN, MINUTE, "", Came.PAID, Situation.RETURNED),
        (State.PAYING, Stage.OPEN, MINUTE, Decline.FUNDS, Came.DIRECTLY, Situation.DECLINED),
        (State.PAYING, Stage.OPEN, MINUTE, Decline.FUNDS, Came.LEFT, Situation.DECLINED),
        (State.PAYING, Stage.OPEN, MINUTE, Decline.FUNDS, Came.PAID, Situation.RETURNED),
        (State.PAYING, Stage.OPEN, timedelta(0), "", Came.DIRECTLY, Situation.ENDING),
        (State.PAYING, Stage.OPEN, -MINUTE, Decline.FUNDS, Came.DIRECTLY, Situation.ENDING),
        (State.PAYING, Stage.CHECKING, MINUTE, "", Came.DIRECTLY, Situation.CHECKING),
        (State.PAYING, Stage.CHECKING, -MINUTE, "", Came.LEFT, Situation.CHECKING),
        (State.EXPIRED, Stage.ENDED, -MINUTE, "", Came.DIRECTLY, Situation.EXPIRED),
        (State.EXPIRED, Stage.ENDED, -MINUTE, "", Came.FULL, Situation.EXPIRED),
        (State.EXPIRED, Stage.ENDED, -MINUTE, "", Came.PAID, Situation.RETURNED),
        (State.LATE, Stage.PAID, -MINUTE, "", Came.PAID, Situation.LATE),
        (State.REFUNDED, Stage.PAID, -MINUTE, "", Came.DIRECTLY, Situation.REFUNDED),
        (State.DISPUTED, Stage.PAID, -MINUTE, "", Came.DIRECTLY, Situation.DISPUTED),
        (State.LOST, Stage.PAID, -MINUTE, "", Came.DIRECTLY, Situation.LOST),
    ],
)
def test_an_order_that_is_not_simply_paid(
    state: State, stage: Stage, left: timedelta, declined: str, came: Came, told: Situation
) -> None:
    assert situation(order_of(state, stage, left, declined), NOW, came) is told


@pytest.mark.parametrize(
    ("made", "refunded", "going_back", "told"),
    [
        (0, 0, 0, Situation.MAKING),
        (1, 0, 0, Situation.MAKING),
        (2, 0, 0, Situation.READY),
        (2, 50_000, 0, Situation.PARTLY_BACK),
        (2, 0, 50_000, Situation.PARTLY_BACK),
        (2, 50_000, 50_000, Situation.GOING_BACK),
        (0, 0, 100_000, Situation.GOING_BACK),
    ],
)
def test_a_paid_order(made: int, refunded: int, going_back: int, told: Situation) -> None:
    paid = replace(
        order_of(State.PAID, Stage.PAID), refunded=rupiah(refunded), going_back=rupiah(going_back) or NOTHING
    )

    assert situation(paid, NOW, Came.PAID, made=made) is told


def test_a_payment_without_places_is_ready_at_once() -> None:
    dues = replace(order_of(State.PAID, Stage.PAID), places=0, day=None)

    assert situation(dues, NOW) is Situation.READY


def test_an_order_for_yesterday_is_over_and_cannot_be_tried_again() -> None:
    expired = replace(order_of(State.EXPIRED, Stage.ENDED, -MINUTE), day=date(2026, 11, 23))

    assert situation(expired, NOW) is Situation.OVER
    assert situation(replace(expired, day=date(2026, 11, 24)), NOW) is Situation.EXPIRED


def test_every_situation_can_happen_and_has_its_words() -> None:
    assert SITUATIONS.keys() == set(Situation)
    assert {one for one, words in SITUATIONS.items() if words.button} == {one for one in Situation if one.may_pay}
    assert words_of(Situation.READY, 2) != words_of(Situation.READY, 0)


def test_every_no_of_a_bank_and_every_standing_of_a_ticket_has_its_words() -> None:
    assert DECLINED.keys() == {str(one) for one in Decline}
    assert STANDINGS.keys() == LOOKS.keys() == set(Standing)
