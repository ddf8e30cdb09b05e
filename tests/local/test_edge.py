"""The edge: what may be shared between readers and for how long, and what is compressed."""

import gzip

import pytest
from multidict import CIMultiDict

from infra.local.edge import Answer, Cache, compressed, same, shared_seconds


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def answer(status: int = 200, body: bytes = b"x" * 2000, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, CIMultiDict({"Content-Type": "text/html; charset=utf-8", **named}), body)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("public, s-maxage=30", 30),
        ("s-maxage=0", 0),
        ("max-age=60", 0),
        ("private, s-maxage=30", 0),
        ("no-store, s-maxage=30", 0),
        ("", 0),
    ],
)
def test_only_what_says_so_is_shared(said: str, seconds: int) -> None:
    assert shared_seconds(CIMultiDict({"Cache-Control": said})) == seconds


def test_an_answer_is_shared_until_its_time_is_over() -> None:
    clock = Clock()
    cache = Cache(clock)
    cache.put("/id/", answer(Cache_Control="public, s-maxage=30"))

    clock.now = 29.5
    kept = cache.get("/id/")
    assert kept is not None
    assert kept.headers["Age"] == "29"
    clock.now = 30
    assert cache.get("/id/") is None


@pytest.mark.parametrize(
    "personal", [answer(500, Cache_Control="s-maxage=9"), answer(Set_Cookie="a=b", Cache_Control="s-maxage=9")]
)
def test_errors_and_cookies_are_never_shared(personal: Answer) -> None:
    cache = Cache()
    cache.put("/id/", personal)

    assert cache.get("/id/") is None


def test_text_is_compressed_where_the_reader_takes_it_and_its_tag_becomes_weak() -> None:
    small = compressed(answer(ETag='"a"'), "gzip, br")

    assert gzip.decompress(small.body) == b"x" * 2000
    assert small.headers["ETag"] == 'W/"a"'
    assert small.headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize(
    ("plain", "accepted"),
    [
        (answer(), ""),
        (answer(body=b"short"), "gzip"),
        (answer(Content_Encoding="br"), "gzip"),
        (Answer(200, CIMultiDict({"Content-Type": "font/woff2"}), b"x" * 2000), "gzip"),
    ],
)
def test_what_would_not_gain_is_sent_as_it_is(plain: Answer, accepted: str) -> None:
    assert compressed(plain, accepted) is plain


def test_a_tag_is_the_same_whether_weak_or_strong() -> None:
    assert same('"a"', 'W/"b", W/"a"')
    assert not same('"a"', '"b"')
    assert not same("", "")
