"""Work that is shown line by line with its time, done only when its inputs changed, and fails in one line."""

import functools
import hashlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


class Trouble(Exception):
    """Something that the person at the keyboard can mend: one clear line, which says what to do."""


def say(line: str) -> None:
    print(line, flush=True)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Prints the name and the seconds once the work is done; nothing where it failed."""
    began = time.monotonic()
    yield
    say(f"  {name:<44} {time.monotonic() - began:5.1f} s")


def files_under(*places: Path) -> list[Path]:
    """Every file of these files and folders, sorted, without bytecode; a missing place has none."""
    found = [file for place in places for file in ([place] if place.is_file() else place.rglob("*"))]
    return sorted(file for file in found if file.is_file() and "__pycache__" not in file.parts)


def fingerprint(paths: Iterable[Path], *words: str) -> str:
    """sha256 over names and contents, so that a renamed file counts as a change."""
    seen = hashlib.sha256("\0".join(words).encode())
    for path in paths:
        name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        seen.update(f"{name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return seen.hexdigest()


def once(name: str, inputs: str, made: Path, work: Callable[[], None]) -> None:
    """Does the work unless what it makes is there and its stamp holds these inputs. The stamp is written last."""
    stamp = ROOT / ".local" / "stamps" / name.replace(" ", "-")
    if made.exists() and stamp.is_file() and stamp.read_text("utf-8") == inputs:
        return
    stamp.unlink(missing_ok=True)
    with step(name):
        work()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(inputs, "utf-8")


_commands: set[subprocess.Popen[str]] = set()


def command(arguments: Sequence[str], name: str, env: Mapping[str, str] | None = None) -> None:
    """Runs quietly; Trouble with the last lines that it said when it fails."""
    pipe, both, nothing = subprocess.PIPE, subprocess.STDOUT, subprocess.DEVNULL
    start = functools.partial(subprocess.Popen[str], cwd=ROOT, env=env, text=True)
    with start(arguments, stdin=nothing, stdout=pipe, stderr=both) as process:
        _commands.add(process)
        said, _ = process.communicate()
        _commands.discard(process)
    if process.returncode:
        last = "\n".join(said.strip().splitlines()[-15:])
        raise Trouble(f"{name} failed ({' '.join(map(str, arguments[:4]))} ...):\n{last}")


def stop_commands() -> None:
    """Ends what `command` has under way: Ctrl-C must leave no installer behind."""
    for process in list(_commands):
        process.terminate()


def or_exit(work: Callable[[], None]) -> None:
    """Runs a tool's main function; Trouble becomes one line on stderr and exit code 1."""
    try:
        work()
    except Trouble as trouble:
        sys.exit(f"sewaka: {trouble}")
