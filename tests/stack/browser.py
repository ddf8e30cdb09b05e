"""A browser without a window: real HTTP at the front door, cookies kept, forms sent as the page wrote them."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import requests
from requests.adapters import HTTPAdapter

PATIENCE = 40


@dataclass
class SeenForm:
    """A form as it stands on a page: where it goes, and what it says before anybody has typed."""

    action: str
    values: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[SeenForm] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(SeenForm(told.get("action", "")))
        elif tag == "input" and told.get("type") == "hidden" and self.found:
            self.found[-1].values[told["name"]] = told.get("value", "")


@dataclass(frozen=True)
class Seen:
    """An answer: its address, status and text."""

    url: str
    status: int
    text: str
    location: str = ""

    def form(self, action: str = "") -> SeenForm:
        """The form that goes to an address which ends so; without one, the form that goes to this page."""
        read = _Forms()
        read.feed(self.text)
        for form in read.found:
            target = urljoin(self.url, form.action).partition("?")[0]
            if target.endswith(action) if action else target == self.url.partition("?")[0]:
                return form
        raise AssertionError(f"{self.url} ({self.status}) has no form for {action or 'itself'}:\n{self.text[-1500:]}")


def _own_address() -> str:
    """All of 127.0.0.0/8 is this machine: each browser is a neighbour of its own to the rate limits."""
    return "127." + ".".join(str(random.randint(1, 250)) for _ in range(3))


class _From(HTTPAdapter):
    """Connects from a chosen address."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more, source_address=(self._address, 0))


@dataclass
class Browser:
    """Follows nothing by itself, so that a test sees each step."""

    origin: str
    cookies: dict[str, str] = field(default_factory=dict)
    address: str = field(default_factory=_own_address)

    def get(self, address: str) -> Seen:
        return self._asked("GET", address)

    def post(self, address: str, typed: Mapping[str, Any], **headers: str) -> Seen:
        return self._asked("POST", address, data=dict(typed), headers={"Origin": self.origin, **headers})

    def press(self, page: str, action: str = "", **typed: Any) -> Seen:
        """Opens a page and sends one of its forms with what was typed."""
        seen = self.get(page)
        form = seen.form(action)
        return self.post(urljoin(seen.url, form.action), {**form.values, **typed})

    def _asked(self, method: str, address: str, headers: Mapping[str, str] | None = None, **more: Any) -> Seen:
        url = urljoin(self.origin, address)
        said = dict(headers or {})
        if self.cookies:
            said["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        with requests.Session() as session:
            session.mount("http://", _From(self.address))
            answer = session.request(method, url, headers=said, allow_redirects=False, timeout=PATIENCE, **more)
        self._keep(answer)
        answer.encoding = "utf-8"
        return Seen(url, answer.status_code, answer.text, answer.headers.get("Location", ""))

    def _keep(self, answer: requests.Response) -> None:
        # `Secure` cookies over plain HTTP: a browser allows them on the loopback address, the library's jar does not.
        for line in answer.raw.headers.getlist("Set-Cookie"):
            name, _, value = line.split(";", 1)[0].partition("=")
            if "Max-Age=0" in line:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
