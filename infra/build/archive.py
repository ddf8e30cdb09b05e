"""Zips whose bytes depend on names and contents alone: sorted, one date, one mode, no extra fields."""

import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path

# The earliest moment that a zip can tell.
EPOCH = (1980, 1, 1, 0, 0, 0)
MODE = 0o100644 << 16


def write_zip(folder: Path, target: Path, base: Path | None = None, leave: Iterable[str] = ()) -> None:
    """Every file under the folder, after the entries of the base zip, which are copied as they are.

    leave: top-level names that stay out.
    """
    fresh = target.with_suffix(".new")
    if base is None:
        fresh.unlink(missing_ok=True)
    else:
        shutil.copyfile(base, fresh)
    left = frozenset(leave)
    with zipfile.ZipFile(fresh, "a", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = file.relative_to(folder)
            if name.parts[0] not in left:
                archive.writestr(_entry(name.as_posix()), file.read_bytes())
    fresh.replace(target)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.external_attr = MODE
    entry.create_system = 3
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry
