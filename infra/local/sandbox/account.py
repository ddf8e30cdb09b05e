"""The account: everything that was ever made in it, in the order of its making, and the events that tell of it.

Things are JSON objects as the API shows them; a name that begins with `_` is the sandbox's own and is never shown.
"""

import copy
import json
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from infra.local.sandbox.refusals import no_such

Tree = dict[str, Any]

VERSION = "2026-10-28.endive"
# kind: (what its ids begin with, its `object`, its name in an error)
KINDS = {
    "session": ("cs_test_", "checkout.session", "checkout.session"),
    "intent": ("pi_", "payment_intent", "payment_intent"),
    "charge": ("ch_", "charge", "charge"),
    "refund": ("re_", "refund", "refund"),
    "dispute": ("dp_", "dispute", "dispute"),
    "transaction": ("txn_", "balance_transaction", "balance transaction"),
    "payout": ("po_", "payout", "payout"),
    "event": ("evt_", "event", "event"),
}
PATIENCE = 3 * 24 * 3600
LONGEST_PAUSE = 300


def _random_id() -> str:
    return secrets.token_hex(12)


@dataclass
class Account:
    """`file`: where it is kept between two starts, None for a test. Whoever changes it holds `turn`, then `save`s."""

    now: Callable[[], datetime]
    file: Path | None = None
    new_id: Callable[[], str] = _random_id
    things: dict[str, dict[str, Tree]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    # Answers by idempotency key; events on their way; what goes wrong next.
    answers: dict[str, Tree] = field(default_factory=dict)
    parcels: list[Tree] = field(default_factory=list)
    mishaps: list[Tree] = field(default_factory=list)
    faults: list[Tree] = field(default_factory=list)
    turn: Any = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        if self.file is not None and self.file.exists():
            for name, kept in json.loads(self.file.read_text("utf-8")).items():
                setattr(self, name, kept)

    def save(self) -> None:
        """Whole or not at all."""
        if self.file is None:
            return
        kept = {name: getattr(self, name) for name in ("things", "answers", "parcels", "mishaps", "faults")}
        self.file.parent.mkdir(parents=True, exist_ok=True)
        beside = self.file.with_suffix(".new")
        beside.write_text(json.dumps(kept), "utf-8")
        os.replace(beside, self.file)  # noqa: PTH105 (what it is called everywhere)

    def seconds(self) -> int:
        return int(self.now().timestamp())

    def make(self, kind: str, **fields: Any) -> Tree:
        start, name, _ = KINDS[kind]
        thing = {"id": start + self.new_id(), "object": name, "created": self.seconds(), "livemode": False, **fields}
        self.things[kind][thing["id"]] = thing
        return thing

    def find(self, kind: str, id: str, param: str = "id") -> Tree:
        """Refusal (404) when there is no such thing."""
        if id not in self.things[kind]:
            raise no_such(KINDS[kind][2], id, param)
        return self.things[kind][id]

    def anything(self, id: str) -> Tree | None:
        return next((things[id] for things in self.things.values() if id in things), None)

    def newest_first(self, kind: str, **wanted: Any) -> Iterator[Tree]:
        for thing in reversed(list(self.things[kind].values())):
            if all(thing.get(name) == value for name, value in wanted.items()):
                yield thing

    def tell(self, kind: str, thing: Tree) -> None:
        """An event with the thing as it is now, on its way to whoever listens."""
        told = {"type": kind, "api_version": VERSION, "data": {"object": shown(thing)}}
        event = self.make("event", **told, pending_webhooks=1, request={"id": None, "idempotency_key": None})
        self.parcels += self._parcels(event)

    def _parcels(self, event: Tree) -> list[Tree]:
        """One parcel, unless a mishap is due: none, two, a late one or one that is held back."""
        parcel = {"event": event["id"], "at": self.now().timestamp(), "tries": 0, "held": False}
        mishap = self._mishap(event["type"])
        if mishap == "drop":
            return []
        if mishap == "double":
            return [parcel, dict(parcel)]
        if mishap == "hold":
            return [{**parcel, "held": True}]
        return [{**parcel, "at": parcel["at"] + float(mishap or 0)}]

    def _mishap(self, kind: str) -> str:
        """drop, double, hold, or the seconds of a delay; empty when all goes well."""
        for mishap in self.mishaps:
            if kind.startswith(mishap["kind"]):
                mishap["times"] -= 1
                self.mishaps = [one for one in self.mishaps if one["times"]]
                return str(mishap["do"])
        return ""

    def due(self) -> list[Tree]:
        """The parcels that should be delivered now, oldest first."""
        at = self.now().timestamp()
        return [parcel for parcel in self.parcels if not parcel["held"] and parcel["at"] <= at]

    def arrived(self, parcel: Tree) -> None:
        self.parcels = [one for one in self.parcels if one is not parcel]
        self.things["event"][parcel["event"]]["pending_webhooks"] = 0

    def came_back(self, parcel: Tree) -> None:
        """Again after 1, 2, 4 ... seconds, for three days."""
        parcel["at"] = self.now().timestamp() + min(2 ** parcel["tries"], LONGEST_PAUSE)
        parcel["tries"] += 1
        if self.seconds() - self.things["event"][parcel["event"]]["created"] > PATIENCE:
            self.parcels = [one for one in self.parcels if one is not parcel]


def shown(thing: Any) -> Any:
    """A copy as the API shows it."""
    if isinstance(thing, dict):
        return {name: shown(value) for name, value in thing.items() if not name.startswith("_")}
    return [shown(one) for one in thing] if isinstance(thing, list) else copy.copy(thing)
