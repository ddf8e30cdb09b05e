"""`python3 -m infra.local`: from a bare checkout to a running city. This half needs the standard library alone."""

import os
import signal
import sys

from infra import prepare
from infra.local.city import City, read_city
from infra.local.claims import claimed
from infra.steps import or_exit, say, stop_commands


def main() -> None:
    city = read_city(sys.argv[1:])
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stopped)
    with claimed(city):
        say("Sewaka starts; the first time takes a minute or so.")
        prepare.make("tools", "cloud", "assets")
    _go_on(city)


def _go_on(city: City) -> None:
    """Becomes the city, inside the environment that is now there; the lock goes with this program and is taken anew."""
    python = str(prepare.TOOLS / "bin" / "python")
    os.execv(python, [python, "-m", "infra.local.running", *city.arguments()])  # noqa: S606


def _stopped(number: int, _frame: object) -> None:
    stop_commands()
    os._exit(128 + number)


if __name__ == "__main__":
    or_exit(main)
