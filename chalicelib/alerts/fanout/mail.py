"""Alerts by e-mail: to everybody of the places who wants to hear, and a cancel to all who were told."""

from collections.abc import Callable, Iterable
from typing import Final

from chalicelib.alerts.fanout.letter import Links, letter
from chalicelib.alerts.fanout.plan import MAIL_SHARDS, Batch, Piece, Task, mail_shard, reach, task
from chalicelib.alerts.fanout.work import Work
from chalicelib.alerts.model.alert import Alert
from chalicelib.alerts.model.sending import Skip
from chalicelib.alerts.model.words import Announcement
from chalicelib.core.delivery import Channel
from chalicelib.core.post import Refused
from chalicelib.subscriptions.reads import AUDIENCE_SHARDS, Listener, wants

# Ten messages of so many people fit a worker's minute at a carrier's usual pace.
PAGE: Final = 25

Send = Callable[[], None]


class MailWork(Work):
    def pieces(self, alert: Alert, announcement: Announcement) -> Iterable[Task]:
        if announcement is Announcement.CANCELLED:
            return [task(Piece.TOLD, alert, announcement, shard=shard) for shard in range(MAIL_SHARDS)]
        return [
            task(Piece.AUDIENCE, alert, announcement, place=place, shard=shard)
            for place in reach(alert)
            for shard in range(AUDIENCE_SHARDS)
        ]

    def page(self, task: Task, alert: Alert) -> tuple[list[Send], str | None]:
        people, following = self._people(task, alert)
        batches = [_batch(task, person.id) for person in people]
        return [self._sending(batch, person, alert) for batch, person in zip(batches, people, strict=True)], following

    def again(self, batch: Batch, target: str, alert: Alert) -> None:
        people = self.hearers.listeners([target])
        if not people:
            self.boundary.drop(batch, target, Skip.STOPPED)
        for person in people:
            self._send(batch, person, alert, again=True)

    def _people(self, task: Task, alert: Alert) -> tuple[list[Listener], str | None]:
        if task.piece is Piece.TOLD:
            told, following = self.boundary.told_page(_told_batch(task), limit=self.size, cursor=task.cursor)
            return self.hearers.listeners(told), following
        page = self.hearers.audience(task.place, task.shard, cursor=task.cursor, limit=self.size)
        return [one for one in page.people if wants(one, alert.hazard, alert.level)], page.cursor

    def _sending(self, batch: Batch, person: Listener, alert: Alert) -> Send:
        return lambda: self._send(batch, person, alert)

    def _send(self, batch: Batch, person: Listener, alert: Alert, *, again: bool = False) -> None:
        def prepare(repeated: bool) -> Callable[[str], str]:
            try:
                to = self.tools.vault.open(person.email, owner=person.id)
            except ValueError:
                return _unreadable
            links = Links(
                stop=self.hearers.stop_link(person.id, person.language),
                manage=self.hearers.manage_link(person.id, person.language),
            )
            origin = self.tools.origin
            made = letter(alert, batch.announcement, person.language, origin, links, repeated=repeated)
            return lambda row: self.tools.mail.send(made(to, row))

        self.boundary.send(batch, person.id, prepare, again=again)


def _unreadable(_row: str) -> str:
    """One address that cannot be opened is a failed row, and keeps its page from nobody."""
    raise Refused("unreadable", final=True)


def _batch(task: Task, person: str) -> Batch:
    return Batch(
        alert_id=task.alert_id,
        announcement=task.announcement,
        revision=task.revision,
        channel=Channel.MAIL,
        shard=mail_shard(person),
    )


def _told_batch(task: Task) -> Batch:
    return Batch(
        alert_id=task.alert_id,
        announcement=task.announcement,
        revision=task.revision,
        channel=Channel.MAIL,
        shard=task.shard,
    )
