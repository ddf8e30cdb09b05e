"""One test over all that people read: no sentence lacks a language, a placeholder or a user.

Templates speak English through gettext and are translated in `locale/id/*.po`; Python says
`Text(id=..., en=...)`; files in `data/` hold objects with `id` and `en`.
"""

import ast
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from jinja2 import DictLoader

from chalicelib.core import ROOT
from chalicelib.core.web.templates import environment_with

Sentences = Mapping[str, str]
"""Every form of a message id, and where it stands."""

PLACEHOLDER = re.compile(r"%\(\w+\)\w|%?\{\w*[^}]*\}")


def test_everything_that_people_read_is_whole_in_both_languages() -> None:
    assert holes(ROOT) == []


def holes(root: Path) -> list[str]:
    sentences, unreadable = template_sentences(root / "templates")
    messages = list(catalogue(root / "locale" / "id"))
    return [
        *unreadable,
        *(f"{where}: no Indonesian for {said!r}" for said, where in untranslated(sentences, messages)),
        *(f"{where}: nobody says {said!r}" for said, where in orphans(sentences, messages)),
        *(f"{where}: {wrong}" for where, message in messages for wrong in flaws(message)),
        *(f"two translations of {said!r}: {words}" for said, words in contradictions(messages)),
        *(f"{where}: {wrong}" for where, id_, en in texts(root) for wrong in half_said(id_, en)),
    ]


def template_sentences(folder: Path) -> tuple[dict[str, str], list[str]]:
    """The literal sentences of all templates, and the calls that no catalogue can know."""
    found: dict[str, str] = {}
    unreadable: list[str] = []
    rules: Any = environment_with(DictLoader({}))
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        for line, _, said in rules.extract_translations(path.read_text("utf-8")):
            forms = [form for form in said if form] if isinstance(said, tuple) else [said]
            where = f"{path.relative_to(folder.parent)}:{line}"
            found.update((form, where) for form in forms if form)
            unreadable += [f"{where}: translates what is not a literal"] if not all(forms) else []
    return found, unreadable


def catalogue(folder: Path) -> Iterator[tuple[str, Message]]:
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            entries = read_po(file, locale="id", abort_invalid=True)
        yield from ((f"{path.name}:{entry.lineno}", entry) for entry in entries if entry.id)
        yield from ((f"{path.name} (obsolete)", entry) for entry in entries.obsolete.values())


def untranslated(sentences: Sentences, messages: list[tuple[str, Message]]) -> Iterator[tuple[str, str]]:
    known = {form for _, message in messages if not message.fuzzy for form in forms_of(message.id)}
    yield from ((said, where) for said, where in sentences.items() if said not in known)


def orphans(sentences: Sentences, messages: list[tuple[str, Message]]) -> Iterator[tuple[str, str]]:
    for where, message in messages:
        yield from ((form, where) for form in forms_of(message.id) if form not in sentences)


def flaws(message: Message) -> Iterator[str]:
    asked = placeholders(*forms_of(message.id))
    if message.fuzzy:
        yield f"fuzzy {message.id!r}"
    for words in forms_of(message.string):
        if not words.strip():
            yield f"empty {message.id!r}"
        elif placeholders(words) != asked or not formats(words):
            yield f"placeholders of {message.id!r} differ in {words!r}"


def contradictions(messages: list[tuple[str, Message]]) -> Iterator[tuple[str, list[str]]]:
    words = defaultdict(set)
    for _, message in messages:
        words[str(message.id)].add(str(message.string))
    yield from ((said, sorted(several)) for said, several in words.items() if len(several) > 1)


def texts(root: Path) -> Iterator[tuple[str, str, str]]:
    for path in sorted((root / "chalicelib").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and (said := literal_pair(node)):
                yield f"{path.relative_to(root)}:{node.lineno}", *said
    for path in sorted((root / "data").rglob("*.json")):
        for thing in objects(json.loads(path.read_text("utf-8"))):
            yield str(path.relative_to(root)), str(thing.get("id", "")), str(thing["en"])


def literal_pair(call: ast.Call) -> tuple[str, str] | None:
    """`Text(...)`, or any call with `id=` and `en=`, with words in the source; a missing one counts as ""."""
    given = {word.arg: word.value for word in call.keywords if word.arg}
    if len(given) < len(call.keywords):
        return None  # `Text(**row)`: the row is checked in its file
    if isinstance(call.func, ast.Name) and call.func.id == "Text":
        given = dict(zip(("id", "en"), call.args, strict=False)) | given
    elif not {"id", "en"} <= given.keys():
        return None
    words = [given.get(lang, ast.Constant("")) for lang in ("id", "en")]
    if any(isinstance(word, ast.Constant) for word in words):
        return spoken(words[0]), spoken(words[1])
    return None


def spoken(word: ast.expr) -> str:
    return str(word.value) if isinstance(word, ast.Constant) else ""


def objects(thing: Any) -> Iterator[dict[str, Any]]:
    """Every JSON object inside, however deep, that says something in English."""
    inner = thing.values() if isinstance(thing, dict) else thing if isinstance(thing, list) else ()
    if isinstance(thing, dict) and "en" in thing:
        yield thing
    for part in inner:
        yield from objects(part)


def half_said(id_: str, en: str) -> Iterator[str]:
    if not (id_.strip() and en.strip()):
        yield f"half said: id={id_!r} en={en!r}"
    elif placeholders(id_) != placeholders(en):
        yield f"placeholders differ: id={id_!r} en={en!r}"


def forms_of(words: Any) -> list[str]:
    return [str(form) for form in words] if isinstance(words, (tuple, list)) else [str(words or "")]


def placeholders(*forms: str) -> set[str]:
    return {name for form in forms for name in PLACEHOLDER.findall(form)}


def formats(words: str) -> bool:
    """Whether `%` can fill it: gettext does so at every rendering, so a bare `50%` would break the page."""
    try:
        return bool(words % defaultdict(int))
    except (TypeError, ValueError):
        return False


SAID = '{% trans name="Ayu" %}Hello {{ name }}{% endtrans %}'
GOOD = 'msgid "Hello %(name)s"\nmsgstr "Halo %(name)s"\n'


def city(root: Path, template: str = SAID, po: str = GOOD, python: str = "", data: str = "[]") -> Path:
    files = {
        "templates/home/page.html": template,
        "locale/id/web.po": po,
        "chalicelib/words.py": python,
        "data/words.json": data,
    }
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, "utf-8")
    return root


def test_a_whole_city_has_no_holes(tmp_path: Path) -> None:
    python = 'Text(id="Banjir di {place}", en="Flood in {place}")\nrow(code="x", id="Air", en="Water")\nText(**row)'

    assert holes(city(tmp_path, python=python, data='[{"name": {"id": "Banjir", "en": "Flood"}}]')) == []


@pytest.mark.parametrize(
    ("hole", "broken"),
    [
        ("no Indonesian", {"po": ""}),
        ("no Indonesian", {"po": "#, fuzzy\n" + GOOD}),
        ("empty", {"po": 'msgid "Hello %(name)s"\nmsgstr ""\n'}),
        ("differ", {"po": 'msgid "Hello %(name)s"\nmsgstr "Halo %(nama)s"\n'}),
        ("differ", {"po": 'msgid "Hello %(name)s"\nmsgstr "Halo %(name)s 50% "\n'}),
        ("nobody says", {"po": GOOD + '\nmsgid "Bye"\nmsgstr "Dadah"\n'}),
        ("nobody says", {"po": GOOD + '\n#~ msgid "Bye"\n#~ msgstr "Dadah"\n'}),
        ("not a literal", {"template": SAID + "{{ _(word) }}"}),
        ("half said", {"python": 'Text(id="Banjir", en="")'}),
        ("half said", {"python": 'Text("Banjir")'}),
        ("half said", {"python": 'row(id="", en="Water")'}),
        ("placeholders differ", {"python": 'Text(id="Banjir di {tempat}", en="Flood in {place}")'}),
        ("half said", {"data": '{"kinds": [{"id": " ", "en": "Flood"}]}'}),
        ("half said", {"data": '{"kinds": [{"en": "Flood"}]}'}),
    ],
)
def test_a_hole_is_found(tmp_path: Path, hole: str, broken: dict[str, str]) -> None:
    assert any(hole in said for said in holes(city(tmp_path, **broken)))


def test_two_catalogues_that_disagree_are_found(tmp_path: Path) -> None:
    city(tmp_path)
    (tmp_path / "locale/id/home.po").write_text(GOOD.replace("Halo", "Hai"))

    assert any("two translations" in said for said in holes(tmp_path))
