"""Jinja2 environments, one per language. In the built zip templates are compiled modules, in a checkout files."""

import functools
import json
from collections.abc import Mapping
from pathlib import Path

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    ModuleLoader,
    PackageLoader,
    PrefixLoader,
    Undefined,
    select_autoescape,
)
from jinja2.utils import missing

from chalicelib.core.money import Money
from chalicelib.core.text import Text, day, moment, translations

ROOT = Path(__file__).resolve().parents[3]


class MissingWord(Undefined):
    """A name that no page gave cannot be shown; an attribute that is not there counts as empty.

    The macros of govuk-frontend-jinja ask for optional attributes all the time, so StrictUndefined refuses them.
    """

    __slots__ = ()

    def __str__(self) -> str:
        if self._undefined_name and self._undefined_obj is missing:
            self._fail_with_undefined_error()
        return ""


def environment_with(loader: BaseLoader) -> Environment:
    """The one set of rules, used by the build when it compiles and by the function when it renders."""
    rules = Environment(
        loader=loader,
        autoescape=select_autoescape(("html", "xml"), default_for_string=True),
        extensions=["jinja2.ext.i18n"],
        undefined=MissingWord,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    rules.policies["ext.i18n.trimmed"] = True
    return rules


def source_loader(root: Path = ROOT) -> BaseLoader:
    macros = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    return ChoiceLoader([FileSystemLoader(root / "templates"), macros])


def _loader() -> BaseLoader:
    compiled = ROOT / "templates_compiled"
    return ModuleLoader(compiled) if compiled.is_dir() else source_loader()


@functools.cache
def environment(language: str) -> Environment:
    rules = environment_with(_loader())
    words = translations(language)
    rules.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]
    rules.filters["text"] = lambda said: said.in_(language) if isinstance(said, Text) else said
    rules.filters["moment"] = lambda at: moment(at, language)
    rules.filters["day"] = lambda at: day(at, language)
    rules.filters["rupiah"] = lambda amount: amount.shown(language) if isinstance(amount, Money) else amount
    rules.globals["static"] = static
    return rules


@functools.cache
def _manifest() -> Mapping[str, str]:
    for place in (ROOT / "assets.json", ROOT / "build" / "assets.json"):
        if place.is_file():
            manifest: Mapping[str, str] = json.loads(place.read_text("utf-8"))
            return manifest
    return {}


def static(name: str) -> str:
    """The address of an asset under its hashed name."""
    return f"/static/{_manifest().get(name, name)}"
