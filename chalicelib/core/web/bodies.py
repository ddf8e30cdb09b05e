"""JSON that somebody sends: read into the type that the address declares."""

import re
from typing import TypeVar

import msgspec

from chalicelib.core.errors import Invalid, Malformed, UnsupportedType
from chalicelib.core.text import Text
from chalicelib.core.web.visit import Visit

T = TypeVar("T")

NOT_TAKEN = Text(id="Isian ini tidak dapat diterima", en="This cannot be taken")
JSON = "application/json"

# msgspec ends its message with the place: Expected `int`, got `str` - at `$.scans[0].at`
_PLACE = re.compile(r" - at `\$\.?(.*)`$")


def body(visit: Visit, type: type[T]) -> T:
    """Fields that the type does not know are passed over. Raises Malformed, and Invalid for JSON of another shape."""
    try:
        return msgspec.json.decode(visit.body, type=type)
    except msgspec.ValidationError as wrong:
        place = _PLACE.search(str(wrong))
        raise Invalid(errors={(place and place[1]) or "main": NOT_TAKEN}) from wrong
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as broken:
        raise Malformed from broken


def only_json(visit: Visit) -> None:
    """Raises UnsupportedType."""
    kind = visit.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != JSON:
        raise UnsupportedType
