"""Bytecode that is never checked against its source, and is the same bytes every time.

What a .pyc holds depends on the compiling process: on its hash seed (the order inside sets) and on what it interned
before. So each package is compiled in its files' order by a fresh process with one seed.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from infra.steps import command

# Where Lambda lays the zip: the paths that tracebacks show.
TASK = "/var/task"


def byte_compile(folder: Path) -> None:
    """Compiles every module under the folder, two or more packages at a time. Trouble for one that does not."""
    code = [path for path in sorted(folder.iterdir()) if path.suffix == ".py" or path.is_dir()]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(partial(_compile, folder), code))


def _compile(folder: Path, code: Path) -> None:
    compiler = [sys.executable, "-S", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    seed = {**os.environ, "PYTHONHASHSEED": "0"}
    command([*compiler, "-s", str(folder), "-p", TASK, str(code)], f"compiling {code.name}", env=seed)
