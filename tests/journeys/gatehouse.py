"""A city of memory twins behind a real address, and devices that stand at its gate: Chromium with a disk of its own.

The network can be cut: the address does not answer until it is there again. So can the battery: a device is opened
again on the same disk.
"""

import base64
import mimetypes
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Playwright

from app import app
from chalicelib.core import ROOT
from chalicelib.core.toolbox import working_with
from chalicelib.core.web.sessions import SESSION_COOKIE
from tests.journeys.browser import LOCALES, PHONE, QUIET, QUIETER, Window, program
from tests.web.city import City, memory_city
from tests.web.client import Client

STATIC = ROOT / "build"
# Of the gatehouse alone: a cookie with this prefix can only be set by an answer.
LOGIN = "/_log-in"
# A browser opens several connections; the app answers one request at a time, as a function does.
ONE_AT_A_TIME = threading.Lock()


@dataclass
class Gatehouse:
    """`lose`: the path whose next request is done and whose answer is lost; `asked` are "GET /path" as they came."""

    city: City
    port: int = 0
    lose: str = ""
    asked: list[str] = field(default_factory=list)
    _server: "Server | None" = None

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self) -> None:
        self._server = server = Server(self)
        self.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def cut(self) -> None:
        """Nothing answers any more, open connections included."""
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()
        self._server = None

    @property
    def cut_off(self) -> bool:
        return self._server is None

    def meet(self, method: str, path: str) -> None:
        """A request comes in. Raises ConnectionError where the line is cut."""
        if self.cut_off:
            raise ConnectionError
        self.asked.append(f"{method} {path}")

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
        if path == LOGIN:
            return self._let_in()
        client = Client(app, origin=self.origin)
        with ONE_AT_A_TIME:
            answer: dict[str, Any] = app(client.event(method, path, body, dict(headers)), None)
        if path == self.lose:
            self.lose = ""
            raise ConnectionError
        return answer

    def _let_in(self) -> dict[str, Any]:
        session = self.city.officer("Putu", "field_unit", office="dispar").cookies[SESSION_COOKIE]
        cookie = f"{SESSION_COOKIE}={session}; Path=/; Secure; HttpOnly; SameSite=Lax"
        page = '<!doctype html><title>In</title><link rel="icon" href="data:,">'
        headers = {"Content-Type": "text/html", "Set-Cookie": cookie}
        return {"statusCode": 200, "headers": headers, "multiValueHeaders": {}, "body": page}


@contextmanager
def gatehouse() -> Iterator[Gatehouse]:
    with memory_city() as city:
        house = Gatehouse(city)
        house.connect()
        city.tools = replace(city.tools, origin=house.origin)
        with working_with(city.tools):
            yield house
        if not house.cut_off:
            house.cut()


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, house: Gatehouse) -> None:
        super().__init__(("127.0.0.1", house.port), Answering)
        self.house = house


class Answering(BaseHTTPRequestHandler):
    # One request for a connection, so that a cut leaves none open.
    protocol_version = "HTTP/1.0"
    server: Server

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def log_message(self, *_: object) -> None:
        """Tests look at what was answered."""

    def _answer(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        house = self.server.house
        with suppress(ConnectionError):
            house.meet(method, self.path)
            if self.path.startswith("/static/"):
                self._send_file()
            else:
                self._send(house.answer(method, self.path, dict(self.headers.items()), body))

    def _send(self, answer: dict[str, Any]) -> None:
        self.send_response(answer["statusCode"])
        several = [(name, value) for name, values in answer["multiValueHeaders"].items() for value in values]
        for name, value in [*answer["headers"].items(), *several]:
            self.send_header(name, str(value))
        self.end_headers()
        body = answer["body"].encode()
        self.wfile.write(base64.b64decode(body) if answer.get("isBase64Encoded") else body)

    def _send_file(self) -> None:
        file = STATIC / self.path.removeprefix("/")
        self.send_response(200 if file.is_file() else 404)
        self.send_header("Content-Type", mimetypes.guess_type(file.name)[0] or "application/octet-stream")
        self.end_headers()
        self.wfile.write(file.read_bytes() if file.is_file() else b"")


@dataclass
class Device:
    """A phone with a disk: what it keeps outlives the browser."""

    playwright: Playwright
    house: Gatehouse
    disk: Path
    lang: str = "en"
    camera: Path | None = None
    context: BrowserContext | None = None

    def open(self) -> Window:
        """A new start of the browser on the same disk."""
        self.close()
        switches = [f"--{switch}" for switch in (*QUIET, *QUIETER)]
        if self.camera:
            switches += ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
            switches += [f"--use-file-for-fake-video-capture={self.camera}"]
        self.context = self.playwright.chromium.launch_persistent_context(
            self.disk,
            executable_path=program(),
            args=switches,
            viewport={"width": PHONE[0], "height": PHONE[1]},
            locale=LOCALES[self.lang],
            timezone_id="Europe/Lisbon",
            permissions=["camera"] if self.camera else None,
        )
        return Window(self.context.pages[0], self.house.origin, self.lang)

    def log_in(self, window: Window) -> None:
        """As somebody who stands at gates; the session's row is written by the app's own code."""
        window.page.goto(f"{self.house.origin}{LOGIN}")

    def close(self) -> None:
        if self.context is not None:
            self.context.close()
            self.context = None


def film(text: str, file: Path, *, width: int = 640, height: int = 480) -> Path:
    """A camera's picture (Y4M, one frame that repeats) of a QR on a grey table, for Chromium's camera that is none."""
    import segno

    matrix = [list(row) for row in segno.make_qr(text, error="m").matrix]
    scale = (height - 80) // (len(matrix) + 8)
    light = bytearray([120]) * (width * height)
    side = (len(matrix) + 8) * scale
    left, top = (width - side) // 2, (height - side) // 2
    for y in range(side):
        for x in range(side):
            row, column = y // scale - 4, x // scale - 4
            inside = 0 <= row < len(matrix) and 0 <= column < len(matrix)
            light[(top + y) * width + left + x] = 20 if inside and matrix[row][column] else 235
    frame = b"FRAME\n" + bytes(light) + bytes([128]) * (width * height // 2)
    file.write_bytes(f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 5)
    return file
