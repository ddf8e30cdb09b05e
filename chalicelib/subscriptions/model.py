"""A subscription: what somebody wants to hear of, and the way from asking through confirming to stopping. Pure.

    PENDING -> CONFIRMED -> STOPPED         nobody confirms within a day: it expires

Mail takes many places and hazards. A phone has one place: it hangs on one topic `<place>-<floor>-<language>`.
"""

import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from chalicelib.core.errors import Conflict, Invalid, TooMany
from chalicelib.core.text import Text
from chalicelib.core.vault import Sealed

# Audience rows of one place lie in so many partitions: workers read them in parallel, and none runs hot.
AUDIENCE_SHARDS: Final = 8
LADDER: Final = ("normal", "waspada", "siaga", "awas")

PENDING_LIFE: Final = timedelta(hours=24)
# A bounce or a complaint may come weeks after the last mail; then nothing is left of the person but an id.
STOPPED_LIFE: Final = timedelta(days=30)

MOST_TRIES: Final = 5
CODE_LIFE: Final = timedelta(minutes=10)
# Between two codes: a message is often only slow.
CODE_PAUSE: Final = timedelta(minutes=1)


class Channel(StrEnum):
    MAIL = "mail"
    PHONE = "phone"


class Floor(StrEnum):
    """The least level that somebody wants to hear of."""

    WASPADA = "waspada"
    SIAGA = "siaga"
    AWAS = "awas"


class State(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    STOPPED = "stopped"


class Reason(StrEnum):
    """Why a subscription stopped."""

    PERSON = "person"
    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    OPT_OUT = "opt_out"


class NotWaiting(Conflict):
    title = Text(id="Langganan ini sudah tidak menunggu konfirmasi", en="This subscription is not waiting any more")


class AlreadyStopped(Conflict):
    title = Text(id="Langganan ini sudah dihentikan", en="This subscription has been stopped")


class TooSoon(TooMany):
    title = Text(id="Tunggu sebentar sebelum meminta kode baru", en="Wait a moment before you ask for a new code")


CODE_OVER: Final = Text(id="Kode ini sudah tidak berlaku. Minta kode baru", en="This code is over. Ask for a new one")
CODE_WRONG: Final = Text(id="Kode salah. Periksa lagi pesan SMS", en="Wrong code. Check the text message again")


def rank(level: str) -> int:
    """0 for normal up to 3 for awas; ValueError for no level of the ladder."""
    return LADDER.index(level)


def shard_of(id: str) -> int:
    return zlib.crc32(id.encode()) % AUDIENCE_SHARDS


def topic_of(place: str, floor: str, language: str) -> str:
    """The phone topic without the stage's prefix: `51.71.01-siaga-id`."""
    return f"{place}-{floor}-{language}"


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What somebody wants to hear of. `places` are codes; no `hazards` means all of them; a phone has one place."""

    places: tuple[str, ...]
    hazards: tuple[str, ...] = ()
    floor: Floor = Floor.WASPADA
    language: str = "id"

    def __post_init__(self) -> None:
        if not self.places or len(set(self.places)) != len(self.places):
            raise ValueError("wishes need places, each once")


@dataclass(frozen=True, kw_only=True)
class Line:
    """A phone on a topic. `subscription` is the ARN, "" until SNS has told it.

    `closing`: its end is decided and may have happened, so nobody may count on it again.
    """

    topic: str
    subscription: str = ""
    closing: bool = False


@dataclass(frozen=True, kw_only=True)
class ActiveAlert:
    """Which phone topics an alert was sent to, so that its update and its cancel can still reach them.

    `places` are the codes of its villages, their districts and the city; `level` is the highest that it ever had;
    `seen` the journal version of the fact that was read last.
    """

    id: str
    places: tuple[str, ...]
    level: str
    held_until: datetime
    seen: int

    def holds(self, topic: str, now: datetime) -> bool:
        place, floor, _ = topic.split("-")
        return now < self.held_until and place in self.places and rank(floor) <= rank(self.level)

    def followed_by(self, newer: "ActiveAlert") -> "ActiveAlert":
        """What was told once stays told: places add up, the level only rises."""
        places = tuple(sorted({*self.places, *newer.places}))
        return replace(newer, places=places, level=max(self.level, newer.level, key=rank))


@dataclass(frozen=True, kw_only=True)
class Listener:
    """A confirmed mail subscriber as the senders need one. `email` opens with `id` as its owner."""

    id: str
    language: str
    hazards: frozenset[str]
    floor: str
    email: Sealed
    places: tuple[str, ...]

    def wants(self, hazard: str, level: str) -> bool:
        return rank(level) >= rank(self.floor) and (not self.hazards or hazard in self.hazards)


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """All moments are UTC. `contact` is sealed for the owner `id`.

    `tries` are wrong codes since `code_at`, when code number `code_round` was asked for. `line` is the topic that
    the phone hangs on, `leaving` those that it shall leave as soon as no active alert needs them.
    """

    id: str
    channel: Channel
    contact: Sealed
    wishes: Wishes
    asked_at: datetime
    state: State = State.PENDING
    confirmed_at: datetime | None = None
    stopped_at: datetime | None = None
    reason: Reason | None = None
    code_at: datetime
    code_round: int = 1
    tries: int = 0
    line: Line | None = None
    leaving: tuple[Line, ...] = ()
    version: int = 0

    @property
    def expires_at(self) -> datetime | None:
        if self.state is State.PENDING:
            return self.asked_at + PENDING_LIFE
        return self.stopped_at + STOPPED_LIFE if self.stopped_at else None

    @property
    def code_subject(self) -> str:
        """What the six digits are computed from: another one for each message."""
        return f"{self.id}#{self.code_round}"

    @property
    def may_ask_again_at(self) -> datetime:
        return self.code_at + (CODE_LIFE if self.tries >= MOST_TRIES else CODE_PAUSE)

    def code_open(self, now: datetime) -> bool:
        return self.tries < MOST_TRIES and now < self.code_at + CODE_LIFE

    def checked_code(self, now: datetime) -> None:
        """Raises Invalid when no code may be tried any more."""
        if not self.code_open(now):
            raise Invalid(errors={"code": CODE_OVER})

    def mistyped(self) -> "Subscription":
        return replace(self, tries=self.tries + 1)

    def new_code(self, now: datetime) -> "Subscription":
        """Raises NotWaiting, TooSoon."""
        if self.state is not State.PENDING:
            raise NotWaiting
        if now < self.may_ask_again_at:
            raise TooSoon(retry_after=int((self.may_ask_again_at - now).total_seconds()) + 1)
        return replace(self, code_at=now, code_round=self.code_round + 1, tries=0)

    def confirmed(self, now: datetime) -> "Subscription":
        """Raises NotWaiting."""
        if self.state is not State.PENDING:
            raise NotWaiting
        return replace(self, state=State.CONFIRMED, confirmed_at=now)

    def changed(self, wishes: Wishes) -> "Subscription":
        """Raises AlreadyStopped, NotWaiting."""
        if self.state is State.STOPPED:
            raise AlreadyStopped
        if self.state is State.PENDING:
            raise NotWaiting
        return replace(self, wishes=wishes)

    def stopped(self, reason: Reason, now: datetime) -> "Subscription":
        """Itself when it has stopped before: the first reason stays."""
        if self.state is State.STOPPED:
            return self
        return replace(self, state=State.STOPPED, stopped_at=now, reason=reason)

    def listener(self) -> Listener | None:
        """Whom mail may be sent to: nobody before confirming and after stopping."""
        if self.state is not State.CONFIRMED or self.channel is not Channel.MAIL:
            return None
        return Listener(
            id=self.id,
            language=self.wishes.language,
            hazards=frozenset(self.wishes.hazards),
            floor=self.wishes.floor,
            email=self.contact,
            places=self.wishes.places,
        )


@dataclass(frozen=True, kw_only=True)
class AudienceRow:
    """One listener under one place, at the version that was read."""

    place: str
    listener: Listener
    version: int = 0


def rows_of(subscription: Subscription) -> Iterator[AudienceRow]:
    listener = subscription.listener()
    return (AudienceRow(place=place, listener=listener) for place in listener.places) if listener else iter(())


def wanted_hazards(known: Collection[str], chosen: Collection[str]) -> tuple[str, ...]:
    """The chosen hazards in the order of the list; none where all were chosen, so that new ones count as well."""
    found = tuple(code for code in known if code in chosen)
    return () if len(found) == len(known) else found
