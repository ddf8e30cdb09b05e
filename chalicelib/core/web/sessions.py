"""Staff sessions: rows in the table, revocable, with idle and absolute limits (ASVS 5.0 chapter 7).

The cookie carries the officer's id and a random token; the table knows only the hash of both, so that a leaked table
opens no session. The id in front lets one round trip find the session and whether all of its officer's were ended.
"""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.core.errors import Stale
from chalicelib.core.events import Actor, system
from chalicelib.core.store import Key, Kind, retried
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.core.web.visit import Officer

SESSION_COOKIE = "__Host-sewaka"
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
# The last-seen moment is written at most this often, so that reading pages stays cheap.
TOUCH_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Session:
    """All moments are UTC. `id` is the SHA-256 of the cookie's token."""

    id: str
    officer_id: str
    name: str
    roles: frozenset[str]
    office: str
    village: str
    csrf: str
    started_at: datetime
    seen_at: datetime
    version: int = 0

    def officer(self) -> Officer:
        return Officer(id=self.officer_id, name=self.name, roles=self.roles, office=self.office, village=self.village)

    @property
    def ends_at(self) -> datetime:
        return min(self.started_at + ABSOLUTE, self.seen_at + IDLE)


SESSIONS = Kind(
    name="session",
    model=Session,
    key=lambda session: Key(f"session#{session.id}"),
    expires=lambda session: session.ends_at,
)


@dataclass(frozen=True, kw_only=True)
class Ended:
    """All sessions of an officer that started at or before `until` are over."""

    officer_id: str
    until: datetime
    version: int = 0


ENDED = Kind(
    name="ended-sessions",
    model=Ended,
    key=lambda ended: Key(f"sessions-of#{ended.officer_id}"),
    expires=lambda ended: ended.until + ABSOLUTE,
)


def start_session(officer: Officer, tools: Toolbox) -> str:
    """A new session (rotated at every login); the token for the cookie."""
    token, now = f"{officer.id}.{secrets.token_urlsafe(32)}", tools.now()
    session = Session(
        id=_hash(token),
        officer_id=officer.id,
        name=officer.name,
        roles=officer.roles,
        office=officer.office,
        village=officer.village,
        csrf=secrets.token_urlsafe(24),
        started_at=now,
        seen_at=now,
    )
    tools.store.commit([SESSIONS.record(session)], by=_actor(officer.id))
    return token


def session_of(token: str) -> Session | None:
    """The live session of a cookie's token, or None; an idle or over-long one counts as none."""
    tools = toolbox()
    session = _load(token, tools) if token else None
    if session is None or tools.now() >= session.ends_at:
        return None
    return _touched(session, tools)


@retried
def end_session(token: str, tools: Toolbox) -> None:
    """Revokes it now, on every device that holds the token. Ending twice is allowed."""
    session = _load(token, tools)
    if session is not None:
        tools.store.commit([SESSIONS.record(session, removed=True)], by=_actor(session.officer_id))


@retried
def end_sessions_of(officer_id: str, tools: Toolbox) -> None:
    """Revokes every session of an officer now, on all devices."""
    record = tools.store.read(Key(f"sessions-of#{officer_id}"))
    before = ENDED.thing(record) if record else Ended(officer_id=officer_id, until=tools.now())
    tools.store.commit([ENDED.record(replace(before, until=tools.now()))], by=_actor(officer_id))


def _load(token: str, tools: Toolbox) -> Session | None:
    keys = [Key(f"session#{_hash(token)}"), Key(f"sessions-of#{token.rpartition('.')[0]}")]
    found = {record.kind: record for record in tools.store.read_many(keys)}
    if SESSIONS.name not in found:
        return None
    session = SESSIONS.thing(found[SESSIONS.name])
    ended = ENDED.thing(found[ENDED.name]) if ENDED.name in found else None
    return None if ended and session.started_at <= ended.until else session


def _touched(session: Session, tools: Toolbox) -> Session:
    if tools.now() - session.seen_at < TOUCH_EVERY:
        return session
    seen = replace(session, seen_at=tools.now())
    try:
        tools.store.commit([SESSIONS.record(seen)], by=_actor(session.officer_id))
    except Stale:
        return session  # another request touched or ended it; the next read decides
    return seen


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _actor(officer_id: str) -> Actor:
    return system(f"session:{officer_id}")
