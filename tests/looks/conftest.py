"""What the looks are judged by: built assets, compiled catalogues, and pages rendered as the portal renders them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chalicelib.core import ROOT
from chalicelib.core.places import places
from chalicelib.core.text import Text
from chalicelib.core.web.pages import other_languages
from chalicelib.core.web.templates import environment
from infra import prepare
from infra.build.catalogues import compile_all

Render = Callable[..., str]
NOW = datetime(2026, 11, 24, 2, 38, tzinfo=UTC)
FLOOD = {
    "level": "siaga",
    "headline": Text(id="Banjir di Pemogan & sekitarnya", en="Flood in Pemogan & around"),
    "url": "/id/alerts/AL-1",
    "updated_at": NOW,
}


@pytest.fixture(scope="session")
def built() -> Path:
    """build/, whose static/ is up to date with assets/."""
    prepare.assets()
    return ROOT / "build"


@pytest.fixture(scope="session")
def weights(built: Path) -> dict[str, int]:
    """Bytes of every built file as brotli sends it."""
    weighed: dict[str, int] = json.loads((built / "weights.json").read_text("utf-8"))
    return weighed


@pytest.fixture(scope="session")
def render() -> Render:
    compile_all()
    return rendered


def rendered(template: str, language: str, **context: Any) -> str:
    """One template with the context that every page gets, and `context` on top."""
    path = f"/{language}/report"
    layout: dict[str, Any] = {
        "lang": language,
        "path": path,
        "other_languages": other_languages(path, language),
        "strip": [FLOOD],
        "officer": None,
        "csrf": "",
        "form_id": "0f3c",
        "errors": {},
        "values": {},
        "origin": "https://sewaka.example",
        "places": places(),
        "now": NOW,
    }
    source = ROOT / "tests" / "looks" / template
    rules = environment(language)
    page = rules.from_string(source.read_text("utf-8")) if source.is_file() else rules.get_template(template)
    return page.render({**layout, **context})
