"""The templates under test: as the build packages them, as one stage decides them, as AWS's transform writes them."""

import functools
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from boto3 import Session
from cfnlint.api import ManualArgs, lint
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from infra.build.paths import Artefacts
from infra.build.template import finished, load, package
from infra.steps import ROOT
from tests.infra.intrinsics import decided

Tree = dict[str, Any]

INFRA = ROOT / "infra"
CODE = shutil.ignore_patterns("__pycache__", "*.pyc")


class Scratch(Artefacts):
    """Artefacts of a test: away from build/, without libraries and compiled templates, which no template shows."""

    @functools.cached_property
    def home(self) -> Path:
        return Path(tempfile.mkdtemp(prefix=f"sewaka-{self.stage}-"))


@functools.cache
def packaged(stage: str) -> str:
    """The SAM template of a stage as JSON, exactly as the build deploys it but for the zip's place."""
    artefacts = Scratch(stage)
    try:
        return json.dumps(_package(artefacts))
    finally:
        shutil.rmtree(artefacts.home)


def _package(artefacts: Artefacts) -> Tree:
    project = artefacts.project
    for name in ("chalicelib", "data", ".chalice"):
        shutil.copytree(ROOT / name, project / name, ignore=CODE)
    shutil.copyfile(ROOT / "app.py", project / "app.py")
    (project / "requirements.txt").write_text("", "utf-8")
    template = finished(package(artefacts), load(INFRA / "environment.yaml"))
    for function in of_type(template, "AWS::Serverless::Function").values():
        function["Properties"]["CodeUri"] = {"Bucket": "artefacts", "Key": "functions.zip"}
    return template


@functools.cache
def findings(text: str, region: str) -> tuple[str, ...]:
    """What cfn-lint says of a template, its SAM transform included; equal templates are linted once."""
    return tuple(str(found) for found in lint(text, config=ManualArgs(regions=[region])))


def template(stage: str) -> Tree:
    tree: Tree = json.loads(packaged(stage))
    return tree


@functools.cache
def city(stage: str) -> Tree:
    """The regional stack with the stage's conditions, maps and names filled in."""
    return decided(template(stage), {"Stage": stage})


@functools.cache
def edge(stage: str) -> Tree:
    return decided(load(INFRA / "edge.yaml"), {"Stage": stage, "HostName": "sewaka.test", "HostedZoneId": "Z1"})


@functools.cache
def translated(stage: str) -> Tree:
    """Plain CloudFormation, as AWS's Serverless transform writes it, decided for the stage."""
    transform = Translator({}, Parser(), boto_session=Session(region_name="ap-southeast-3"))
    return decided(transform.translate(template(stage), {"Stage": stage}), {"Stage": stage})


def of_type(tree: Tree, kind: str) -> dict[str, Tree]:
    """The resources of one type by logical id."""
    return {name: one for name, one in tree["Resources"].items() if one.get("Type") == kind}


def properties(tree: Tree, kind: str) -> dict[str, Tree]:
    return {name: one.get("Properties", {}) for name, one in of_type(tree, kind).items()}


def statements(node: object, place: str = "") -> Iterator[tuple[str, Tree]]:
    """Every policy statement under a node, with the place where it stands."""
    if isinstance(node, dict):
        if "Effect" in node and ("Action" in node or "NotAction" in node):
            yield place, node
        for key, inner in node.items():
            yield from statements(inner, f"{place}/{key}")
    elif isinstance(node, list):
        for inner in node:
            yield from statements(inner, place)


def many(value: object) -> list[Any]:
    """AWS writes one thing as itself and several as a list."""
    return value if isinstance(value, list) else [value]
