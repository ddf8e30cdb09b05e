"""Who hears, as the fan-out asks for them; `subscriptions.reads` answers."""

from collections.abc import Sequence
from typing import Protocol

from chalicelib.subscriptions.reads import AudiencePage, Listener


class Hearers(Protocol):
    def audience(self, place: str, shard: int, *, cursor: str | None = None, limit: int = 100) -> AudiencePage:
        """A page of the confirmed mail subscribers of one place code."""

    def listeners(self, ids: Sequence[str]) -> list[Listener]:
        """Those of these mail subscribers who have not stopped."""

    def topics(self) -> frozenset[str]:
        """The phone topics that exist."""

    def stop_link(self, id: str, lang: str) -> str:
        """Where a POST stops a subscription at once."""

    def manage_link(self, id: str, lang: str) -> str:
        """Where its owner changes it."""
