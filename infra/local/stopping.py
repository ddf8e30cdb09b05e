"""`make stop` ends a running city in order; `make reset` forgets what it kept."""

import os
import shutil
import signal
import sys
import time

from infra.local.city import City, read_city
from infra.local.claims import running
from infra.steps import Trouble, or_exit, say

PATIENCE = 30


def stop(city: City) -> None:
    process = running(city)
    if process is None:
        say("No city runs here.")
        return
    os.kill(process, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while running(city) is not None:
        if time.monotonic() > deadline:
            raise Trouble(f"the city (process {process}) did not stop within {PATIENCE} s; see {city.log}")
        time.sleep(0.1)
    say("The city has stopped; its data stays.")


def reset(city: City) -> None:
    if running(city) is not None:
        raise Trouble("the city runs; `make stop` first, then `make reset`")
    for folder in (city.state, city.files, city.scratch, city.log):
        shutil.rmtree(folder, ignore_errors=True)
    for file in (city.inbox, city.account):
        file.unlink(missing_ok=True)
    say("The local city's data is gone; `make run` begins anew.")


def main() -> None:
    work = {"stop": stop, "reset": reset}
    if len(sys.argv) < 2 or sys.argv[1] not in work:
        raise Trouble("say stop or reset")
    work[sys.argv[1]](read_city(sys.argv[2:]))


if __name__ == "__main__":
    or_exit(main)
