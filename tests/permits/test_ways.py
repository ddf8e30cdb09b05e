"""The linter walks every way: it finds what trying every single answer finds, and refuses to walk for ever."""

from itertools import chain, combinations, product

import pytest
from hypothesis import given, settings

from chalicelib.permits.model.answering import kept, next_page, visible
from chalicelib.permits.model.conditions import Answer, holds
from chalicelib.permits.model.service import Exit, Kind, Page, Question, Service
from infra.build.ways import MOST, TooManyWays, conditions, walked
from tests.permits.answers import Given, asking, choice, definitions, page


def every_answer(question: Question) -> list[Answer | None]:
    values = [one.value for one in question.choices]
    none: list[Answer | None] = [] if question.required else [None]
    if question.kind is Kind.CHOICE:
        return [*none, *values]
    return [*none, *chain.from_iterable(combinations(values, size) for size in range(1, len(values) + 1))]


def every_way(one: Service) -> list[Given]:
    """All combinations of answers, shown or not."""
    codes = [question.code for question in one.questions]
    ways = product(*(every_answer(question) for question in one.questions))
    return [{code: value for code, value in zip(codes, way, strict=True) if value is not None} for way in ways]


@settings(max_examples=60, deadline=None)
@given(definitions())
@pytest.mark.slow
def test_walking_finds_what_trying_every_answer_finds(one: Service) -> None:
    tried = every_way(one)
    pages = [page for answers in tried for page in visible(one, answers)]
    ways = walked(one)

    assert ways.pages == {page.code for page in pages}
    assert ways.questions == {question.code for page in pages for question in page.questions}
    whole = [answers for answers in tried if _ends(one, answers) is None]
    assert (ways.always is not None) == bool(whole)
    left = {_ends(one, answers) for answers in tried} - {None}
    assert {where for where in ways.held if where.startswith("exit ")} == {f"exit {code}" for code in left}


def _ends(one: Service, answers: Given) -> str | None:
    """The exit at the end of a way."""
    step = next_page(one, answers)
    while isinstance(step, Page):
        step = next_page(one, answers, step.code)
    return step.code if isinstance(step, Exit) else None


@settings(max_examples=60, deadline=None)
@given(definitions())
def test_a_condition_that_never_holds_holds_for_no_answer(one: Service) -> None:
    ways = walked(one)
    shown_if = {page.code: page.shown_if for page in one.pages}
    tried = [kept(one, answers) for answers in every_way(one)]

    for where, text, _ in conditions(one):
        if where.startswith("page ") and where not in ways.held:
            assert not any(
                holds(text, answers) and where.removeprefix("page ") in _open(one, answers) for answers in tried
            )
            assert text == shown_if[where.removeprefix("page ")]


def _open(one: Service, answers: Given) -> set[str]:
    return {page.code for page in visible(one, answers)}


def test_more_ways_than_can_be_walked_are_refused() -> None:
    many = [choice(f"q{at}", "a", "b") for at in range(MOST.bit_length() + 1)]
    looked = " and ".join(f"{one.code} in {{a}}" for one in many)

    with pytest.raises(TooManyWays, match=str(MOST)):
        walked(
            asking(*(page(f"p{one.code}", one) for one in many), page("last", choice("z", "a", "b"), shown_if=looked))
        )
