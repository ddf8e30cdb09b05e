"""Makes the phones' topics agree with what people wish: each step may be killed and done again.

A phone joins its new topic before it leaves the old one. The old one is kept for some minutes, and while an active
alert was told there, so that a cancel still arrives; then the clock lets it go. Nothing is done at SNS before the
table says so, and the one step that cannot be taken back, unsubscribing, names an ARN that the table has already
given up.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from chalicelib.core import places
from chalicelib.core.errors import CityError, Unavailable
from chalicelib.core.events import Entry, read_as, system
from chalicelib.core.log import note
from chalicelib.core.post import Refused
from chalicelib.core.store import retried
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.subscriptions.model.lines import ActiveAlert, ActiveAlerts, Line, Lines
from chalicelib.subscriptions.model.subscription import Subscription
from chalicelib.subscriptions.model.wishes import LADDER, rank
from chalicelib.subscriptions.service.asking import Subscriptions
from chalicelib.subscriptions.service.refusals import reason_of
from chalicelib.subscriptions.store import SubscriptionStore

BY: Final = system("subscriptions")
# The cancel goes to the phones while this service hears of it too: nobody may be gone before it arrives.
GRACE: Final = timedelta(minutes=30)
PAGE: Final = 50
OVER: Final = frozenset({"AlertCancelled", "AlertExpired"})


@dataclass(frozen=True, kw_only=True)
class AlertNews:
    """What subscriptions read of alerts' AlertIssued, AlertCancelled and AlertExpired, schema 1.

    An expired one names neither villages nor level: those that were told before stay.
    """

    alert_id: str
    status: str
    level: str = "normal"
    villages: tuple[str, ...] = ()


class PhoneLines:
    def __init__(self, tools: Toolbox, *, page: int = PAGE) -> None:
        self._tools = tools
        self._page = page
        self._store = SubscriptionStore(tools.store)

    def agree(self, id: str) -> None:
        """Joins and leaves topics until they are what was wished for; a number that SNS does not take is stopped."""
        try:
            self._agree(id)
        except Refused as refused:
            if not refused.final:
                raise
            Subscriptions(self._tools).stop(id, reason_of(refused.reason), by=BY)

    @retried
    def _agree(self, id: str) -> None:
        one = self._store.find(id)
        if one is None:
            return
        one = self._kept(one, one.lines.towards(one.topic, self._tools.now()))
        for line in one.lines.nameless():
            one = self._named(one, line)
        for line in one.lines.in_the_way():
            one = self._left(one, line)
        self._left_free(self._joined(one))

    @retried
    def follow_alert(self, entry: Entry) -> None:
        """Keeps which topics an actual alert was told to; an older fact changes nothing.

        Raises ValueError for a later schema, or a level or a village that nobody knows.
        """
        news = read_as(AlertNews, entry)
        if news.status != "actual":
            return
        known = self._store.alerts()
        alerts = known.with_(_alert(news, entry), self._tools.now())
        if alerts is not known:
            self._store.keep_alerts(alerts, by=BY)

    def sweep(self, *, seconds: float = 40) -> None:
        """Lets those go who could not leave before, who left first first, while time is left.

        One who cannot leave now keeps nobody behind waiting; Unavailable is raised in the end.
        """
        end, stuck = self._tools.now() + timedelta(seconds=seconds), 0
        for one in self._waiting():
            stuck += not self._let_go(one.id)
            if self._tools.now() >= end:
                break
        if stuck:
            raise Unavailable(reason="phones_not_let_go")

    def _waiting(self) -> Iterator[Subscription]:
        """Those who may leave something now, page by page."""
        cursor, more = None, True
        while more:
            leaving, cursor = self._store.leaving(self._page, cursor)
            alerts, more = self._store.alerts(), cursor is not None
            yield from (one for one in leaving if self._free(one, alerts))

    def _let_go(self, id: str) -> bool:
        try:
            retried(lambda: self._left_free(self._store.get(id)))()
        except CityError as problem:
            note("phone_not_let_go", subscription_id=id, reason=type(problem).__name__)
            return False
        return True

    def _left_free(self, one: Subscription) -> None:
        for line in self._free(one, self._store.alerts()):
            one = self._left(one, line)

    def _free(self, one: Subscription, alerts: ActiveAlerts) -> list[Line]:
        """What may be left now. Who has stopped hears nothing more, not even a cancel."""
        now = self._tools.now()
        named = [line for line in one.lines.leaving if line.subscription]
        return [line for line in named if not one.topic or (line.has_stayed(now) and not alerts.holds(line.topic, now))]

    def _joined(self, one: Subscription) -> Subscription:
        line = one.lines.current
        if line is None or line.subscription:
            return one
        arn = self._tools.phones.subscribe(line.topic, self._number(one))
        note("phone_joined", subscription_id=one.id, topic=line.topic)
        return self._kept(one, one.lines.joined(arn))

    def _left(self, one: Subscription, line: Line) -> Subscription:
        """Gives the ARN up in the table, and only then at SNS."""
        closing = replace(line, closing=True)
        if closing != line:
            one, line = self._kept(one, one.lines.changed(line, closing)), closing
        self._tools.phones.unsubscribe(line.subscription)
        note("phone_left", subscription_id=one.id, topic=line.topic)
        return self._kept(one, one.lines.changed(line, None))

    def _named(self, one: Subscription, line: Line) -> Subscription:
        """With the ARN that was not written down in time: subscribing again tells it. A number that SNS does not take
        hangs nowhere."""
        try:
            arn = self._tools.phones.subscribe(line.topic, self._number(one))
        except Refused as refused:
            if not refused.final:
                raise
            return self._kept(one, one.lines.changed(line, None))
        return self._kept(one, one.lines.changed(line, replace(line, subscription=arn)))

    def _kept(self, one: Subscription, lines: Lines) -> Subscription:
        return one if lines is one.lines else self._store.keep_lines(replace(one, lines=lines), by=BY)

    def _number(self, one: Subscription) -> str:
        return self._tools.vault.open(one.contact, owner=one.id)


def _alert(news: AlertNews, entry: Entry) -> ActiveAlert:
    until = None if entry.name in OVER else entry.until
    return ActiveAlert(
        id=news.alert_id,
        places=tuple(sorted({place for village in news.villages for place in places.kin(village)})),
        level=LADDER[rank(news.level)],
        held_until=(until or entry.at) + GRACE,
        seen=entry.version,
    )


def phone_lines() -> PhoneLines:
    return PhoneLines(toolbox())
