"""Logins on their way: `login#<state>`, gone after ten minutes or at the first use."""

from chalicelib.core.errors import Stale
from chalicelib.core.events import system
from chalicelib.core.store import Key, Kind, Store
from chalicelib.identity.model import LoginAttempt

ATTEMPTS = Kind(
    name="login",
    model=LoginAttempt,
    key=lambda attempt: Key(f"login#{attempt.state}"),
    expires=lambda attempt: attempt.expires_at,
)


class LoginStore:
    def __init__(self, store: Store) -> None:
        self._store = store

    def keep(self, attempt: LoginAttempt) -> None:
        self._store.commit([ATTEMPTS.record(attempt)], by=system("identity"))

    def take(self, state: str) -> LoginAttempt | None:
        """The attempt, exactly once: whoever comes second gets None."""
        record = self._store.read(Key(f"login#{state}"))
        if record is None:
            return None
        attempt = ATTEMPTS.thing(record)
        try:
            self._store.commit([ATTEMPTS.record(attempt, removed=True)], by=system("identity"))
        except Stale:
            return None
        return attempt
