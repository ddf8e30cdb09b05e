"""Subscriptions on the shared table.

Access patterns: a subscription by its id (`subscription#<id>`); the subscription of an address, by its keyed hash
(`address#<hash>`: one address, one subscription); the listeners of a place, page by page in each shard
(`audience#<place>#<shard>` / id); the names of all phone topics (`phone#topics`); the alerts that still hold phones on
their topics (`phone#alerts`); phones that are leaving a topic (list `phones#leaving`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.core.clock import as_stamp
from chalicelib.core.errors import NotFound
from chalicelib.core.events import Actor, Fact
from chalicelib.core.store import Key, Kind, Listing, Once, Record, Store
from chalicelib.subscriptions.model import (
    ActiveAlert,
    AudienceRow,
    Listener,
    State,
    Subscription,
    rows_of,
    shard_of,
)

LEAVING = "phones#leaving"
TOPICS_KEY, ALERTS_KEY = Key("phone#topics"), Key("phone#alerts")
MOST_KEYS = 100


@dataclass(frozen=True, kw_only=True)
class Address:
    """Whose subscription an address has; `found_by` is the vault's keyed hash."""

    found_by: str
    subscription_id: str
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class PhoneTopics:
    """All topics that a phone ever hung on: at most 288 names, so one record holds them."""

    names: tuple[str, ...] = ()
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class ActiveAlerts:
    """The alerts of now: a handful, so that one record holds them."""

    alerts: tuple[ActiveAlert, ...] = ()
    version: int = 0

    def holds(self, topic: str, now: datetime) -> bool:
        return any(alert.holds(topic, now) for alert in self.alerts)

    def with_(self, alert: ActiveAlert, now: datetime) -> "ActiveAlerts":
        """With the newest word on one alert, without those that hold nothing any more; itself if that is old news."""
        known = next((one for one in self.alerts if one.id == alert.id), None)
        if known and known.seen >= alert.seen:
            return self
        others = [one for one in self.alerts if one.id != alert.id and now < one.held_until]
        return replace(self, alerts=(*others, known.followed_by(alert) if known else alert))


def _leaving(subscription: Subscription) -> Listing | None:
    return Listing(LEAVING, as_stamp(subscription.asked_at)) if subscription.leaving else None


SUBSCRIPTIONS = Kind(
    name="subscription",
    model=Subscription,
    key=lambda one: _key(one.id),
    listing=_leaving,
    expires=lambda one: one.expires_at,
)
ADDRESSES = Kind(name="address", model=Address, key=lambda one: Key(f"address#{one.found_by}"))
ROWS = Kind(name="audience", model=AudienceRow, key=lambda row: _row_key(row.place, row.listener.id))
TOPICS = Kind(name="phone-topics", model=PhoneTopics, key=lambda _: TOPICS_KEY)
ALERTS = Kind(name="phone-alerts", model=ActiveAlerts, key=lambda _: ALERTS_KEY)


def _key(id: str) -> Key:
    return Key(f"subscription#{id}")


def _row_key(place: str, id: str) -> Key:
    return Key(_partition(place, shard_of(id)), id)


def _partition(place: str, shard: int) -> str:
    return f"audience#{place}#{shard}"


class SubscriptionStore:
    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, id: str) -> Subscription | None:
        record = self._store.read(_key(id))
        return SUBSCRIPTIONS.thing(record) if record else None

    def get(self, id: str) -> Subscription:
        """Raises NotFound, also for one that has expired."""
        found = self.find(id)
        if found is None:
            raise NotFound
        return found

    def many(self, ids: Sequence[str]) -> list[Subscription]:
        """Those that exist, in the order of the ids: one round trip for a hundred."""
        batches = [ids[at : at + MOST_KEYS] for at in range(0, len(ids), MOST_KEYS)]
        records = [record for batch in batches for record in self._store.read_many([_key(one) for one in batch])]
        return [SUBSCRIPTIONS.thing(record) for record in records]

    def address(self, found_by: str) -> Address | None:
        record = self._store.read(Key(f"address#{found_by}"))
        return ADDRESSES.thing(record) if record else None

    def audience(self, place: str, shard: int, cursor: str | None, limit: int) -> tuple[list[Listener], str | None]:
        """A page of the listeners of one place: one Query."""
        page = self._store.under(_partition(place, shard), limit=limit, cursor=cursor)
        return [ROWS.thing(record).listener for record in page.records], page.cursor

    def topics(self) -> PhoneTopics:
        record = self._store.read(TOPICS_KEY)
        return TOPICS.thing(record) if record else PhoneTopics()

    def alerts(self) -> ActiveAlerts:
        record = self._store.read(ALERTS_KEY)
        return ALERTS.thing(record) if record else ActiveAlerts()

    def leaving(self, limit: int, cursor: str | None = None) -> tuple[list[Subscription], str | None]:
        page = self._store.list(LEAVING, limit=limit, cursor=cursor)
        return [SUBSCRIPTIONS.thing(record) for record in page.records], page.cursor

    def ask(self, subscription: Subscription, fact: Fact, *, by: Actor, once: Once) -> None:
        self._store.commit([SUBSCRIPTIONS.record(subscription)], [fact], by=by, once=once)

    def keep(self, subscription: Subscription, *facts: Fact, by: Actor) -> None:
        """A change that nobody's audience sees."""
        self._store.commit([SUBSCRIPTIONS.record(subscription)], facts, by=by)

    def settle(self, before: Subscription, after: Subscription, fact: Fact, *, by: Actor) -> None:
        """A confirmed, changed or stopped subscription with its audience rows and its address, in one transaction.

        At most 48 rows, the subscription, the address and the fact.
        """
        records = [SUBSCRIPTIONS.record(after), *self._rows(before, after), *self._address(before, after)]
        self._store.commit(records, [fact], by=by)

    def line(self, subscription: Subscription, *, by: Actor) -> None:
        """Keeps on which topics a phone hangs; a topic's first phone puts its name into the list of topics."""
        known = self.topics()
        records = [SUBSCRIPTIONS.record(subscription)]
        if subscription.line and subscription.line.topic not in known.names:
            names = tuple(sorted((*known.names, subscription.line.topic)))
            records.append(TOPICS.record(replace(known, names=names)))
        self._store.commit(records, by=by)

    def keep_alerts(self, alerts: ActiveAlerts, *, by: Actor) -> None:
        self._store.commit([ALERTS.record(alerts)], by=by)

    def _rows(self, before: Subscription, after: Subscription) -> list[Record]:
        """The rows as they shall be, each at the version that stands there now."""
        old, new = ({row.place: row for row in rows_of(one)} for one in (before, after))
        kept = self._store.read_many([_row_key(place, before.id) for place in old])
        versions = {row.place: row.version for row in map(ROWS.thing, kept)}
        gone = [
            ROWS.record(replace(old[place], version=versions[place]), removed=True)
            for place in versions
            if place not in new
        ]
        return gone + [ROWS.record(replace(row, version=versions.get(row.place, 0))) for row in new.values()]

    def _address(self, before: Subscription, after: Subscription) -> list[Record]:
        """An address is taken by confirming and freed by stopping."""
        if (before.state is State.CONFIRMED) == (after.state is State.CONFIRMED):
            return []
        found_by = after.contact.found_by
        known = self.address(found_by) or Address(found_by=found_by, subscription_id=after.id)
        if after.state is State.CONFIRMED:
            return [ADDRESSES.record(replace(known, subscription_id=after.id))]
        return [ADDRESSES.record(known, removed=True)] if known.version and known.subscription_id == after.id else []
