"""`make requirements`: every *.in becomes exact pins with hashes, without a line about where packages come from."""

import sys

from infra.steps import ROOT, command, or_exit, step

PINS = ROOT / ".local" / "pins"
# In this order: a later file is constrained by an earlier one.
FILES = (
    "requirements",
    "requirements-build",
    "requirements-dev",
    "requirements-bench",
    "infra/local/requirements",
    "infra/local/requirements-node",
)
QUIET = ("--no-header", "--no-emit-options", "--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host")


def main() -> None:
    command([sys.executable, "-m", "venv", str(PINS)], "making an environment")
    command([str(PINS / "bin" / "pip"), "install", "-q", "pip-tools==7.6.2", "pip<26.3"], "installing pip-tools")
    for name in FILES:
        with step(name):
            compiler = [
                str(PINS / "bin" / "pip-compile"),
                "-q",
                "--generate-hashes",
                "--allow-unsafe",
                "--strip-extras",
            ]
            command([*compiler, *QUIET, f"{name}.in", "-o", f"{name}.txt"], f"compiling {name}.in")
    for name in FILES:
        assert "file:" not in (ROOT / f"{name}.txt").read_text("utf-8"), f"{name}.txt names a place"


if __name__ == "__main__":
    or_exit(main)
