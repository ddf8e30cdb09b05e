"""A browser without a network: full API Gateway events in, what Lambda would answer out."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

ORIGIN = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    cookies: tuple[str, ...]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def location(self) -> str:
        return self.headers["Location"]

    def hidden(self, name: str) -> str:
        """The value of a hidden field."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found, f"no hidden field {name}"
        return found[1]


@dataclass
class Client:
    """Keeps cookies between requests, follows nothing by itself."""

    app: Any
    origin: str = ORIGIN
    ip: str = "203.0.113.7"
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, address: str, **headers: str) -> Reply:
        return self.ask("GET", address, headers=headers)

    def post(self, address: str, form: Mapping[str, Any] | None = None, **headers: str) -> Reply:
        """Sends a form as our own page would."""
        sent = {"Origin": self.origin, "Content-Type": "application/x-www-form-urlencoded", **headers}
        return self.ask("POST", address, body=urlencode(form or {}, doseq=True).encode(), headers=sent)

    def ask(self, method: str, address: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
        event = self.event(method, address, body, {k.replace("_", "-"): v for k, v in (headers or {}).items()})
        answer = json.loads(json.dumps(self.app(event, None)))
        reply = _reply(answer)
        self._keep(reply.cookies)
        return reply

    def event(self, method: str, address: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
        parts = urlsplit(address)
        query = parse_qs(parts.query, keep_blank_values=True)
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {
            "resource": "/{proxy+}",
            "path": parts.path,
            "httpMethod": method,
            "headers": headers,
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "queryStringParameters": {name: values[0] for name, values in query.items()} or None,
            "multiValueQueryStringParameters": query or None,
            "pathParameters": {"proxy": parts.path.lstrip("/")},
            "stageVariables": None,
            "requestContext": {
                "resourcePath": "/{proxy+}",
                "httpMethod": method,
                "identity": {"sourceIp": self.ip},
                "requestId": "request",
            },
            "body": base64.b64encode(body).decode() if body else None,
            "isBase64Encoded": bool(body),
        }

    def _keep(self, cookies: tuple[str, ...]) -> None:
        for line in cookies:
            name, value = line.split(";", 1)[0].split("=", 1)
            if "Max-Age=0" in line:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value


def _reply(answer: Mapping[str, Any]) -> Reply:
    raw = answer.get("body") or ""
    body = base64.b64decode(raw) if answer.get("isBase64Encoded") else raw.encode()
    cookies: list[str] = next(
        (v for k, v in (answer.get("multiValueHeaders") or {}).items() if k.lower() == "set-cookie"), []
    )
    return Reply(answer["statusCode"], answer["headers"], tuple(cookies), body)
