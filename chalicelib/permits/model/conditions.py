"""Conditions of definitions: `origin in {city, province} and sound in {yes} or kind in {parade}`. Pure.

`and` binds tighter than `or`; there are no brackets. A test holds where the answer, or one of several answers, is
among its values; an answer that was not given fails every test. "" always holds.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

Answer = str | int | date | tuple[str, ...]
"""A choice or words, a number or whole rupiah, a day, several choices."""
Answers = Mapping[str, Answer]

TEST: Final = re.compile(r"([a-z][a-z0-9_]*) in \{([a-z0-9_]+(?:, [a-z0-9_]+)*)\}")


class BadCondition(ValueError):
    """A condition that nobody can read."""


@dataclass(frozen=True)
class Test:
    """One `question in {values}`."""

    question: str
    values: tuple[str, ...]

    def holds(self, answers: Answers) -> bool:
        answer = answers.get(self.question)
        given = answer if isinstance(answer, tuple) else (answer,)
        return any(one in self.values for one in given)


@dataclass(frozen=True)
class Condition:
    """Alternatives, one of which must hold whole."""

    alternatives: tuple[tuple[Test, ...], ...] = ()

    def holds(self, answers: Answers) -> bool:
        if not self.alternatives:
            return True
        return any(all(test.holds(answers) for test in tests) for tests in self.alternatives)

    @property
    def tests(self) -> tuple[Test, ...]:
        return tuple(test for tests in self.alternatives for test in tests)


@cache
def condition(text: str) -> Condition:
    """Raises BadCondition."""
    if not text:
        return Condition()
    return Condition(tuple(tuple(_test(part) for part in way.split(" and ")) for way in text.split(" or ")))


def holds(text: str, answers: Answers) -> bool:
    """Whether a condition as it stands in a file holds. Raises BadCondition."""
    return condition(text).holds(answers)


def _test(text: str) -> Test:
    found = TEST.fullmatch(text)
    if found is None:
        raise BadCondition(text)
    return Test(found[1], tuple(found[2].split(", ")))
