"""The working calendar: the vectors of the service standards, Bali's days, and Nyepi's silence."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.calendar import YearUnknown, city_calendar, nyepi, plain_calendar
from chalicelib.core.clock import WITA

CITY = city_calendar()
PLAIN = plain_calendar()
FRIDAY = date(2026, 11, 20)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
MOMENTS = st.datetimes(datetime(2026, 1, 2), datetime(2027, 10, 1), timezones=st.just(UTC))  # noqa: DTZ001


def wita(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=WITA)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("days", "due"),
    [
        (3, date(2026, 11, 25)),
        (5, date(2026, 11, 27)),
        (14, date(2026, 12, 10)),
        (60, date(2027, 2, 12)),
    ],
)
def test_complaint_clocks_without_holidays_match_the_standard(days: int, due: date) -> None:
    assert PLAIN.add_working_days(FRIDAY, days) == due


def test_the_death_benefit_is_due_on_the_thirtieth_working_day() -> None:
    assert PLAIN.add_working_days(date(2026, 11, 2), 30) == date(2026, 12, 14)


def test_a_deadline_ends_with_its_day_in_the_city() -> None:
    due = PLAIN.deadline(wita(2026, 11, 20, 10), 3)

    assert due == wita(2026, 11, 25, 23, 59, 59)
    assert due.tzinfo is UTC


@pytest.mark.parametrize(("minute", "due"), [((20, 23, 59), 23), ((21, 0, 1), 23), ((23, 0, 1), 24)])
def test_what_is_received_around_midnight_belongs_to_its_day_in_the_city(
    minute: tuple[int, int, int], due: int
) -> None:
    assert PLAIN.deadline(wita(2026, 11, *minute), 1).astimezone(WITA).day == due


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 17),
        date(2026, 3, 18),
        date(2026, 3, 19),
        date(2026, 3, 20),
        date(2026, 4, 8),
        date(2026, 6, 16),
        date(2026, 6, 17),
        date(2026, 6, 18),
        date(2026, 6, 26),
        date(2026, 8, 17),
        date(2026, 11, 4),
        date(2026, 12, 24),
        date(2026, 12, 25),
        date(2027, 1, 13),
        date(2027, 3, 8),
        date(2027, 8, 11),
    ],
)
def test_counters_are_closed_on_national_and_balinese_days(day: date) -> None:
    assert not CITY.is_working(day)
    assert CITY.holiday(day) is not None


@pytest.mark.parametrize("day", [date(2026, 11, 24), date(2026, 3, 17), date(2027, 3, 17)])
def test_counters_are_open_on_other_weekdays(day: date) -> None:
    assert CITY.is_working(day)


def test_both_layers_count_in_a_deadline() -> None:
    # 16 and 17-18 June 2026: the Islamic new year falls on Penampahan Galungan.
    assert CITY.add_working_days(date(2026, 6, 15), 1) == date(2026, 6, 19)


def test_every_holiday_has_its_name_in_both_languages_a_source_and_a_confidence() -> None:
    for number in (2026, 2027):
        for holiday in CITY.year(number).holidays.values():
            assert holiday.name.id
            assert holiday.name.en
            assert holiday.source
            assert holiday.confidence in ("published", "computed", "estimated")
            assert "estimat" not in holiday.name.en
            assert "perkiraan" not in holiday.name.id


@pytest.mark.parametrize(
    ("name", "weekday", "distance"),
    [("Saraswati", 5, 0), ("Pagerwesi", 2, 4), ("Galungan", 2, 74), ("Kuningan", 5, 84)],
)
def test_pawukon_days_stand_where_the_210_day_cycle_puts_them(name: str, weekday: int, distance: int) -> None:
    days = [day for year in (2026, 2027) for day, it in CITY.year(year).holidays.items() if it.name.en == name]

    assert len(days) >= 2
    for day in days:
        assert day.weekday() == weekday
        assert (day - date(2025, 9, 6)).days % 210 == distance


def test_nyepi_is_the_day_that_the_nation_keeps_too() -> None:
    for number in (2026, 2027):
        silence = CITY.year(number).nyepi
        assert silence == nyepi(number)
        assert CITY.year(number).holidays[silence].source.startswith("the holidays library")


@pytest.mark.parametrize("number", [2025, 2028])
def test_nobody_guesses_the_nyepi_of_a_year_without_data(number: int) -> None:
    with pytest.raises(YearUnknown, match=f"bali-{number}.json"):
        nyepi(number)


@pytest.mark.parametrize("number", [2025, 2028, 9999])
def test_a_year_without_data_is_refused_plainly(number: int) -> None:
    with pytest.raises(YearUnknown, match=f"bali-{number}.json is missing"):
        CITY.is_working(date(number, 7, 1))


def test_a_deadline_that_runs_into_an_unknown_year_is_refused() -> None:
    with pytest.raises(YearUnknown):
        CITY.add_working_days(date(2027, 12, 20), 20)


def test_a_deadline_before_its_start_is_refused() -> None:
    with pytest.raises(ValueError, match="before its start"):
        PLAIN.add_working_days(FRIDAY, -1)


@given(DAYS, st.integers(0, 40))
def test_counting_forth_and_back_agree(start: date, days: int) -> None:
    try:
        due = CITY.add_working_days(start, days)
    except YearUnknown:
        return

    assert CITY.working_days_between(start, due) == days
    assert CITY.working_days_between(due, start) == -days
    assert days == 0 or CITY.is_working(due)


@pytest.mark.parametrize(
    ("moment", "held"),
    [
        (wita(2026, 3, 19, 5, 59, 59), False),
        (wita(2026, 3, 19, 6), True),
        (wita(2026, 3, 20, 5, 59, 59), True),
        (wita(2026, 3, 20, 6), False),
        (wita(2026, 3, 19, 12).astimezone(UTC), True),
        (wita(2026, 11, 24, 12), False),
    ],
)
def test_nyepi_holds_every_clock_from_six_to_six(moment: datetime, held: bool) -> None:
    assert CITY.paused(moment) is held


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        (wita(2026, 11, 24, 10), 4, wita(2026, 11, 24, 14)),
        (wita(2026, 3, 19, 4), 4, wita(2026, 3, 20, 8)),
        (wita(2026, 3, 19, 12), 1, wita(2026, 3, 20, 7)),
        (wita(2026, 3, 19, 4), 2, wita(2026, 3, 19, 6)),
        (wita(2026, 3, 18, 12), 72, wita(2026, 3, 22, 12)),
        (wita(2027, 12, 1, 12), 4, wita(2027, 12, 1, 16)),
    ],
)
def test_a_clock_of_hours_skips_nyepi(start: datetime, hours: int, end: datetime) -> None:
    assert CITY.after(start, timedelta(hours=hours)) == end


@given(MOMENTS, st.integers(0, 24 * 60 * 60))
def test_a_clock_has_run_exactly_its_duration_when_it_runs_out(start: datetime, minutes: int) -> None:
    duration = timedelta(minutes=minutes)
    try:
        end = CITY.after(start, duration)
    except YearUnknown:
        return

    assert CITY.elapsed(start, end) == duration
