"""A subscription on its way. Who does not confirm within a day never subscribed.

PENDING -> CONFIRMED -> STOPPED
PENDING -> STOPPED                  the address bounces
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from chalicelib.core.errors import Conflict
from chalicelib.core.text import Text
from chalicelib.core.vault import Sealed
from chalicelib.subscriptions.model.codes import Code
from chalicelib.subscriptions.model.lines import Lines
from chalicelib.subscriptions.model.listener import AudienceRow, Listener
from chalicelib.subscriptions.model.wishes import Channel, Wishes

PENDING_LIFE: Final = timedelta(hours=24)
# Bounces and complaints come days after a mail; after this nothing is left of the person but an id in the journal.
STOPPED_LIFE: Final = timedelta(days=30)


class State(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    STOPPED = "stopped"


class Reason(StrEnum):
    """Why it stopped."""

    PERSON = "person"
    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    OPT_OUT = "opt_out"


class NotWaiting(Conflict):
    title = Text(id="Langganan ini sudah tidak menunggu konfirmasi", en="This subscription is not waiting any more")


class NotActive(Conflict):
    title = Text(id="Langganan ini sudah tidak aktif", en="This subscription is not active any more")


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """All moments are UTC. `contact` opens with `id` as its owner."""

    id: str
    channel: Channel
    contact: Sealed
    wishes: Wishes
    asked_at: datetime
    code: Code
    state: State = State.PENDING
    confirmed_at: datetime | None = None
    stopped_at: datetime | None = None
    reason: Reason | None = None
    lines: Lines = field(default_factory=Lines)
    version: int = 0

    @property
    def expires_at(self) -> datetime | None:
        if self.state is State.PENDING:
            return self.asked_at + PENDING_LIFE
        return self.stopped_at + STOPPED_LIFE if self.stopped_at else None

    @property
    def topic(self) -> str:
        """The topic that the phone shall hang on; "" for none."""
        hangs = self.state is State.CONFIRMED and self.channel is Channel.PHONE
        return self.wishes.topic if hangs else ""

    def mistyped(self) -> "Subscription":
        return replace(self, code=self.code.mistyped())

    def with_new_code(self, now: datetime) -> "Subscription":
        """Raises NotWaiting, TooSoon."""
        if self.state is not State.PENDING:
            raise NotWaiting
        return replace(self, code=self.code.renewed(now))

    def confirmed(self, now: datetime) -> "Subscription":
        """Raises NotWaiting."""
        if self.state is not State.PENDING:
            raise NotWaiting
        return replace(self, state=State.CONFIRMED, confirmed_at=now)

    def changed(self, wishes: Wishes) -> "Subscription":
        """Raises NotActive."""
        if self.state is not State.CONFIRMED:
            raise NotActive
        return replace(self, wishes=wishes)

    def stopped(self, reason: Reason, now: datetime) -> "Subscription":
        """Itself when it has stopped before: the first reason stays."""
        if self.state is State.STOPPED:
            return self
        return replace(self, state=State.STOPPED, stopped_at=now, reason=reason)

    def listener(self) -> Listener | None:
        """Whom mail is sent to: nobody before confirming or after stopping."""
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

    def audience_rows(self) -> Iterator[AudienceRow]:
        if listener := self.listener():
            yield from (AudienceRow(place=place, listener=listener) for place in listener.places)
