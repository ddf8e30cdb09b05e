"""What officers see of the sending: the messages before they leave, and what became of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from chalicelib.alerts.fanout.letter import Links, letter
from chalicelib.alerts.fanout.plan import Batch, batch_of, batches
from chalicelib.alerts.model.alert import Alert, State
from chalicelib.alerts.model.words import Announcement, words
from chalicelib.core import sms
from chalicelib.core.delivery import Channel, Deliveries, Delivery
from chalicelib.core.delivery import State as Sent
from chalicelib.core.text import LANGUAGES
from chalicelib.core.toolbox import Toolbox

MOST_UNKNOWN: Final = 50
MOST_TOPICS: Final = 288


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a reader of one language will get; `mail` is the plain text."""

    lang: str
    subject: str
    mail: str
    sms: str
    parts: int


@dataclass(frozen=True, kw_only=True)
class Sendings:
    """`counts` by announcement, channel and state; `topics` of phones; `unknown` rows wait for an officer."""

    counts: dict[Announcement, dict[Channel, dict[Sent, int]]]
    topics: tuple[tuple[Batch, Delivery], ...]
    unknown: tuple[tuple[Batch, Delivery], ...]


def previews(alert: Alert, origin: str) -> list[Preview]:
    ending = alert.state in (State.CANCEL_REQUESTED, State.CANCELLED)
    announcement = Announcement.CANCELLED if ending else Announcement.ISSUED
    return [_preview(alert, announcement, lang, origin) for lang in LANGUAGES]


def sendings(alert: Alert, tools: Toolbox) -> Sendings:
    deliveries = Deliveries(tools.store, tools.now)
    return Sendings(
        counts={said: _counted(alert, said, deliveries) for said in _announced(alert)},
        topics=tuple(_topics(alert, deliveries)),
        unknown=tuple(islice(_unknown(alert, deliveries), MOST_UNKNOWN)),
    )


def _announced(alert: Alert) -> list[Announcement]:
    return list(Announcement) if alert.state is State.CANCELLED else [Announcement.ISSUED]


def _preview(alert: Alert, announcement: Announcement, lang: str, origin: str) -> Preview:
    said = words(alert, announcement, lang, origin)
    links = Links(stop=f"{origin}/{lang}/alerts/subscriptions/…", manage=f"{origin}/{lang}/alerts/subscriptions/…")
    mail = letter(alert, announcement, lang, origin, links)("", "")
    return Preview(lang=lang, subject=said.subject, mail=mail.text, sms=said.sms, parts=sms.size(said.sms).parts)


def _counted(alert: Alert, said: Announcement, deliveries: Deliveries) -> dict[Channel, dict[Sent, int]]:
    names = {channel: [str(one) for one in batches(alert, channel) if one.announcement is said] for channel in Channel}
    return {channel: deliveries.tally(*some) for channel, some in names.items()}


def _topics(alert: Alert, deliveries: Deliveries) -> Iterator[tuple[Batch, Delivery]]:
    for batch in batches(alert, Channel.PHONE):
        rows, _ = deliveries.rows(str(batch), limit=MOST_TOPICS)
        yield from ((batch, row) for row in rows)


def _unknown(alert: Alert, deliveries: Deliveries) -> Iterator[tuple[Batch, Delivery]]:
    for row in deliveries.unknown():
        batch = batch_of(row.batch)
        if batch and batch.alert_id == alert.id:
            yield batch, row
