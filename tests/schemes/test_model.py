"""Tariffs by date, quotes, days of visit, validity and refunds."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core import ROOT
from chalicelib.core.clock import WITA
from chalicelib.core.errors import Invalid, NotFound
from chalicelib.core.money import Money, rupiah
from chalicelib.core.text import Text
from chalicelib.schemes import reads
from chalicelib.schemes.model import Capacity, Item, Per, RefundRule, Visit, schemes
from tests.schemes.build import FIRST, WORDS, days, item, mangrove, price_lists

# 09.00 WITA.
MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
NYEPI = date(2027, 3, 8)


def refused(**asked: Any) -> dict[str, Text]:
    with pytest.raises(Invalid) as refusal:
        mangrove().quote(**{"day": TODAY, **asked})
    return refusal.value.errors


@given(price_lists, days)
def test_the_tariff_of_a_day_is_the_last_that_began(ticket: Item, day: date) -> None:
    begun = [tariff for tariff in ticket.tariffs if tariff.valid_from <= day]

    if not begun:
        with pytest.raises(ValueError, match="no tariff"):
            ticket.price(day)
    else:
        assert ticket.price(day) is begun[-1]


@given(price_lists, days)
def test_a_price_holds_until_the_day_before_the_next_change(ticket: Item, day: date) -> None:
    change = ticket.next_change(day)

    if change is None:
        assert ticket.price(max(day, ticket.tariffs[-1].valid_from)) is ticket.tariffs[-1]
    else:
        assert change.valid_from > day
        assert ticket.price(change.valid_from) is change
        assert not [tariff for tariff in ticket.tariffs if day < tariff.valid_from < change.valid_from]


@given(price_lists, st.integers(1, 20), days)
def test_a_line_costs_its_price_times_its_quantity(ticket: Item, quantity: int, day: date) -> None:
    scheme = mangrove(items=(item((FIRST, 5000)), Item(**{**vars(ticket), "code": "child"})))

    if day < ticket.tariffs[0].valid_from:
        with pytest.raises(Invalid):
            scheme.quote({"adult": 1, "child": quantity}, day)
    else:
        lines = scheme.quote({"adult": 1, "child": quantity}, day)
        assert [line.item for line in lines] == ["adult", "child"]
        assert lines[1].amount == rupiah(ticket.price(day).rupiah * quantity)


def test_a_quote_keeps_what_was_chosen_at_the_price_of_its_day() -> None:
    before = mangrove().quote({"adult": 2, "child": 0, "local_adult": 1}, date(2026, 12, 31))
    after = mangrove().quote({"adult": 2}, date(2027, 1, 1))

    assert [(line.item, line.unit.shown("id"), line.quantity) for line in before] == [
        ("adult", "Rp 50.000", 2),
        ("local_adult", "Rp 10.000", 1),
    ]
    assert after[0].unit == rupiah(60_000)


@pytest.mark.parametrize("quantity", [-1, 21, 2**70])
def test_a_quantity_out_of_bounds_is_told_beside_its_field(quantity: int) -> None:
    errors = refused(quantities={"adult": 1, "child": quantity})

    assert errors == {"quantity_child": Text(id="Pilih dari 0 sampai 20", en="Choose from 0 to 20")}


@pytest.mark.parametrize("nothing", [{}, {"adult": 0, "child": 0}])
def test_nothing_chosen_is_told_beside_the_first_field(nothing: dict[str, int]) -> None:
    assert refused(quantities=nothing) == {"quantity_adult": Text(id="Pilih jumlahnya", en="Choose how many")}


def test_a_day_without_a_tariff_is_told_beside_the_field() -> None:
    assert refused(quantities={"adult": 1}, day=date(2025, 12, 31)).keys() == {"quantity_adult"}


def test_a_group_may_be_large_but_not_larger_than_two_thousand_in_all() -> None:
    lines = mangrove().quote({"adult": 1500, "child": 500}, TODAY, group=True)

    assert sum(line.quantity for line in lines) == 2000
    assert refused(quantities={"adult": 1500, "child": 501}, group=True).keys() == {"quantity_adult"}
    assert refused(quantities={"adult": 2001}, group=True).keys() == {"quantity_adult"}


def test_a_strange_item_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        mangrove().quote({"dog": 1}, TODAY)


def test_what_is_billed_has_no_price_list() -> None:
    fine = reads.scheme("fine")

    assert fine.billed
    with pytest.raises(Invalid):
        fine.quote({}, TODAY)


def wrong(scheme_changes: dict[str, Any], day: date | None, slot: str = "", now: datetime = MORNING) -> set[str]:
    try:
        mangrove(**scheme_changes).check_visit(day, slot, now)
    except Invalid as refusal:
        return set(refusal.errors)
    return set()


@pytest.mark.parametrize("ahead", [0, 1, 60])
def test_a_visit_may_be_today_or_up_to_sixty_days_ahead(ahead: int) -> None:
    assert wrong({}, TODAY + timedelta(days=ahead)) == set()


@pytest.mark.parametrize("day", [None, TODAY - timedelta(days=1), TODAY + timedelta(days=61)])
def test_no_day_a_day_that_is_over_and_one_too_far_ahead_are_refused(day: date | None) -> None:
    assert wrong({}, day) == {"day"}


def test_nobody_visits_today_once_the_doors_are_closed() -> None:
    evening = datetime(2026, 11, 24, 18, 0, tzinfo=WITA)

    assert wrong({}, TODAY, now=evening - timedelta(seconds=1)) == set()
    assert wrong({}, TODAY, now=evening) == {"day"}
    assert mangrove().first_day(evening) == TODAY + timedelta(days=1)


def test_the_day_of_the_visitor_is_the_day_in_denpasar() -> None:
    # 23 November in London is 24 November in Denpasar.
    assert mangrove().first_day(datetime(2026, 11, 23, 17, 0, tzinfo=UTC)) == TODAY


def test_nyepi_is_closed_and_never_offered() -> None:
    scheme, now = mangrove(), datetime(2027, 3, 1, 1, 0, tzinfo=UTC)

    assert wrong({}, NYEPI, now=now) == {"day"}
    assert NYEPI not in scheme.days(now)
    assert {NYEPI - timedelta(days=1), NYEPI + timedelta(days=1)} < set(scheme.days(now))


def test_a_year_whose_nyepi_is_unknown_is_not_sold() -> None:
    eve = datetime(2027, 12, 31, 1, 0, tzinfo=UTC)

    assert mangrove().days(eve) == (date(2027, 12, 31),)
    assert wrong({}, date(2028, 1, 1), now=eve) == {"day"}


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 30), timezones=st.just(UTC)), st.integers(-2, 70))  # noqa: DTZ001
def test_the_days_that_are_offered_are_those_that_are_accepted(now: datetime, ahead: int) -> None:
    day = now.astimezone(WITA).date() + timedelta(days=ahead)

    assert (day in mangrove().days(now)) == (wrong({}, day, now=now) == set())


def test_the_days_of_visit_do_without_the_national_holidays_which_take_half_a_second_to_load() -> None:
    asked = "import sys; from tests.schemes.test_model import MORNING; from chalicelib.schemes.model import schemes; "
    asked += "schemes()['mangrove'].days(MORNING); sys.exit('holidays' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", asked], cwd=ROOT).returncode == 0


SLOTS = {"capacity": Capacity(per=Per.SLOT, places=50, slots=("08:00", "10:00"))}


def test_a_slot_is_one_of_the_schemes_and_has_not_begun() -> None:
    tomorrow = TODAY + timedelta(days=1)

    assert wrong(SLOTS, TODAY, "10:00") == set()
    assert wrong(SLOTS, tomorrow, "08:00") == set()
    assert wrong(SLOTS, TODAY, "08:00") == {"slot"}
    assert wrong(SLOTS, TODAY, "09:00") == {"slot"}
    assert wrong(SLOTS, None, "") == {"day", "slot"}


def test_a_visit_begins_with_its_slot_or_when_the_doors_open() -> None:
    assert mangrove().starts_at(TODAY) == datetime(2026, 11, 24, 7, 0, tzinfo=WITA)
    assert mangrove().starts_at(TODAY, "10:00") == datetime(2026, 11, 24, 10, 0, tzinfo=WITA)


def test_a_ticket_ends_with_its_day_and_parking_with_its_hours() -> None:
    parking = reads.scheme("parking")

    assert mangrove().valid_until(MORNING, TODAY) == datetime(2026, 11, 25, 0, 0, tzinfo=WITA)
    assert parking.valid_until(MORNING, None) == MORNING + timedelta(hours=24)
    assert schemes()["levy"].valid_until(MORNING, None) == datetime(2027, 1, 23, 0, 0, tzinfo=WITA)
    assert reads.scheme("market").valid_until(MORNING, None) is None


def test_what_has_no_visit_can_be_had_on_any_day() -> None:
    reads.scheme("parking").check_visit(None, "", MORNING)

    assert reads.scheme("parking").days(MORNING) == ()


RULE = RefundRule(share_percent=50, until_hours_before=24, cites=WORDS)
START = datetime(2026, 11, 26, 0, 0, tzinfo=UTC)
shares = st.integers(1, 100)
prices = st.integers(0, 10**12).map(rupiah)


def rule(share: int) -> RefundRule:
    return RefundRule(share_percent=share, until_hours_before=24, cites=WORDS)


@given(prices, shares)
def test_a_refund_is_the_share_rounded_down_to_whole_rupiah(amount: Money, share: int) -> None:
    back = rule(share).refundable(amount, START, MORNING)
    exact = amount.minor_units * share

    assert back.minor_units % 100 == 0
    assert 0 <= exact - back.minor_units * 100 < 100 * 100
    assert back.currency == amount.currency


@given(prices)
def test_the_whole_price_comes_back_whole(amount: Money) -> None:
    assert rule(100).refundable(amount, START, MORNING) == amount


@given(st.lists(st.integers(0, 10**7).map(rupiah), min_size=1, max_size=40), shares)
def test_refunds_person_by_person_never_exceed_the_refund_of_all(each: list[Money], share: int) -> None:
    apart = sum(rule(share).refundable(amount, START, MORNING).minor_units for amount in each)
    whole = rule(share).refundable(Money(sum(amount.minor_units for amount in each), "IDR"), START, MORNING)

    assert apart <= whole.minor_units


@given(st.integers(0, 10**9), shares, st.sampled_from([("JPY", 1), ("KWD", 1000), ("USD", 100)]))
def test_other_currencies_are_rounded_by_their_own_unit(minor: int, share: int, money: tuple[str, int]) -> None:
    currency, unit = money
    back = rule(share).refundable(Money(minor, currency), START, MORNING)

    assert back.minor_units % unit == 0
    assert 0 <= minor * share - back.minor_units * 100 < 100 * unit


@given(st.timedeltas(timedelta(days=-3), timedelta(days=3)))
def test_a_refund_ends_at_its_hour(late: timedelta) -> None:
    last = START - timedelta(hours=24)

    assert bool(RULE.refundable(rupiah(100_000), START, last + late)) == (late <= timedelta())


def test_without_a_rule_or_a_visit_nothing_comes_back() -> None:
    assert mangrove(refund=None).refundable(rupiah(50_000), START, MORNING) == rupiah(0)
    assert mangrove().refundable(rupiah(50_000), None, MORNING) == rupiah(0)
    assert mangrove().refundable(rupiah(50_000), START, MORNING) == rupiah(50_000)


@pytest.mark.parametrize("read", [reads.scheme, reads.authority])
def test_what_nobody_knows_is_not_found(read: Any) -> None:
    with pytest.raises(NotFound):
        read("../order")


def test_a_visit_is_only_where_doors_are() -> None:
    assert [scheme.code for scheme in schemes().values() if scheme.visit] == ["mangrove", "museum"]
    assert mangrove(visit=Visit(days_ahead=0, opens="07:00", closes="18:00")).days(MORNING) == (TODAY,)
