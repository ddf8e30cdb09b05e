"""The staged project: our code, compiled templates and catalogues, definitions and the asset manifest."""

import shutil
from pathlib import Path

from chalicelib.core.web.templates import environment, source_loader
from infra.build import definitions, services
from infra.build.bytecode import byte_compile
from infra.build.catalogues import compile_all
from infra.build.paths import ASSETS, Artefacts
from infra.steps import ROOT, Trouble

CODE = shutil.ignore_patterns("__pycache__", "*.pyc", "*.po", ".DS_Store", "deployments", "deployed")
# For Chalice alone; the functions never see them.
NOT_SHIPPED = (".chalice", "requirements.txt")


def stage_project(artefacts: Artefacts, root: Path = ROOT) -> Path:
    """Lays the project anew and answers its folder. Trouble when the assets are not built yet."""
    if not ASSETS.is_file():
        raise Trouble("build/assets.json is missing: `python3 -m infra.prepare assets` builds it")
    project = artefacts.project
    shutil.rmtree(project, ignore_errors=True)
    project.mkdir(parents=True)
    compile_all(root)
    definitions.check(root / "data" / "schemes")
    services.check(root / "data" / "services")
    for name in ("chalicelib", "data", "locale", ".chalice"):
        shutil.copytree(root / name, project / name, ignore=CODE)
    shutil.copyfile(root / "app.py", project / "app.py")
    shutil.copyfile(ASSETS, project / "assets.json")
    # Chalice installs what stands here; the libraries are ours to lay beside it.
    (project / "requirements.txt").write_text("", "utf-8")
    services.write_index(project)
    compile_templates(project / "templates_compiled", root)
    byte_compile(project)
    return project


def compile_templates(target: Path, root: Path = ROOT) -> None:
    """Every template as a Python module: a cold start compiles none.

    Not optimised: a filter on a constant would be worked out here, in one language for all.
    """
    rules = environment("en").overlay(loader=source_loader(root), optimized=False)
    rules.compile_templates(target, zip=None, log_function=_loud)


def _loud(line: str) -> None:
    if line.startswith("Could not compile"):
        raise Trouble(line)
