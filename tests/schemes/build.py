"""Schemes for tests."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from chalicelib.core.text import Text
from chalicelib.schemes.model import Item, Scheme, Tariff, schemes

WORDS = Text(id="Tiket", en="Ticket")
FIRST = date(2020, 1, 1)


def mangrove(**changes: Any) -> Scheme:
    """The shipped scheme with a day of visit, changed."""
    return replace(schemes()["mangrove"], **changes)


def item(*tariffs: tuple[date, int], code: str = "adult", most: int = 20) -> Item:
    rows = tuple(Tariff(valid_from=day, rupiah=amount) for day, amount in tariffs)
    return Item(code=code, name=WORDS, note=WORDS, tariffs=rows, most=most)


days = st.dates(FIRST, FIRST + timedelta(days=2000))
amounts = st.integers(1, 10_000_000)
price_lists = st.dictionaries(days, amounts, min_size=1, max_size=6).map(lambda rows: item(*sorted(rows.items())))
