"""What CloudFront does between people and the origin: a small cache that honours s-maxage, and compression."""

import gzip
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from multidict import CIMultiDict

TEXT = re.compile(r"text/|application/(json|javascript|xml|.*\+xml|.*\+json)|image/svg\+xml")
SMALLEST = 1000
MOST = 500
# Between two machines only; never passed on.
HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding"}
    | {"upgrade"}
)


@dataclass(frozen=True)
class Answer:
    """A whole answer. headers keep their order and their doubles."""

    status: int
    headers: CIMultiDict[str]
    body: bytes


def shared_seconds(headers: CIMultiDict[str]) -> int:
    """How long everybody may share this answer: its s-maxage, 0 without one."""
    said = headers.get("Cache-Control", "")
    found = re.search(r"(?:^|[,\s])s-maxage=(\d+)", said)
    return int(found[1]) if found and "no-store" not in said and "private" not in said else 0


@dataclass
class Cache:
    """Whole answers by path and query, for readers without cookies."""

    clock: Callable[[], float] = time.monotonic
    _kept: dict[str, tuple[float, float, Answer]] = field(default_factory=dict)

    def get(self, key: str) -> Answer | None:
        """The answer with its Age, or None when there is none that is still fresh."""
        since, until, answer = self._kept.get(key, (0.0, 0.0, None))
        if answer is None or self.clock() >= until:
            return None
        headers = answer.headers.copy()
        headers["Age"] = str(int(self.clock() - since))
        return Answer(answer.status, headers, answer.body)

    def put(self, key: str, answer: Answer) -> None:
        seconds = shared_seconds(answer.headers)
        if answer.status == 200 and seconds and "Set-Cookie" not in answer.headers:
            if len(self._kept) >= MOST:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = (self.clock(), self.clock() + seconds, answer)

    def clear(self) -> None:
        self._kept.clear()


def same(tag: str, wanted: str) -> bool:
    """Whether an ETag is among those of If-None-Match, compared weakly."""
    return bool(tag) and any(one.strip().removeprefix("W/") == tag.removeprefix("W/") for one in wanted.split(","))


def compressed(answer: Answer, accepted: str) -> Answer:
    """Text in gzip where the reader takes it; a strong ETag becomes weak, as CloudFront makes it."""
    kind = answer.headers.get("Content-Type", "")
    if "gzip" not in accepted or not TEXT.match(kind) or not _worth_it(answer):
        return answer
    headers = answer.headers.copy()
    headers["Content-Encoding"] = "gzip"
    headers.add("Vary", "Accept-Encoding")
    if (tag := headers.get("ETag", "")) and not tag.startswith("W/"):
        headers["ETag"] = f"W/{tag}"
    return Answer(answer.status, headers, gzip.compress(answer.body, 6, mtime=0))


def _worth_it(answer: Answer) -> bool:
    return answer.status == 200 and len(answer.body) >= SMALLEST and "Content-Encoding" not in answer.headers
