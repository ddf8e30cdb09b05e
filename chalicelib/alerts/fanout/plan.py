"""The pieces of a fan-out: tasks that a queue carries, and the batches under which deliveries are kept.

A batch is one announcement of one revision through one channel, `PD-....issued.1.m3`; mail is kept in shards, so that a
million rows do not lie in one partition. A row's target is a subscriber's id or a topic's name, so whoever is found
twice, through two places or by a repeated message, is told once.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import msgspec

from chalicelib.alerts.model.alert import Alert
from chalicelib.alerts.model.ladder import LEVELS
from chalicelib.alerts.model.words import Announcement
from chalicelib.core import places
from chalicelib.core.delivery import Channel
from chalicelib.core.events import ascii_json
from chalicelib.core.log import correlation
from chalicelib.core.text import LANGUAGES

MAIL_SHARDS: Final = 8
MARK: Final = {Channel.MAIL: "m", Channel.PHONE: "p"}


class Piece(StrEnum):
    """What a task is about: the audience of a place, those who were told before, or one delivery row."""

    AUDIENCE = "audience"
    TOLD = "told"
    ROW = "row"


@dataclass(frozen=True, kw_only=True)
class Task:
    """One message of ours on a queue; ids only. `tries` counts how often the carrier made us come back."""

    piece: Piece
    alert_id: str
    announcement: Announcement
    revision: int
    correlation: str
    place: str = ""
    shard: int = 0
    cursor: str | None = None
    row: str = ""
    tries: int = 0

    def body(self) -> str:
        return ascii_json(self)


def task_from(message: dict[str, Any]) -> Task | None:
    """The task in a queue's message; None for a fact of the bus. msgspec.ValidationError for what is neither."""
    return None if "detail" in message else msgspec.convert(message, Task)


def task(piece: Piece, alert: Alert, announcement: Announcement, **more: Any) -> Task:
    return Task(
        piece=piece,
        alert_id=alert.id,
        announcement=announcement,
        revision=alert.revision,
        correlation=correlation(),
        **more,
    )


@dataclass(frozen=True, kw_only=True)
class Batch:
    alert_id: str
    announcement: Announcement
    revision: int
    channel: Channel
    shard: int = 0

    def __str__(self) -> str:
        return f"{self.alert_id}.{self.announcement}.{self.revision}.{MARK[self.channel]}{self.shard}"


def batch_of(name: str) -> Batch | None:
    """The batch of that name; None for one of another service."""
    parts = name.split(".")
    if len(parts) != 4 or parts[1] not in set(Announcement):
        return None
    channel = Channel.MAIL if parts[3][0] == MARK[Channel.MAIL] else Channel.PHONE
    return Batch(
        alert_id=parts[0],
        announcement=Announcement(parts[1]),
        revision=int(parts[2]),
        channel=channel,
        shard=int(parts[3][1:]),
    )


def mail_shard(person: str) -> int:
    return zlib.crc32(person.encode()) % MAIL_SHARDS


def batches(alert: Alert, channel: Channel) -> list[Batch]:
    """All that an alert may have, those of its cancel last."""
    shards = MAIL_SHARDS if channel is Channel.MAIL else 1
    return [
        Batch(alert_id=alert.id, announcement=said, revision=alert.revision, channel=channel, shard=shard)
        for said in Announcement
        for shard in range(shards)
    ]


def reach(alert: Alert) -> list[str]:
    """The places whose subscribers hear of it: its villages, their districts, the city."""
    return sorted({code for village in alert.villages for code in places.kin(village)})


def topics(alert: Alert, place: str) -> Iterator[str]:
    """The phone topics of a place that an alert of this level goes to: 6 at most, 288 in the whole city."""
    for floor in LEVELS:
        if alert.level.reaches(floor):
            yield from (f"{place}-{floor}-{lang}" for lang in LANGUAGES)
