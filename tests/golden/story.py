"""A story on memory twins in which every fact of every service happens, and what the archive then holds.

`python -m tests.golden.story` writes the facts of the release that pyproject.toml names; do it once, when a release is
made. What lies there is never changed afterwards: it is what old archives and queues hold.
"""

import importlib
import json
import tomllib
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from chalicelib.alerts.model.alert import Hand
from chalicelib.alerts.service import Alerts
from chalicelib.core.events import Entry, Fact, entry_from
from chalicelib.incidents.service.cases import Incidents, Observation
from chalicelib.spine.service import Relay
from chalicelib.subscriptions.model.wishes import Wishes
from chalicelib.subscriptions.service.asking import Subscriptions
from infra.steps import ROOT
from tests.alerts.desk import TYPED, cancelled, drafted, issued, press, submitted
from tests.alerts.wire import carries, listens, wired
from tests.golden import payments
from tests.twins.bus import MemoryArchive, MemoryBus
from tests.twins.post import MemoryQueue
from tests.web.city import City

HOME = Path(__file__).parent
PLACE = "51.71.03.2003"

Archived = dict[str, Any]


def archived() -> dict[str, Archived]:
    """The last archived object of each fact, by its name, out of a story in which all of them happen."""
    with wired() as wire:
        _incidents(wire.city)
        _alerts(wire.city)
        _subscriptions(wire.city, listens(wire, "budi@example.com", PLACE), carries(wire, "+6281234567890", PLACE))
        told = {fact["name"]: fact for fact in _relayed(wire.city)}
    return told | {entry.name: json.loads(json.dumps(entry.archived())) for entry in payments.happened()}


def _incidents(city: City) -> None:
    cases = Incidents(city.tools)
    first, second = (cases.open((_reported(cases),), "ayu", str(uuid.uuid4())) for _ in range(2))
    cases.verify(first, "ayu")
    cases.reject(second, "ayu", "Tidak ada apa-apa")


def _reported(cases: Incidents) -> str:
    seen = Observation(kind="flood", village=PLACE, place_words="", words="Air naik", language="id")
    return cases.report(seen, str(uuid.uuid4()))


def _alerts(city: City) -> None:
    ayu, made, desk = city.officer("Ayu"), city.officer("Made"), Alerts(city.tools)
    draft = drafted(ayu)
    press(ayu, f"/{draft}/edit", "/edit", **TYPED)
    press(ayu, f"/{draft}", "/submit")
    press(made, f"/{draft}", "/return", reason="Ubah judulnya")
    submitted(ayu)
    cancelled(city, _warning(city))
    over = issued(city)
    desk.send_again(over, Hand(id="made", name="Made"), str(uuid.uuid4()), ("a__b",))
    city.clock.pass_(timedelta(hours=8))
    desk.expire(over)
    city.clock.pass_(timedelta(hours=-8))


def _warning(city: City) -> str:
    """An alert about an incident, which the incident's own record follows."""
    (incident,) = {entry.data["incident_id"] for entry in _entries(city) if entry.name == "IncidentVerified"}
    alert = issued(city, incident=incident)
    Incidents(city.tools).follow_alert(Alerts(city.tools).history(alert)[-1])
    return alert


def _subscriptions(city: City, *people: str) -> None:
    asking = Subscriptions(city.tools)
    for person in people:
        asking.change(person, lambda _: Wishes(places=("51.71",)))
        asking.stop(person)


def _relayed(city: City) -> Iterator[Archived]:
    archive = MemoryArchive()
    Relay(city.store, archive, MemoryBus(), MemoryQueue(), city.clock).send(_entries(city))
    return (json.loads(versions[0] or b"") for _, versions in archive.versions())


def _entries(city: City) -> list[Entry]:
    return [entry for entry in city.store.entries.values() if isinstance(entry, Entry)]


def release() -> str:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return str(told["project"]["version"])


def golden() -> dict[tuple[str, str], Archived]:
    """Every golden fact by release and name."""
    files = sorted(HOME.glob("*/*.json"))
    return {(file.parent.name, file.stem): json.loads(file.read_text("utf-8")) for file in files}


def fact_classes() -> dict[str, type[Fact]]:
    """The facts of all services that can be announced: those without facts below them."""
    for file in (ROOT / "chalicelib").glob("*/events.py"):
        importlib.import_module(f"chalicelib.{file.parent.name}.events")
    return {kind.__name__: kind for kind in _leaves(Fact) if kind.__module__.startswith("chalicelib.")}


def _leaves(kind: type[Fact]) -> Iterator[type[Fact]]:
    below = kind.__subclasses__()
    if not below:
        yield kind
    for one in below:
        yield from _leaves(one)


def main() -> None:
    folder = HOME / release()
    folder.mkdir(exist_ok=True)
    for name, fact in archived().items():
        if not (file := folder / f"{name}.json").exists():
            assert entry_from(fact).name == name
            file.write_text(json.dumps(fact, indent=2, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main()
