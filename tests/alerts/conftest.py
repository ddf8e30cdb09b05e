"""A city in memory for every test of alerts."""

from collections.abc import Iterator

import pytest

from tests.web.city import City, memory_city


@pytest.fixture
def city() -> Iterator[City]:
    with memory_city() as running:
        yield running
