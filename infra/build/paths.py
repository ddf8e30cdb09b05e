"""Where the build reads and writes."""

from dataclasses import dataclass
from pathlib import Path

from infra.steps import ROOT

STAGES = ("local", "staging", "prod")


@dataclass(frozen=True)
class Artefacts:
    """What one stage's build leaves behind, under build/<stage>/."""

    stage: str

    @property
    def home(self) -> Path:
        return ROOT / "build" / self.stage

    @property
    def project(self) -> Path:
        """The staged project, as Chalice and the zip see it."""
        return self.home / "project"

    @property
    def zip(self) -> Path:
        return self.home / "functions.zip"

    @property
    def template(self) -> Path:
        """The SAM template; `CodeUri` names the zip and is replaced at the deploy."""
        return self.home / "template.json"


CACHE = ROOT / "build" / "cache"
ASSETS = ROOT / "build" / "assets.json"
STATIC = ROOT / "build" / "static"
