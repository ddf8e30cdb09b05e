"""One city per home, and no port that somebody else has: said in one line before any work begins."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from infra.local.city import City
from infra.steps import Trouble

USES = {"door": "front door", "cloud": "embedded cloud", "smtp": "mail sink", "sandbox": "payment sandbox"}


@contextmanager
def claimed(city: City) -> Iterator[None]:
    """Holds the home's lock, with this process's id in it. Trouble when a city runs there or a port is taken."""
    city.home.mkdir(parents=True, exist_ok=True)
    with city.lock.open("a+") as lock:
        if not _locked(lock):
            raise Trouble(f"the city already runs at {city.origin}; open it, or end it with `make stop`")
        free_ports(city)
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def running(city: City) -> int | None:
    """The process id of the city that runs in this home, or None."""
    if not city.lock.exists():
        return None
    with city.lock.open("r+") as lock:
        return None if _locked(lock) else int(lock.read() or 0) or None


def free_ports(city: City) -> None:
    for name, use in USES.items():
        port = getattr(city, name)
        if not _free(port):
            option = f"{name.upper()}_PORT={port + 100}"
            wish = f"stop what listens there (`lsof -i :{port}`), or choose another: make run {option}"
            raise Trouble(f"port {port}, for the {use}, is taken: {wish}")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a connection that is only dying away does not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
