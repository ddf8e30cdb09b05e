"""A whole city in memory: memory twins where the cloud would be, behind the real app."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from app import app
from chalicelib.core.events import Entry
from chalicelib.core.toolbox import Toolbox, working_with
from chalicelib.core.web.sessions import SESSION_COOKIE, start_session
from chalicelib.core.web.visit import Officer
from tests.twins.files import MemoryFiles
from tests.twins.post import MemoryFifo, MemoryMail, MemoryPhones
from tests.twins.signing import MemorySigner
from tests.twins.store import MemoryStore
from tests.twins.vault import MemoryVault
from tests.web.client import ORIGIN, Client


@dataclass
class Clock:
    """A clock that tests move by hand."""

    moment: datetime = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def pass_(self, by: timedelta) -> None:
        self.moment += by


@dataclass
class ListQueue:
    bodies: list[str] = field(default_factory=list)

    def send(self, body: str) -> None:
        self.bodies.append(body)


@dataclass
class City:
    clock: Clock
    store: MemoryStore
    vault: MemoryVault
    signer: MemorySigner
    files: MemoryFiles
    mail: MemoryMail
    phones: MemoryPhones
    mail_queue: ListQueue
    phone_queue: ListQueue
    receipts_queue: MemoryFifo
    tools: Toolbox

    def visitor(self, ip: str = "203.0.113.7") -> Client:
        return Client(app, ip=ip)

    def officer(self, name: str = "Ayu", *roles: str, office: str = "Diskominfos") -> Client:
        """A browser in which this officer is logged in; `token` of their forms is `csrf(client)`."""
        who = Officer(id=name.lower(), name=name, roles=frozenset(roles or {"operator_ddcm"}), office=office)
        client = Client(app)
        client.cookies[SESSION_COOKIE] = start_session(who, self.tools)
        return client

    def names(self) -> list[str]:
        """The names of all facts so far, in the order in which they happened."""
        entries = [entry for entry in self.store.entries.values() if isinstance(entry, Entry)]
        return [entry.name for entry in sorted(entries, key=lambda entry: (entry.at, entry.version))]


@contextmanager
def memory_city() -> Iterator[City]:
    clock = Clock()
    store, vault = MemoryStore(now=clock), MemoryVault(now=clock)
    signer, files = MemorySigner(), MemoryFiles()
    mail, phones, mail_queue, phone_queue = MemoryMail(), MemoryPhones(), ListQueue(), ListQueue()
    receipts_queue = MemoryFifo()
    tools = Toolbox(
        store=store,
        vault=vault,
        signer=signer,
        files=files,
        mail=mail,
        phones=phones,
        mail_queue=mail_queue,
        phone_queue=phone_queue,
        receipts_queue=receipts_queue,
        origin=ORIGIN,
        stage="test",
        now=clock,
    )
    with working_with(tools):
        yield City(clock, store, vault, signer, files, mail, phones, mail_queue, phone_queue, receipts_queue, tools)
