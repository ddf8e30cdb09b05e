"""What a definition says to some answers: which page comes next, who may not apply, what it costs, who decides. Pure.

Answers to questions that are not shown count as not given, so that a changed mind leaves nothing behind.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import reduce

from chalicelib.core.calendar import WorkingCalendar
from chalicelib.core.money import Money, rupiah
from chalicelib.core.text import Text
from chalicelib.core.text import day as day_words
from chalicelib.permits.model.conditions import Answer, Answers, holds
from chalicelib.permits.model.service import (
    Decider,
    Document,
    Exit,
    Fee,
    Limit,
    Page,
    Question,
    Service,
    Side,
    Standing,
    Step,
)


@dataclass(frozen=True)
class Line:
    """One fee: `unit` as it is on the day, times the numbers that were answered."""

    name: Text
    unit: Money
    times: int
    standing: Standing

    @property
    def amount(self) -> Money:
        return self.unit * self.times


@dataclass(frozen=True)
class Price:
    """`waits_for` are the questions without which the sum is not known yet."""

    lines: tuple[Line, ...]
    waits_for: tuple[str, ...] = ()

    @property
    def total(self) -> Money:
        return sum((line.amount for line in self.lines), rupiah(0))


def visible(service: Service, answers: Answers) -> tuple[Page, ...]:
    """The pages that these answers open, each with the questions that are shown on it, in their order.

    It ends with the page whose answers lead to an exit.
    """
    return _walk(service, answers)[0]


def kept(service: Service, answers: Answers) -> dict[str, Answer]:
    """The answers to questions that are shown."""
    return _walk(service, answers)[1]


def exit_of(service: Service, answers: Answers, today: date, calendar: WorkingCalendar) -> Exit | None:
    """Why these answers cannot become an application here. calendar.YearUnknown where a limit meets no calendar."""
    given = kept(service, answers)
    if found := _exit(service, given):
        return found
    by_code = {one.code: one for one in service.exits}
    broken = (limit for limit in service.limits if limit.exit and _breaks(limit, given, today, calendar))
    return next((by_code[limit.exit] for limit in broken), None)


def refused(service: Service, answers: Answers, today: date, calendar: WorkingCalendar) -> dict[str, Text]:
    """Days that lie beyond a limit, by their question, with the nearest day that is allowed."""
    given = kept(service, answers)
    found = [one for one in service.limits if not one.exit and _breaks(one, given, today, calendar)]
    return {limit.question: _said(limit, today, calendar) for limit in found}


def next_page(service: Service, answers: Answers, after: str = "") -> Page | Exit | None:
    """What comes after a page ("" before the first): a page, an exit by answers, or None at the end.

    KeyError for a page that these answers do not open.
    """
    pages, given = _walk(service, answers)
    at = [page.code for page in pages].index(after) + 1 if after in [page.code for page in pages] else 0
    if after and not at:
        raise KeyError(after)
    return pages[at] if at < len(pages) else _exit(service, given)


def unanswered(service: Service, answers: Answers) -> tuple[Question, ...]:
    """Questions that are shown, needed and not answered yet."""
    pages, given = _walk(service, answers)
    return tuple(one for page in pages for one in page.questions if one.required and given.get(one.code) in (None, ""))


def documents(service: Service, answers: Answers) -> tuple[Document, ...]:
    given = kept(service, answers)
    return tuple(one for one in service.documents if holds(one.shown_if, given))


def route(service: Service, answers: Answers) -> tuple[Step, ...]:
    given = kept(service, answers)
    return tuple(step for step in service.route if holds(step.shown_if, given))


def decider(service: Service, answers: Answers) -> Decider | None:
    """The first whose condition holds; None while the answers do not say."""
    given = kept(service, answers)
    return next((one for one in service.deciders if holds(one.shown_if, given)), None)


def price(service: Service, answers: Answers, day: date) -> Price:
    """The fees of these answers at the tariffs of a day; ValueError where a tariff is not in force yet."""
    given = kept(service, answers)
    due = [fee for fee in service.fees if holds(fee.shown_if, given)]
    waits = tuple(dict.fromkeys(code for fee in due for code in fee.per if not isinstance(given.get(code), int)))
    ready = [fee for fee in due if not set(fee.per) & set(waits)]
    return Price(tuple(_line(service, fee, given, day) for fee in ready), waits)


def allowed_from(limit: Limit, today: date, calendar: WorkingCalendar) -> date:
    """The nearest day that a limit lets through: the first ahead, the earliest that is not too late, or today."""
    if limit.side is Side.PAST:
        return today
    if limit.side is Side.AHEAD:
        if limit.working:
            return calendar.add_working_days(today, limit.days)
        return today + timedelta(days=limit.days)
    if not limit.working:
        return today - timedelta(days=limit.days)
    day = today
    while calendar.working_days_between(day - timedelta(days=1), today) <= limit.days:
        day -= timedelta(days=1)
    return day


def _walk(service: Service, answers: Answers) -> tuple[tuple[Page, ...], dict[str, Answer]]:
    pages: list[Page] = []
    given: dict[str, Answer] = {}
    for page in service.pages:
        if not holds(page.shown_if, given):
            continue
        shown = tuple(one for one in page.questions if holds(one.shown_if, given))
        given |= {one.code: answers[one.code] for one in shown if one.code in answers}
        pages += [replace(page, questions=shown)] if shown else []
        if _exit(service, given):
            break
    return tuple(pages), given


def _exit(service: Service, given: Answers) -> Exit | None:
    return next((one for one in service.exits if one.when and holds(one.when, given)), None)


def _breaks(limit: Limit, given: Answers, today: date, calendar: WorkingCalendar) -> bool:
    day = given.get(limit.question)
    if not isinstance(day, date) or not holds(limit.when, given):
        return False
    if limit.side is Side.PAST:
        return day > today
    if limit.side is Side.AHEAD:
        return day < allowed_from(limit, today, calendar)
    passed = calendar.working_days_between(day, today) if limit.working else (today - day).days
    return passed > limit.days


def _said(limit: Limit, today: date, calendar: WorkingCalendar) -> Text:
    nearest = allowed_from(limit, today, calendar)
    return limit.words.format(day=Text(id=day_words(nearest, "id"), en=day_words(nearest, "en")))


def _line(service: Service, fee: Fee, given: Answers, day: date) -> Line:
    tariff = service.tariff(fee.tariff)
    rate = tariff.rate(day)
    if rate is None:
        raise ValueError(f"{tariff.code} has no rate on {day}")
    times = reduce(lambda product, factor: product * factor, _numbers(fee, given), 1)
    return Line(tariff.name, rate.amount, times, tariff.standing)


def _numbers(fee: Fee, given: Answers) -> Iterator[int]:
    for code in fee.per:
        number = given[code]
        if isinstance(number, int):
            yield number
