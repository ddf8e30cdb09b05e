"""Whom a limit counts: the reader, not the edge before the city, and nobody that the reader made up."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core.errors import TooMany
from chalicelib.core.web.limits import limit
from chalicelib.core.web.visit import folded, visit_from
from tests.web.city import memory_city

THE_EDGE = "130.176.0.1"


def asked(headers: dict[str, str]) -> str:
    event: dict[str, Any] = {
        "path": "/id/",
        "headers": headers,
        "requestContext": {"httpMethod": "GET", "identity": {"sourceIp": THE_EDGE}},
    }
    return visit_from(folded(event), "id").ip


@pytest.mark.parametrize(
    ("forwarded", "reader"),
    [
        ("203.0.113.7, 130.176.0.1", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7, 130.176.0.1", "203.0.113.7"),
        ("2001:db8::7, 130.176.0.1", "2001:db8::7"),
    ],
)
def test_through_the_edge_the_reader_counts_and_not_what_the_reader_wrote(forwarded: str, reader: str) -> None:
    assert asked({"X-Sewaka-Edge": "its secret", "X-Forwarded-For": forwarded}) == reader


def test_without_the_edge_nobody_names_an_address_of_their_own() -> None:
    assert asked({"X-Forwarded-For": "203.0.113.7, 198.51.100.1"}) == THE_EDGE


def test_an_edge_that_forwards_nothing_is_counted_itself() -> None:
    assert asked({"X-Sewaka-Edge": "its secret"}) == THE_EDGE


@pytest.mark.parametrize(
    ("same", "other"),
    [
        (("2001:db8::1", "2001:db8::ffff:1", "2001:DB8:0:0:8000::"), "2001:db8:0:1::1"),
        (("203.0.113.7", "::ffff:203.0.113.7", "::FFFF:203.0.113.7"), "::ffff:203.0.113.8"),
    ],
)
def test_a_limit_counts_the_line_of_a_reader_and_not_each_of_its_many_addresses(
    same: tuple[str, ...], other: str
) -> None:
    with memory_city() as city:
        for address in same:
            limit(city.tools, "test", address, most=3, window=timedelta(hours=1))

        limit(city.tools, "test", other, most=3, window=timedelta(hours=1))
        with pytest.raises(TooMany):
            limit(city.tools, "test", same[0], most=3, window=timedelta(hours=1))
