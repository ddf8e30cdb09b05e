"""Fixtures that tests of every kind may ask for."""

from hypothesis import settings

from tests.stack.second_city import running_city

# A machine that is busy is no fault of what is tested.
settings.register_profile("city", deadline=None)
settings.load_profile("city")

__all__ = ["running_city"]
