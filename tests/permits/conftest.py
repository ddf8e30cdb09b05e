"""What the looks are judged by, for the pages of services too."""

from tests.looks.conftest import built, weights

__all__ = ["built", "weights"]
