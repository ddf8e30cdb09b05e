"""A clock that moves only when a test says so; pass it wherever `now` is asked for."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@dataclass
class Clock:
    moment: datetime = START

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **by: float) -> None:
        """Moves on by what `timedelta` takes: `clock.forward(minutes=5)`."""
        self.moment += timedelta(**by)
