"""Makes the phones' topics agree with what people wish: each step may be killed and done again.

A phone joins its new topic before it leaves the old one. The old one is kept while an active alert was told there,
so that a cancel still arrives. Nothing is done at SNS before the table says so, and the one step that cannot be
taken back, unsubscribing, names an ARN that the table has already given up.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from chalicelib.core import places
from chalicelib.core.errors import CityError
from chalicelib.core.events import Entry, system
from chalicelib.core.log import note
from chalicelib.core.post import Refused
from chalicelib.core.store import retried
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.subscriptions.model.lines import ActiveAlert, ActiveAlerts, Line, Lines
from chalicelib.subscriptions.model.subscription import Subscription
from chalicelib.subscriptions.service.asking import Subscriptions
from chalicelib.subscriptions.service.refusals import reason_of
from chalicelib.subscriptions.store import SubscriptionStore

BY: Final = system("subscriptions")
# The cancel goes to the phones while this service hears of it too: nobody may be gone before it arrives.
GRACE: Final = timedelta(minutes=30)
PAGE: Final = 50
OVER: Final = frozenset({"AlertCancelled", "AlertExpired"})


class PhoneLines:
    def __init__(self, tools: Toolbox) -> None:
        self._tools = tools
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
        one = self._kept(one, one.lines.towards(one.topic))
        for line in one.lines.in_the_way():
            one = self._left(one, line)
        one = self._joined(one)
        for line in self._free(one, self._store.alerts()):
            one = self._left(one, line)

    @retried
    def follow_alert(self, entry: Entry) -> None:
        """Keeps which topics an actual alert was told to; an older fact changes nothing."""
        if entry.data.get("status") != "actual":
            return
        known = self._store.alerts()
        alerts = known.with_(_alert(entry), self._tools.now())
        if alerts is not known:
            self._store.keep_alerts(alerts, by=BY)

    def sweep(self, pages: int = 1) -> None:
        """Lets those go who could not leave before."""
        cursor = None
        for _ in range(pages):
            leaving, cursor = self._store.leaving(PAGE, cursor)
            alerts = self._store.alerts()
            for one in leaving:
                if self._free(one, alerts):
                    self._let_go(one.id)
            if cursor is None:
                return

    def _let_go(self, id: str) -> None:
        """One phone that cannot leave now stays listed: the message that brought us here is somebody else's."""
        try:
            self.agree(id)
        except (CityError, ValueError) as problem:
            note("phone_not_let_go", subscription_id=id, reason=type(problem).__name__)

    def _free(self, one: Subscription, alerts: ActiveAlerts) -> list[Line]:
        """What may be left now. Who has stopped hears nothing more, not even a cancel."""
        now = self._tools.now()
        return [line for line in one.lines.leaving if not (one.topic and alerts.holds(line.topic, now))]

    def _joined(self, one: Subscription) -> Subscription:
        line = one.lines.current
        if line is None or line.subscription:
            return one
        arn = self._tools.phones.subscribe(line.topic, self._number(one))
        note("phone_joined", subscription_id=one.id, topic=line.topic)
        return self._kept(one, one.lines.joined(arn))

    def _left(self, one: Subscription, line: Line) -> Subscription:
        """Gives the ARN up in the table, and only then at SNS."""
        arn = line.subscription or self._found_out(one, line)
        closing = replace(line, subscription=arn, closing=True)
        if closing != line:
            one, line = self._kept(one, one.lines.changed(line, closing)), closing
        if arn:
            self._tools.phones.unsubscribe(arn)
        note("phone_left", subscription_id=one.id, topic=line.topic)
        return self._kept(one, one.lines.changed(line, None))

    def _found_out(self, one: Subscription, line: Line) -> str:
        """The ARN that was not written down in time: subscribing again tells it. "" for a number that hangs nowhere."""
        try:
            return self._tools.phones.subscribe(line.topic, self._number(one))
        except Refused as refused:
            if not refused.final:
                raise
            return ""

    def _kept(self, one: Subscription, lines: Lines) -> Subscription:
        return one if lines is one.lines else self._store.keep_lines(replace(one, lines=lines), by=BY)

    def _number(self, one: Subscription) -> str:
        return self._tools.vault.open(one.contact, owner=one.id)


def _alert(entry: Entry) -> ActiveAlert:
    """An expired one names neither villages nor level: those that were told before stay."""
    until = None if entry.name in OVER else entry.until
    kin = {place for village in entry.data.get("villages", ()) for place in places.kin(village)}
    return ActiveAlert(
        id=entry.data["alert_id"],
        places=tuple(sorted(kin)),
        level=entry.data.get("level", "normal"),
        held_until=(until or entry.at) + GRACE,
        seen=entry.version,
    )


def phone_lines() -> PhoneLines:
    return PhoneLines(toolbox())
