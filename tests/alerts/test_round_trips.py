"""No page of alerts takes more than three round trips to the table, the session's included.

The strip comes on top, every quarter minute in each process. One page is an exception, named below with its reason.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from chalicelib.alerts import reads
from chalicelib.core.toolbox import working_with
from tests.alerts.desk import TYPED, drafted, issued, submitted
from tests.web.city import City

TRIPS = ("read", "read_many", "list", "under", "journal", "commit", "counter", "counts", "spend")


@dataclass
class Counting:
    """A store that notes each round trip."""

    store: Any
    trips: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        real = getattr(self.store, name)
        if name not in TRIPS:
            return real

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.trips.append(f"{name} {args}"[:120])
            return real(*args, **kwargs)

        return counted


@contextmanager
def counted(city: City) -> Iterator[list[str]]:
    counting = Counting(city.store)
    with working_with(replace(city.tools, store=counting)):
        reads.strip()
        counting.trips.clear()
        yield counting.trips


# `{draft}` and `{alert}` are an alert of each kind.
PUBLIC = ["/en/alerts", "/en/alerts/feed", "/api/alerts", "/en/alerts/{alert}", "/api/alerts/{alert}"]
STAFF = ["", "/new", "/{alert}", "/{draft}", "/{draft}/edit"]


@pytest.mark.parametrize("address", [*PUBLIC, *(f"/en/staff/alerts{page}" for page in STAFF)])
def test_a_page_takes_three_round_trips_at_most(city: City, address: str) -> None:
    address = address.format(alert=issued(city), draft=drafted(city.officer("Ayu")))
    reader = city.officer("Made") if "/staff" in address else city.visitor()
    with counted(city) as trips:
        assert reader.get(address).status == 200

    assert len(trips) <= 3, trips


def test_an_approval_takes_three_round_trips(city: City) -> None:
    alert_id, made = submitted(city.officer("Ayu")), city.officer("Made")
    page = made.get(f"/en/staff/alerts/{alert_id}")
    form = {"csrf": page.hidden("csrf"), "form_id": page.hidden("form_id"), "revision": "1"}
    with counted(city) as trips:
        assert made.post(f"/en/staff/alerts/{alert_id}/approve", form).status == 303

    assert len(trips) <= 3, trips


def test_a_draft_takes_three_round_trips(city: City) -> None:
    ayu = city.officer("Ayu")
    page = ayu.get("/en/staff/alerts/new")
    form = {**TYPED, "csrf": page.hidden("csrf"), "form_id": page.hidden("form_id"), "incident": ""}
    with counted(city) as trips:
        assert ayu.post("/en/staff/alerts/new", form).status == 303

    assert len(trips) <= 3, trips


def test_what_became_of_the_messages_takes_no_more_for_a_million_than_for_one(city: City) -> None:
    """The exception: tallies of two channels, the topics and the unknown rows. Officers only, and never a count."""
    alert_id, made = issued(city), city.officer("Made")
    with counted(city) as trips:
        assert made.get(f"/en/staff/alerts/{alert_id}/deliveries").status == 200

    assert len(trips) <= 7, trips
