"""The front door's app: a Chalice that resolves its own routes behind `/{proxy+}` and hardens every answer."""

import base64
import functools
import hashlib
import re
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from chalice.app import Blueprint, Chalice, Response

from chalicelib.core import log
from chalicelib.core.errors import AddressTooLong, CityError, NotAllowed, NotFound, TooManyCookies
from chalicelib.core.settings import checkout_origin
from chalicelib.core.web.answers import CAMERA
from chalicelib.core.web.guards import Guard
from chalicelib.core.web.pages import Routes, error_page, problem
from chalicelib.core.web.says import Said
from chalicelib.core.web.visit import folded, language_of

LONGEST_PATH = 2000
LONGEST_COOKIE = 8000
# What a decoded path may not hold: control characters, what would be decoded once more, a step upwards.
HIDDEN = re.compile(r"[\x00-\x1f%\\]|/\.{1,2}(?:/|$)")

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
SECURITY_HEADERS = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@functools.cache
def security_headers(checkout: str) -> dict[str, str]:
    """`checkout` is the origin of the payment pages: browsers hold a redirect after a POST to `form-action` too."""
    return {**SECURITY_HEADERS, "Content-Security-Policy": f"{CONTENT_POLICY} {checkout}".rstrip()}


class Portal(Chalice):
    """`strip` tells the alerts that every page shows; it is asked at most once per request.

    Views are called by the portal itself: Chalice's own way there (its request, middleware, CORS, content types, which
    the pages do without) costs as much as all that the portal adds (docs/decisions/0009).
    """

    def __init__(self, app_name: str, *, strip: Callable[[], list[Any]]) -> None:
        super().__init__(app_name, configure_logs=False)
        # Chalice would demand a matching Accept header for these; `_finished` encodes bytes by itself.
        self.api.binary_types.clear()
        self._read_strip = strip
        self._patterns: dict[int, list[tuple[re.Pattern[str], str]]] = {}
        self.guards: dict[tuple[str, str], Guard] = {}
        self.said: dict[tuple[str, str], Said] = {}
        # What is being answered, with its route: a function answers one request at a time.
        self.event: dict[str, Any] = {}

    def register(self, routes: Routes) -> None:
        self.register_blueprint(routes)
        self.guards.update(routes.guards)
        self.said.update(routes.said)

    def register_workers(self, workers: Blueprint) -> None:
        self.register_blueprint(workers)

    def strip(self) -> list[Any]:
        """An outage of the table must not take the page down with it: without an answer there is no strip."""
        try:
            return self._read_strip()
        except Exception:  # noqa: BLE001 (the strip is an extra: the page itself reports what really failed)
            log.note("strip_unavailable")
            return []

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        event = folded(event)
        asked = dict(event["requestContext"])
        # API Gateway's own id stands in its access log too.
        with log.correlated(_header(event, "x-correlation-id") or asked.get("requestId")) as correlation:
            answer = _finished(self._answered(event, asked, context), event, correlation)
            # The route, never the address: it may hold a reference or a token.
            route = asked.get("resourcePath") if asked.get("resolved") else "none"
            log.note("request", method=asked["httpMethod"], route=route, status=answer["statusCode"])
            return answer

    def _answered(self, event: dict[str, Any], asked: dict[str, Any], context: Any) -> dict[str, Any]:
        try:
            return _as_dict(self._viewed(event, asked, context))
        except CityError as refusal:
            return self._refused(refusal, event)
        except Exception:  # noqa: BLE001 (the last line of defence: say nothing of the inside)
            log.note("request_failed", trace=_where())
            return self._refused(CityError(), event)

    def _viewed(self, event: dict[str, Any], asked: dict[str, Any], context: Any) -> Response:
        path = _decoded(event)
        resource, params = self._route(path)
        if asked["httpMethod"] == "HEAD":
            asked["httpMethod"] = "GET"
        route = self.routes[resource].get(asked["httpMethod"])
        if route is None:
            raise NotAllowed(allowed=self._methods(resource))
        asked.update(resourcePath=resource, resolved=True)
        changed = {"path": path, "resource": resource, "requestContext": asked, "pathParameters": params}
        self.lambda_context, self.event = context, {**event, **changed}
        answer: Response = route.view_function(**params)
        return answer

    def _route(self, path: str) -> tuple[str, dict[str, str]]:
        segments = path.count("/")
        for pattern, resource in self._by_length().get(segments, ()):
            if found := pattern.fullmatch(path):
                return resource, found.groupdict()
        raise NotFound

    def _by_length(self) -> dict[int, list[tuple[re.Pattern[str], str]]]:
        if not self._patterns:
            # Literal routes first: `/api/alerts` must win over `/{lang}/alerts`.
            for resource in sorted(self.routes, key=lambda one: (one.count("{"), one)):
                self._patterns.setdefault(resource.count("/"), []).append((_pattern(resource), resource))
        return self._patterns

    def _refused(self, refusal: CityError, event: Mapping[str, Any]) -> dict[str, Any]:
        path = str(event.get("path") or "/")
        if path.startswith("/api/"):
            answer = problem(refusal, language_of(path))
        else:
            # What is too long to be read is not written either: of a long address only the language counts.
            answer = error_page(refusal, path[:LONGEST_PATH], self.strip())
        if isinstance(refusal, NotAllowed):
            answer.headers["Allow"] = ", ".join(refusal.allowed)
        return _as_dict(answer)

    def _methods(self, resource: str) -> list[str]:
        known = set(self.routes[resource])
        return sorted(known | {"HEAD"} if "GET" in known else known)


def _pattern(resource: str) -> re.Pattern[str]:
    literal = re.sub(r"\\{(\w+)\\}", lambda name: f"(?P<{name[1]}>[^/]+)", re.escape(resource))
    return re.compile(literal.replace("(?P<lang>[^/]+)", "(?P<lang>id|en)"))


def _decoded(event: Mapping[str, Any]) -> str:
    """The path once decoded. Raises NotFound for what hides slashes, dots or broken UTF-8 behind percent signs."""
    raw = str(event.get("path") or "/")
    if len(raw) > LONGEST_PATH:
        raise AddressTooLong
    if sum(map(len, event["multiValueHeaders"].get("cookie", ()))) > LONGEST_COOKIE:
        raise TooManyCookies
    try:
        path = unquote_to_bytes(raw).decode("utf-8")
    except UnicodeDecodeError as broken:
        raise NotFound from broken
    if path.count("/") != raw.count("/") or HIDDEN.search(path):
        raise NotFound
    return path


def _where() -> str:
    """File, line and name of the frame that failed; never the message."""
    frame = traceback.extract_tb(sys.exc_info()[2])[-1:] or None
    return f"{frame[0].filename}:{frame[0].lineno} {frame[0].name}" if frame else "unknown"


def _as_dict(answer: Response) -> dict[str, Any]:
    made: dict[str, Any] = answer.to_dict()
    return made


def _finished(answer: dict[str, Any], event: Mapping[str, Any], correlation: str) -> dict[str, Any]:
    own = {name: _one_line(value) for name, value in (answer.get("headers") or {}).items()}
    looser = {name: own[name] for name in CAMERA if name in own}
    answer["headers"] = {**own, **security_headers(checkout_origin()), **looser}
    if "public" not in own.get("Cache-Control", ""):
        # What caches share carries nobody's id.
        answer["headers"]["X-Correlation-Id"] = correlation
    many = answer.get("multiValueHeaders") or {}
    answer["multiValueHeaders"] = {name: [_one_line(v) for v in values] for name, values in many.items()}
    if isinstance(answer["body"], bytes):
        answer["body"], answer["isBase64Encoded"] = base64.b64encode(answer["body"]).decode(), True
    _tag(answer, event)
    if event["requestContext"]["httpMethod"] == "HEAD":
        answer["body"], answer["isBase64Encoded"] = "", False
    return answer


def _one_line(value: object) -> str:
    line = str(value)
    if "\r" in line or "\n" in line:
        raise ValueError("a header holds a line break")
    return line


def _tag(answer: dict[str, Any], event: Mapping[str, Any]) -> None:
    """A validator for what caches may keep, and 304 for who has it already (RFC 9110 section 13)."""
    if answer["statusCode"] != 200 or "public" not in answer["headers"].get("Cache-Control", ""):
        return
    tag = f'"{hashlib.sha256(str(answer["body"]).encode()).hexdigest()[:32]}"'
    answer["headers"]["ETag"] = tag
    if tag in [one.strip().removeprefix("W/") for one in _header(event, "if-none-match").split(",")]:
        answer["statusCode"], answer["body"], answer["isBase64Encoded"] = 304, "", False


def _header(event: Mapping[str, Any], name: str) -> str:
    value: str = event["headers"].get(name, "")
    return value
