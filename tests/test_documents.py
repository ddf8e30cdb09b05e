"""What the documents promise is there: links, make targets, files, settings and alarms that they name."""

import json
import re
from pathlib import Path

import pytest

from infra.build.template import load
from infra.steps import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([\w-]+))?\)")
PATH = re.compile(r"`((?:app\.py|chalicelib|core|infra|tests|templates|data|docs|locale|assets)/?[\w./-]*)`")
TARGET = re.compile(r"(?:`|^(?: {4,})?)make ([a-z]+)\b", re.MULTILINE)
# The guide makes it.
ABSENT = {"infra/lost_property.yaml"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def words(path: Path) -> str:
    return path.read_text("utf-8")


def headings(path: Path) -> set[str]:
    """The anchors that a heading gets: lower case, blanks as dashes, no other signs."""
    found = re.findall(r"^#+ (.+)$", words(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_a_link_leads_somewhere(document: Path) -> None:
    for address, anchor in LINK.findall(words(document)):
        target = (document.parent / address).resolve() if address else document
        assert target.exists(), address
        assert not anchor or anchor in headings(target), f"{address}#{anchor}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_a_path_that_is_named_exists(document: Path) -> None:
    for named in PATH.findall(words(document)):
        places = (ROOT / named, ROOT / "chalicelib" / named, document.parent / named)
        assert named in ABSENT or any(place.exists() for place in places), named


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", words(ROOT / "Makefile"), re.MULTILINE))
    named = {target for path in DOCUMENTS for target in TARGET.findall(words(path))}

    assert named <= targets


def test_every_alarm_of_the_table_exists() -> None:
    alarms = json.dumps([load(ROOT / "infra" / name) for name in ("alarms.yaml", "payments.yaml")])
    table = words(ROOT / "docs" / "running.md").split("| alarm |")[1].split("\n\n")[0]
    named = [alarm for row in table.splitlines()[2:] for alarm in re.findall(r"`([\w-]+)`", row.split("|")[1])]

    assert len(named) > 5
    assert [alarm for alarm in named if f"sewaka-${{Stage}}-{alarm}" not in alarms] == []


def test_every_decision_has_a_number_and_stands_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    decisions = sorted(path.name for path in folder.glob("*.md") if path.name != "README.md")

    assert [one for one in decisions if not re.match(r"\d{4}-[a-z0-9-]+\.md$", one)] == []
    assert [one for one in decisions if f"({one})" not in words(folder / "README.md")] == []
    assert [one[:4] for one in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
