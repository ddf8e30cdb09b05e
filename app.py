"""The front door: the app, and one line per service."""

from chalicelib.core.web.portal import Portal
from chalicelib.home import api as home_api
from chalicelib.home import pages as home_pages
from chalicelib.identity import pages as identity_pages
from chalicelib.incidents import pages as incidents_pages
from chalicelib.spine import workers as spine_workers
from chalicelib.subscriptions import pages as subscriptions_pages

app = Portal("sewaka", strip=list)
app.register(home_pages.pages)
app.register(home_api.api)
app.register(identity_pages.pages)
app.register(incidents_pages.pages)
app.register(subscriptions_pages.pages)
app.register_workers(spine_workers.bp)
