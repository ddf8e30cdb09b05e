"""Login, the provider's way back, and logout."""

from datetime import timedelta
from urllib.parse import urlencode

from chalicelib.core.settings import settings
from chalicelib.core.toolbox import toolbox
from chalicelib.core.web.answers import Answer, Page, Redirect
from chalicelib.core.web.guards import anyone, staff
from chalicelib.core.web.limits import limit
from chalicelib.core.web.pages import Pages
from chalicelib.core.web.sessions import SESSION_COOKIE, end_session, end_sessions_of
from chalicelib.core.web.visit import Visit
from chalicelib.identity.model import ROLES
from chalicelib.identity.service import logins

pages = Pages(__name__)

LOGIN_COOKIE = "__Host-login"
any_staff = staff(*ROLES)


@pages.get("/{lang}/login", guard=anyone)
def log_in(visit: Visit) -> Answer:
    limit(toolbox(), "login", visit.ip, most=30, window=timedelta(minutes=10))
    started = logins().begin(visit.language)
    return Redirect(started.url, outside=True, cookies=(_cookie(LOGIN_COOKIE, started.browser_secret, 600, "Lax"),))


@pages.get("/login/callback", guard=anyone)
def come_back(visit: Visit) -> Answer:
    done = logins().finish(
        state=visit.query.get("state", ""),
        code=visit.query.get("code", ""),
        browser_secret=visit.cookies.get(LOGIN_COOKIE, ""),
        old_session=visit.cookies.get(SESSION_COOKIE, ""),
    )
    # Lax: the first page after the provider's redirect must carry it; forms are guarded by token and Origin.
    cookies = (_cookie(SESSION_COOKIE, done.token, None, "Lax"), _cookie(LOGIN_COOKIE, "", 0, "Lax"))
    return Redirect(f"/{done.language}/staff", cookies=cookies)


@pages.post("/{lang}/logout", guard=any_staff)
def log_out(visit: Visit) -> Answer:
    end_session(visit.cookies.get(SESSION_COOKIE, ""), toolbox())
    return Redirect(f"/{visit.language}/logged-out", cookies=(_cookie(SESSION_COOKIE, "", 0, "Lax"),))


@pages.post("/{lang}/logout-everywhere", guard=any_staff)
def log_out_everywhere(visit: Visit) -> Answer:
    end_sessions_of(visit.actor.id, toolbox())
    return Redirect(f"/{visit.language}/logged-out", cookies=(_cookie(SESSION_COOKIE, "", 0, "Lax"),))


@pages.get("/{lang}/logged-out", guard=anyone)
def logged_out(visit: Visit) -> Answer:
    # The provider's own session ends by a link: a form that redirects there would break `form-action 'self'`.
    back = f"{settings().origin}/{visit.language}/"
    query = urlencode({"client_id": settings().oidc_client_id, "logout_uri": back})
    return Page("identity/logged_out.html", {"everywhere": f"{settings().oidc_logout}?{query}"})


@pages.get("/{lang}/staff", guard=any_staff)
def staff_home(visit: Visit) -> Answer:
    return Page("identity/staff.html", {"roles": ROLES})


def _cookie(name: str, value: str, seconds: int | None, same_site: str) -> str:
    life = "" if seconds is None else f"; Max-Age={seconds}"
    return f"{name}={value}; Path=/; Secure; HttpOnly; SameSite={same_site}{life}"
