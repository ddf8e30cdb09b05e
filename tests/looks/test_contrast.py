"""Contrast of the colours that meet, by WCAG 2's formula: 4.5 for text, 3 for what is drawn."""

import re

import pytest

from chalicelib.core import ROOT

STYLES = ROOT / "assets" / "styles"
TEXT, DRAWN = 4.5, 3.0
PAIRS = [
    ("c-text", "c-page", TEXT),
    ("c-text", "c-surface-2", TEXT),
    ("c-text-2", "c-page", TEXT),
    ("c-text-2", "c-surface", TEXT),
    ("c-text-2", "c-surface-2", TEXT),
    ("c-text-2", "c-warn-bg", TEXT),
    ("c-text-2", "c-error-bg", TEXT),
    ("c-link", "c-page", TEXT),
    ("c-link", "c-surface", TEXT),
    ("c-link", "c-surface-2", TEXT),
    ("c-link", "c-warn-bg", TEXT),
    ("c-link", "c-error-bg", TEXT),
    ("c-visited", "c-page", TEXT),
    ("c-on-brand", "c-brand", TEXT),
    ("c-on-brand", "c-brand-deep", TEXT),
    ("c-on-brand-2", "c-brand-deep", TEXT),
    ("gumitir-300", "c-brand-deep", TEXT),
    ("c-text", "c-accent", TEXT),
    ("c-focus-text", "c-focus", TEXT),
    ("c-error", "c-error-bg", TEXT),
    ("c-error", "c-page", TEXT),
    ("c-ok", "c-page", TEXT),
    ("c-ok", "c-ok-bg", TEXT),
    ("c-warn", "c-surface", TEXT),
    ("c-awas", "c-badge", TEXT),
    ("c-siaga", "c-badge", TEXT),
    ("c-waspada", "c-badge", TEXT),
    ("c-normal", "c-badge", TEXT),
    ("c-input-border", "c-surface", DRAWN),
    ("c-input-border", "c-page", DRAWN),
    ("c-accent", "c-brand-deep", DRAWN),
    ("bata-700", "c-surface", DRAWN),
]


def tokens() -> dict[str, str]:
    """Every custom property that is a colour, with `var()` followed to its end."""
    said = dict(re.findall(r"--([\w-]+):\s*([^;]+);", (STYLES / "_tokens.scss").read_text("utf-8")))

    def resolved(value: str) -> str:
        named = re.fullmatch(r"var\(--([\w-]+)\)", value.strip())
        return resolved(said[named[1]]) if named else value.strip()

    ends = {name: resolved(value) for name, value in said.items()}
    return {name: value for name, value in ends.items() if value.startswith("#")}


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_twenty_one_to_one() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_colours_that_meet_can_be_told_apart(front: str, back: str, least: float) -> None:
    colours = tokens()
    assert contrast(colours[front], colours[back]) >= least


def test_the_form_theme_uses_the_palette_and_no_other_colour() -> None:
    theme = re.findall(r"#[0-9a-f]{6}\b", (STYLES / "_theme.scss").read_text("utf-8"))
    assert theme
    assert set(theme) <= set(tokens().values())
