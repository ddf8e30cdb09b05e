"""What a first visit may weigh (docs: budgets of the looks). Brotli as the edge sends it."""

import gzip
import json
from pathlib import Path

import pytest

from tests.looks.conftest import Render

KB = 1024
# What every page fetches; other files belong to pages of their own.
EVERYWHERE = ("site.css", "site.js", "display.woff2", "favicon.svg")
HOME_PAGES = ("home/index.html", "home/help.html", "home/privacy.html", "home/accessibility.html", "home/track.html")


def test_the_style_sheet_weighs_at_most_14_kb(weights: dict[str, int]) -> None:
    assert weights["site.css"] <= 14 * KB


def test_the_script_weighs_at_most_10_kb(weights: dict[str, int]) -> None:
    assert weights["site.js"] <= 10 * KB


def test_a_ticket_adds_at_most_2_kb_and_the_gate_at_most_8_kb_before_its_camera(weights: dict[str, int]) -> None:
    assert weights["keep.js"] + weights["offline.js"] <= 2 * KB
    assert weights["gate.js"] + weights["gate.css"] <= 8 * KB
    assert weights["decoder.js"] <= 16 * KB


def test_there_is_one_font_of_at_most_17_kb(weights: dict[str, int]) -> None:
    fonts = [weight for name, weight in weights.items() if name.endswith(".woff2")]
    assert len(fonts) == 1
    assert fonts[0] <= 17 * KB


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("page", HOME_PAGES)
def test_a_first_visit_weighs_at_most_60_kb(page: str, language: str, weights: dict[str, int], render: Render) -> None:
    # gzip is heavier than brotli on these pages, so it stands in for it on the safe side.
    html = len(gzip.compress(render(page, language).encode(), 9))
    assert html <= 15 * KB
    assert html + sum(weights[name] for name in EVERYWHERE) <= 60 * KB


def test_the_manifest_names_what_lies_in_static_and_nothing_else(built: Path) -> None:
    manifest = json.loads((built / "assets.json").read_text("utf-8"))
    assert sorted(manifest.values()) == sorted(path.name for path in (built / "static").iterdir())


def test_the_style_sheet_fetches_nothing_from_elsewhere(built: Path) -> None:
    css = next((built / "static").glob("site.*.css")).read_text("utf-8")
    assert "@import" not in css
    assert "url(http" not in css
    assert "url(//" not in css
    assert "GDS Transport" not in css
