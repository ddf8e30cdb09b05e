"""What subscriptions announce: ids and codes, never an address."""

from dataclasses import dataclass

from chalicelib.core.events import Fact


@dataclass(frozen=True, kw_only=True)
class SubscriptionFact(Fact):
    source = "city.subscriptions"
    subscription_id: str
    channel: str

    def about(self) -> str:
        return f"subscription#{self.subscription_id}"


@dataclass(frozen=True, kw_only=True)
class SubscriptionRequested(SubscriptionFact):
    """Somebody asked, or asked for a new code: a message shall go to the address."""

    language: str


@dataclass(frozen=True, kw_only=True)
class SubscriptionConfirmed(SubscriptionFact):
    places: tuple[str, ...]
    hazards: tuple[str, ...]
    floor: str
    language: str


@dataclass(frozen=True, kw_only=True)
class SubscriptionChanged(SubscriptionFact):
    places: tuple[str, ...]
    hazards: tuple[str, ...]
    floor: str
    language: str


@dataclass(frozen=True, kw_only=True)
class SubscriptionStopped(SubscriptionFact):
    """`reason` is person, bounce, complaint or opt_out."""

    reason: str
