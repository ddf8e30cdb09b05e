"""Every macro of the layout, in both languages, with and without errors."""

import re
from collections import Counter
from typing import Any

import pytest

from chalicelib.core import ROOT
from chalicelib.core.text import Text
from tests.looks.conftest import Render

TEMPLATES = ROOT / "templates"
FIELDS = ("kind", "words", "story", "note", "floor", "hazards", "agree", "village", "places")
ERRORS = {name: Text(id=f"Isi {name} & lengkapi", en=f"Fill in {name} & complete it") for name in FIELDS}
TYPED = {
    "words": '<b>"loud"</b>',
    "hazards": ["flood"],
    "village": "51.71.01.1006",
    "places": "51.71.02",
    "kind": "flood",
}
PAGES = sorted(path for path in TEMPLATES.rglob("*.html") if "messages" not in path.parts)

languages = pytest.mark.parametrize("language", ["id", "en"])


@pytest.fixture
def wrong(language: str, render: Render) -> str:
    return render("specimen.html", language, errors=ERRORS, values=TYPED)


def test_the_specimen_shows_every_macro() -> None:
    shown = set(re.findall(r"(?:forms|pieces)\.(\w+)\(", (ROOT / "tests/looks/specimen.html").read_text("utf-8")))
    written = {
        name
        for file in ("forms.html", "pieces.html")
        for name in re.findall(r"{% macro ([a-z]\w*)\(", (TEMPLATES / "layout" / file).read_text("utf-8"))
    }
    assert shown == written


@languages
def test_the_specimen_renders_without_errors(language: str, render: Render) -> None:
    html = render("specimen.html", language)
    assert f'<html lang="{language}"' in html
    assert "govuk-error" not in html


@languages
def test_an_error_stands_in_the_summary_and_at_its_field(wrong: str, language: str) -> None:
    for name, why in ERRORS.items():
        words = why.in_(language).replace("&", "&amp;")
        assert wrong.count(words) == 2, name
        assert f'href="#{name}"' in wrong
        assert f'id="{name}-error"' in wrong


@languages
def test_the_title_says_first_that_something_is_wrong(wrong: str, language: str) -> None:
    assert f"<title>{ {'id': 'Kesalahan', 'en': 'Error'}[language] }: Specimen" in wrong


@languages
def test_nothing_typed_is_lost_or_obeyed(wrong: str) -> None:
    assert "<b>" not in wrong.split("<main")[1].replace("<b><span", "")
    assert "&lt;b&gt;&#34;loud&#34;&lt;/b&gt;" in wrong
    assert re.search(r'value="51.71.01.1006" selected', wrong)
    assert re.search(r'value="51.71.02" checked', wrong)
    assert re.search(r'value="flood" checked', wrong)


@languages
def test_ids_are_unique_and_labels_and_descriptions_find_them(wrong: str) -> None:
    ids = Counter(re.findall(r'\sid="([^"]+)"', wrong))
    assert [name for name, times in ids.items() if times > 1] == []
    described = [
        one for many in re.findall(r'aria-(?:describedby|labelledby)="([^"]+)"', wrong) for one in many.split()
    ]
    wanted = {*re.findall(r'\sfor="([^"]+)"', wrong), *described, *re.findall(r'href="#([^"]+)"', wrong)}
    assert wanted <= ids.keys()


@languages
def test_levels_are_told_by_shape_and_word_too(language: str, render: Render) -> None:
    badges = re.findall(
        r'class="dps-level dps-level--(\w+)"><svg[^>]*><path[^>]* d="([^"]+)"/></svg>(\w+)',
        render("home/help.html", language),
    )
    seen = {(key, shape, word) for key, shape, word in badges}
    assert {key for key, _, _ in seen} == {"awas", "siaga", "waspada", "normal"}
    assert len({shape for _, shape, _ in seen}) == len({word for _, _, word in seen}) == 4


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_has_no_inline_style_or_script(page: Any) -> None:
    source = page.read_text("utf-8")
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"|javascript:", source)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", source))


@languages
@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503])
def test_an_error_page_says_what_comes_next(status: int, language: str, render: Render) -> None:
    title = Text(id="Ada masalah", en="There is trouble")
    html = render("errors/error.html", language, status=status, title=title, detail=None)
    assert f"<h1>{title.in_(language)}</h1>" in html
    assert f'href="/{language}/help"' in html


@languages
@pytest.mark.parametrize("twin", ["html", "txt"])
def test_a_message_carries_the_level_the_reason_and_the_way_out(language: str, twin: str, render: Render) -> None:
    said = Text(id="Banjir di Pemogan", en="Flood in Pemogan")
    context = {
        "subject": said,
        "level": "siaga",
        "heading": said,
        "paragraphs": [Text(id="Hindari sungai", en="Avoid the river")],
        "link": {"url": "https://sewaka.example/id/alerts/1", "words": said},
        "reason": Text(id="Anda berlangganan", en="You asked for it"),
        "unsubscribe": "https://sewaka.example/id/alerts/subscriptions/x",
        "manage": None,
    }
    message = render(f"messages/email.{twin}", language, **context)
    assert "◆ SIAGA" in message
    assert context["reason"].in_(language) in message  # type: ignore[attr-defined]
    assert "https://sewaka.example/id/alerts/subscriptions/x" in message
