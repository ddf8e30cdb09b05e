"""Who may come in. Every route names its guard; a route without one does not start (default deny)."""

import hmac
from collections.abc import Collection
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from chalicelib.core.errors import Forbidden, LoginRequired
from chalicelib.core.web.sessions import SESSION_COOKIE, session_of
from chalicelib.core.web.visit import Visit

CSRF_HEADER = "X-CSRF-Token"


class FromElsewhere(Forbidden):
    """Another site made the browser send this form."""


@dataclass(frozen=True)
class Guard:
    """Lets a visit in, or raises LoginRequired or Forbidden. `roles` empty: no session is needed or read.

    `office` empty: officers of every office. Offices are typed by hand into accounts, so case does not count.
    `watching` are roles that come in from any office.
    """

    name: str
    roles: frozenset[str] = frozenset()
    cross_site: bool = False
    office: str = ""
    watching: frozenset[str] = frozenset()

    def admit(self, visit: Visit, origin: str) -> Visit:
        if visit.method == "POST" and not self.cross_site:
            same_site(visit, origin)
        return self._with_officer(visit) if self.roles else visit

    def _with_officer(self, visit: Visit) -> Visit:
        session = session_of(visit.cookies.get(SESSION_COOKIE, ""))
        if session is None:
            raise LoginRequired
        visit = replace(visit, officer=session.officer(), csrf=session.csrf)
        acting = self.roles & session.roles and self._is_of(session.office)
        if not acting and not self.watching & session.roles:
            raise Forbidden
        if visit.method == "POST" and not _has_token(visit, session.csrf):
            raise Forbidden
        return visit

    def _is_of(self, office: str) -> bool:
        return not self.office or office.casefold() == self.office.casefold()


anyone = Guard("anyone")

# RFC 8058: a mail program posts the one-click unsubscribe from nowhere, without cookie or Origin.
anyone_from_anywhere = Guard("anyone_from_anywhere", cross_site=True)


def staff(*roles: str, office: str = "", watching: Collection[str] = ()) -> Guard:
    """Officers with one of the roles; with `office`, of that office alone: money is not for every admin.

    `watching`: roles of whatever office that may look, for an address where nothing is changed.
    """
    return Guard("staff", frozenset(roles), office=office, watching=frozenset(watching))


def _has_token(visit: Visit, expected: str) -> bool:
    """In the form; what sends JSON has no form and uses a header, which no other site can make a browser send."""
    typed = visit.form.get("csrf") or (visit.headers.get(CSRF_HEADER.lower(), ""),)
    return len(typed) == 1 and hmac.compare_digest(typed[0].encode("utf-8", "surrogatepass"), expected.encode())


def same_site(visit: Visit, origin: str) -> None:
    """A form may come from our own pages only. Raises FromElsewhere (OWASP CSRF: Origin and Fetch Metadata)."""
    fetch_site = visit.headers.get("sec-fetch-site")
    if fetch_site and fetch_site not in ("same-origin", "none"):
        raise FromElsewhere
    claimed = visit.headers.get("origin") or _origin_of(visit.headers.get("referer", ""))
    if claimed and claimed != origin:
        raise FromElsewhere
    if not claimed and not fetch_site:
        raise FromElsewhere


def _origin_of(url: str) -> str:
    """Scheme and host of a page, "" without a host. Raises FromElsewhere for what cannot be an address."""
    try:
        parts = urlsplit(url)
    except ValueError as broken:
        raise FromElsewhere from broken
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
