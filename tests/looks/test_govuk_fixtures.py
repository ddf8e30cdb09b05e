"""govuk-frontend-jinja draws what we use as govuk-frontend itself does: every fixture of the npm package."""

import functools
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Template

from chalicelib.core import ROOT
from chalicelib.core.web.templates import environment_with, source_loader

FORMS = ROOT / "templates" / "layout" / "forms.html"
USED = sorted(set(re.findall(r"components/([\w-]+)/macro", FORMS.read_text("utf-8"))))
NESTED = ["error-message", "fieldset", "hint", "label"]

Node = tuple[str, Any]


class Outline(HTMLParser):
    """Tags with sorted attributes and words without spare blanks: what a browser would build, without layout."""

    def __init__(self) -> None:
        super().__init__()
        self.nodes: list[Node] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tidy = sorted((name, " ".join((value or "").split())) for name, value in attrs)
        self.nodes.append((tag, tidy))

    def handle_endtag(self, tag: str) -> None:
        self.nodes.append((f"/{tag}", None))

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if words:
            self.nodes.append(("words", words))


def outline(html: str) -> list[Node]:
    parser = Outline()
    parser.feed(html)
    parser.close()
    return parser.nodes


@functools.cache
def template(component: str) -> Template:
    macro = "govuk" + "".join(part.capitalize() for part in component.split("-"))
    file = f"govuk_frontend_jinja/components/{component}/macro.html"
    source = f'{{% from "{file}" import {macro} %}}{{{{ {macro}(options) }}}}'
    return environment_with(source_loader()).from_string(source)


@pytest.fixture
def components(built: Path) -> Path:
    """The npm package's components; building the assets has installed it."""
    return built.parent / "node_modules" / "govuk-frontend" / "dist" / "govuk" / "components"


@pytest.mark.parametrize("component", [*USED, *NESTED])
def test_a_component_is_drawn_as_upstream_draws_it(component: str, components: Path) -> None:
    fixtures = json.loads((components / component / "fixtures.json").read_text("utf-8"))["fixtures"]
    assert fixtures
    different = [
        fixture["name"]
        for fixture in fixtures
        if outline(template(component).render(options=fixture["options"])) != outline(fixture["html"])
    ]
    assert different == []
