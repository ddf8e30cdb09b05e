"""docs/adding-a-service.md is followed to the letter in a copy of the project, and what comes of it is tested there."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.build.catalogues import compile_all
from infra.build.template import load, merged, parts
from infra.steps import ROOT

GUIDE = ROOT / "docs" / "adding-a-service.md"
BLOCK = re.compile(
    r'^```\w+ title="(?P<file>[^"]+)"(?: after="(?P<after>(?:[^"\\]|\\.)+)")?\n(?P<text>.*?)^```$', re.M | re.S
)
COPIED = ("app.py", "chalicelib", "templates", "data", "locale", ".chalice", "infra", "tests", "pyproject.toml")
LEFT = shutil.ignore_patterns("__pycache__", "*.pyc", "*.mo")
THERE = (
    *("tests/lost_property", "tests/test_architecture.py", "tests/test_completeness.py"),
    "tests/web/test_openapi.py",
    "tests/infra/test_functions.py::test_the_stack_has_the_functions_of_the_spine_and_of_the_services[local]",
)


@dataclass(frozen=True)
class Block:
    """A block of the guide: a whole file, or lines that go below the line `after`."""

    file: str
    after: str | None
    text: str

    def write(self, project: Path) -> None:
        path = project / self.file
        if self.after is None:
            assert not path.exists(), f"{self.file} is there already"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.text, "utf-8")
        else:
            path.write_text(self._inserted(path.read_text("utf-8").splitlines(keepends=True)), "utf-8")

    def _inserted(self, lines: list[str]) -> str:
        found = [at for at, line in enumerate(lines) if line.strip() == self.after]
        assert len(found) == 1, f"{self.file} has {len(found)} lines {self.after!r}"
        return "".join([*lines[: found[0] + 1], self.text, *lines[found[0] + 1 :]])


def blocks() -> list[Block]:
    found = BLOCK.finditer(GUIDE.read_text("utf-8"))
    return [Block(one["file"], one["after"] and one["after"].replace('\\"', '"'), one["text"]) for one in found]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which the guide was followed."""
    copy = tmp_path_factory.mktemp("project")
    for name in COPIED:
        source = ROOT / name
        shutil.copytree(source, copy / name, ignore=LEFT) if source.is_dir() else shutil.copyfile(source, copy / name)
    for block in blocks():
        block.write(copy)
    compile_all(copy)
    return copy


def run(project: Path, *tool: str) -> None:
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(project), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", *tool], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_the_guide_names_every_room() -> None:
    rooms = {Path(block.file).name for block in blocks() if block.file.startswith("chalicelib/")}

    assert rooms == {
        f"{room}.py" for room in ("__init__", "model", "events", "store", "service", "reads", "pages", "api", "workers")
    }


@pytest.mark.slow
def test_a_service_that_follows_the_guide_passes_its_tests_and_the_rules_of_the_house(project: Path) -> None:
    run(project, "pytest", "-q", "-p", "no:cacheprovider", *THERE)


@pytest.mark.slow
def test_a_service_that_follows_the_guide_is_clean(project: Path) -> None:
    written = sorted({block.file for block in blocks() if block.file.endswith(".py")})

    run(project, "ruff", "check", "--no-cache", *written)
    run(project, "ruff", "format", "--no-cache", "--check", *written)


def test_the_resources_of_the_guide_name_nothing_that_is_not_there(project: Path) -> None:
    whole = merged(parts(project / "infra"))
    written = [load(project / "infra" / "lost_property.yaml"), *map(load, project.glob(".chalice/policy-lost*.json"))]
    named = {name.split(".")[0] for tree in written for name in named_in(tree)}

    assert {"LostPropertyQueue", "RuleDeadLetters", "OperatorsTopic", "Table"} <= named
    assert {name for name in named if not name.startswith("AWS::")} <= {*whole["Resources"], *whole["Parameters"]}


def named_in(node: Any) -> Iterator[str]:
    """The logical ids under `Ref`, `Fn::GetAtt` and `Fn::Sub`."""
    if isinstance(node, list):
        for inner in node:
            yield from named_in(inner)
    elif isinstance(node, dict):
        for key, inner in node.items():
            yield from _named(key, inner)


def _named(key: str, inner: Any) -> Iterator[str]:
    if key == "Ref":
        return iter([inner])
    if key == "Fn::GetAtt":
        return iter(inner[:1])
    return iter(re.findall(r"\${([\w.:]+)}", inner)) if key == "Fn::Sub" else named_in(inner)
