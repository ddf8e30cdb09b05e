"""What lies between the officer's click and the inbox, on memory twins: bus, rule, topic, queues, workers.

Every step of a seam (commit, queue, mail, publish; before and after it is done) passes through `Strikes`, where a test
may kill the process at that very point. Whatever was killed comes back as SQS would bring it back.
"""

import json
import random
from collections.abc import Callable, Iterator, Sequence
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
from chalicelib.core.post import Mail
from chalicelib.core.toolbox import working_with
from chalicelib.subscriptions.model.wishes import Channel, Floor, Wishes
from chalicelib.subscriptions.service.asking import Request, Subscriptions
from chalicelib.subscriptions.service.phone_lines import PhoneLines
from tests.subscriptions.people import handed
from tests.twins.post import MemoryMail, MemoryPhones
from tests.web.city import City, memory_city

NEWS = ("AlertIssued", "AlertCancelled")
MOST_RECEIVES = 5


class Killed(BaseException):
    """The process is gone, at this very point."""


@dataclass
class Strikes:
    """Counts steps while it is armed, and raises at one of them: the process is killed, or the step fails."""

    at: int | None = None
    raises: Callable[[str], BaseException] = Killed
    armed: bool = False
    seen: list[str] = field(default_factory=list)

    def __call__(self, step: str) -> None:
        if not self.armed:
            return
        self.seen.append(step)
        if self.at is not None and len(self.seen) == self.at + 1:
            self.armed = False
            raise self.raises(step)


@dataclass
class StruckMail(MemoryMail):
    strikes: Strikes = field(default_factory=Strikes)

    def send(self, mail: Mail) -> str:
        self.strikes("mail")
        id = super().send(mail)  # noqa: A001 (the field's word)
        self.strikes("mailed")
        return id


@dataclass
class StruckPhones(MemoryPhones):
    strikes: Strikes = field(default_factory=Strikes)

    def publish(self, topic: str, words: str) -> str:
        self.strikes("publish")
        id = super().publish(topic, words)  # noqa: A001 (the field's word)
        self.strikes("published")
        return id


@dataclass
class StruckQueue:
    strikes: Strikes
    bodies: list[str] = field(default_factory=list)

    def send(self, body: str) -> None:
        self.strikes("queue")
        self.bodies.append(body)
        self.strikes("queued")

    def taken(self) -> list[str]:
        """Everything that waits, which is on its way to workers from now on."""
        bodies, self.bodies = self.bodies, []
        return bodies


@dataclass
class Wire:
    """`dice` shuffles what waits, `twice` hands every message over a second time."""

    city: City
    mail: StruckMail
    phones: StruckPhones
    queues: dict[str, StruckQueue]
    strikes: Strikes
    dice: random.Random | None = None
    twice: bool = False
    relayed: set[str] = field(default_factory=set)
    dead: list[str] = field(default_factory=list)
    kills: int = 0

    def relay(self, *, replayed: bool = False) -> None:
        """The bus and the rule of `infra/events.yaml`: actual and live news, to both queues through the topic."""
        for entry in self.news():
            if entry.id in self.relayed and not replayed:
                continue
            self.relayed.add(entry.id)
            detail = entry.detail(self.city.clock())
            if detail["live"] and entry.data["status"] == "actual":
                self.hand_over({"detail-type": entry.name, "detail": detail})

    def hand_over(self, event: dict[str, Any]) -> None:
        for queue in self.queues.values():
            queue.bodies.append(ascii_json(event))

    def news(self) -> list[Entry]:
        entries = [entry for entry in self.city.store.entries.values() if isinstance(entry, Entry)]
        found = [entry for entry in entries if entry.name in NEWS]
        return sorted(found, key=lambda entry: (entry.at, entry.version))

    def drain(self) -> None:
        """Both workers until their queues are empty; what fails comes back, five times at most."""
        receives: dict[str, int] = {}
        while waiting := [(name, body) for name, queue in self.queues.items() for body in queue.bodies]:
            name, body = self.dice.choice(waiting) if self.dice else waiting[0]
            self.queues[name].bodies.remove(body)
            receives[body] = receives.get(body, 0) + 1
            for _ in range(2 if self.twice else 1):
                if not self._worked(name, body):
                    (self.dead if receives[body] >= MOST_RECEIVES else self.queues[name].bodies).append(body)

    def _worked(self, name: str, body: str) -> bool:
        try:
            return handed(alerts_mail if name == "mail" else alerts_phone, [body]) == []
        except Killed:
            self.kills += 1
            return False

    def minute(self) -> None:
        """The clock's minute; one that is killed is tried again by the next."""
        try:
            alerts().expire_due()
            Minute(self.city.tools).settle()
        except (Killed, CityError):
            self.kills += 1

    def later(self, **by: float) -> None:
        """Time passes, the clock ticks, the workers work."""
        self.city.clock.pass_(timedelta(**by))
        self.minute()
        self.minute()
        self.drain()

    def rows(self) -> list[Delivery]:
        records = [row.record for row in self.city.store.rows.values() if row.record]
        return [DELIVERY.thing(record) for record in records if record.kind == "delivery"]

    def heard(self, address: str) -> list[str]:
        """The subjects that reached a mailbox."""
        return [mail.subject for mail in self.mail.sent if mail.to == address]

    def read(self, number: str) -> list[str]:
        """The texts that reached a phone."""
        return [words for to, words in self.phones.texts if to == number]


@contextmanager
def wired(*, at: int | None = None, raises: Callable[[str], BaseException] = Killed) -> Iterator[Wire]:
    """A city whose seams can be struck; the carriers and queues are in its toolbox."""
    with memory_city() as city:
        strikes = Strikes(at=at, raises=raises)
        mail, phones = StruckMail(strikes=strikes), StruckPhones(strikes=strikes)
        queues = {"mail": StruckQueue(strikes), "phone": StruckQueue(strikes)}
        city.store.step = strikes
        tools = replace(city.tools, mail=mail, phones=phones, mail_queue=queues["mail"], phone_queue=queues["phone"])
        with working_with(tools):
            yield Wire(replace(city, tools=tools), mail, phones, queues, strikes)


def listens(
    wire: Wire,
    address: str,
    *places: str,
    hazards: Sequence[str] = (),
    floor: str = "waspada",
    lang: str = "id",
) -> str:
    """Somebody who has confirmed to hear by e-mail."""
    wishes = Wishes(places=places, hazards=tuple(hazards), floor=Floor(floor), language=lang)
    return _confirmed(wire, Request(channel=Channel.MAIL, address=address, mask="•••", wishes=wishes))


def carries(wire: Wire, number: str, place: str, *, floor: str = "waspada", lang: str = "id") -> str:
    """A phone that hangs on the topic of a place."""
    wishes = Wishes(places=(place,), floor=Floor(floor), language=lang)
    person = _confirmed(wire, Request(channel=Channel.PHONE, address=number, mask="•••", wishes=wishes))
    PhoneLines(wire.city.tools).agree(person)
    return person


def _confirmed(wire: Wire, request: Request) -> str:
    asking = Subscriptions(wire.city.tools)
    return asking.confirm(asking.ask(request, json.dumps([request.address, *request.wishes.places])))
