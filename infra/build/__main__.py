"""`python -m infra.build STAGE...` writes build/STAGE/; `python -m infra.build catalogues` only the catalogues."""

import fcntl
import hashlib
import json
import sys
from pathlib import Path

from infra.build.archive import write_zip
from infra.build.catalogues import compile_all
from infra.build.libraries import libraries
from infra.build.paths import ASSETS, STAGES, Artefacts
from infra.build.staging import NOT_SHIPPED, stage_project
from infra.build.template import finished, load, package
from infra.steps import ROOT, Trouble, files_under, fingerprint, once, or_exit, say

SOURCES = (
    "app.py",
    "chalicelib",
    "templates",
    "data",
    ".chalice",
    "infra/build",
    "requirements.txt",
    "requirements.in",
)


def inputs(stage: str) -> str:
    places = [*(ROOT / name for name in SOURCES), *(ROOT / "infra").glob("*.yaml"), ASSETS]
    catalogues = [path for path in files_under(ROOT / "locale") if path.suffix == ".po"]
    return fingerprint([*files_under(*places), *catalogues], stage, sys.version)


def build(stage: str) -> Artefacts:
    """Makes the stage's zip and template unless they are there for these very inputs. One builder at a time."""
    artefacts = Artefacts(stage)
    artefacts.home.mkdir(parents=True, exist_ok=True)
    with (artefacts.home / "lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        once(f"build {stage}", inputs(stage), artefacts.template, lambda: make(artefacts))
    return artefacts


def make(artefacts: Artefacts, root: Path = ROOT) -> None:
    """The build itself, of the sources under root."""
    artefacts.template.unlink(missing_ok=True)
    project = stage_project(artefacts, root)
    write_zip(project, artefacts.zip, libraries(artefacts.stage), NOT_SHIPPED)
    template = finished(package(artefacts, root), load(root / "infra" / "environment.yaml"))
    artefacts.template.write_text(json.dumps(template, sort_keys=True), "utf-8")


def main() -> None:
    for name in sys.argv[1:]:
        if name == "catalogues":
            compile_all()
        elif name in STAGES:
            done = build(name)
            say(f"{done.zip.relative_to(ROOT)} sha256 {hashlib.sha256(done.zip.read_bytes()).hexdigest()}")
        else:
            raise Trouble(f"no such stage: {name}; there are {', '.join(STAGES)}")


if __name__ == "__main__":
    or_exit(main)
