"""One local city: its ports and its folders. Nothing else knows a number or a path, so two can stand side by side."""

import argparse
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from infra.steps import ROOT, Trouble

STAGE = "local"
REGION = "ap-southeast-3"
ACCOUNT = "000000000000"
PORTS = ("door", "cloud", "smtp", "sandbox")
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}


@dataclass(frozen=True)
class City:
    """leashed: it stops when its standard input closes, so it cannot outlive whoever holds the other end.

    stripe_key: a test key, with which Stripe itself takes the payments; without one the sandbox does.
    """

    home: Path = ROOT / ".local"
    door: int = 8000
    cloud: int = 4566
    smtp: int = 8025
    sandbox: int = 8030
    leashed: bool = False
    stripe_key: str = field(default="", repr=False)
    stripe_signing_secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.door}"

    @property
    def endpoint(self) -> str:
        """Where the embedded cloud speaks AWS."""
        return f"http://127.0.0.1:{self.cloud}"

    @property
    def checkout(self) -> str:
        """Where the sandbox answers: its API and the pages on which people pay."""
        return f"http://127.0.0.1:{self.sandbox}"

    @property
    def account(self) -> Path:
        """What the sandbox keeps."""
        return self.home / "sandbox.json"

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
        own = {"Stage": STAGE, "Origin": self.origin, "OidcEndpoint": self.endpoint, "MailDomain": "denpasar.test"}
        # Stripe's own addresses are what the template says by itself.
        return own if self.stripe_key else {**own, "PaymentsApi": self.checkout, "CheckoutOrigin": self.checkout}

    @property
    def environment(self) -> dict[str, str]:
        """What any AWS client needs to reach this city's cloud as the account's root."""
        return {**KEYS, "AWS_ENDPOINT_URL": self.endpoint}

    def arguments(self) -> list[str]:
        """The command-line form, read back by `read_city`; keys stay in the environment."""
        ports = [f"--{name}={getattr(self, name)}" for name in PORTS]
        return [f"--home={self.home}", *ports, *(["--leashed"] if self.leashed else [])]

    def topic(self, name: str) -> str:
        return f"arn:aws:sns:{REGION}:{ACCOUNT}:sewaka-{STAGE}-{name}"


def read_city(arguments: list[str], environment: Mapping[str, str] = os.environ) -> City:
    """Trouble for a key that moves real money."""
    usual = City()
    asked = argparse.ArgumentParser(prog="python3 -m infra.local", description="The whole city on this machine.")
    asked.add_argument("--home", type=Path, default=usual.home)
    for port in PORTS:
        given = environment.get(f"{port.upper()}_PORT", getattr(usual, port))
        asked.add_argument(f"--{port}", type=int, default=given)
    asked.add_argument("--leashed", action="store_true", help="stop when standard input closes")
    wish = asked.parse_args(arguments)
    key, secret = environment.get("STRIPE_TEST_KEY", ""), environment.get("STRIPE_WEBHOOK_SECRET", "")
    if key and not key.startswith(("sk_test_", "rk_test_")):
        raise Trouble("STRIPE_TEST_KEY is no test key (sk_test_..., rk_test_...); a local city never takes another one")
    ports = (wish.door, wish.cloud, wish.smtp, wish.sandbox)
    return City(wish.home.resolve(), *ports, wish.leashed, key, (secret,) if secret else ())
