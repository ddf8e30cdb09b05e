"""Finding an entry by what people type: Indonesian and English stems, synonyms, beginnings and slips of the keys. Pure.

The index is built with the data (`infra/build/services.py`) and only read by the function. It knows a word by every
stem that it may have (`penutupan`: `tutup`, `utup`), so nothing is stemmed wrongly: wrong stems just never meet.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

WORD: Final = re.compile(r"[a-z0-9]+")
NAME, WORDS, SUMMARY, SYNONYM = 8, 6, 1, 3
EXACT, STEM, BEGINS, SLIP = 14, 9, 6, 4
SHORTEST_STEM: Final = 4
LONGEST_QUERY: Final = 80
MOST_WORDS: Final = 8
MOST_FOUND: Final = 20
STOP: Final = frozenset(
    (
        *(
            "yang",
            "untuk",
            "dan",
            "di",
            "ke",
            "dari",
            "atau",
            "dengan",
            "saya",
            "mau",
            "ingin",
            "cara",
            "bikin",
            "buat",
        ),
        *(
            "minta",
            "urus",
            "mengurus",
            "bagaimana",
            "ada",
            "ini",
            "itu",
            "the",
            "a",
            "an",
            "of",
            "to",
            "in",
            "on",
            "for",
        ),
        *("and", "or", "with", "i", "my", "we", "want", "how", "do", "get", "need", "at", "is"),
    )
)
# What stands before a stem; a second part is what the prefix may have swallowed (`menutup`: me + tutup).
PREFIXES: Final = (
    *(("meng", "k"), ("peng", "k"), ("meny", "s"), ("peny", "s"), ("mem", "p"), ("pem", "p"), ("men", "t")),
    *(("pen", "t"), ("ber", ""), ("ter", ""), ("per", ""), ("me", ""), ("pe", ""), ("di", ""), ("ke", ""), ("se", "")),
)
SUFFIXES: Final = ("nya", "lah", "kan", "an", "i", "ing", "ed", "es", "s")


@dataclass(frozen=True)
class Entry:
    """What can be found. `name` and `summary` in all languages, one after the other."""

    code: str
    name: str
    words: tuple[str, ...]
    summary: str


@dataclass(frozen=True)
class Index:
    """`postings`: (entry, weight) by stem. `grams`: stems by the pairs of letters that they hold."""

    entries: tuple[str, ...]
    postings: dict[str, tuple[tuple[int, int], ...]]
    grams: dict[str, tuple[str, ...]]


def built(entries: Sequence[Entry], synonyms: Iterable[Sequence[str]]) -> Index:
    """The same index for the same entries, byte for byte."""
    same = _groups(synonyms)
    postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for at, entry in enumerate(entries):
        for stem, weight in sorted(_weights(entry, same).items()):
            postings[stem].append((at, weight))
    grams: dict[str, list[str]] = defaultdict(list)
    for stem in sorted(postings):
        for pair in sorted(_pairs(stem)):
            grams[pair].append(stem)
    return Index(
        tuple(entry.code for entry in entries),
        {stem: tuple(found) for stem, found in sorted(postings.items())},
        {pair: tuple(stems) for pair, stems in sorted(grams.items())},
    )


def search(index: Index, typed: str) -> tuple[str, ...]:
    """The codes of what is meant, best first; nothing for words that nobody knows."""
    scores: Counter[int] = Counter()
    hits: Counter[int] = Counter()
    for word in words_of(typed)[:MOST_WORDS]:
        for at, score in _scored(index, word).items():
            scores[at] += score
            hits[at] += 1
    most = max(hits.values(), default=0)
    found = [at for at in scores if hits[at] * 2 > most or hits[at] == most]
    ranked = sorted(found, key=lambda at: (-hits[at], -scores[at], at))
    return tuple(index.entries[at] for at in ranked[:MOST_FOUND])


def words_of(typed: str) -> tuple[str, ...]:
    """Plain words in the order in which they were typed, without those that say nothing."""
    plain = unicodedata.normalize("NFKD", typed[:LONGEST_QUERY]).casefold()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    words = dict.fromkeys(WORD.findall(plain))
    return tuple(word for word in words if word not in STOP)


@cache
def stems(word: str) -> tuple[str, ...]:
    """Every stem that a word may have, the word itself first."""
    bare = [word, *(word[: -len(end)] for end in SUFFIXES if word.endswith(end))]
    found = [stem for one in bare if len(one) >= SHORTEST_STEM or one == word for stem in (one, *_unprefixed(one))]
    return tuple(dict.fromkeys(found))


def slips(word: str, other: str, most: int) -> int:
    """Letters left out, added, changed or swapped with a neighbour between two words; `most` + 1 for more."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(word, 1):
        before, last, row = row, before, [at]
        for to, wanted in enumerate(other, 1):
            cost = min(row[-1] + 1, before[to] + 1, before[to - 1] + (letter != wanted))
            if at > 1 and to > 1 and letter == other[to - 2] and word[at - 2] == wanted:
                cost = min(cost, last[to - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def _unprefixed(word: str) -> Iterator[str]:
    for prefix, swallowed in PREFIXES:
        rest = word.removeprefix(prefix)
        if rest != word and len(rest) >= SHORTEST_STEM - (swallowed != ""):
            yield rest
            if swallowed and rest[0] in "aiueo":
                yield swallowed + rest


def _groups(synonyms: Iterable[Sequence[str]]) -> dict[str, frozenset[str]]:
    """The other words of the groups that a stem belongs to."""
    same: dict[str, frozenset[str]] = {}
    for group in synonyms:
        whole = frozenset(group)
        for word in whole:
            same[word] = same.get(word, frozenset()) | whole - {word}
    return same


def _weights(entry: Entry, same: dict[str, frozenset[str]]) -> dict[str, int]:
    weights: dict[str, int] = {}
    for text, weight in ((entry.name, NAME), (" ".join(entry.words), WORDS), (entry.summary, SUMMARY)):
        for word in _all_words(text):
            for stem in stems(word):
                weights[stem] = max(weight, weights.get(stem, 0))
    meant = {other for stem, weight in weights.items() if weight > SUMMARY for other in same.get(stem, ())}
    for word in meant:
        weights.setdefault(word, SYNONYM)
    return weights


def _all_words(text: str) -> Iterator[str]:
    """Every word of a text that is longer than what a query may be."""
    for start in text.split():
        yield from words_of(start)


def _scored(index: Index, word: str) -> dict[int, int]:
    """How well each entry fits one typed word."""
    found: dict[int, int] = {}
    for stem, closeness in _meant(index, word):
        for at, weight in index.postings[stem]:
            found[at] = max(closeness * weight, found.get(at, 0))
    return found


def _meant(index: Index, word: str) -> Iterator[tuple[str, int]]:
    """The stems of the index that a typed word can mean; slips only where nothing fits better."""
    known = [(stem, EXACT if stem == word else STEM) for stem in stems(word) if stem in index.postings]
    if len(word) > 2:
        near = _near(index, word)
        begun = [(stem, BEGINS) for stem in near if stem.startswith(word) and stem != word]
        known += begun
        if not known and len(word) >= SHORTEST_STEM:
            most = 1 if len(word) < 8 else 2
            known = [
                (stem, SLIP) for stem in near if abs(len(stem) - len(word)) <= most and slips(word, stem, most) <= most
            ]
    yield from known


def _near(index: Index, word: str) -> list[str]:
    """Stems that share at least a third of a word's pairs of letters."""
    pairs = _pairs(word)
    shared = Counter(stem for pair in pairs for stem in index.grams.get(pair, ()))
    return [stem for stem, count in shared.items() if count * 3 >= len(pairs)]


def _pairs(word: str) -> set[str]:
    framed = f"^{word}$"
    return {framed[at : at + 2] for at in range(len(framed) - 1)}
