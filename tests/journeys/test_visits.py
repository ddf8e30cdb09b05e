"""The list of visits is whole: a new page or form without one fails here, before any browser starts."""

from app import app
from tests.journeys.visits import NO_PAGE, NO_REFUSAL, REFUSALS, VISITS


def test_every_route_has_a_visit() -> None:
    visited = {visit.route for visit in VISITS}
    pages = {path for method, path in app.guards if method == "GET"}

    assert pages - visited == set(NO_PAGE)
    assert visited <= pages


def test_every_form_is_seen_to_refuse() -> None:
    refused = {refusal.route for refusal in REFUSALS}

    assert {path for method, path in app.guards if method == "POST"} - refused == set(NO_REFUSAL)
