"""What an address for machines says of itself, declared beside its view; `openapi.py` makes one document of all.

@api.get("/api/things/{id}", guard=anyone, says=Says(
    what=Text(id="Satu barang temuan", en="One found thing"),
    given={"id": Given("The thing's id", "thing_01")},
    answer=Thing,                  # a TypedDict or a frozen dataclass
    example={"id": "thing_01", "words": "A black umbrella"},
    refuses=(NotFound,),
))
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple, TypedDict

from msgspec import Meta

from chalicelib.core.errors import CityError
from chalicelib.core.text import Text
from chalicelib.core.web.answers import Answer
from chalicelib.core.web.guards import Guard


def meaning(words: str, *, among: Sequence[str] = (), **limits: Any) -> Meta:
    """What a field holds: `id: Annotated[str, meaning("Its number")]`; `among` tells all words of an answer's field.

    `limits` are msgspec's (`min_length`, `max_length`, `pattern`, `ge`, `tz`, ...): a body beyond them is refused.
    """
    return Meta(description=words, extra_json_schema={"enum": list(among)} if among else None, **limits)


Stamp = Annotated[str, Meta(description="UTC, ISO 8601 with Z", extra_json_schema={"format": "date-time"})]


class InLanguages(TypedDict):
    """The same words, or the same page, in each language."""

    id: str
    en: str


class Given(NamedTuple):
    """A parameter; those of the path are always required. Tests send the example, if it is one."""

    meaning: str
    example: str = ""
    type: Any = str
    where: Literal["query", "header"] = "query"
    required: bool = False


class Says(NamedTuple):
    """`answer` and `takes` are the types of what is answered and sent, `example` and `sent` one of each.

    What the guard and the body refuse is known already: `refuses` names what the use case itself refuses.
    `more` is a paragraph for developers, in English.
    """

    what: Text
    answer: Any
    example: Any
    given: Mapping[str, Given] = {}
    takes: Any = None
    sent: Any = None
    refuses: tuple[type[CityError], ...] = ()
    type: str = "application/json"
    status: int = 200
    more: str = ""


class Said(NamedTuple):
    """A registered address, with what it declares if it does. Caches keep the answer where `kept`."""

    says: Says | None
    guard: Guard
    kept: bool
    view: Callable[..., Answer]

    @property
    def service(self) -> str:
        return self.view.__module__.split(".", 2)[1]
