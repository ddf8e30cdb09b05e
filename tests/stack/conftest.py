"""Who takes part."""

from tests.stack.people import ayu, made, people

__all__ = ["ayu", "made", "people"]
