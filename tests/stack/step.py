"""The single steps of the journey, each prepared so far that one function has to do it now.

`act` takes the step and tells whether it came to an end; it may be taken again. `done` tells whether its effect is
there. `shown` says how a step that failed is seen by those who watch: a page that says so, a message that failed and
stays on its queue, a function's error. Every one of those has an alarm (tests/infra/test_alarms.py).
"""

from collections.abc import Callable
from dataclasses import dataclass


def nothing() -> bool:
    return True


@dataclass(frozen=True)
class Step:
    act: Callable[[], bool]
    done: Callable[[], object]
    shown: Callable[[], object]


@dataclass
class Run:
    """A function that is called, and its error if it ended with one."""

    call: Callable[[], bool]

    def step(self, done: Callable[[], object]) -> Step:
        # Lambda counts it: each function's errors are an alarm.
        return Step(self.call, done, nothing)
