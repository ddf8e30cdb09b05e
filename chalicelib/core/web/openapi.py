"""OpenAPI 3.1 of every address for machines, made from what they declare (`says.py`); loaded when somebody asks."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from chalicelib.core.errors import (
    CityError,
    Forbidden,
    Invalid,
    LoginRequired,
    Malformed,
    TooLarge,
    UnsupportedType,
)
from chalicelib.core.text import LANGUAGES
from chalicelib.core.web.bodies import JSON
from chalicelib.core.web.guards import CSRF_HEADER
from chalicelib.core.web.pages import PROBLEM, Problem
from chalicelib.core.web.says import Given, Said, Says
from chalicelib.core.web.sessions import SESSION_COOKIE
from chalicelib.core.web.visit import language_of

Json = dict[str, Any]

ABOUT = """Addresses for machines of Sewaka, the public services of the city of Denpasar.

Refusals are problem documents (RFC 9457). Any address may answer one that it does not list, such as 405 or 500.
"""
SCHEMES = {
    "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE, "description": "An officer's login"},
    "csrf": {"type": "apiKey", "in": "header", "name": CSRF_HEADER, "description": "The token in the officer's pages"},
}


def document(said: Mapping[tuple[str, str], Said], origin: str) -> Json:
    """`said` by method and path. ValueError for an address that declares nothing."""
    declared = {where: (one, _declaration(where, one)) for where, one in sorted(said.items(), key=lambda at: at[0][1])}
    schemas, components = _schemas(says for _, says in declared.values())
    paths: dict[str, Json] = {}
    for (method, path), (one, says) in declared.items():
        paths.setdefault(path, {})[method.lower()] = _operation(method, path, one, says, schemas)
    return {
        "openapi": "3.1.1",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        # The version of the addresses, not of the release: it counts the changes that break somebody.
        "info": {
            "title": "Sewaka",
            "version": "1",
            "description": ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": origin}],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": SCHEMES},
    }


def _declaration(where: tuple[str, str], one: Said) -> Says:
    if one.says is None:
        raise ValueError(f"{where} says nothing of itself")
    return one.says


def _schemas(declared: Iterable[Says]) -> tuple[dict[Any, Json], Json]:
    """The schema of each type, and the named ones that they point to."""
    every = [kind for says in declared for kind in (says.answer, says.takes, *_kinds(says.given)) if kind is not None]
    kinds = list(dict.fromkeys([Problem, *every]))
    made, named = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    return dict(zip(kinds, made, strict=True)), named


def _kinds(given: Mapping[str, Given]) -> Iterator[Any]:
    return (one.type for one in given.values())


def _operation(method: str, path: str, one: Said, says: Says, schemas: Mapping[Any, Json]) -> Json:
    made: Json = {
        "operationId": one.view.__name__,
        "tags": [one.service],
        "summary": says.what.en,
        "description": "\n\n".join(filter(None, (says.what.id, says.more))),
        "parameters": [
            *_language(path),
            *(_parameter(name, given, path, schemas) for name, given in says.given.items()),
        ],
        "responses": {**_answers(method, one, says, schemas), **_refusals(method, path, one, schemas)},
        "security": _security(method, one),
    }
    if says.takes is not None:
        content = {JSON: {"schema": schemas[says.takes], "example": says.sent}}
        made["requestBody"] = {"required": True, "content": content}
    return made


def _language(path: str) -> list[Json]:
    if "{lang}" not in path:
        return []
    schema = {"type": "string", "enum": list(LANGUAGES)}
    return [{"name": "lang", "in": "path", "required": True, "schema": schema, "example": LANGUAGES[0]}]


def _parameter(name: str, given: Given, path: str, schemas: Mapping[Any, Json]) -> Json:
    in_path = f"{{{name}}}" in path
    example = {"example": given.example} if given.example else {}
    return {
        "name": name,
        "in": "path" if in_path else given.where,
        "required": in_path or given.required,
        "description": given.meaning,
        "schema": schemas[given.type],
        **example,
    }


def _answers(method: str, one: Said, says: Says, schemas: Mapping[Any, Json]) -> Json:
    media = {says.type: {"schema": schemas[says.answer], "example": says.example}}
    answer: Json = {"description": says.what.en, "content": media}
    if not (one.kept and method == "GET"):
        return {str(says.status): answer}
    tag = {"description": "Send it back as If-None-Match", "schema": {"type": "string"}}
    return {str(says.status): {**answer, "headers": {"ETag": tag}}, "304": {"description": "As you have it already"}}


def _refusals(method: str, path: str, one: Said, schemas: Mapping[Any, Json]) -> Json:
    by_status: dict[int, dict[str, type[CityError]]] = {}
    for refusal in refusals(method, one):
        by_status.setdefault(refusal.status, {})[refusal.__name__] = refusal
    return {str(status): _refusal(by_status[status], path, schemas) for status in sorted(by_status)}


def refusals(method: str, one: Said) -> tuple[type[CityError], ...]:
    """What the address may refuse: by its guard, by what it reads, by its use case."""
    takes = (TooLarge, UnsupportedType, Invalid) if one.says and one.says.takes is not None else ()
    enters = (LoginRequired, Forbidden) if one.guard.roles else ()
    from_elsewhere = (Forbidden,) if method == "POST" and not one.guard.cross_site else ()
    own = one.says.refuses if one.says else ()
    return (Malformed, *enters, *from_elsewhere, *takes, *own)


def _refusal(several: Mapping[str, type[CityError]], path: str, schemas: Mapping[Any, Json]) -> Json:
    language = language_of(path)
    examples = {
        name: {"value": {"type": "about:blank", "status": one.status, "title": one.title.in_(language)}}
        for name, one in several.items()
    }
    words = "; ".join(dict.fromkeys(one.title.en for one in several.values()))
    return {"description": words, "content": {PROBLEM: {"schema": schemas[Problem], "examples": examples}}}


def _security(method: str, one: Said) -> list[Json]:
    if not one.guard.roles:
        return []
    return [{"session": [], "csrf": []}] if method == "POST" else [{"session": []}]
