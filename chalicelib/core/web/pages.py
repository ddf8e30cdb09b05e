"""Blueprints for pages and APIs: every route names its guard, every failure is answered in the reader's language."""

import functools
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, NotRequired, TypedDict

from chalice.app import Blueprint, Response

from chalicelib.core import log
from chalicelib.core.errors import CityError, Invalid, LoginRequired, TooMany, Unavailable
from chalicelib.core.text import LANGUAGES, Text
from chalicelib.core.toolbox import toolbox
from chalicelib.core.web.answers import PRIVATE, PUBLIC, Answer, Body, Page, Redirect
from chalicelib.core.web.bodies import only_json
from chalicelib.core.web.forms import OWN_FIELDS
from chalicelib.core.web.guards import FromElsewhere, Guard
from chalicelib.core.web.says import Said, Says
from chalicelib.core.web.templates import environment
from chalicelib.core.web.visit import LARGEST_FORM, Visit, language_of, visit_from

View = Callable[..., Answer]
Headers = dict[str, str | list[str]]

PROBLEM = "application/problem+json"
LANGUAGE_NAMES = {"id": "Indonesia", "en": "English"}

# Said above a form that may be sent once more; `form_id` keeps it from being taken twice.
SEND_AGAIN = Text(
    id="{title}. Isian Anda masih ada di bawah. Kirim lagi sebentar lagi: tidak akan dihitung dua kali.",
    en="{title}. What you typed is still below. Send it again in a while: it is never counted twice.",
)

_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Routes(Blueprint):
    """A Chalice blueprint whose routes cannot be registered without a guard."""

    def __init__(self, import_name: str) -> None:
        super().__init__(import_name)
        self.guards: dict[tuple[str, str], Guard] = {}
        # What `/api/openapi.json` is made from; pages are for people and say nothing here.
        self.said: dict[tuple[str, str], Said] = {}

    def _add(self, path: str, method: str, guard: Guard, view: Callable[..., Response]) -> None:
        self.guards[(method, path)] = guard
        # Content types are checked in `visit_from`; with any listed here Chalice would answer 415 in JSON by itself.
        self.route(path, methods=[method], content_types=[])(view)

    def _event(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.current_app.event  # type: ignore[attr-defined]  # the app is a Portal
        return found

    def _strip(self) -> list[Any]:
        found: list[Any] = self.current_app.strip()  # type: ignore[attr-defined]  # the app is a Portal
        return found


class Pages(Routes):
    """HTML in and out."""

    def get(self, path: str, *, guard: Guard, cache: str = PRIVATE) -> Callable[[View], View]:
        return lambda view: self._page(path, "GET", guard, view, cache, None)

    def public(self, path: str, *, guard: Guard) -> Callable[[View], View]:
        """A page without cookies and forms that caches may keep."""
        return self.get(path, guard=guard, cache=PUBLIC)

    def post(
        self, path: str, *, guard: Guard, again: View | None = None, largest: int = LARGEST_FORM
    ) -> Callable[[View], View]:
        """`again` shows the form once more, with what was typed and a message beside each field that is wrong.

        `largest`: bytes of a form; `visit.LARGEST_LIST` where a list is pasted.
        """
        return lambda view: self._page(path, "POST", guard, view, PRIVATE, again, largest)

    def _page(
        self,
        path: str,
        method: str,
        guard: Guard,
        view: View,
        cache: str,
        again: View | None,
        largest: int = LARGEST_FORM,
    ) -> View:
        @functools.wraps(view)
        def answer(**params: str) -> Response:
            visit = None
            try:
                # What other sites post is not even read: mail programs unsubscribe in any type of form (RFC 8058).
                language = language_of(self._event()["path"])
                visit = visit_from(self._event(), language, read_form=not guard.cross_site, largest=largest)
                visit = guard.admit(visit, toolbox().origin)
                return self._rendered(*_asked(view, again, visit, _own(params)), cache)
            except CityError as refusal:
                return self._refused(refusal, visit)

        self._add(path, method, guard, answer)
        return view

    def _rendered(self, answer: Answer, visit: Visit, cache: str) -> Response:
        if isinstance(answer, Page):
            words = {**layout(visit, self._strip()), **answer.context}
            html = environment(visit.language).get_template(answer.template).render(words)
            headers: Headers = {
                "Content-Type": "text/html; charset=utf-8",
                "Cache-Control": cache,
                **answer.headers,
            }
            return Response(html, status_code=answer.status, headers=headers)
        return bare(answer, cache)

    def _refused(self, refusal: CityError, visit: Visit | None) -> Response:
        if isinstance(refusal, LoginRequired) and visit and visit.method != "POST":
            return bare(Redirect(f"/{visit.language}/login"), PRIVATE)
        log.note("page_refused", status=refusal.status, reason=type(refusal).__name__)
        event = self._event()
        return error_page(refusal, event["path"], self._strip(), kept=_sentences(refusal, visit))


class Api(Routes):
    """JSON in and out; failures are RFC 9457 problem documents. What an address `says` is its description."""

    def get(self, path: str, *, guard: Guard, cache: str = PUBLIC, says: Says | None = None) -> Callable[[View], View]:
        return lambda view: self._endpoint(path, "GET", guard, view, cache, says)

    def post(self, path: str, *, guard: Guard, says: Says | None = None) -> Callable[[View], View]:
        """With a type in `says.takes` only JSON is let in; the view reads it with `bodies.body`."""
        return lambda view: self._endpoint(path, "POST", guard, view, PRIVATE, says)

    def all_said(self) -> Mapping[tuple[str, str], Said]:
        """What every address for machines says, of all services."""
        found: Mapping[tuple[str, str], Said] = self.current_app.said  # type: ignore[attr-defined]  # it is a Portal
        return found

    def _endpoint(self, path: str, method: str, guard: Guard, view: View, cache: str, says: Says | None) -> View:
        takes_json = says is not None and says.takes is not None

        @functools.wraps(view)
        def answer(**params: str) -> Response:
            language = language_of(self._event()["path"])
            try:
                visit = visit_from(self._event(), language, read_form=False)
                visit = guard.admit(visit, toolbox().origin)
                if takes_json:
                    only_json(visit)
                return bare(view(visit, **_own(params)), cache)
            except CityError as refusal:
                return problem(refusal, language)

        self._add(path, method, guard, answer)
        self.said[(method, path)] = Said(says, guard, "public" in cache, view)
        return view


def _own(params: Mapping[str, str]) -> dict[str, str]:
    """Path parameters but for the language, which the visit carries."""
    return {name: value for name, value in params.items() if name != "lang"}


def _asked(view: View, again: View | None, visit: Visit, params: Mapping[str, str]) -> tuple[Answer, Visit]:
    """The answer, and the visit that its page is rendered for: with the errors when the form is shown again."""
    try:
        return view(visit, **params), visit
    except (Invalid, TooMany, Unavailable) as refusal:
        errors = refusal.errors if isinstance(refusal, Invalid) else {"main": SEND_AGAIN.format(title=refusal.title)}
        if again is None or not errors:
            raise
        return _shown_again(again, visit.with_errors(errors), params, refusal)


def _shown_again(again: View, visit: Visit, params: Mapping[str, str], refusal: CityError) -> tuple[Answer, Visit]:
    """The form with what was typed; where not even that can be shown, the refusal is raised itself."""
    try:
        page = again(visit, **params)
    except CityError:
        raise refusal from None
    if isinstance(page, Page):
        page = Page(page.template, page.context, refusal.status, {**page.headers, **_retry_after(refusal)})
    return page, visit


def _sentences(refusal: CityError, visit: Visit | None) -> list[str]:
    """What somebody wrote into a refused form, to take along; nothing of what another site made them send."""
    if visit is None or isinstance(refusal, FromElsewhere):
        return []
    typed = [value for name, values in visit.form.items() if name not in OWN_FIELDS for value in values]
    return [value for value in typed if " " in value.strip()]


def layout(visit: Visit, strip: list[Any]) -> dict[str, Any]:
    """What every page's layout needs; see the head of `templates/layout/base.html`."""
    return {
        "lang": visit.language,
        "path": visit.path,
        "other_languages": other_languages(visit.path, visit.language),
        "strip": strip,
        "officer": visit.officer,
        "csrf": visit.csrf,
        "form_id": (visit.form.get("form_id") or (secrets.token_hex(16),))[0],
        "errors": visit.errors,
        "values": visit.typed(),
        "origin": toolbox().origin,
    }


def other_languages(path: str, language: str) -> list[tuple[str, str, str]]:
    """(code, name, address of the same page) of the languages that the reader could switch to."""
    rest = path.split("/", 2)[2] if path.startswith(f"/{language}/") else ""
    return [(code, LANGUAGE_NAMES[code], f"/{code}/{rest}") for code in LANGUAGES if code != language]


def bare(answer: Answer, cache: str) -> Response:
    if isinstance(answer, Redirect):
        if not answer.outside and (not answer.path.startswith("/") or answer.path[1:2] in ("/", "\\")):
            raise ValueError("a redirect leads to a path of our own")
        headers: Headers = {"Location": answer.path, "Cache-Control": PRIVATE}
        if answer.cookies:
            headers["Set-Cookie"] = list(answer.cookies)
        return Response("", status_code=303, headers=headers)
    if isinstance(answer, Page):
        raise TypeError("a page is rendered by Pages")
    headers = {"Content-Type": answer.type, "Cache-Control": cache, **answer.headers}
    return Response(answer.content, status_code=answer.status, headers=headers)


def json_body(value: object, status: int = 200, type: str = "application/json") -> Body:
    return Body(_as_json(value).encode(), type, status)


def error_page(refusal: CityError, path: str, strip: list[Any], *, kept: Sequence[str] = ()) -> Response:
    """The page for a refusal, in the language of the address; `kept` are the sentences of the form that was refused."""
    language = language_of(path)
    words: dict[str, Any] = {
        "lang": language,
        "path": path,
        "other_languages": other_languages(path, language),
        "strip": strip,
        "officer": None,
        "csrf": "",
        "form_id": "",
        "errors": {},
        "values": {},
        "origin": toolbox().origin,
        "status": refusal.status,
        "title": refusal.title,
        "detail": refusal.detail,
        "kept": kept,
    }
    html = environment(language).get_template("errors/error.html").render(words)
    return Response(html, status_code=refusal.status, headers=_refusal_headers(refusal, "text/html; charset=utf-8"))


class Problem(TypedDict):
    """RFC 9457: `type` is about:blank, `title` the class of problem, `errors` a message per field."""

    type: str
    status: int
    title: str
    detail: NotRequired[str]
    errors: NotRequired[dict[str, str]]


def problem(refusal: CityError, language: str) -> Response:
    document: Problem = {
        "type": "about:blank",
        "status": refusal.status,
        "title": refusal.title.in_(language) if refusal.title else HTTPStatus(refusal.status).phrase,
    }
    if refusal.detail:
        document["detail"] = refusal.detail.in_(language)
    if isinstance(refusal, Invalid) and refusal.errors:
        document["errors"] = {name: why.in_(language) for name, why in refusal.errors.items()}
    body = json.dumps(document, ensure_ascii=False).encode()
    return Response(body, status_code=refusal.status, headers=_refusal_headers(refusal, PROBLEM))


def _refusal_headers(refusal: CityError, type: str) -> Headers:
    return {"Content-Type": type, "Cache-Control": PRIVATE, **_retry_after(refusal)}


def _retry_after(refusal: CityError) -> dict[str, str]:
    return {"Retry-After": str(refusal.retry_after)} if isinstance(refusal, TooMany) else {}
