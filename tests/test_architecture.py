"""The rules that matter, kept by the machine: who may import whom, and that every door has a guard."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CODE = ROOT / "chalicelib"
FILES = sorted([*CODE.rglob("*.py"), ROOT / "app.py"])
SERVICES = {path.name for path in CODE.iterdir() if path.is_dir() and path.name not in ("core", "__pycache__")}

# What a room may import of its own service; core is described in PURE and SEAMS.
ROOMS = {
    "__init__": set(),
    "model": set(),
    "events": {"model"},
    "store": {"model"},
    "gateway": {"model"},
    "links": set(),
    "letters": {"model"},
    "reads": {"model", "store", "events", "links"},
    "fanout": {"model", "events", "store"},
    "service": {"model", "events", "store", "gateway", "reads", "fanout", "letters", "links"},
    "forms": {"model", "service"},
    "pages": {"model", "service", "reads", "forms", "links"},
    "api": {"model", "service", "reads"},
    "workers": {"model", "service", "reads", "events", "fanout"},
}
# Pure words: what a model may know of the core. `vault` is here for its `Sealed`, `events` for `Fact`, `signing` for
# how keys are written.
PURE = {
    "errors",
    "money",
    "clock",
    "calendar",
    "places",
    "hazards",
    "ids",
    "text",
    "contacts",
    "vault",
    "events",
    "signing",
    "sms",
}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            for alias in node.names:
                yield f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def home(path: Path) -> tuple[str, str]:
    """The service and the room of a file; a room that outgrew its page is a folder of the same name."""
    parts = path.relative_to(CODE).with_suffix("").parts
    return parts[0], parts[1] if len(parts) > 1 else ""


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


SERVICE_FILES = [
    path for path in FILES if path.parent != CODE and path != ROOT / "app.py" and home(path)[0] in SERVICES
]


@pytest.mark.parametrize("path", SERVICE_FILES, ids=name)
def test_services_meet_only_through_reads(path: Path) -> None:
    service, _ = home(path)
    for used in imports(path):
        parts = used.split(".")
        if parts[0] == "chalicelib" and parts[1] in SERVICES and parts[1] != service:
            assert parts[2] == "reads", f"{name(path)} reaches into {used}"


def test_every_room_has_its_rule() -> None:
    assert {home(path)[1] for path in SERVICE_FILES} <= ROOMS.keys()


@pytest.mark.parametrize("path", SERVICE_FILES, ids=name)
def test_a_room_imports_only_the_rooms_below_it(path: Path) -> None:
    service, room = home(path)
    allowed = ROOMS[room]
    for used in imports(path):
        parts = used.split(".")
        if parts[:2] == ["chalicelib", service] and len(parts) > 2 and parts[2] in ROOMS and parts[2] != room:
            assert parts[2] in allowed, f"{name(path)}: a {room} does not import {parts[2]}"


@pytest.mark.parametrize("path", [p for p in SERVICE_FILES if home(p)[1] in ("model", "events")], ids=name)
def test_models_and_events_are_pure(path: Path) -> None:
    for used in imports(path):
        parts = used.split(".")
        if parts[:2] == ["chalicelib", "core"] and len(parts) > 3:
            assert parts[2] in PURE, f"{name(path)} imports {used}"


CORE_FILES = [path for path in FILES if path != ROOT / "app.py" and home(path)[0] == "core"]


@pytest.mark.parametrize("path", CORE_FILES, ids=name)
def test_core_knows_no_service(path: Path) -> None:
    assert not [
        used for used in imports(path) if used.split(".")[:1] == ["chalicelib"] and used.split(".")[1] in SERVICES
    ]


# A module, and the only places that may import it.
BORDERS = {
    "boto3": ("chalicelib/core/aws/",),
    "botocore": ("chalicelib/core/aws/",),
    "stripe": ("chalicelib/payments/gateway",),
    "xlsxwriter": ("chalicelib/core/export.py",),
    "typst": ("chalicelib/core/documents.py",),
    "chalice": ("chalicelib/core/web/", "chalicelib/core/handlers.py", "app.py", "*/workers.py", "*/workers/"),
    "authlib": ("chalicelib/identity/gateway",),
    "joserfc": ("chalicelib/identity/gateway",),
    "aws_encryption_sdk": ("chalicelib/core/aws/",),
}


def inside(path: Path, places: tuple[str, ...]) -> bool:
    at = name(path)
    return any(at.startswith(place) or (place.startswith("*") and place[1:] in at) for place in places)


@pytest.mark.parametrize("module", BORDERS)
def test_a_vendor_stays_behind_its_border(module: str) -> None:
    strangers = [
        name(path)
        for path in FILES
        if not inside(path, BORDERS[module]) and any(used.split(".")[0] == module for used in imports(path))
    ]
    assert strangers == []


# Words in the source, and the only file that may hold them.
WORDS = {"os.environ": "chalicelib/core/settings.py", "datetime.now(": "chalicelib/core/clock.py"}


@pytest.mark.parametrize("word", WORDS)
def test_the_environment_and_the_clock_are_asked_in_one_place(word: str) -> None:
    assert [name(path) for path in FILES if word in path.read_text("utf-8")] in ([WORDS[word]], [])


def test_packages_form_no_cycle() -> None:
    edges: dict[str, set[str]] = {}
    for path in FILES:
        if path == ROOT / "app.py":
            continue
        for used in imports(path):
            parts = used.split(".")
            if parts[0] == "chalicelib" and len(parts) > 1 and parts[1] != home(path)[0]:
                edges.setdefault(home(path)[0], set()).add(parts[1])
    assert not [package for package in edges if _reaches(edges, package, package, frozenset())]


def _reaches(edges: dict[str, set[str]], start: str, goal: str, seen: frozenset[str]) -> bool:
    return any(
        one == goal or (one not in seen and _reaches(edges, one, goal, seen | {one})) for one in edges.get(start, ())
    )


def test_every_route_names_its_guard() -> None:
    from app import app

    routes = {(method, path) for path, methods in app.routes.items() for method in methods}
    assert routes == set(app.guards)


# Staff routes are those that no visitor may enter: named by address, so that a forgotten guard is seen.
def test_staff_addresses_have_staff_guards() -> None:
    from app import app

    open_doors = [path for (_, path), guard in app.guards.items() if "/staff" in path and not guard.roles]
    assert open_doors == []


def test_every_module_opens_with_one_sentence() -> None:
    assert [name(path) for path in FILES if not ast.get_docstring(ast.parse(path.read_text("utf-8")))] == []


VAGUE = {"utils", "helpers", "manager", "common", "misc"}


def test_no_module_has_a_vague_name() -> None:
    assert [name(path) for path in FILES if path.stem in VAGUE] == []
