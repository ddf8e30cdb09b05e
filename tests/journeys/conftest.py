"""A browser for each file of journeys: Playwright keeps an event loop running, which others must not find."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from infra.build.catalogues import compile_all
from tests.journeys.browser import Windows, chromium_running
from tests.journeys.limits import forget_limits
from tests.stack.second_city import SecondCity


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    compile_all()
    with chromium_running() as browser:
        yield browser


@pytest.fixture(scope="module")
def windows(chromium: Browser, running_city: SecondCity) -> Iterator[Windows]:
    """Windows that stay open for the whole file."""
    forget_limits(running_city)
    opened = Windows(chromium, running_city.origin)
    yield opened
    opened.close()
