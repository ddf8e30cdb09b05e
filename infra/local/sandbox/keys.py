"""Idempotency keys: https://docs.stripe.com/api/idempotent_requests (read 2026-11-24).

The first answer is kept, errors included, once the endpoint had begun; a request that was refused before (a bad
parameter, another one under way with the same key) keeps nothing.
"""

from infra.local.sandbox.account import Account, Tree
from infra.local.sandbox.refusals import Refusal

LIFE = 24 * 3600
LONGEST = 255
OTHERS = "Try using a key other than '{}' if you meant to execute a different request."


class Keys:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._under_way: set[str] = set()

    def begin(self, key: str, place: str, form: Tree) -> Tree | None:
        """The kept answer, or None: then this request is the first. Refusal for a key that is somebody else's."""
        if len(key) > LONGEST:
            raise Refusal("Idempotency keys can be up to 255 characters long", kind="idempotency_error")
        if key in self._under_way:
            message = f"There is currently another in-progress request using this Idempotent Key: {key}"
            raise Refusal(message, status=409, code="idempotency_key_in_use")
        kept = self._fresh(key)
        if kept is None:
            self._under_way.add(key)
            return None
        if (kept["place"], kept["form"]) != (place, form):
            same = "for the same endpoint they were" if kept["place"] != place else "with the same parameters they were"
            word = f"Keys for idempotent requests can only be used {same} first used with. {OTHERS.format(key)}"
            raise Refusal(word, kind="idempotency_error")
        return kept

    def _fresh(self, key: str) -> Tree | None:
        kept = self._account.answers.get(key)
        return kept if kept and kept["at"] + LIFE > self._account.seconds() else None

    def keep(self, key: str, **answer: object) -> None:
        self._account.answers[key] = {"at": self._account.seconds(), **answer}

    def end(self, key: str) -> None:
        self._under_way.discard(key)
