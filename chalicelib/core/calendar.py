"""Working days and legal clocks in Denpasar: national holidays, Bali's own days, Nyepi that pauses every clock.

The counters are closed on Saturday and Sunday, on public holidays and joint leave (cuti bersama, from the
`holidays` library) and on the days of `data/calendar/bali-<year>.json`. Days are the city's own (WITA); moments
are aware.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, Final

from chalicelib.core import ROOT
from chalicelib.core.clock import WITA
from chalicelib.core.text import Text, local

ONE_DAY: Final = timedelta(days=1)
SILENCE_BEGINS: Final = time(6, tzinfo=WITA)
ESTIMATED: Final = " (estimated)"


class YearUnknown(LookupError):
    """No calendar was published for that year: nothing that depends on it may be promised."""


@dataclass(frozen=True)
class Holiday:
    """`confidence` is published, computed or estimated; `source` says where the date comes from."""

    day: date
    name: Text
    source: str
    confidence: str


@dataclass(frozen=True)
class Year:
    """The days of one year on which the counters are closed, and its Nyepi."""

    holidays: Mapping[date, Holiday]
    nyepi: date | None = None


@dataclass(frozen=True)
class WorkingCalendar:
    """`year` answers for one calendar year or raises YearUnknown."""

    year: Callable[[int], Year]

    def holiday(self, day: date) -> Holiday | None:
        """Why the counters are closed on a day, weekends apart; YearUnknown."""
        return self.year(day.year).holidays.get(day)

    def is_working(self, day: date) -> bool:
        """YearUnknown, on a weekend too: a year is known or it is not."""
        return self.holiday(day) is None and day.weekday() < 5

    def add_working_days(self, start: date, days: int) -> date:
        """The working day that is `days` after `start`; the day after receipt counts as day 1. YearUnknown."""
        if days < 0:
            raise ValueError("a deadline does not lie before its start")
        day = start
        for _ in range(days):
            day = self.next_working_day(day)
        return day

    def next_working_day(self, day: date) -> date:
        """The first working day after a day."""
        day += ONE_DAY
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def deadline(self, received: datetime, days: int) -> datetime:
        """The last second, in UTC, of the working day that is `days` after receipt. YearUnknown."""
        day = self.add_working_days(local(received).date(), days)
        return datetime.combine(day, time(23, 59, 59), WITA).astimezone(UTC)

    def working_days_between(self, start: date, end: date) -> int:
        """The working days after `start` up to and with `end`; negative when `end` comes first."""
        if end < start:
            return -self.working_days_between(end, start)
        return sum(self.is_working(start + timedelta(days=step)) for step in range(1, (end - start).days + 1))

    def paused(self, moment: datetime) -> bool:
        """Whether Nyepi holds every clock: from 06.00 to 06.00 WITA."""
        return any(begin <= moment < end for begin, end in self._pauses(moment, moment))

    def after(self, start: datetime, duration: timedelta) -> datetime:
        """When a clock of hours runs out, in UTC: Nyepi does not count. YearUnknown."""
        end = start.astimezone(UTC) + duration
        for begin, resumed in self._pauses(start, end):
            if begin < end and start < resumed:
                end += resumed - max(begin, start)
        return end

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """How long a clock has run between two moments, without Nyepi."""
        held = (min(end, resumed) - max(start, begin) for begin, resumed in self._pauses(start, end))
        return end - start - sum((pause for pause in held if pause > timedelta()), timedelta())

    def _pauses(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        for number in range(local(start).year, local(end).year + 1):
            if silence := self.year(number).nyepi:
                begin = datetime.combine(silence, SILENCE_BEGINS)
                yield begin, begin + ONE_DAY


def city_calendar() -> WorkingCalendar:
    """The city's calendar; each year is read at its first question."""
    return WorkingCalendar(_city_year)


def plain_calendar() -> WorkingCalendar:
    """Monday to Friday without a holiday, for any year."""
    return WorkingCalendar(lambda _: Year({}))


@cache
def nyepi(number: int) -> date:
    """The Day of Silence of a year, without the half second that the national holidays take to load. YearUnknown."""
    (silence,) = [date.fromisoformat(row["date"]) for row in _days(number) if row["kind"] == "nyepi"]
    return silence


@cache
def _city_year(number: int) -> Year:
    bali = {holiday.day: holiday for holiday in map(_row, _days(number))}
    return Year(bali | _national(number), nyepi(number))


@cache
def _days(number: int) -> tuple[dict[str, Any], ...]:
    try:
        text = (ROOT / "data" / "calendar" / f"bali-{number}.json").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise YearUnknown(f"no calendar for {number}: data/calendar/bali-{number}.json is missing") from None
    return tuple(json.loads(text)["days"])


def _row(row: dict[str, Any]) -> Holiday:
    return Holiday(date.fromisoformat(row["date"]), Text(**row["name"]), row["source"], row["confidence"])


def _national(number: int) -> dict[date, Holiday]:
    import holidays

    kinds = ("public", "government")
    indonesian = holidays.country_holidays("ID", years=number, categories=kinds, language="id")
    english = holidays.country_holidays("ID", years=number, categories=kinds, language="en_US")
    source = "the holidays library, Indonesia"
    return {day: _national_day(day, indonesian[day], name, source) for day, name in english.items()}


def _national_day(day: date, indonesian: str, english: str, source: str) -> Holiday:
    certainty = "estimated" if ESTIMATED in english else "published"
    name = Text(id=indonesian.replace(" (perkiraan)", ""), en=english.replace(ESTIMATED, ""))
    return Holiday(day, name, source, certainty)
