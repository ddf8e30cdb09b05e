"""What one service can say that could not be shown, walked or decided: the linter's rules for a definition."""

import dataclasses
import re
from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise
from string import Formatter
from typing import Any, Final

from chalicelib.core.text import Text
from chalicelib.permits.model.conditions import BadCondition, condition
from chalicelib.permits.model.service import ALWAYS, CHOSEN, ENDS, Act, Kind, Question, Service, Side, Standing
from infra.build.fields import twice
from infra.build.ways import TooManyWays, Ways, conditions, walked

NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,30}")
ROLES: Final = frozenset({"perangkat_desa", "camat", "admin_opd", "kepala_opd", "field_unit"})
MOST_WORKING_DAYS: Final = 180


@dataclasses.dataclass(frozen=True)
class Shared:
    """The codes that a service may refer to."""

    life_events: frozenset[str]
    offices: frozenset[str]
    sources: frozenset[str]
    codes: frozenset[str]


def service_faults(service: Service, shared: Shared, today: date) -> Iterator[str]:
    """Everything that is wrong with it on a day."""
    yield from unsourced(service, shared.sources)
    yield from _known(service, shared)
    for judge in JUDGES:
        yield from judge(service)
    yield from _prices(service, today)
    unread = list(_conditions(service))
    yield from unread or _walks(service)


def unsourced(said: Any, sources: frozenset[str], place: str = "it") -> Iterator[str]:
    """What is said as a fact without a source, however deep: whatever has a standing is judged."""
    if isinstance(said, tuple):
        for at, one in enumerate(said):
            yield from unsourced(one, sources, f"{place}.{at}")
    elif dataclasses.is_dataclass(said):
        if hasattr(said, "standing"):
            yield from (f"{place}: {fault}" for fault in _standing(said, sources))
        for field in dataclasses.fields(said):
            yield from unsourced(getattr(said, field.name), sources, f"{place}.{field.name}".removeprefix("it."))


def _standing(said: Any, sources: frozenset[str]) -> Iterator[str]:
    if said.source and said.source not in sources:
        yield f"nobody knows the source {said.source!r}"
    if said.standing is Standing.SOURCED and not said.source:
        yield "said as a fact without a source"
    if said.standing is Standing.SAMPLE and said.source:
        yield "a sample is invented and has no source"


def _known(service: Service, shared: Shared) -> Iterator[str]:
    offices = [service.office, service.apply.office]
    offices += [one.office for part in (service.route, service.deciders, service.exits) for one in part]
    yield from (f"nobody knows the office {code!r}" for code in dict.fromkeys(offices) if code not in shared.offices)
    if service.life_event not in shared.life_events:
        yield f"nobody knows the life event {service.life_event!r}"
    for one in service.exits:
        if one.service and one.service not in shared.codes:
            yield f"the exit {one.code} leads to {one.service!r}, which is not there"


def _public(service: Service) -> Iterator[str]:
    """The six components that the law makes public, apart from complaints, which all services share."""
    for name in ("who", "documents", "route", "deciders", "legal_basis", "words", "pages"):
        if not getattr(service, name):
            yield f"{name} is empty"
    if bool(service.free) == bool(service.fees):
        yield "it is free, or it has fees"
    if not 0 <= service.promise.working_days <= MOST_WORKING_DAYS:
        yield f"a promise is at most {MOST_WORKING_DAYS} working days"
    if service.retention.months < 1:
        yield "a file is kept for a while"
    if service.version < 1:
        yield "versions begin with 1"


def _route(service: Service) -> Iterator[str]:
    yield from (f"the step {code} stands twice" for code in twice(step.code for step in service.route))
    yield from (f"{step.code}: no role {step.role!r}" for step in service.route if step.role not in ROLES)
    if service.route and not set(service.route[-1].may) & set(ENDS):
        yield "the last step pays or issues"
    acts = [act for step in service.route for act in step.may]
    yield from (f"no step may {act}" for act in (Act.APPROVE, Act.REFUSE) if act not in acts)
    if service.route and Act.APPROVE in service.route[0].may:
        yield "who takes the file in does not approve it"


def _questions(service: Service) -> Iterator[str]:
    yield from (f"the page {code} stands twice" for code in twice(page.code for page in service.pages))
    yield from (f"the question {code} stands twice" for code in twice(one.code for one in service.questions))
    yield from (f"the page {page.code} asks nothing" for page in service.pages if not page.questions)
    for question in service.questions:
        yield from (f"{question.code}: {fault}" for fault in _question(service, question))


def _question(service: Service, question: Question) -> Iterator[str]:
    if not NAME.fullmatch(question.code) or question.code in ALWAYS:
        yield "cannot be its code"
    values = [choice.value for choice in question.choices]
    if (question.kind in CHOSEN) != bool(values):
        yield "choices belong to a choice"
    if question.kind is Kind.CHOICE and len(values) == 1:
        yield "one choice is none"
    yield from (f"the choice {value} stands twice" for value in twice(values))
    if question.kind in (Kind.NUMBER, Kind.MONEY, Kind.PEOPLE) and not 0 <= question.least < question.most:
        yield "a number has a least and a most"
    if (question.kind is Kind.FILE) != bool(question.document):
        yield "a file is one of the documents"
    if question.document and question.document not in [one.code for one in service.documents]:
        yield f"there is no document {question.document!r}"


def _prices(service: Service, today: date) -> Iterator[str]:
    codes = [tariff.code for tariff in service.tariffs]
    yield from (f"the tariff {code} stands twice" for code in twice(codes))
    yield from (f"a fee without a tariff: {fee.tariff!r}" for fee in service.fees if fee.tariff not in codes)
    numbers = [question.code for question in service.questions if question.kind is Kind.NUMBER]
    factors = dict.fromkeys(code for fee in service.fees for code in fee.per)
    yield from (f"a fee is multiplied by {code!r}, which is no number" for code in factors if code not in numbers)
    used = {fee.tariff for fee in service.fees}
    yield from (f"the tariff {code} is never due" for code in codes if code not in used)
    for tariff in service.tariffs:
        if tariff.rate(today) is None:
            yield f"the tariff {tariff.code} is not in force on {today}"
        if any(rate.rupiah < 1 for rate in tariff.rates):
            yield f"the tariff {tariff.code} is above zero"
        if any(one.valid_from >= other.valid_from for one, other in pairwise(tariff.rates)):
            yield f"the tariff {tariff.code} stands in the order of its days"


def _limits(service: Service) -> Iterator[str]:
    kinds = {question.code: question.kind for question in service.questions}
    for limit in service.limits:
        if kinds.get(limit.question) is not Kind.DATE:
            yield f"a limit is about a day, not {limit.question!r}"
        if (limit.side is Side.PAST) != (limit.days == 0) or limit.days < 0:
            yield f"the limit of {limit.question} has no days"
        if limit.exit and limit.exit not in [one.code for one in service.exits]:
            yield f"the limit of {limit.question} leads to the exit {limit.exit!r}, which is not there"
        if _strange(limit.words, {"day"}):
            yield f"the limit of {limit.question} knows {{day}} alone"
    ended = {limit.exit for limit in service.limits}
    yield from (
        f"nothing leads to the exit {one.code}" for one in service.exits if not one.when and one.code not in ended
    )
    yield from (f"the exit {code} stands twice" for code in twice(one.code for one in service.exits))


def _templates(service: Service) -> Iterator[str]:
    known = {question.code for question in service.questions} | set(ALWAYS)
    for line in service.outcome.lines:
        yield from (f"the outcome fills {name!r}, which nobody asks" for name in sorted(_strange(line, known)))


def _strange(text: Text, known: set[str]) -> set[str]:
    """Places in a sentence that nothing fills."""
    return {
        name for said in (text.id, text.en) for _, name, _, _ in Formatter().parse(said) if name is not None
    } - known


JUDGES: Final[tuple[Callable[[Service], Iterator[str]], ...]] = (
    _public,
    _route,
    _questions,
    _limits,
    _templates,
)


def _conditions(service: Service) -> Iterator[str]:
    """Conditions that look at what is not there, or not yet."""
    questions = {question.code: question for question in service.questions}
    page_of = {question.code: at for at, page in enumerate(service.pages) for question in page.questions}
    for where, text, before in conditions(service):
        try:
            tests = condition(text).tests
        except BadCondition as wrong:
            yield f"{where}: nobody can read {str(wrong)!r}"
            continue
        for test in tests:
            question = questions.get(test.question)
            if question is None:
                yield f"{where}: nobody asks {test.question!r}"
            elif question.kind not in CHOSEN:
                yield f"{where}: {test.question} has no choices"
            elif page_of[test.question] >= before:
                yield f"{where}: {test.question} is asked too late"
            else:
                values = [choice.value for choice in question.choices]
                yield from (
                    f"{where}: {test.question} is never {value!r}" for value in test.values if value not in values
                )


def _walks(service: Service) -> Iterator[str]:
    try:
        ways = walked(service)
    except TooManyWays as many:
        yield str(many)
        return
    yield from (f"nobody reaches the page {page.code}" for page in service.pages if page.code not in ways.pages)
    yield from (f"nobody is asked {one.code}" for one in service.questions if one.code not in ways.questions)
    for where, text, _ in conditions(service):
        if text and where not in ways.held:
            yield f"{where}: {text!r} never holds"
        elif text and where not in ways.failed:
            yield f"{where}: {text!r} always holds"
    yield from _ends(service, ways)


def _ends(service: Service, ways: Ways) -> Iterator[str]:
    if ways.always is None:
        yield "every way ends at an exit"
        return
    wanted = {name for line in service.outcome.lines for name in _strange(line, set(ALWAYS))}
    unsure = wanted & {one.code for one in service.questions} - ways.always
    yield from (f"the outcome fills {name!r}, which is not always answered" for name in sorted(unsure))
    yield from (f"a fee needs {code!r}, which is not always asked" for code in sorted(ways.unpriced))
    if ways.undecided:
        yield "some answers have nobody who decides"
    if ways.longest > service.promise.working_days:
        yield f"the steps take {ways.longest} working days, longer than the promise"
    files = {one.document for one in service.questions}
    needed = [one.code for one in service.documents if one.shown_if]
    yield from (f"nobody uploads the document {code}" for code in needed if code not in files)
