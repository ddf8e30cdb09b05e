"""Where posters are kept.

Access patterns: a poster by its number (`poster#<serial>`); the newest ones (list `posters`, by the time).
"""

from chalicelib.core.clock import as_stamp
from chalicelib.core.errors import NotFound
from chalicelib.core.events import Actor, Fact
from chalicelib.core.store import Key, Kind, Listing, Once, Store
from chalicelib.payments.model.poster import Poster

POSTERS = "posters"
POSTER = Kind(
    name="poster",
    model=Poster,
    key=lambda poster: Key(f"poster#{poster.serial}"),
    listing=lambda poster: Listing(POSTERS, as_stamp(poster.made_at)),
)


class PosterStore:
    def __init__(self, store: Store) -> None:
        self._store = store

    def commit(self, poster: Poster, *facts: Fact, by: Actor, once: Once | None = None) -> None:
        """Raises what `Store.commit` raises: Stale for a new poster whose number is taken."""
        self._store.commit([POSTER.record(poster)], facts, by=by, once=once)

    def poster(self, serial: str) -> Poster:
        """Raises NotFound."""
        record = self._store.read(Key(f"poster#{serial}"))
        if record is None:
            raise NotFound
        return POSTER.thing(record)

    def newest(self, cursor: str | None = None) -> tuple[tuple[Poster, ...], str | None]:
        page = self._store.list(POSTERS, cursor=cursor, backwards=True)
        return tuple(POSTER.thing(record) for record in page.records), page.cursor
