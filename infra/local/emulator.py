"""Starts the embedded cloud for one city, watches it and stops it with all its workers."""

import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from infra.local.city import REGION, City
from infra.prepare import CLOUD
from infra.steps import Trouble

PATIENCE = 30


class Emulator:
    """One MiniStack process in a session of its own: Ctrl-C reaches us first, and we stop it in order."""

    def __init__(self, city: City) -> None:
        self.city = city
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Answers once the cloud is healthy. Trouble with its last lines when it is not."""
        for folder in (self.city.state, self.city.files, self.city.scratch, self.city.log):
            folder.mkdir(parents=True, exist_ok=True)
        # A cloud that was killed leaves the unpacked code of its workers, 100 MB each; nobody waits for its end.
        left = list(self.city.scratch.glob("ministack-lambda-*"))
        threading.Thread(target=_forget, args=(left,), daemon=True).start()
        with (self.city.log / "cloud.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(CLOUD / "bin" / "python"), str(Path(__file__).with_name("cloud.py"))],
                env=environment(self.city),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.city.cloud_pid.write_text(str(self._process.pid), "utf-8")
        self._wait_until_healthy()

    def _wait_until_healthy(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.alive():
            with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
                urllib.request.urlopen(f"{self.city.endpoint}/_ministack/health", timeout=2).close()
                return
            time.sleep(0.05)
        raise Trouble(f"the embedded cloud did not start; the end of {self.city.log}/cloud.log:\n{self._last_lines()}")

    def _last_lines(self) -> str:
        return "\n".join((self.city.log / "cloud.log").read_text("utf-8", "replace").splitlines()[-10:])

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Lets it save its state; whatever is still there of its session after 15 s is killed."""
        if self._process is None:
            return
        if self.alive():
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(15)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self.city.cloud_pid.unlink(missing_ok=True)


def _forget(folders: list[Path]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def environment(city: City) -> dict[str, str]:
    """A fixed one: the functions' workers inherit all of it."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": os.environ.get("HOME", "/"),
        "GATEWAY_PORT": str(city.cloud),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "AUTH": "true",
        "LOG_LEVEL": "WARNING",
        # With cryptography present a broker would open on all interfaces.
        "IOT_MTLS_ENABLED": "0",
        "PERSIST_STATE": "1",
        "S3_PERSIST": "1",
        "STATE_DIR": str(city.state),
        "S3_DATA_DIR": str(city.files),
        "TMPDIR": str(city.scratch),
        "SMTP_HOST": f"127.0.0.1:{city.smtp}",
    }
