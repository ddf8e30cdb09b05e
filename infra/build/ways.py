"""Every way through a service's questions, as far as its conditions can tell the answers apart.

Values that no condition distinguishes count as one, so that the ways stay few enough to walk them all.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Final

from chalicelib.permits.model.conditions import Answer, condition, holds
from chalicelib.permits.model.service import Kind, Page, Question, Service

MOST: Final = 50_000
Given = dict[str, Answer]
Options = dict[str, tuple[Answer | None, ...]]


class TooManyWays(Exception):
    """Conditions look at more choices than can be walked."""


@dataclass
class Ways:
    """What was met on the ways. `always` are questions that every whole way asks; `longest` in working days,
    `unpriced` numbers that a fee needs and that somebody is not asked."""

    pages: set[str] = field(default_factory=set)
    questions: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    ends: int = 0
    always: frozenset[str] | None = None
    longest: int = 0
    unpriced: set[str] = field(default_factory=set)
    undecided: bool = False

    def judge(self, where: str, text: str, given: Given) -> bool:
        found = holds(text, given)
        (self.held if found else self.failed).add(where)
        return found


def conditions(service: Service) -> Iterator[tuple[str, str, int]]:
    """Where a condition stands, what it says, and the page before which its questions must have been asked."""
    for at, page in enumerate(service.pages):
        yield f"page {page.code}", page.shown_if, at
        yield from ((f"question {one.code}", one.shown_if, at) for one in page.questions)
    last = len(service.pages)
    yield from ((f"exit {one.code}", one.when, last) for one in service.exits)
    yield from ((f"limit {at} of {one.question}", one.when, last) for at, one in enumerate(service.limits))
    yield from ((f"document {one.code}", one.shown_if, last) for one in service.documents)
    yield from ((f"step {one.code}", one.shown_if, last) for one in service.route)
    yield from ((f"decider {at} {one.office}", one.shown_if, last) for at, one in enumerate(service.deciders))
    yield from ((f"fee {at} {one.tariff}", one.shown_if, last) for at, one in enumerate(service.fees))


def walked(service: Service) -> Ways:
    """Raises TooManyWays. The conditions must be readable and look at choices that are there."""
    ways = Ways()
    last = len(service.pages)
    late = [(where, text) for where, text, before in conditions(service) if before == last]
    judged = [(where, text) for where, text in late if text and not where.startswith(("exit ", "decider "))]
    _Walk(service, ways, _options(service), judged).go(0, {}, frozenset())
    return ways


@dataclass
class _Walk:
    service: Service
    ways: Ways
    options: Options
    late: list[tuple[str, str]]
    steps: int = 0

    def go(self, at: int, given: Given, asked: frozenset[str]) -> None:
        self.steps += 1
        if self.steps > MOST:
            raise TooManyWays(f"there are more than {MOST} ways through its conditions")
        if at == len(self.service.pages):
            self._end(given, asked)
            return
        page = self.service.pages[at]
        if not self.ways.judge(f"page {page.code}", page.shown_if, given):
            self.go(at + 1, given, asked)
            return
        shown = self._shown(page, given)
        for answers in self._answers(shown):
            self._after(at, given | answers, asked | {one.code for one in shown if one.required})

    def _shown(self, page: Page, given: Given) -> list[Question]:
        shown = [one for one in page.questions if self.ways.judge(f"question {one.code}", one.shown_if, given)]
        self.ways.questions |= {one.code for one in shown}
        if shown:
            self.ways.pages.add(page.code)
        return shown

    def _answers(self, shown: list[Question]) -> Iterator[Given]:
        looked = [one.code for one in shown if one.code in self.options]
        for values in product(*(self.options[code] for code in looked)):
            yield {code: value for code, value in zip(looked, values, strict=True) if value is not None}

    def _after(self, at: int, given: Given, asked: frozenset[str]) -> None:
        for one in self.service.exits:
            if one.when and holds(one.when, given):
                self.ways.held.add(f"exit {one.code}")
                return
        self.go(at + 1, given, asked)

    def _end(self, given: Given, asked: frozenset[str]) -> None:
        service, ways = self.service, self.ways
        ways.ends += 1
        ways.always = asked if ways.always is None else ways.always & asked
        ways.failed |= {f"exit {one.code}" for one in service.exits}
        for where, text in self.late:
            ways.judge(where, text, given)
        # What held and failed before has nothing more to say.
        self.late = [pair for pair in self.late if pair[0] not in ways.held or pair[0] not in ways.failed]
        steps = [step for step in service.route if holds(step.shown_if, given)]
        ways.longest = max(ways.longest, sum(step.deadline.working_days for step in steps))
        due = [fee for fee in service.fees if holds(fee.shown_if, given)]
        ways.unpriced |= {code for fee in due for code in fee.per if code not in asked}
        self._decide(given)

    def _decide(self, given: Given) -> None:
        """The first decider whose condition holds decides; the later ones might as well not be there."""
        rows = [(f"decider {at} {one.office}", one.shown_if) for at, one in enumerate(self.service.deciders)]
        first = next((where for where, text in rows if holds(text, given)), None)
        self.ways.undecided |= first is None
        self.ways.held |= {first} if first else set()
        self.ways.failed |= {where for where, _ in rows if where != first}


def _options(service: Service) -> Options:
    """What can be answered to each choice that a condition looks at: one value for each that it tells apart."""
    tests = [test for _, text, _ in conditions(service) for test in condition(text).tests]
    options: Options = {}
    for question in service.questions:
        looked = [test for test in tests if test.question == question.code]
        if looked:
            signs = {tuple(choice.value in test.values for test in looked): choice.value for choice in question.choices}
            options[question.code] = _values(question, tuple(sorted(signs.values())))
    return options


def _values(question: Question, values: tuple[str, ...]) -> tuple[Answer | None, ...]:
    nothing: tuple[Answer | None, ...] = () if question.required else (None,)
    if question.kind is Kind.CHOICE:
        return nothing + values
    sizes = range(1, len(values) + 1)
    return nothing + tuple(some for size in sizes for some in combinations(values, size))
