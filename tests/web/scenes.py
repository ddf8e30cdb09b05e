"""What must have happened, and who asks, for an address for machines to answer with success."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.alerts.desk import issued
from tests.web.city import City
from tests.web.client import Client


@dataclass(frozen=True)
class Scene:
    """What differs from the examples of the declaration: parameters, the body (JSON), who asks."""

    given: Mapping[str, str] = field(default_factory=dict)
    sent: Any = None
    client: Client | None = None


# Method and address. An address that answers its own examples with success in an empty city needs no scene.
SCENES: Mapping[tuple[str, str], Callable[[City], Scene]] = {
    ("GET", "/api/alerts/{id}"): lambda city: Scene(given={"id": issued(city)}),
    ("GET", "/{lang}/alerts/feed"): lambda city: Scene(given={"lang": "en", "told": issued(city)}),
}
