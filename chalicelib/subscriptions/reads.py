"""What other services may ask of subscriptions: who hears of a place, which phone topics exist, the signed links."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.core.toolbox import toolbox
from chalicelib.subscriptions import links
from chalicelib.subscriptions.model.listener import AUDIENCE_SHARDS, Listener
from chalicelib.subscriptions.model.wishes import topic_of
from chalicelib.subscriptions.store import SubscriptionStore

__all__ = [
    "AUDIENCE_SHARDS",
    "AudiencePage",
    "Listener",
    "audience",
    "listeners",
    "manage_link",
    "stop_link",
    "topic_of",
    "topics",
    "wants",
]


@dataclass(frozen=True, kw_only=True)
class AudiencePage:
    """Some listeners of a place, and where the next page starts (None: this was the last)."""

    people: tuple[Listener, ...]
    cursor: str | None = None


def audience(place: str, shard: int, *, cursor: str | None = None, limit: int = 100) -> AudiencePage:
    """A page of the confirmed mail subscribers of one place code (not of places around it), in one Query.

    `shard` is 0 .. AUDIENCE_SHARDS - 1. Each row is a copy of what a sender needs, written in the transaction that
    confirms, changes or stops the subscription: a million people must not cost a second read each. Somebody with
    several places comes once under each. Open an address with `vault.open(listener.email, owner=listener.id)`.
    """
    people, following = SubscriptionStore(toolbox().store).audience(place, shard, cursor, limit)
    return AudiencePage(people=tuple(people), cursor=following)


def listeners(ids: Sequence[str]) -> list[Listener]:
    """The mail subscribers of these ids as they are now; who has stopped is left out. One round trip for 100."""
    found = SubscriptionStore(toolbox().store).many(ids)
    return [listener for subscription in found if (listener := subscription.listener())]


def topics() -> frozenset[str]:
    """The phone topics that exist, `<place>-<floor>-<language>`, without the stage's prefix."""
    return frozenset(SubscriptionStore(toolbox().store).topics().names)


def wants(listener: Listener, hazard: str, level: str) -> bool:
    """Whether the level reaches the listener's floor and the hazard is among the chosen; ValueError for no level."""
    return listener.wants(hazard, level)


def manage_link(id: str, lang: str) -> str:
    """The address of the page where a subscription is changed: whoever has it may change it."""
    tools = toolbox()
    return tools.origin + links.path(tools, links.MANAGE, id, lang)


def stop_link(id: str, lang: str) -> str:
    """The address for List-Unsubscribe (RFC 8058): a POST stops at once, a GET asks first."""
    tools = toolbox()
    return tools.origin + links.path(tools, links.STOP, id, lang)
