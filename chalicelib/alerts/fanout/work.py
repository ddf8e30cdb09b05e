"""How both channels work through their queue: a fact becomes tasks, a task sends a page and queues what follows.

What follows is queued before the page is sent, so that trouble on one page keeps nobody behind it waiting; a mark keeps
a repeated task from starting a second chain. A carrier that says "not now" gets a pause, and the page comes again at
the end of the queue: who was reached has a row by then.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from chalicelib.alerts.events import AlertCancelled, AlertIssued
from chalicelib.alerts.fanout.boundary import Boundary, may_start
from chalicelib.alerts.fanout.hearers import Hearers
from chalicelib.alerts.fanout.plan import Batch, Piece, Task, batch_of, task_from
from chalicelib.alerts.model.alert import Alert
from chalicelib.alerts.model.words import Announcement
from chalicelib.core.delivery import row_of
from chalicelib.core.errors import Stale
from chalicelib.core.events import Entry, entry_from, fact_from, system
from chalicelib.core.log import note
from chalicelib.core.post import Queue, Refused
from chalicelib.core.store import Key, Kind
from chalicelib.core.toolbox import Toolbox

NEWS: Final = {
    "AlertIssued": (AlertIssued, Announcement.ISSUED),
    "AlertCancelled": (AlertCancelled, Announcement.CANCELLED),
}
# After so many returns a page goes to the dead letters, which are alarmed.
MOST_TRIES: Final = 60
LONGEST_PAUSE: Final = 2.0
# The carrier is not asked further after so many refusals in a row.
ENOUGH_REFUSALS: Final = 3
MARK_LIFE: Final = timedelta(days=15)


@dataclass(frozen=True, kw_only=True)
class Passed:
    """A mark: what follows this page is on the queue. It outlives the queue and its dead letters."""

    id: str
    until: datetime
    version: int = 0


PASSED: Final = Kind(
    name="alert-page",
    model=Passed,
    key=lambda mark: Key(f"alert-page#{mark.id}"),
    expires=lambda mark: mark.until,
)


class Work(ABC):
    """`size` is how many targets a page holds."""

    def __init__(
        self, tools: Toolbox, hearers: Hearers, queue: Queue, size: int, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self.tools = tools
        self.hearers = hearers
        self.queue = queue
        self.size = size
        self.boundary = Boundary(tools)
        self._pause = pause

    def handle(self, message: dict[str, Any]) -> None:
        """One message of the queue: a fact from the topic, or a task of ours. Raises to have it again."""
        task = task_from(message)
        if task is None:
            self.announce(entry_from(message["detail"]))
        else:
            self.do(task)

    def announce(self, entry: Entry) -> None:
        """Plans a fact; one that is over, or of no status that may reach people, plans nothing."""
        if entry.name not in NEWS:
            return
        kind, announcement = NEWS[entry.name]
        fact = fact_from(kind, entry)
        alert = self.boundary.alert(fact.alert_id)
        if not may_start(alert, announcement, fact.revision, self.tools):
            note("alert_not_sent", alert_id=alert.id, announcement=announcement, state=alert.state)
            return
        for piece in self.pieces(alert, announcement):
            self.queue.send(piece.body())

    def do(self, task: Task) -> None:
        alert = self.boundary.alert(task.alert_id)
        try:
            self._act(task, alert)
        except Refused:
            if task.tries >= MOST_TRIES:
                raise
            self._pause(min(LONGEST_PAUSE, 0.25 * 2**task.tries))
            self.queue.send(replace(task, tries=task.tries + 1).body())

    @abstractmethod
    def pieces(self, alert: Alert, announcement: Announcement) -> Iterable[Task]:
        """The first tasks of an announcement."""

    @abstractmethod
    def page(self, task: Task, alert: Alert) -> tuple[list[Callable[[], None]], str | None]:
        """The sends of a task's page, and where the next one starts."""

    @abstractmethod
    def again(self, batch: Batch, target: str, alert: Alert) -> None:
        """Takes up one row that was refused, or sends one of unknown outcome once more."""

    def _act(self, task: Task, alert: Alert) -> None:
        if task.piece is Piece.ROW:
            name, target = row_of(task.row)
            batch = batch_of(name)
            if batch:
                self.again(batch, target, alert)
            return
        if not may_start(alert, task.announcement, task.revision, self.tools):
            return
        sends, following = self.page(task, alert)
        if following:
            self._go_on(task, following)
        _all(sends)

    def _go_on(self, task: Task, cursor: str) -> None:
        following = replace(task, cursor=cursor, tries=0)
        words = f"{task.alert_id} {task.announcement} {task.revision} {task.piece} {task.place} {task.shard} {cursor}"
        mark = Passed(id=sha256(words.encode()).hexdigest(), until=self.tools.now() + MARK_LIFE)
        if self.tools.store.read(PASSED.key(mark)):
            return
        self.queue.send(following.body())
        try:
            self.tools.store.commit([PASSED.record(mark)], by=system("alerts"))
        except Stale:
            return  # the same page in another process: both are queued, rows keep everybody from a second message


def _all(sends: Iterable[Callable[[], None]]) -> None:
    """Does every send; raises Refused at the end when the carrier refused any for now."""
    refused: Refused | None = None
    in_a_row = 0
    for send in sends:
        try:
            send()
            in_a_row = 0
        except Refused as answer:
            refused, in_a_row = answer, in_a_row + 1
            if in_a_row >= ENOUGH_REFUSALS:
                break
    if refused:
        raise refused
