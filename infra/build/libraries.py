"""The libraries that functions carry: what our code imports and what that needs, pruned and compiled once.

They are kept in build/cache under the hash of their pins, so that a change of our code costs no installation.
"""

import ast
import importlib.metadata
import platform
import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra.build.archive import write_zip
from infra.build.bytecode import byte_compile
from infra.build.paths import CACHE
from infra.steps import ROOT, Trouble, command, fingerprint

# Chalice's other half is a command-line tool: 39 MB that no function ever imports.
SHIPPED_WITHOUT_NEEDS = frozenset({"chalice"})
CHALICE_KEEPS = frozenset({"__init__.py", "app.py", "py.typed"})
# The AWS services that the code calls; botocore describes 400 others in 20 MB.
AWS_SERVICES = frozenset({"dynamodb", "events", "kms", "s3", "secretsmanager", "ses", "sns", "sqs", "sts"})
AWS_COMMON = frozenset({"_retry.json", "endpoints.json", "partitions.json", "sdk-default-configuration.json"})
# Names of holidays: the library brings them in a hundred languages.
HOLIDAYS_SPOKEN = frozenset({"id", "en_US"})
METADATA_KEEPS = frozenset({"METADATA", "LICENSE", "LICENSE.txt", "top_level.txt"})


def wanted(root: Path = ROOT) -> dict[str, str]:
    """Pin lines by name (name==version and hashes) of what our code imports and what that needs in turn.

    Trouble for an import that requirements.in does not lead to.
    """
    pins = _pins((root / "requirements.txt").read_text("utf-8"))
    closed = _closure(_distributions(_imported(root)))
    if unpinned := sorted(closed - pins.keys()):
        raise Trouble(
            f"imported, but not pinned: {', '.join(unpinned)}; add it to requirements.in, `make requirements`"
        )
    return {name: pins[name] for name in sorted(closed)}


def _imported(root: Path) -> set[str]:
    """The top-level modules that app.py and chalicelib import, at the top of a module or within a function."""
    found: set[str] = set()
    for file in [root / "app.py", *(root / "chalicelib").rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found


def _distributions(modules: set[str]) -> set[str]:
    homes = importlib.metadata.packages_distributions()
    return {canonicalize_name(name) for module in modules for name in homes.get(module, ())}


def _pins(text: str) -> dict[str, str]:
    found = re.finditer(r"^([A-Za-z0-9._-]+)==\S+(?: \\\n +--hash=\S+)*", text, re.MULTILINE)
    return {canonicalize_name(pin[1]): pin[0] for pin in found}


def _closure(names: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    ahead = list(names)
    while ahead:
        name = ahead.pop()
        if name not in seen:
            seen.add(name)
            ahead += [] if name in SHIPPED_WITHOUT_NEEDS else _needs(name)
    return seen


def _needs(name: str) -> list[str]:
    """Direct needs on this interpreter, without extras, as the installed tools' environment declares them."""
    needs = [Requirement(line) for line in importlib.metadata.requires(name) or []]
    asked = [need for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]
    return [canonicalize_name(need.name) for need in asked]


def foreign(stage: str) -> bool:
    """True where this machine's binaries would not run on Lambda's x86-64 Linux."""
    return stage != "local" and (sys.platform, platform.machine()) != ("linux", "x86_64")


def libraries(stage: str) -> Path:
    """The zip of all libraries for that stage, from the cache where it is there."""
    pins = wanted()
    rules = fingerprint([Path(__file__)], *pins.values(), sys.version, "Linux" if foreign(stage) else "")
    kept = CACHE / f"libraries-{rules[:16]}.zip"
    if not kept.is_file():
        folder = kept.with_suffix("")
        _install(pins, folder, foreign(stage))
        prune(folder)
        byte_compile(folder)
        write_zip(folder, kept)
        shutil.rmtree(folder)
    return kept


def _install(pins: dict[str, str], folder: Path, elsewhere: bool) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if elsewhere:
        _download(pins, folder)
        return
    for name in pins:
        copy_installed(name, folder)


def copy_installed(name: str, folder: Path) -> None:
    """The very files that the tools' environment has, which pip checked against their hashes."""
    found = importlib.metadata.distribution(name)
    for file in found.files or ():
        if ".." not in file.parts and "__pycache__" not in file.parts:
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(str(found.locate_file(file)), target)


def _download(pins: dict[str, str], folder: Path) -> None:
    """Wheels for Lambda's Linux, where this machine is another."""
    lines = folder.with_suffix(".txt")
    lines.write_text("\n".join(pins.values()) + "\n", "utf-8")
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-compile", "--no-deps", "--require-hashes"]
    other = ["--platform", "manylinux2014_x86_64", "--platform", "manylinux_2_28_x86_64", "--only-binary", ":all:"]
    command([*pip, "-r", str(lines), "--target", str(folder), *other], "fetching the functions' libraries")


def prune(folder: Path) -> None:
    """Takes away what no function imports."""
    shutil.rmtree(folder / "bin", ignore_errors=True)
    keep_only(folder / "chalice", CHALICE_KEEPS)
    for sdk in ("boto3", "botocore"):
        keep_only(folder / sdk / "data", AWS_SERVICES | AWS_COMMON)
    shutil.rmtree(folder / "boto3" / "examples", ignore_errors=True)
    # Types alone, half of the library.
    shutil.rmtree(folder / "stripe" / "params", ignore_errors=True)
    keep_only(folder / "holidays" / "locale", HOLIDAYS_SPOKEN)
    for metadata in folder.glob("*.dist-info"):
        keep_only(metadata, METADATA_KEEPS)


def keep_only(folder: Path, names: frozenset[str]) -> None:
    for child in folder.iterdir() if folder.is_dir() else ():
        if child.name not in names:
            shutil.rmtree(child) if child.is_dir() else child.unlink()
