"""Where the askings for lost tickets stand for an hour (`lookup#<id>`)."""

from chalicelib.core.errors import NotFound
from chalicelib.core.events import PUBLIC, Fact
from chalicelib.core.store import Key, Kind, Once, Store
from chalicelib.payments.model.lookup import Lookup

LOOKUP = Kind(
    name="lookup",
    model=Lookup,
    key=lambda one: Key(f"lookup#{one.id}"),
    expires=lambda one: one.expires_at,
)


class LookupStore:
    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, id: str) -> Lookup | None:
        """None also for one whose hour is over."""
        record = self._store.read(Key(f"lookup#{id}"))
        return LOOKUP.thing(record) if record else None

    def get(self, id: str) -> Lookup:
        """Raises NotFound."""
        found = self.find(id)
        if found is None:
            raise NotFound
        return found

    def keep(self, lookup: Lookup, *facts: Fact, once: Once | None = None) -> None:
        self._store.commit([LOOKUP.record(lookup)], facts, by=PUBLIC, once=once)
