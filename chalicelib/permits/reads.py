"""What other services may ask about services: the reviewed files themselves, and how they are found."""

from collections.abc import Iterator
from functools import cache

import msgspec

from chalicelib.core import ROOT
from chalicelib.core.errors import NotFound
from chalicelib.permits.model import catalogue
from chalicelib.permits.model.search import Entry, Index, built
from chalicelib.permits.model.search import search as find
from chalicelib.permits.model.service import Fact, LifeEvent, Office, Service, Signpost, Source, Standard

__all__ = [
    "Fact",
    "LifeEvent",
    "Office",
    "Service",
    "Signpost",
    "Source",
    "Standard",
    "everything",
    "life_events",
    "office",
    "search",
    "service",
    "services",
    "signpost",
    "signposts",
    "sources",
    "standard",
]

# Written by the build beside the definitions; a checkout without one makes the same index in memory.
INDEX = ROOT / "services-index.json"
COMPONENTS = ("facilities", "competence", "supervision", "staff", "guarantee", "safety", "evaluation")


def service(code: str) -> Service:
    """Raises NotFound."""
    if code not in catalogue.services():
        raise NotFound
    return catalogue.services()[code]


def services() -> tuple[Service, ...]:
    """All of them, in the order in which they are shown."""
    return tuple(catalogue.services().values())


def signpost(code: str) -> Signpost:
    """Raises NotFound."""
    if code not in catalogue.signposts():
        raise NotFound
    return catalogue.signposts()[code]


def signposts() -> tuple[Signpost, ...]:
    return tuple(catalogue.signposts().values())


def everything() -> tuple[Service | Signpost, ...]:
    """What can be found: services of the city, then sign-posts."""
    found: list[Service | Signpost] = [*services()]
    return (*found, *signposts())


def office(code: str) -> Office:
    """KeyError for an office that nobody wrote down; the build knows that the definitions name none."""
    return catalogue.offices()[code]


def life_events() -> tuple[LifeEvent, ...]:
    return catalogue.life_events()


def standard(of: Service) -> Standard:
    """A service's own components where it names them, else those that hold for every service."""
    common = catalogue.common()
    given = {name: getattr(of.standard, name) or getattr(common, name) for name in COMPONENTS}
    return Standard(complaints=of.standard.complaints or common.complaints, **given)


def sources(of: Service | Signpost) -> tuple[Source, ...]:
    """Where what a page says of a service was read, each once."""
    whole = [of, standard(of), office(of.apply.office)] if isinstance(of, Service) else [of, office(of.office)]
    codes = dict.fromkeys(code for part in whole for code in cited(msgspec.to_builtins(part)))
    return tuple(catalogue.sources()[code] for code in codes)


def search(typed: str) -> tuple[str, ...]:
    """Codes of services and signposts, best first."""
    return find(index(), typed)


@cache
def index() -> Index:
    if INDEX.is_file():
        return msgspec.json.decode(INDEX.read_bytes(), type=Index)
    return built_index()


def built_index() -> Index:
    return built([_entry(one) for one in everything()], catalogue.synonyms())


def cited(said: object) -> Iterator[str]:
    """The source codes inside a definition, in the order of its fields."""
    if isinstance(said, dict):
        if source := said.get("source"):
            yield source
        for value in said.values():
            yield from cited(value)
    elif isinstance(said, (list, tuple)):
        for value in said:
            yield from cited(value)


def _entry(one: Service | Signpost) -> Entry:
    texts = (one.name, one.summary)
    name, summary = (f"{text.id} {text.en}" for text in texts)
    return Entry(one.code, name, one.words, summary)
