"""Which library checks JSON against our dataclasses: the figures behind docs/decisions/0002."""

import compileall
import dataclasses
import importlib.util
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chalicelib.core.vault import Sealed, Secret
from chalicelib.incidents.model import Point, Report
from tests.bench.timing import fresh_milliseconds, microseconds, table

pytestmark = pytest.mark.bench

# Each with all that it loads, as a function would have to carry it.
NEEDS = {
    "msgspec": ("msgspec",),
    "cattrs": ("cattrs", "attrs", "attr", "typing_extensions"),
    "pydantic": ("pydantic", "pydantic_core", "annotated_types", "typing_extensions", "typing_inspection"),
}
REPORT = Report(
    reference="LP-K7MH-K52N-FTR8",
    kind="flood",
    village="51.71.03.2003",
    place_words="Gang Mawar",
    words="Air setinggi lutut di depan pasar",
    language="id",
    received_at=datetime(2026, 11, 24, 2, 30, tzinfo=UTC),
    point=Point(lat=-8.65, lon=115.21),
    contact=Sealed(secret=Secret.EMAIL, sealed="x" * 200, mask="w***@example.com", found_by="y" * 43),
)

Write = Callable[[Report], Any]
Read = Callable[[Any], Report]

# From nothing to one dataclass that was read: what a cold start pays.
POINT = """
from dataclasses import dataclass
@dataclass(frozen=True, kw_only=True)
class Point:
    lat: float
    lon: float
body = {"lat": -8.65, "lon": 115.21}
"""
FIRST_READS = {
    "no library": f"{POINT}\nPoint(**body)",
    "msgspec": f"{POINT}\nimport msgspec\nmsgspec.convert(body, Point)",
    "cattrs": f"{POINT}\nfrom cattrs.preconf.json import make_converter\nmake_converter().structure(body, Point)",
    "pydantic": f"{POINT}\nfrom pydantic import TypeAdapter\nTypeAdapter(Point).validate_python(body)",
}


def msgspec_pair() -> tuple[Write, Read]:
    import msgspec

    return msgspec.to_builtins, lambda body: msgspec.convert(body, Report)


def cattrs_pair() -> tuple[Write, Read]:
    from cattrs.preconf.json import make_converter

    converter = make_converter()
    return converter.unstructure, lambda body: converter.structure(body, Report)


def pydantic_pair() -> tuple[Write, Read]:
    from pydantic import TypeAdapter

    adapter: TypeAdapter[Report] = TypeAdapter(Report)
    return lambda report: adapter.dump_python(report, mode="json"), adapter.validate_python


PAIRS = {"msgspec": msgspec_pair, "cattrs": cattrs_pair, "pydantic": pydantic_pair}


@pytest.fixture
def libraries(tmp_path: Path) -> Path:
    """Copies with bytecode, as the build ships them."""
    for name in {name for names in NEEDS.values() for name in names}:
        found = importlib.util.find_spec(name)
        assert found is not None
        origin = Path(found.origin or "")
        if origin.name == "__init__.py":
            shutil.copytree(origin.parent, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(origin, tmp_path / origin.name)
    compileall.compile_dir(tmp_path, quiet=2, workers=1)
    return tmp_path


def test_msgspec_reads_and_writes_a_record_for_the_least(libraries: Path) -> None:
    first = fresh_milliseconds(FIRST_READS, libraries)
    pairs = {name: made() for name, made in PAIRS.items()}
    bodies = {name: write(REPORT) for name, (write, _) in pairs.items()}
    assert {name: read(bodies[name]) for name, (_, read) in pairs.items()} == dict.fromkeys(pairs, REPORT)
    writes = microseconds({name: _call(write, REPORT) for name, (write, _) in pairs.items()})
    reads = microseconds({name: _call(read, bodies[name]) for name, (_, read) in pairs.items()})

    sizes = {name: _megabytes(libraries, NEEDS[name]) for name in NEEDS}
    none = first["no library"]
    rows = [[n, f"{first[n] - none:.0f}", f"{reads[n]:.1f}", f"{writes[n]:.1f}", f"{sizes[n]:.1f}"] for n in NEEDS]
    fields = len(dataclasses.fields(Report))
    table(f"A report ({fields} fields) read and written", ["", "first read ms", "read µs", "write µs", "MB"], rows)
    assert min(reads, key=lambda name: reads[name]) == "msgspec"


def _call(work: Callable[[Any], Any], argument: Any) -> Callable[[], Any]:
    return lambda: work(argument)


def _megabytes(folder: Path, names: tuple[str, ...]) -> float:
    files = [file for name in names for place in folder.glob(f"{name}*") for file in (place, *place.rglob("*"))]
    return sum(file.stat().st_size for file in set(files) if file.is_file()) / 1e6
