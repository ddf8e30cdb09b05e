"""One local city: its ports and its folders. Nothing else knows a number or a path, so two can stand side by side."""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

from infra.steps import ROOT

STAGE = "local"
REGION = "ap-southeast-3"
ACCOUNT = "000000000000"
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}


@dataclass(frozen=True)
class City:
    """leashed: it stops when its standard input closes, so it cannot outlive whoever holds the other end."""

    home: Path = ROOT / ".local"
    door: int = 8000
    cloud: int = 4566
    smtp: int = 8025
    leashed: bool = False

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.door}"

    @property
    def endpoint(self) -> str:
        """Where the embedded cloud speaks AWS."""
        return f"http://127.0.0.1:{self.cloud}"

    @property
    def state(self) -> Path:
        return self.home / "state"

    @property
    def files(self) -> Path:
        """S3's objects, which the embedded cloud keeps apart from its state; never keep one without the other."""
        return self.home / "s3"

    @property
    def scratch(self) -> Path:
        return self.home / "tmp"

    @property
    def log(self) -> Path:
        return self.home / "log"

    @property
    def inbox(self) -> Path:
        return self.home / "inbox.jsonl"

    @property
    def lock(self) -> Path:
        """Held by a running city; holds its process id."""
        return self.home / "city.lock"

    @property
    def cloud_pid(self) -> Path:
        return self.home / "cloud.pid"

    @property
    def parameters(self) -> dict[str, str]:
        """What the template is told here; everything else in it is the same everywhere."""
        return {"Stage": STAGE, "Origin": self.origin, "OidcEndpoint": self.endpoint, "MailDomain": "denpasar.test"}

    @property
    def environment(self) -> dict[str, str]:
        """What any AWS client needs to reach this city's cloud as the account's root."""
        return {**KEYS, "AWS_ENDPOINT_URL": self.endpoint}

    def arguments(self) -> list[str]:
        """The command-line form, read back by `read_city`."""
        ports = [f"--door={self.door}", f"--cloud={self.cloud}", f"--smtp={self.smtp}"]
        return [f"--home={self.home}", *ports, *(["--leashed"] if self.leashed else [])]

    def topic(self, name: str) -> str:
        return f"arn:aws:sns:{REGION}:{ACCOUNT}:sewaka-{STAGE}-{name}"


def read_city(arguments: list[str]) -> City:
    usual = City()
    asked = argparse.ArgumentParser(prog="python3 -m infra.local", description="The whole city on this machine.")
    asked.add_argument("--home", type=Path, default=usual.home)
    for port in ("door", "cloud", "smtp"):
        asked.add_argument(f"--{port}", type=int, default=os.environ.get(f"{port.upper()}_PORT", getattr(usual, port)))
    asked.add_argument("--leashed", action="store_true", help="stop when standard input closes")
    wish = asked.parse_args(arguments)
    return City(wish.home.resolve(), wish.door, wish.cloud, wish.smtp, wish.leashed)
