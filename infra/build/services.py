"""The linter over `data/services`, and the search index that the build makes of it.

It judges a definition by what can be answered: every way through the questions whose choices a condition looks at is
walked, so a page that nobody can reach or a condition that never holds is named before anybody meets it.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec

from chalicelib.core.clock import WITA, utc_now
from chalicelib.permits.model.catalogue import SHARED
from chalicelib.permits.model.service import LifeEvent, Office, Service, Signpost, Source, Standard
from chalicelib.permits.reads import built_index
from infra.build.fields import blank, twice, unknown
from infra.build.service_rules import Shared, service_faults, unsourced
from infra.steps import Trouble

Raw = dict[str, Any]

CODE: Final = re.compile(r"[a-z][a-z0-9-]{1,40}")
SHAPES: Final[dict[str, Any]] = {
    "life-events": tuple[LifeEvent, ...],
    "offices": tuple[Office, ...],
    "order": tuple[str, ...],
    "signposts": tuple[Signpost, ...],
    "sources": tuple[Source, ...],
    "standard": Standard,
    "synonyms": tuple[tuple[str, ...], ...],
}


def check(folder: Path) -> None:
    """Raises Trouble that names everything that is wrong on this day."""
    if wrong := faults(folder, utc_now().astimezone(WITA).date()):
        raise Trouble("data/services cannot be shipped:\n" + "\n".join(wrong))


def write_index(project: Path) -> None:
    """The search index beside the definitions: the same bytes for the same files."""
    (project / "services-index.json").write_bytes(msgspec.json.encode(built_index(), order="deterministic"))


def faults(folder: Path, today: date) -> list[str]:
    """One line for each fault, `file: what`, in the order of the files."""
    raw = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))}
    found = [f"{name}: {fault}" for name in SHARED for fault in _shape(raw[name], SHAPES[name])]
    if found:
        return found
    shared = _shared(raw)
    for name, judge in SHARED_JUDGES.items():
        found += [f"{name}: {fault}" for fault in judge(raw)]
    for name in sorted(raw.keys() - set(SHARED)):
        found += [f"{name}: {fault}" for fault in _service(name, raw[name], shared, today)]
    return found


def _shared(raw: Raw) -> Shared:
    return Shared(
        life_events=_codes(raw, "life-events"),
        offices=_codes(raw, "offices"),
        sources=_codes(raw, "sources"),
        codes=_codes(raw, "signposts") | frozenset(raw["order"]),
    )


def _codes(raw: Raw, name: str) -> frozenset[str]:
    return frozenset(row["code"] for row in raw[name])


def _shape(said: Any, shape: Any) -> Iterator[str]:
    """Whether a file fits its dataclasses, word for word."""
    try:
        understood = msgspec.convert(said, shape)
    except msgspec.ValidationError as wrong:
        yield str(wrong)
        return
    yield from unknown(said, msgspec.to_builtins(understood))
    yield from blank(said)


def _order(raw: Raw) -> Iterator[str]:
    there = raw.keys() - set(SHARED)
    yield from (f"{name} has no file" for name in sorted(set(raw["order"]) - there))
    yield from (f"{name} is not shown" for name in sorted(there - set(raw["order"])))
    yield from (f"{name} stands twice" for name in twice([*raw["order"], *(row["code"] for row in raw["signposts"])]))


def _rows(name: str) -> Callable[[Raw], Iterator[str]]:
    def judge(raw: Raw) -> Iterator[str]:
        yield from (f"{code} stands twice" for code in twice(row["code"] for row in raw[name]))
        yield from (f"{row['code']!r} is no code" for row in raw[name] if not CODE.fullmatch(row["code"]))
        for row in raw[name]:
            yield from (f"{row['code']}: {fault}" for fault in _addresses(row))

    return judge


def _addresses(row: dict[str, Any]) -> Iterator[str]:
    given = [row[name] for name in ("site", "url") if row.get(name)]
    yield from (f"{address!r} does not begin with https://" for address in given if not address.startswith("https://"))


def _offices(raw: Raw) -> Iterator[str]:
    yield from _rows("offices")(raw)
    for row in raw["offices"]:
        if row.get("address") and row.get("source") not in _codes(raw, "sources"):
            yield f"{row['code']}: its address has no source"


def _signposts(raw: Raw) -> Iterator[str]:
    yield from _rows("signposts")(raw)
    yield from unsourced(msgspec.convert(raw["signposts"], SHAPES["signposts"]), _codes(raw, "sources"))
    for row in raw["signposts"]:
        if row["office"] not in _codes(raw, "offices") or row["life_event"] not in _codes(raw, "life-events"):
            yield f"{row['code']}: nobody knows its office or life event"


def _standard(raw: Raw) -> Iterator[str]:
    yield from unsourced(msgspec.convert(raw["standard"], Standard), _codes(raw, "sources"))
    if not raw["standard"].get("complaints"):
        yield "nobody says how to complain"


def _synonyms(raw: Raw) -> Iterator[str]:
    words = [word for group in raw["synonyms"] for word in group]
    yield from (f"{word!r} is no plain word" for word in words if not re.fullmatch(r"[a-z0-9]+", word))


SHARED_JUDGES: Final[dict[str, Callable[[Raw], Iterator[str]]]] = {
    "life-events": _rows("life-events"),
    "offices": _offices,
    "order": _order,
    "signposts": _signposts,
    "sources": _rows("sources"),
    "standard": _standard,
    "synonyms": _synonyms,
}


def _service(name: str, said: Any, shared: Shared, today: date) -> Iterator[str]:
    if wrong := list(_shape(said, Service)):
        yield from wrong
        return
    service = msgspec.convert(said, Service)
    if service.code != name or not CODE.fullmatch(name):
        yield f"{service.code!r} cannot be its code"
    yield from _addresses(said["apply"])
    yield from service_faults(service, shared, today)
