"""The front door: the app, and one line per service."""

from chalicelib.alerts import reads as alerts_reads
from chalicelib.alerts import workers as alerts_workers
from chalicelib.alerts.api import alerts as alerts_api
from chalicelib.alerts.api import feed as alerts_feed
from chalicelib.alerts.pages import desk as alerts_desk
from chalicelib.alerts.pages import public as alerts_pages
from chalicelib.core.web.portal import Portal
from chalicelib.home import api as home_api
from chalicelib.home import pages as home_pages
from chalicelib.identity import pages as identity_pages
from chalicelib.incidents import pages as incidents_pages
from chalicelib.incidents import workers as incidents_workers
from chalicelib.payments import workers as payments_workers
from chalicelib.payments.api import gate as payments_gate_api
from chalicelib.payments.api import notices as payments_notices
from chalicelib.payments.api import orders as payments_api
from chalicelib.payments.pages import billing as payments_billing
from chalicelib.payments.pages import bills as payments_bills
from chalicelib.payments.pages import finance as payments_finance
from chalicelib.payments.pages import finance_refunds as payments_finance_refunds
from chalicelib.payments.pages import find as payments_find
from chalicelib.payments.pages import gate as payments_gate
from chalicelib.payments.pages import group as payments_group
from chalicelib.payments.pages import order as payments_order
from chalicelib.payments.pages import posters as payments_posters
from chalicelib.payments.pages import receipts as payments_receipts
from chalicelib.payments.pages import refund as payments_refund
from chalicelib.payments.pages import shop as payments_shop
from chalicelib.payments.pages import ticket as payments_ticket
from chalicelib.permits import pages as permits_pages
from chalicelib.schemes import pages as schemes_pages
from chalicelib.spine import workers as spine_workers
from chalicelib.subscriptions import pages as subscriptions_pages
from chalicelib.subscriptions import workers as subscriptions_workers

app = Portal("sewaka", strip=alerts_reads.strip)
app.register(home_pages.pages)
app.register(home_api.api)
app.register(identity_pages.pages)
app.register(incidents_pages.pages)
app.register(permits_pages.pages)
app.register(schemes_pages.pages)
app.register(payments_group.pages)
app.register(payments_find.pages)
app.register(payments_bills.pages)
app.register(payments_billing.pages)
app.register(payments_finance.pages)
app.register(payments_finance_refunds.pages)
app.register(payments_gate.pages)
app.register(payments_gate_api.api)
app.register(payments_posters.pages)
app.register(payments_shop.pages)
app.register(payments_order.pages)
app.register(payments_refund.pages)
app.register(payments_receipts.pages)
app.register(payments_ticket.pages)
app.register(payments_api.api)
app.register(payments_notices.api)
app.register(subscriptions_pages.pages)
app.register(alerts_pages.pages)
app.register(alerts_desk.pages)
app.register(alerts_api.api)
app.register(alerts_feed.api)
app.register_workers(spine_workers.workers)
app.register_workers(incidents_workers.workers)
app.register_workers(alerts_workers.workers)
app.register_workers(subscriptions_workers.workers)
app.register_workers(payments_workers.workers)
