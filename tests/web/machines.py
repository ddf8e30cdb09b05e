"""Addresses for machines as the tests ask them: by what they declare."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

from openapi_schema_validator import OAS31Validator, oas31_format_checker

from app import app
from chalicelib.core.web.guards import CSRF_HEADER
from chalicelib.core.web.says import Said, Says
from chalicelib.core.web.sessions import SESSION_COOKIE, session_of
from tests.payments.money_city import MoneyCity
from tests.web.city import City
from tests.web.client import Client, Reply
from tests.web.scenes import SCENES, Scene

Where = tuple[str, str]

ADDRESSES: list[Where] = sorted(app.said)
TOO_LONG = b'"' + b"x" * 70_000 + b'"'


def declared(where: Where) -> Says:
    says = app.said[where].says
    assert says is not None, f"{where} declares nothing"
    return says


def misfits(value: Any, schema: Any, document: Any) -> list[str]:
    """What a value has that its schema does not allow; a field that nobody declared counts too."""
    whole = _closed({**schema, "components": {"schemas": document["components"]["schemas"]}})
    found = OAS31Validator(whole, format_checker=oas31_format_checker).iter_errors(value)
    return [f"{error.json_path}: {error.message}" for error in found]


def _closed(node: Any) -> Any:
    if isinstance(node, list):
        return [_closed(one) for one in node]
    if not isinstance(node, dict):
        return node
    closed = {name: _closed(one) for name, one in node.items()}
    return {"additionalProperties": False, **closed} if isinstance(node.get("properties"), dict) else closed


def operation(document: Any, where: Where) -> Any:
    method, path = where
    return document["paths"][path][method.lower()]


def content(reply: Reply) -> Any:
    return reply.json if "json" in reply.headers["Content-Type"] else reply.text


def scene_of(where: Where, money: MoneyCity) -> Scene:
    return SCENES[where](money) if where in SCENES else Scene()


def ask(where: Where, city: City, scene: Scene, *, body: bytes | None = None, more: str = "", **changed: str) -> Reply:
    """Sends the declared examples but for what the scene says; `more` goes into the query, `changed` are headers."""
    says, said = declared(where), app.said[where]
    client = scene.client or who_may(said, city)
    given = {"lang": "en", **{name: one.example for name, one in says.given.items() if one.example}, **scene.given}
    headers = {**_headers(where, says, given), **_token(client), **scene.headers, **changed}
    sent = body if body is not None else _body(says, scene)
    return client.ask(where[0], _address(where, says, given) + more, body=sent, headers=headers)


def who_may(said: Said, city: City) -> Client:
    """Somebody whom the guard lets in."""
    guard = said.guard
    return city.officer("Ayu", *sorted(guard.roles), office=guard.office) if guard.roles else city.visitor()


def _body(says: Says, scene: Scene) -> bytes:
    if says.takes is None or scene.body is not None:
        return scene.body or b""
    return json.dumps(says.sent if scene.sent is None else scene.sent).encode()


def _headers(where: Where, says: Says, given: dict[str, str]) -> dict[str, str]:
    own = {name: given[name] for name, one in says.given.items() if one.where == "header" and name in given}
    if where[0] == "GET":
        return own
    return {"Origin": "http://127.0.0.1:8000", "Content-Type": "application/json", **own}


def _token(client: Client) -> dict[str, str]:
    session = session_of(client.cookies.get(SESSION_COOKIE, ""))
    return {CSRF_HEADER: session.csrf} if session else {}


def _address(where: Where, says: Says, given: dict[str, str]) -> str:
    path = where[1]
    for name, value in given.items():
        path = path.replace(f"{{{name}}}", quote(value, safe=""))
    in_query = [n for n, one in says.given.items() if one.where == "query" and f"{{{n}}}" not in where[1]]
    return f"{path}?{urlencode({n: given[n] for n in in_query if n in given})}"


def refused(where: Where, city: City) -> Iterator[tuple[int, Reply]]:
    """What the address answers to those who ask badly, with the status that is due."""
    method, _ = where
    guard, nobody = app.said[where].guard, Scene(client=city.visitor())
    yield 400, ask(where, city, Scene(), more="&twice=1&twice=2")
    if guard.roles:
        yield 401, ask(where, city, nobody)
        yield 403, ask(where, city, Scene(client=city.officer("Nyoman", "nobody")))
    if method == "POST" and not guard.cross_site:
        yield 403, ask(where, city, Scene(), Origin="https://evil.example")
    if declared(where).takes is not None:
        yield from _bodies_refused(where, city)


def _bodies_refused(where: Where, city: City) -> Iterator[tuple[int, Reply]]:
    yield 415, ask(where, city, Scene(), Content_Type="text/plain")
    yield 400, ask(where, city, Scene(), body=b'{"')
    yield 422, ask(where, city, Scene(), body=b"null")
    yield 413, ask(where, city, Scene(), body=TOO_LONG)
