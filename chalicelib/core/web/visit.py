"""One request as a page sees it."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs

from chalicelib.core.errors import Malformed, TooLarge, UnsupportedType
from chalicelib.core.events import PUBLIC, Actor, officer
from chalicelib.core.text import LANGUAGES

LARGEST_FORM = 64 * 1024
# For forms that take a list of up to 2,000 lines.
LARGEST_LIST = 512 * 1024
MOST_FIELDS = 200
FORM = "application/x-www-form-urlencoded"
# Only the edge knows what stands in it: the API's firewall turns everybody else away (infra/functions.yaml).
EDGE = "x-sewaka-edge"


@dataclass(frozen=True, kw_only=True)
class Officer:
    """A member of staff as the session knows them; office and village limit what a role may touch."""

    id: str
    name: str
    roles: frozenset[str]
    office: str = ""
    village: str = ""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """`form` is parsed for POST only; `query` holds one value for each parameter."""

    language: str
    method: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, tuple[str, ...]]
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    ip: str
    body: bytes = field(default=b"", repr=False)
    officer: Officer | None = None
    csrf: str = ""
    errors: Mapping[str, Any] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        return officer(self.officer.id) if self.officer else PUBLIC

    def typed(self) -> dict[str, Any]:
        """What was typed, for showing the form again: one string, or a list where a field came several times."""
        return {name: values[0] if len(values) == 1 else list(values) for name, values in self.form.items()}

    def with_errors(self, errors: Mapping[str, Any]) -> "Visit":
        return replace(self, errors=errors)


def folded(event: Mapping[str, Any]) -> dict[str, Any]:
    """The event with its header names in lower case, once for everybody who asks for one."""
    many = event.get("multiValueHeaders") or {name: [value] for name, value in (event.get("headers") or {}).items()}
    one_each = {name.lower(): values for name, values in many.items()}
    if len(one_each) < len(many):
        # A name in two spellings is one header: what comes twice must be seen twice.
        one_each = {name: [v for key, vs in many.items() if key.lower() == name for v in vs] for name in one_each}
    return {**event, "multiValueHeaders": one_each, "headers": {name: v[-1] for name, v in one_each.items() if v}}


def visit_from(
    event: Mapping[str, Any], language: str, *, read_form: bool = True, largest: int = LARGEST_FORM
) -> Visit:
    """Raises Malformed, TooLarge or UnsupportedType before anything is parsed that is too big or of another type.

    `largest`: bytes of a body, for the few forms in which a list is pasted.
    """
    headers = event["headers"]
    method = event["requestContext"]["httpMethod"]
    body = body_of(event, largest)
    query = event.get("multiValueQueryStringParameters") or {}
    if any(len(values) > 1 for values in query.values()):
        raise Malformed
    return Visit(
        language=language,
        method=method,
        path=event["path"],
        query={name: values[0] for name, values in query.items()},
        form=_form(headers, body) if method == "POST" and read_form else {},
        headers=headers,
        cookies=_cookies(event),
        ip=_address(event, headers),
        body=body,
    )


def _address(event: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    """Who asks. Through the edge API Gateway sees only the edge, which wrote the reader's address before its own."""
    told = [address.strip() for address in headers.get("x-forwarded-for", "").split(",")]
    if EDGE in headers and len(told) > 1:
        return told[-2]
    return (event["requestContext"].get("identity") or {}).get("sourceIp") or ""


def body_of(event: Mapping[str, Any], largest: int = LARGEST_FORM) -> bytes:
    """What was sent, decoded. Raises TooLarge before and after base64 is undone, Malformed."""
    raw = event.get("body") or ""
    if len(raw) > largest * 4 // 3 + 4:
        raise TooLarge
    body = _undone(raw) if event.get("isBase64Encoded") else _bytes(raw)
    if len(body) > largest:
        raise TooLarge
    return body


def _bytes(raw: str | bytes) -> bytes:
    return raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else bytes(raw)


def _undone(raw: str) -> bytes:
    try:
        return base64.b64decode(raw, validate=True)
    except binascii.Error as broken:
        raise Malformed from broken


def _form(headers: Mapping[str, str], body: bytes) -> dict[str, tuple[str, ...]]:
    kind = headers.get("content-type", FORM).split(";")[0].strip().lower()
    if kind != FORM:
        raise UnsupportedType
    try:
        fields = parse_qs(
            body.decode("ascii"),
            keep_blank_values=True,
            max_num_fields=MOST_FIELDS,
            encoding="utf-8",
            errors="strict",
        )
    except ValueError as broken:
        raise Malformed from broken
    return {name: tuple(values) for name, values in fields.items()}


def _cookies(event: Mapping[str, Any]) -> dict[str, str]:
    """A name that comes twice counts as absent: nobody can say which one is ours.

    Not http.cookies: it stops at the first cookie of anybody else that it cannot read, and ours would be lost.
    """
    header = ";".join(event["multiValueHeaders"].get("cookie", ()))
    pairs = [part.partition("=") for part in header.split(";") if part]
    names = [name.strip() for name, *_ in pairs]
    return {name: pair[2].strip() for name, pair in zip(names, pairs, strict=True) if names.count(name) == 1}


def language_of(path: str) -> str:
    first = path.lstrip("/").split("/", 1)[0]
    return first if first in LANGUAGES else LANGUAGES[0]
