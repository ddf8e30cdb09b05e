"""Fixtures that tests of every kind may ask for."""

from tests.stack.second_city import running_city

__all__ = ["running_city"]
