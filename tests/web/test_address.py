"""Whom a limit counts: the reader, not the edge before the city, and nobody that the reader made up."""

from typing import Any

import pytest

from chalicelib.core.web.visit import folded, visit_from

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
