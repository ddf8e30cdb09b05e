"""The template: infra/*.yaml merged, packaged by Chalice, cut to two API resources, with our settings in it."""

import json
import os
import subprocess
import sys
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from infra.build.paths import Artefacts
from infra.steps import ROOT, Trouble

Tree = dict[str, Any]

SECTIONS = ("Parameters", "Conditions", "Mappings", "Resources", "Outputs")
# The edge is a stack of its own in us-east-1; the others are no part of a template.
NO_PART = frozenset({"edge.yaml", "environment.yaml", "policy-reasons.yaml"})
VERBS = ("get", "post", "put", "delete", "patch", "head", "options")
PROXY = {"name": "proxy", "in": "path", "required": True, "type": "string"}


def load(path: Path) -> Tree:
    """A YAML file in CloudFormation's long form. Trouble for a key twice or for anything but a mapping."""
    try:
        tree = yaml.load(path.read_text("utf-8"), _Unique)  # noqa: S506
    except yaml.YAMLError as wrong:
        raise Trouble(f"{path.name}: {wrong}") from wrong
    if not isinstance(tree, dict):
        raise Trouble(f"{path.name} holds no mapping")
    return tree


class _Unique(yaml.SafeLoader):
    """YAML lets a later key win in silence; here it is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        if twice := {key for key in keys if keys.count(key) > 1}:
            raise yaml.YAMLError(f"twice in one mapping: {', '.join(sorted(twice))}{node.start_mark}")
        return super().construct_mapping(node, deep)


def parts(folder: Path = ROOT / "infra") -> list[Path]:
    return sorted(path for path in folder.glob("*.yaml") if path.name not in NO_PART)


def merged(files: list[Path]) -> Tree:
    """One template of all files. Trouble where two files name the same thing in one section."""
    whole: Tree = {section: {} for section in SECTIONS}
    for file in files:
        for section, entries in load(file).items():
            if section not in whole:
                raise Trouble(f"{file.name}: {section} is none of {', '.join(SECTIONS)}")
            if twice := whole[section].keys() & entries.keys():
                raise Trouble(f"{file.name}: {section} {', '.join(sorted(twice))} stands in another file already")
            whole[section] |= entries
    return {section: entries for section, entries in whole.items() if entries}


def package(artefacts: Artefacts, root: Path = ROOT) -> Tree:
    """The SAM template that Chalice makes of the staged project and the merged files."""
    extra = artefacts.home / "merge.json"
    extra.write_text(json.dumps(merged(parts(root / "infra"))), "utf-8")
    out = artefacts.home / "chalice"
    tool = Path(sys.executable).parent / "chalice"
    chalice = [str(tool), "--project-dir", str(artefacts.project), "package"]
    options = ["--stage", artefacts.stage, "--merge-template", str(extra), str(out)]
    env = {**os.environ, "AWS_DEFAULT_REGION": "ap-southeast-3", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
    env["PYTHONPATH"] = str(artefacts.project)
    done = subprocess.run([*chalice, *options], env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Trouble(f"chalice package failed:\n{(done.stdout + done.stderr).strip()[-2000:]}")
    written = next(path for path in (out / "sam.json", out / "sam.yaml") if path.is_file())
    tree: Tree = yaml.load(written.read_text("utf-8"), yaml.CSafeLoader)
    return tree


def finished(template: Tree, settings: Tree) -> Tree:
    """The template as it is deployed: two API resources, the same settings in every function."""
    refuse_orphans(template)
    only_two_resources(template["Resources"]["RestAPI"]["Properties"])
    for function in functions(template).values():
        function["Properties"]["CodeUri"] = "functions.zip"
        function["Properties"].setdefault("Environment", {})["Variables"] = settings
    return template


def refuse_orphans(template: Tree) -> None:
    """Trouble for overrides of functions that app.py does not register: nothing else lacks a type."""
    orphans = [name for name, resource in template["Resources"].items() if "Type" not in resource]
    if orphans:
        raise Trouble(f"infra/functions.yaml names functions that app.py does not register: {', '.join(orphans)}")


def functions(template: Tree) -> dict[str, Tree]:
    """The functions by logical id."""
    resources: dict[str, Tree] = template["Resources"]
    return {name: one for name, one in resources.items() if one["Type"] == "AWS::Serverless::Function"}


def only_two_resources(api: Tree) -> None:
    """API Gateway allows 300 resources: `/` and `/{proxy+}` serve all, and the portal resolves its own routes."""
    body = api["DefinitionBody"]
    anything = next(iter(body["paths"].values()))
    integration = next(iter(anything.values()))["x-amazon-apigateway-integration"]
    body["paths"] = {"/": _verbs(integration), "/{proxy+}": _verbs(integration, PROXY)}
    # A list would turn fonts into base64 text for a browser that accepts anything.
    body.pop("x-amazon-apigateway-binary-media-types", None)
    body.pop("definitions", None)
    api["BinaryMediaTypes"] = ["*/*"]


def _verbs(integration: Tree, *parameters: Tree) -> Tree:
    answer = {"200": {"description": "ok"}}
    one = {"parameters": list(parameters), "responses": answer, "x-amazon-apigateway-integration": integration}
    return dict.fromkeys(VERBS, one)


def handlers(template: Tree) -> dict[str, str]:
    """Handler strings (`module.function`) by logical id."""
    return {name: one["Properties"]["Handler"] for name, one in functions(template).items()}
