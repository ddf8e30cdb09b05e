"""What the city warns of, as reviewed in `data/hazards.json`."""

import json
from dataclasses import dataclass
from functools import cache

from chalicelib.core import ROOT
from chalicelib.core.text import Text


@dataclass(frozen=True, kw_only=True)
class Hazard:
    """`category` is CAP 1.2's."""

    code: str
    name: Text
    category: str


@cache
def hazards() -> dict[str, Hazard]:
    """All of them by code, in the order in which they are shown."""
    rows = json.loads((ROOT / "data" / "hazards.json").read_text("utf-8"))["hazards"]
    return {row["code"]: _hazard(**row) for row in rows}


def _hazard(*, code: str, id: str, en: str, category: str) -> Hazard:
    return Hazard(code=code, name=Text(id=id, en=en), category=category)
