"""The whole way on memory twins, with nothing left out: form, commit, relay, archive, bus, the template's own rules,
queues, every worker, carriers, and what SES tells afterwards. Faults strike at numbered steps (reliability 3):

    I1 form     I2 commit    I3 relay, archive, bus, mark       I4 a service's queue and worker    I5 draft, approve
    I7 plan     I8 publish   I9 claims and outcomes of rows     I10 SES                            I11 what SES tells

I6, the rule to the topic, runs no code of ours: faults there make messages come twice, late or in another order.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from chalicelib.alerts.fanout.clock import Minute
from chalicelib.alerts.service import alerts
from chalicelib.alerts.workers import alerts_mail, alerts_phone
from chalicelib.core.delivery import Delivery
from chalicelib.core.delivery.store import DELIVERY
from chalicelib.core.errors import CityError
from chalicelib.core.events import Entry, ascii_json
from chalicelib.core.toolbox import working_with
from chalicelib.incidents.workers import incidents_worker
from chalicelib.spine.service import Line, Relay
from chalicelib.subscriptions.workers import subscriptions_outcomes, subscriptions_worker
from infra.verify import Finding, verified
from tests.alerts.wire import Killed, Strikes, StruckMail, StruckPhones, StruckQueue
from tests.faults.rules import hearers
from tests.subscriptions.people import handed
from tests.twins.bus import MemoryArchive, MemoryBus
from tests.twins.post import MemoryQueue
from tests.web.city import City, memory_city

WORKERS = {
    "IncidentsQueue": incidents_worker,
    "SubscriptionsQueue": subscriptions_worker,
    "MailQueue": alerts_mail,
    "PhoneQueue": alerts_phone,
    "OutcomesQueue": subscriptions_outcomes,
}
MOST_RECEIVES = 5
# Which numbered step a seam belongs to, by who is at work there.
SERVICES = ("IncidentsQueue", "SubscriptionsQueue")
NUMBERS = {"mail": "I10", "mailed": "I10", "publish": "I8", "published": "I8", "queue": "I7", "queued": "I7"}


@dataclass
class Fates(Strikes):
    """Strikes the first time that the numbered step `label` comes by; `phase` says who is at work."""

    label: str = ""
    phase: str = ""

    def __call__(self, step: str) -> None:
        if not self.armed:
            return
        name = f"{self.number(step)} {step}"
        self.seen.append(name)
        if name == self.label:
            self.label = ""
            raise self.raises(step)

    def number(self, step: str) -> str:
        if self.phase in SERVICES:
            return "I4"
        if self.phase in ("MailQueue", "PhoneQueue"):
            return NUMBERS.get(step, "I9")
        if self.phase == "report":
            return "I1" if step == "commit" else "I2"
        return {"relay": "I3", "desk": "I5", "OutcomesQueue": "I11"}.get(self.phase, self.phase)


@dataclass
class Whole:
    """`dice` shuffles all that waits; `twice` does everything that can come twice a second time."""

    city: City
    mail: StruckMail
    phones: StruckPhones
    own: dict[str, StruckQueue]
    fates: Fates
    dice: random.Random | None = None
    twice: bool = False
    dead: list[str] = field(default_factory=list)
    held: bool = False
    _receives: dict[str, int] = field(default_factory=dict)
    _routed: int = 0
    _told: int = 0

    def __post_init__(self) -> None:
        self.archive, self.bus, self.parked = MemoryArchive(self.fates), MemoryBus(self.fates), MemoryQueue()
        self.relay = Relay(self.city.store, self.archive, self.bus, self.parked, self.city.clock)
        self.queues: dict[str, list[str]] = {name: [] for name in WORKERS}

    @contextmanager
    def at(self, phase: str) -> Iterator[None]:
        before, self.fates.phase = self.fates.phase, phase
        try:
            yield
        finally:
            self.fates.phase = before

    def tried(self, phase: str, act: Callable[[], object]) -> bool:
        """Whether it came to an end; a process that is killed, or that has to give up, is gone."""
        with self.at(phase):
            try:
                act()
            except (Killed, CityError):
                return False
        return True

    def run(self) -> None:
        """Until nothing waits: what failed comes back, as the stream and the queues bring it."""
        while self._one_round():
            pass

    def _one_round(self) -> bool:
        unsent = self.unsent()
        if unsent:
            for _ in range(2 if self.twice else 1):
                self.tried("relay", lambda: self.relay.send(self._shuffled(unsent)))
        self._route()
        self._hear()
        if self.held:
            return bool(self.unsent())
        worked = [self._work(name) for name in self._shuffled(list(WORKERS))]
        return any(worked) or bool(self.unsent())

    def unsent(self) -> list[Line]:
        return [self.city.store.entries[place] for place in sorted(self.city.store.marks)]

    def _route(self) -> None:
        """What the bus has taken is its own affair: it reaches whoever a rule names."""
        for detail in self.bus.events[self._routed :]:
            event = {"source": detail["source"], "detail-type": detail["name"], "detail": detail}
            for name in hearers(event):
                self.queues[name] += [ascii_json(event)] * (2 if self.twice else 1)
        self._routed = len(self.bus.events)

    def _hear(self) -> None:
        """SES tells of each mail that it took, whatever became of the worker."""
        for mail in self.mail.sent[self._told :]:
            kind = {"bounce": {"bounceType": "Permanent"}} if mail.to.startswith("bounce@") else {"send": {}}
            about = {"messageId": "m", "tags": {"row": [mail.row]}}
            event = {"eventType": next(iter(kind)).capitalize(), "mail": about, **kind}
            self.queues["OutcomesQueue"] += [ascii_json(event)] * (2 if self.twice else 1)
        self._told = len(self.mail.sent)

    def _work(self, name: str) -> bool:
        """One message of a queue; False where nothing waits."""
        for queue, logical in (("mail", "MailQueue"), ("phone", "PhoneQueue")):
            self.queues[logical] += self.own[queue].taken()
        if not self.queues[name]:
            return False
        body = self._shuffled(self.queues[name])[0]
        self.queues[name].remove(body)
        self._receives[body] = self._receives.get(body, 0) + 1
        for _ in range(2 if self.twice else 1):
            if not self._handed(name, body):
                (self.dead if self._receives[body] >= MOST_RECEIVES else self.queues[name]).append(body)
                break
        return True

    def _handed(self, name: str, body: str) -> bool:
        failed: list[str] = []
        ended = self.tried(name, lambda: failed.extend(handed(WORKERS[name], [body])))
        return ended and not failed

    def _shuffled(self, things: list[Any]) -> list[Any]:
        return self.dice.sample(things, len(things)) if self.dice else list(things)

    def later(self, **by: float) -> None:
        """Time passes, the clock ticks, all run on."""
        self.city.clock.pass_(timedelta(**by))
        self.tried("clock", self._minute)
        self.run()

    def _minute(self) -> None:
        alerts().expire_due()
        Minute(self.city.tools).settle()

    def entries(self) -> list[Entry]:
        return [entry for entry in self.city.store.entries.values() if isinstance(entry, Entry)]

    def rows(self, target: str = "") -> list[Delivery]:
        records = [row.record for row in self.city.store.rows.values() if row.record]
        found = [DELIVERY.thing(record) for record in records if record.kind == "delivery"]
        return [row for row in found if target in ("", row.target)]

    def findings(self) -> list[Finding]:
        """What `make verify` would say."""
        return list(verified(self.city.store, self.archive.versions()).findings)


@contextmanager
def whole(**ways: Any) -> Iterator[Whole]:
    with memory_city() as city:
        fates = Fates()
        mail, phones = StruckMail(strikes=fates), StruckPhones(strikes=fates)
        own = {"mail": StruckQueue(fates), "phone": StruckQueue(fates)}
        city.store.step = fates
        tools = replace(city.tools, mail=mail, phones=phones, mail_queue=own["mail"], phone_queue=own["phone"])
        with working_with(tools):
            yield Whole(replace(city, tools=tools, mail=mail, phones=phones), mail, phones, own, fates, **ways)
