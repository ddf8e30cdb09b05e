"""A second city for the tests: the real one, on other ports and in another home, so that `make run` may go on."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from infra import prepare
from infra.deploy import outputs
from infra.local.city import ACCOUNT, REGION, STAGE, City
from infra.local.claims import free_ports, running
from infra.local.clients import client, home
from infra.steps import ROOT, Trouble

PATIENCE = 120
# Chalice reads all of these.
SCHEDULED = {
    "version": "0",
    "id": "1",
    "account": ACCOUNT,
    "region": REGION,
    "time": "2026-11-24T02:00:00Z",
    "source": "aws.events",
    "detail-type": "Scheduled Event",
    "resources": [],
    "detail": {},
}


@dataclass
class SecondCity:
    """A running city. told: the stack's outputs."""

    city: City
    told: dict[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def origin(self) -> str:
        return self.city.origin

    def client(self, service: str) -> Any:
        """A boto3 client as the account's root."""
        return client(self.city, service)

    def start(self) -> None:
        """Answers when the home page does. RuntimeError with the end of its output when it never does."""
        self.city.home.mkdir(parents=True, exist_ok=True)
        program = [sys.executable, "-m", "infra.local.running", *self.city.arguments()]
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                program,
                cwd=ROOT,
                env={name: value for name, value in os.environ.items() if not name.startswith("STRIPE_")},
                stdout=output,
                stderr=output,
                stdin=subprocess.PIPE,
                start_new_session=True,
            )
        self.eventually(self._ready, PATIENCE)
        self.told = outputs(home(self.city), f"sewaka-{STAGE}")

    @property
    def _output(self) -> Path:
        return self.city.home / "output.log"

    def _ready(self) -> bool:
        said = self._output.read_text("utf-8", "replace")
        if self._process is None or self._process.poll() is not None:
            raise RuntimeError(f"the second city did not start:\n{said[-3000:]}")
        return "\nReady after" in said

    def stop(self) -> None:
        """As Ctrl-C does: in order, keeping the data."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(60)

    def kill_cloud(self) -> None:
        """SIGKILL to the embedded cloud; the city brings it back from its last snapshot. Answers when it is back."""
        self._end_cloud(signal.SIGKILL)

    def restart_cloud(self) -> None:
        """The embedded cloud stops in order, with its state saved, and comes back."""
        self._end_cloud(signal.SIGTERM)

    def _end_cloud(self, number: signal.Signals) -> None:
        before = self.city.cloud_pid.read_text("utf-8")
        os.kill(int(before), number)
        self.eventually(lambda: self._cloud_is_another(before), 60)

    def _cloud_is_another(self, before: str) -> bool:
        now = self.city.cloud_pid.read_text("utf-8") if self.city.cloud_pid.exists() else before
        return now not in ("", before) and self._answers(f"{self.city.endpoint}/_ministack/health")

    def _answers(self, address: str) -> bool:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            return False
        return True

    def invoke(self, function: str, event: dict[str, Any] | None = None) -> Any:
        """Runs a function by its short name (`sweeper`, `alerts-clock`) and answers its result."""
        payload = json.dumps(event or SCHEDULED)
        name = f"sewaka-{STAGE}-{function}"
        return json.load(self.client("lambda").invoke(FunctionName=name, Payload=payload)["Payload"])

    def inbox(self) -> list[dict[str, Any]]:
        """What left the city, newest first, as `/_inbox.json` tells it."""
        with urllib.request.urlopen(f"{self.origin}/_inbox.json", timeout=10) as answer:
            told: list[dict[str, Any]] = json.load(answer)
        return told

    def clear_inbox(self) -> None:
        urllib.request.urlopen(f"{self.origin}/_inbox/clear", data=b"", timeout=10).close()

    def eventually(self, look: Callable[[], Any], seconds: float = 20) -> Any:
        """The first true answer of look. AssertionError when there is none in time."""
        return eventually(look, seconds)


def eventually(look: Callable[[], Any], seconds: float = 20) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.1)
    return found


def free_city() -> City:
    """The first of ten second cities that nobody runs: several people may test in one checkout."""
    # Two runs side by side begin at numbers of their own (`make test`): they would both find the first one free.
    for number in range(int(os.environ.get("FIRST_CITY", "0")), 10):
        shift = 100 + number * 10
        ports = (8000 + shift, 4566 + shift, 9025 + shift, 7030 + shift)
        city = City(ROOT / ".local" / f"city-{number}", *ports, leashed=True)
        try:
            free_ports(city)
        except Trouble:
            continue
        if running(city) is None:
            return city
    raise RuntimeError("ten second cities run already")


@pytest.fixture(scope="session")
def running_city() -> Iterator[SecondCity]:
    """A fresh city with the demo accounts, its cloud with IAM enforced; stopped and forgotten at the end."""
    prepare.make("cloud", "assets")
    second = SecondCity(free_city())
    shutil.rmtree(second.city.home, ignore_errors=True)
    try:
        second.start()
        yield second
    finally:
        second.stop()
