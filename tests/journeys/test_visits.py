"""The list of visits is whole: a new page or form without one fails here, before any browser starts."""

from app import app
from tests.journeys.visits import NO_PAGE, NO_REFUSAL, REFUSALS, VISITS


def for_people(method: str) -> set[str]:
    """Routes that answer a page, whatever machines may ask beside them."""
    return {path for wanted, path in app.guards.keys() - app.said.keys() if wanted == method}


def test_every_route_has_a_visit() -> None:
    visited = {visit.route for visit in VISITS}
    pages = for_people("GET")

    assert pages - visited == set(NO_PAGE)
    assert visited <= pages


def test_every_form_is_seen_to_refuse() -> None:
    refused = {refusal.route for refusal in REFUSALS}

    assert for_people("POST") - refused == set(NO_REFUSAL)
