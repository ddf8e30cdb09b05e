"""One JSON line per state change: a constant name and searchable ids, never people.

The correlation id travels from the browser to the last worker: the portal sets it for a request, a worker takes it
from the entry that it handles, and `commit` stamps it on every journal entry.
"""

import contextvars
import json
import re
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import msgspec

from chalicelib.core.clock import as_stamp, utc_now

_correlation: contextvars.ContextVar[str] = contextvars.ContextVar("correlation", default="")
_WELL_FORMED = re.compile(r"[0-9A-Za-z._:=-]{8,64}")


def correlation() -> str:
    return _correlation.get()


@contextmanager
def correlated(id: str | None) -> Iterator[str]:
    """Everything noted and committed inside carries this id; a missing or malformed one is replaced by a new one."""
    token = _correlation.set(id if id and _WELL_FORMED.fullmatch(id) else secrets.token_hex(16))
    try:
        yield _correlation.get()
    finally:
        _correlation.reset(token)


def note(name: str, **ids: str | int | float | bool | None) -> None:
    """Writes the line `name` with searchable fields: ids and codes, never names, contacts or free text."""
    _write({"at": as_stamp(utc_now()), "event": name, "correlation": correlation(), **ids})


def measure(name: str, value: float, unit: str = "Count", **dimensions: str) -> None:
    """Writes one metric in CloudWatch's embedded metric format, namespace `Sewaka`."""
    metric = {
        "Namespace": "Sewaka",
        "Dimensions": [list(dimensions)],
        "Metrics": [{"Name": name, "Unit": unit}],
    }
    stamp = int(utc_now().timestamp() * 1000)
    _write({"_aws": {"Timestamp": stamp, "CloudWatchMetrics": [metric]}, **dimensions, name: value})


def _write(line: Mapping[str, object]) -> None:
    sys.stdout.write(_ascii(line) + "\n")


def _ascii(line: Mapping[str, object]) -> str:
    try:
        # Every request writes a line: msgspec takes a seventh of the time, but would write UTF-8.
        return msgspec.json.encode(line).decode("ascii")
    except UnicodeError:
        return json.dumps(line, separators=(",", ":"))
