"""Fixtures: who takes part in a journey. One login and one subscription each for all tests of a folder."""

import pytest

from tests.stack.browser import Browser
from tests.stack.journey import People, logged_in, new_people, subscribe
from tests.stack.second_city import SecondCity


@pytest.fixture(scope="session")
def ayu(running_city: SecondCity) -> Browser:
    """The operator who writes."""
    return logged_in(running_city, "ayu")


@pytest.fixture(scope="session")
def made(running_city: SecondCity) -> Browser:
    """The operator who lets it out."""
    return logged_in(running_city, "made")


@pytest.fixture(scope="session")
def people(running_city: SecondCity) -> People:
    """A mailbox and a phone that listen at the place of the alerts."""
    them = new_people()
    subscribe(running_city, them)
    return them
