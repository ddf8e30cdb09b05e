"""Alerts to phones: one publish to each topic of the places at floors up to the level; a cancel to each topic told."""

from collections.abc import Callable, Iterable
from typing import Final

from chalicelib.alerts.fanout.plan import Batch, Piece, Task, reach, task, topics
from chalicelib.alerts.fanout.work import Work
from chalicelib.alerts.model.alert import Alert
from chalicelib.alerts.model.words import Announcement, words
from chalicelib.core.delivery import Channel

PAGE: Final = 25

Send = Callable[[], None]


class PhoneWork(Work):
    def pieces(self, alert: Alert, announcement: Announcement) -> Iterable[Task]:
        if announcement is Announcement.CANCELLED:
            return [task(Piece.TOLD, alert, announcement)]
        existing = self.hearers.topics()
        concerned = [place for place in reach(alert) if existing & set(topics(alert, place))]
        return [task(Piece.AUDIENCE, alert, announcement, place=place) for place in concerned]

    def page(self, task: Task, alert: Alert) -> tuple[list[Send], str | None]:
        batch = _batch(task)
        found, following = self._topics(task, alert, batch)
        return [self._sending(batch, topic, alert) for topic in found], following

    def again(self, batch: Batch, target: str, alert: Alert) -> None:
        self._send(batch, target, alert, again=True)

    def _topics(self, task: Task, alert: Alert, batch: Batch) -> tuple[list[str], str | None]:
        if task.piece is Piece.TOLD:
            return self.boundary.told_page(batch, limit=self.size, cursor=task.cursor)
        existing = self.hearers.topics()
        return [topic for topic in topics(alert, task.place) if topic in existing], None

    def _sending(self, batch: Batch, topic: str, alert: Alert) -> Send:
        return lambda: self._send(batch, topic, alert)

    def _send(self, batch: Batch, topic: str, alert: Alert, *, again: bool = False) -> None:
        def prepare(repeated: bool) -> Callable[[str], str]:
            lang = topic.rsplit("-", 1)[-1]
            said = words(alert, batch.announcement, lang, self.tools.origin, repeated=repeated).sms
            return lambda _: self.tools.phones.publish(topic, said)

        self.boundary.send(batch, topic, prepare, again=again)


def _batch(task: Task) -> Batch:
    return Batch(alert_id=task.alert_id, announcement=task.announcement, revision=task.revision, channel=Channel.PHONE)
