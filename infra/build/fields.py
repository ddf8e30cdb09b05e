"""What any file of `data/` can say wrongly: fields that nobody reads, empty words, names that stand twice."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any


def unknown(said: Any, understood: Any) -> Iterator[str]:
    """Fields that nobody reads: a mistyped name would be silently without effect."""
    if isinstance(said, dict) and isinstance(understood, dict):
        for name, value in said.items():
            if name not in understood:
                yield f"nobody reads the field {name!r}"
            else:
                yield from unknown(value, understood[name])
    elif isinstance(said, list):
        for one, other in zip(said, understood, strict=True):
            yield from unknown(one, other)


def blank(said: Any) -> Iterator[str]:
    """Words that are empty in one of the languages."""
    inner = said.values() if isinstance(said, dict) else said if isinstance(said, list) else ()
    if isinstance(said, dict) and said.keys() == {"id", "en"}:
        yield from (f"no words in {lang}: {said}" for lang, words in said.items() if not words.strip())
    for part in inner:
        yield from blank(part)


def twice(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]
