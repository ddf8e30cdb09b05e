"""What subscriptions announce: ids and codes, never an address."""

from dataclasses import dataclass
from typing import Self

from chalicelib.core.events import Fact
from chalicelib.subscriptions.model.subscription import Subscription


@dataclass(frozen=True, kw_only=True)
class SubscriptionFact(Fact):
    """`channel` is mail or phone."""

    source = "city.subscriptions"
    subscription_id: str
    channel: str

    def about(self) -> str:
        return f"subscription#{self.subscription_id}"


@dataclass(frozen=True, kw_only=True)
class SubscriptionRequested(SubscriptionFact):
    """Somebody asked, or asked for a new code: a message shall go to the address."""

    @classmethod
    def of(cls, one: Subscription) -> Self:
        return cls(subscription_id=one.id, channel=one.channel)


@dataclass(frozen=True, kw_only=True)
class SubscriptionWished(SubscriptionFact):
    """What somebody wants from now on."""

    places: tuple[str, ...]
    hazards: tuple[str, ...]
    floor: str
    language: str

    @classmethod
    def of(cls, one: Subscription) -> Self:
        return cls(
            subscription_id=one.id,
            channel=one.channel,
            places=one.wishes.places,
            hazards=one.wishes.hazards,
            floor=one.wishes.floor,
            language=one.wishes.language,
        )


@dataclass(frozen=True, kw_only=True)
class SubscriptionConfirmed(SubscriptionWished):
    pass


@dataclass(frozen=True, kw_only=True)
class SubscriptionChanged(SubscriptionWished):
    pass


@dataclass(frozen=True, kw_only=True)
class SubscriptionStopped(SubscriptionFact):
    """`reason` is person, bounce, complaint or opt_out."""

    reason: str
