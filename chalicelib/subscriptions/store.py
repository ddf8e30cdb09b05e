"""Subscriptions on the shared table.

Access patterns: a subscription by its id (`subscription#<id>`); the subscription of an address, by its keyed hash
(`address#<hash>`: one address, one subscription); the listeners of a place, page by page in each shard
(`audience#<place>#<shard>` / id); the names of all phone topics (`phone#topics`); the alerts that still hold phones on
their topics (`phone#alerts`); phones that are leaving a topic, who left first first
(list `phones#leaving`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chalicelib.core.clock import as_stamp
from chalicelib.core.errors import NotFound
from chalicelib.core.events import Actor, Fact
from chalicelib.core.store import Key, Kind, Listing, Once, Record, Store
from chalicelib.subscriptions.model.lines import ActiveAlerts
from chalicelib.subscriptions.model.listener import AudienceRow, Listener, shard_of
from chalicelib.subscriptions.model.subscription import State, Subscription

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


def _leaving(subscription: Subscription) -> Listing | None:
    if not subscription.lines.leaving:
        return None
    return Listing(LEAVING, as_stamp(min(line.left_at or subscription.asked_at for line in subscription.lines.leaving)))


def _key(id: str) -> Key:
    return Key(f"subscription#{id}")


def _row_key(place: str, id: str) -> Key:
    return Key(_partition(place, shard_of(id)), id)


def _partition(place: str, shard: int) -> str:
    return f"audience#{place}#{shard}"


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


class SubscriptionStore:
    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, id: str) -> Subscription | None:
        """None also for one that has expired."""
        record = self._store.read(_key(id))
        return SUBSCRIPTIONS.thing(record) if record else None

    def get(self, id: str) -> Subscription:
        """Raises NotFound."""
        found = self.find(id)
        if found is None:
            raise NotFound
        return found

    def many(self, ids: Sequence[str]) -> list[Subscription]:
        """Those that exist, in the order of the ids: one round trip for a hundred."""
        keys = [_key(one) for one in ids]
        batches = [keys[at : at + MOST_KEYS] for at in range(0, len(keys), MOST_KEYS)]
        return [SUBSCRIPTIONS.thing(record) for batch in batches for record in self._store.read_many(batch)]

    def address(self, found_by: str) -> Address:
        """Whose it is; one that nobody has yet has no subscription and version 0."""
        record = self._store.read(Key(f"address#{found_by}"))
        return ADDRESSES.thing(record) if record else Address(found_by=found_by, subscription_id="")

    def owner(self, address: Address) -> Subscription | None:
        """The confirmed subscription of an address."""
        found = self.find(address.subscription_id) if address.subscription_id else None
        return found if found and found.state is State.CONFIRMED else None

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

    def keep(self, subscription: Subscription, *facts: Fact, by: Actor, once: Once | None = None) -> None:
        """A change that no audience sees."""
        self._store.commit([SUBSCRIPTIONS.record(subscription)], facts, by=by, once=once)

    def confirm(self, after: Subscription, address: Address, fact: Fact, *, by: Actor) -> None:
        """A confirmed subscription takes its address, at the version that was read, and enters its audiences."""
        rows = [ROWS.record(row) for row in after.audience_rows()]
        taken = ADDRESSES.record(replace(address, subscription_id=after.id))
        self._store.commit([SUBSCRIPTIONS.record(after), taken, *rows], [fact], by=by)

    def settle(self, before: Subscription, after: Subscription, fact: Fact, *, by: Actor) -> None:
        """A changed or stopped subscription with its audience rows; who stops frees the address.

        At most 48 rows, the subscription, the address and the fact: 51 items, after one batch of reads.
        """
        keys = [_row_key(row.place, before.id) for row in before.audience_rows()]
        if before.state is State.CONFIRMED and after.state is State.STOPPED:
            keys.append(Key(f"address#{after.contact.found_by}"))
        kept = self._store.read_many(keys) if keys else []
        rows = _rows([ROWS.thing(record) for record in kept if record.kind == ROWS.name], after)
        freed = [ADDRESSES.record(a, removed=True) for a in _addresses(kept) if a.subscription_id == after.id]
        self._store.commit([SUBSCRIPTIONS.record(after), *rows, *freed], [fact], by=by)

    def keep_lines(self, subscription: Subscription, *, by: Actor) -> Subscription:
        """Keeps on which topics a phone hangs. A topic is listed before its first phone hangs on it: an alert that
        finds nobody there is harmless, a phone that no alert looks for is not."""
        records = [SUBSCRIPTIONS.record(subscription), *self._listed(subscription)]
        self._store.commit(records, by=by)
        return replace(subscription, version=subscription.version + 1)

    def keep_alerts(self, alerts: ActiveAlerts, *, by: Actor) -> None:
        self._store.commit([ALERTS.record(alerts)], by=by)

    def _listed(self, subscription: Subscription) -> list[Record]:
        line, known = subscription.lines.current, self.topics()
        if line is None or line.topic in known.names:
            return []
        return [TOPICS.record(replace(known, names=tuple(sorted((*known.names, line.topic)))))]


def _rows(old: Sequence[AudienceRow], after: Subscription) -> list[Record]:
    """The rows as they shall be, each at the version that stands there now."""
    new = {row.place: row for row in after.audience_rows()}
    versions = {row.place: row.version for row in old}
    gone = [ROWS.record(row, removed=True) for row in old if row.place not in new]
    return gone + [ROWS.record(replace(row, version=versions.get(place, 0))) for place, row in new.items()]


def _addresses(records: Sequence[Record]) -> list[Address]:
    return [ADDRESSES.thing(record) for record in records if record.kind == ADDRESSES.name]
