"""Where the names of a group stand: under its order, a hundred in a record (`order#<reference>` / `names#<place>`)."""

from chalicelib.core.store import Key, Kind, Store
from chalicelib.payments.model.group import CHUNK, Names

# 2,000 names are 20 records: one page of a partition holds them all.
MOST_RECORDS = 25


def _key(order: str, first: int) -> Key:
    return Key(f"order#{order}", f"names#{first:04d}")


NAMES = Kind(name="names", model=Names, key=lambda some: _key(some.order, some.first))


class GroupStore:
    def __init__(self, store: Store) -> None:
        self._store = store

    def names(self, order: str) -> tuple[str, ...]:
        """All of them, by place."""
        page = self._store.under(f"order#{order}", "names#", limit=MOST_RECORDS)
        return tuple(name for record in page.records for name in NAMES.thing(record).names)

    def some(self, order: str, first: int) -> tuple[str, ...]:
        """Those of a hundred places, from the one at a multiple of a hundred on; none where there are none."""
        record = self._store.read(_key(order, first - first % CHUNK))
        return NAMES.thing(record).names if record else ()
