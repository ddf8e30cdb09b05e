"""The files of `data/services`, read once. msgspec.ValidationError for a file that does not fit. Pure."""

from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from chalicelib.core import ROOT
from chalicelib.permits.model.service import LifeEvent, Office, Service, Signpost, Source, Standard

FOLDER: Final = ROOT / "data" / "services"
# Files that describe no service.
SHARED: Final = ("life-events", "offices", "order", "signposts", "sources", "standard", "synonyms")


@cache
def services() -> dict[str, Service]:
    """By code, in the order in which they are shown."""
    order = msgspec.json.decode(_file("order"), type=tuple[str, ...])
    return {code: msgspec.json.decode(_file(code), type=Service) for code in order}


@cache
def signposts() -> dict[str, Signpost]:
    """By code, in the order in which they are shown."""
    rows = msgspec.json.decode(_file("signposts"), type=tuple[Signpost, ...])
    return {row.code: row for row in rows}


@cache
def offices() -> dict[str, Office]:
    return {row.code: row for row in msgspec.json.decode(_file("offices"), type=tuple[Office, ...])}


@cache
def life_events() -> tuple[LifeEvent, ...]:
    return msgspec.json.decode(_file("life-events"), type=tuple[LifeEvent, ...])


@cache
def sources() -> dict[str, Source]:
    return {row.code: row for row in msgspec.json.decode(_file("sources"), type=tuple[Source, ...])}


@cache
def common() -> Standard:
    """What holds for every service that does not say something else."""
    return msgspec.json.decode(_file("standard"), type=Standard)


@cache
def synonyms() -> tuple[tuple[str, ...], ...]:
    """Groups of words that mean the same to somebody who searches."""
    return msgspec.json.decode(_file("synonyms"), type=tuple[tuple[str, ...], ...])


def _file(name: str, folder: Path = FOLDER) -> bytes:
    return (folder / f"{name}.json").read_bytes()
