"""Definitions and answers for tests."""

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import strategies as st

from chalicelib.core.text import Text
from chalicelib.permits.model.catalogue import services
from chalicelib.permits.model.conditions import Answer
from chalicelib.permits.model.service import CHOSEN, Choice, Exit, Kind, Page, Question, Service

TODAY = date(2026, 11, 24)
WORDS = Text(id="Kata", en="Words")
CODES = list(services())

Given = dict[str, Answer]


def service(code: str, **changes: Any) -> Service:
    """A shipped service, changed."""
    return replace(services()[code], **changes)


def choice(code: str, *values: str, kind: Kind = Kind.CHOICE, **more: Any) -> Question:
    choices = tuple(Choice(value=value, label=WORDS) for value in values)
    return Question(code=code, kind=kind, label=WORDS, choices=choices, **more)


def text(code: str, **more: Any) -> Question:
    return Question(code=code, kind=Kind.TEXT, label=WORDS, **more)


def page(code: str, *questions: Question, shown_if: str = "") -> Page:
    return Page(code=code, title=WORDS, questions=questions, shown_if=shown_if)


def leaving(code: str, when: str) -> Exit:
    return Exit(code=code, title=WORDS, words=WORDS, office="dinsos", when=when, source="bp26")


def asking(*pages: Page, exits: tuple[Exit, ...] = ()) -> Service:
    """A service of these pages alone, whose other conditions are gone."""
    bare = service("research", pages=pages, exits=exits, limits=(), fees=(), documents=())
    return replace(bare, outcome=replace(bare.outcome, lines=()))


def answer(question: Question) -> st.SearchStrategy[Answer]:
    """What may be answered to a question; what a page would refuse is not drawn."""
    values = [one.value for one in question.choices]
    if question.kind is Kind.CHOICE:
        return st.sampled_from(values)
    if question.kind is Kind.MANY:
        return st.lists(st.sampled_from(values), min_size=1, unique=True).map(tuple)
    if question.kind in (Kind.NUMBER, Kind.MONEY):
        return st.integers(question.least, question.most)
    if question.kind is Kind.DATE:
        return st.dates(date(2026, 1, 1), date(2027, 6, 30))
    return st.text("abc ", min_size=1, max_size=20)


@st.composite
def answered(draw: st.DrawFn, of: Service, *, all_: bool = False) -> Given:
    """Answers to all or some questions, shown or not: what is left of a changed mind is there too."""
    wanted = [one for one in of.questions if all_ or draw(st.booleans())]
    return {one.code: draw(answer(one)) for one in wanted}


@st.composite
def definitions(draw: st.DrawFn) -> Service:
    """Small services with conditions of every shape, sensible or not, that look at earlier pages only."""
    pages: list[Page] = []
    for at in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(CHOSEN))
        asked = choice(f"q{at}", *"abcd"[: draw(st.integers(2, 4))], kind=kind, required=draw(st.booleans()))
        earlier = [one for before in pages for one in before.questions]
        pages.append(page(f"p{at}", replace(asked, shown_if=draw(_when(earlier))), shown_if=draw(_when(earlier))))
    asked_all = [one for before in pages for one in before.questions]
    exits = [leaving(f"e{at}", draw(_when(asked_all, always=True))) for at in range(draw(st.integers(0, 2)))]
    return asking(*pages, exits=tuple(exits))


@st.composite
def _when(draw: st.DrawFn, earlier: list[Question], *, always: bool = False) -> str:
    if not earlier or (not always and draw(st.booleans())):
        return ""
    ways = draw(st.lists(st.lists(st.sampled_from(earlier), min_size=1, max_size=2), min_size=1, max_size=2))
    return " or ".join(" and ".join(draw(_test(one)) for one in way) for way in ways)


@st.composite
def _test(draw: st.DrawFn, question: Question) -> str:
    values = draw(st.lists(st.sampled_from([one.value for one in question.choices]), min_size=1, unique=True))
    return f"{question.code} in {{{', '.join(values)}}}"
