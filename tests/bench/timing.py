"""Times of work that takes turns: whatever disturbs the machine disturbs every subject alike."""

import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

# The order of turns is drawn, but the same in every run.
_TURNS = random.Random(2026)


@dataclass(frozen=True)
class Goal:
    """A figure, a multiple of what it is compared with, and the most that it may be.

    Only a clear miss fails: more than a tenth above, since two runs on a busy machine differ by less than that.
    """

    what: str
    ratio: float
    most: float
    tolerance: float = 1.10

    @property
    def clearly_missed(self) -> bool:
        return self.ratio > self.most * self.tolerance

    def __str__(self) -> str:
        word = "met" if self.ratio <= self.most else "clearly missed" if self.clearly_missed else "missed"
        return f"{self.what}: {self.ratio:.2f} x, at most {self.most:.2f} x: {word}"


def microseconds(subjects: Mapping[str, Callable[[], object]], rounds: int = 200, calls: int = 10) -> dict[str, float]:
    """CPU time of one call: the median of each round, of which the quietest tenth counts, since other programs can
    only add to it (they empty the caches). What the subjects print goes to the null device."""
    seen: dict[str, list[float]] = {name: [] for name in subjects}
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        for _ in range(rounds):
            for name in _TURNS.sample(sorted(subjects), len(subjects)):
                subjects[name]()
                seen[name].append(statistics.median(_nanoseconds(subjects[name]) for _ in range(calls)))
    return {name: sorted(times)[rounds // 10] / 1000 for name, times in seen.items()}


def _nanoseconds(work: Callable[[], object]) -> int:
    began = time.process_time_ns()
    work()
    return time.process_time_ns() - began


def fresh_milliseconds(
    programs: Mapping[str, str], path: Path, environment: Mapping[str, str] | None = None, rounds: int = 11
) -> dict[str, float]:
    """CPU time, user and system, of fresh interpreters that run these programs with `path` as their only library."""
    seen: dict[str, list[float]] = {name: [] for name in programs}
    for turn in range(rounds + 1):
        for name in _TURNS.sample(sorted(programs), len(programs)):
            spent = _fresh(programs[name], path, environment or {})
            seen[name] += [spent] if turn else []
    return {name: statistics.median(times) * 1000 for name, times in seen.items()}


def _fresh(program: str, path: Path, environment: Mapping[str, str]) -> float:
    process = subprocess.Popen(isolated(program, path), env=dict(environment), stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, program
    return used.ru_utime + used.ru_stime


def isolated(program: str, path: Path) -> Sequence[str]:
    """A command without site-packages and without the checkout."""
    return [sys.executable, "-I", "-S", "-B", "-c", f"import sys; sys.path.insert(0, {str(path)!r})\n{program}"]


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints the first column to the left, figures to the right."""
    widths = [max(len(row[at]) for row in (heads, *rows)) for at in range(len(heads))]
    print(f"\n\n{title}")
    for row in (heads, *rows):
        figures = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        print("  " + "  ".join((row[0].ljust(widths[0]), *figures)))


def judge(*goals: Goal) -> None:
    for goal in goals:
        print(f"  {goal}")
    assert not [str(goal) for goal in goals if goal.clearly_missed]
