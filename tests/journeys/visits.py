"""Every page of the city and every way in which a form refuses: where it is, who sees it, how it comes about."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from tests.journeys import parties
from tests.journeys.browser import Window

SUBSCRIPTIONS = "/{lang}/alerts/subscriptions"
ALERT = "/{lang}/staff/alerts/{id}"
ORDER = "/{lang}/pay/orders/{reference}"
GROUP = "/{lang}/pay/group/{scheme}"
BILLS = "/{lang}/staff/payments/bills"
PAYMENTS = "/{lang}/staff/payments"
POSTERS = "/{lang}/staff/posters"
INCIDENT = "/{lang}/staff/incidents/{id}"


@dataclass(frozen=True)
class Visit:
    """route: as the app knows it. path: what stands behind the language, places filled from the cast. who: sees it."""

    route: str
    path: str
    who: str = "resident"

    def __str__(self) -> str:
        return f"{self.path} {self.who}"


@dataclass(frozen=True)
class Refusal(Visit):
    """What somebody does on the page at `path` so that `route` refuses, with `status`."""

    act: Callable[[Window], object] = Window.wait
    status: int = 422
    name: str = ""

    def __str__(self) -> str:
        return self.name


VISITS = [
    Visit("/{lang}/", "/"),
    Visit("/{lang}/accessibility", "/accessibility"),
    Visit("/{lang}/help", "/help"),
    Visit("/{lang}/privacy", "/privacy"),
    Visit("/{lang}/track", "/track"),
    Visit("/{lang}/logged-out", "/logged-out"),
    Visit("/{lang}/report", "/report"),
    Visit("/{lang}/reports/{reference}", "/reports/{waiting}"),
    Visit("/{lang}/reports/{reference}", "/reports/{warned}"),
    Visit("/{lang}/reports/{reference}", "/reports/{refused}"),
    Visit("/{lang}/alerts", "/alerts"),
    Visit("/{lang}/alerts/{id}", "/alerts/{issued}"),
    Visit("/{lang}/alerts/{id}", "/alerts/{cancelled}"),
    Visit("/{lang}/alerts/{id}", "/alerts/{drill}"),
    Visit("/{lang}/alerts/subscribe", "/alerts/subscribe"),
    Visit("/{lang}/alerts/subscribe/email", "/alerts/subscribe/email"),
    Visit("/{lang}/alerts/subscribe/phone", "/alerts/subscribe/phone"),
    Visit(SUBSCRIPTIONS + "/asked/{token}", "/alerts/subscriptions/asked/{asked}"),
    Visit(SUBSCRIPTIONS + "/code/{token}", "/alerts/subscriptions/code/{code}"),
    Visit(SUBSCRIPTIONS + "/confirm/{token}", "/alerts/subscriptions/confirm/{confirm}"),
    Visit(SUBSCRIPTIONS + "/stop/{token}", "/alerts/subscriptions/stop/{stop}"),
    Visit(SUBSCRIPTIONS + "/{token}", "/alerts/subscriptions/{manage}"),
    Visit(SUBSCRIPTIONS + "/{token}", "/alerts/subscriptions/{phone}"),
    Visit(SUBSCRIPTIONS + "/{token}", "/alerts/subscriptions/{gone}"),
    Visit(SUBSCRIPTIONS + "/{token}/confirmed", "/alerts/subscriptions/{manage}/confirmed"),
    Visit(SUBSCRIPTIONS + "/{token}/confirmed", "/alerts/subscriptions/{phone}/confirmed"),
    Visit("/{lang}/services", "/services"),
    Visit("/{lang}/services", "/services?q=tutup+jalan"),
    Visit("/{lang}/services", "/services?q=xyzzy"),
    Visit("/{lang}/services/{code}", "/services/death-benefit"),
    Visit("/{lang}/services/{code}", "/services/event"),
    Visit("/{lang}/services/{code}", "/services/advertising"),
    Visit("/{lang}/services/{code}", "/services/business-licence"),
    Visit("/{lang}/pay", "/pay"),
    Visit("/{lang}/pay/{scheme}", "/pay/mangrove"),
    Visit("/{lang}/pay/{scheme}", "/pay/parking"),
    Visit("/{lang}/pay/{scheme}", "/pay/levy"),
    Visit("/{lang}/pay/{scheme}", "/pay/fine"),
    Visit(ORDER, "/pay/orders/{unpaid}"),
    Visit(ORDER, "/pay/orders/{unpaid}?from=left"),
    Visit(ORDER, "/pay/orders/{bought}"),
    Visit(ORDER + "/refund", "/pay/orders/{bought}/refund"),
    Visit("/{lang}/pay/receipts/{reference}", "/pay/receipts/{bought}"),
    Visit("/{lang}/pay/tickets/{voucher}", "/pay/tickets/{ticket}"),
    Visit(GROUP, "/pay/group/mangrove"),
    Visit(ORDER + "/group", "/pay/orders/{group}/group"),
    Visit(ORDER + "/group/print", "/pay/orders/{group}/group/print"),
    Visit("/{lang}/pay/find", "/pay/find"),
    Visit("/{lang}/pay/find/asked/{token}", "/pay/find/asked/{sought}"),
    Visit("/{lang}/pay/find/confirm/{token}", "/pay/find/confirm/{proof}"),
    Visit("/{lang}/pay/find/tickets/{token}", "/pay/find/tickets/{found}"),
    Visit("/{lang}/pay/bills", "/pay/bills"),
    Visit(BILLS, "/staff/payments/bills", "kadek"),
    Visit(BILLS + "/{id}", "/staff/payments/bills/{billing}", "kadek"),
    Visit(BILLS + "/{id}/bill", "/staff/payments/bills/{bill}/bill", "kadek"),
    Visit(PAYMENTS, "/staff/payments", "kadek"),
    Visit(PAYMENTS, "/staff/payments", "sri"),
    Visit(PAYMENTS + "/differences/{id}", "/staff/payments/differences/{riddle}", "kadek"),
    Visit(PAYMENTS + "/differences/{id}", "/staff/payments/differences/{riddle}", "sri"),
    Visit(PAYMENTS + "/orders/{reference}", "/staff/payments/orders/{bought}", "kadek"),
    Visit(PAYMENTS + "/orders/{reference}", "/staff/payments/orders/{paid}", "sri"),
    Visit(PAYMENTS + "/refunds", "/staff/payments/refunds", "kadek"),
    Visit(PAYMENTS + "/refunds/{id}", "/staff/payments/refunds/{waits}", "kadek"),
    Visit("/{lang}/pay/posters", "/pay/posters"),
    Visit(POSTERS, "/staff/posters", "kadek"),
    Visit(POSTERS, "/staff/posters", "sri"),
    Visit(POSTERS + "/{serial}", "/staff/posters/{poster}", "kadek"),
    Visit(POSTERS + "/{serial}", "/staff/posters/{torn}", "sri"),
    Visit(POSTERS + "/{serial}/revoke", "/staff/posters/{poster}/revoke", "kadek"),
    Visit("/{lang}/v/{token}", "/v/NOTICKET"),
    Visit("/{lang}/staff/gate", "/staff/gate", "putu"),
    Visit("/{lang}/staff", "/staff", "ayu"),
    Visit("/{lang}/staff", "/staff", "sri"),
    Visit("/{lang}/staff/prices", "/staff/prices", "sri"),
    Visit("/{lang}/staff/incidents", "/staff/incidents", "ayu"),
    Visit("/{lang}/staff/incidents", "/staff/incidents", "sri"),
    Visit(INCIDENT, "/staff/incidents/{open}", "ayu"),
    Visit(INCIDENT, "/staff/incidents/{verified}", "ayu"),
    Visit(INCIDENT, "/staff/incidents/{rejected}", "sri"),
    Visit("/{lang}/staff/alerts", "/staff/alerts", "ayu"),
    Visit("/{lang}/staff/alerts/new", "/staff/alerts/new?incident={verified}", "ayu"),
    Visit(ALERT, "/staff/alerts/{draft}", "ayu"),
    Visit(ALERT, "/staff/alerts/{returned}", "ayu"),
    Visit(ALERT, "/staff/alerts/{submitted}", "ayu"),
    Visit(ALERT, "/staff/alerts/{submitted}", "made"),
    Visit(ALERT, "/staff/alerts/{issued}", "made"),
    Visit(ALERT, "/staff/alerts/{ending}", "ayu"),
    Visit(ALERT, "/staff/alerts/{ending}", "made"),
    Visit(ALERT, "/staff/alerts/{cancelled}", "sri"),
    Visit(ALERT + "/edit", "/staff/alerts/{submitted}/edit", "ayu"),
    Visit(ALERT + "/deliveries", "/staff/alerts/{issued}/deliveries", "ayu"),
]
# Routes for people that answer no page of ours; those for machines are asked in tests/web/test_openapi.py.
NO_PAGE = {
    ORDER + "/group.csv": "CSV",
    PAYMENTS + "/export": "CSV or XLSX",
    PAYMENTS + "/orders": "leads to the money of an order",
    "/": "leads to the reader's language",
    POSTERS + "/{serial}/print.pdf": "PDF",
    "/p/{token}": "leads to what is paid",
    "/P/{token}": "leads to what is paid",
    "/{lang}/p/{token}": "leads to what is paid, or says why not: REFUSALS",
    "/v/{token}": "leads to the reader's language",
    "/V/{token}": "leads to the reader's language",
    "/offline.js": "a script",
    "/{lang}/login": "leads to the provider's page",
    "/login/callback": "leads from there to the desk",
}


def empty(button: str) -> Callable[[Window], object]:
    """Sends the form as it is."""
    return lambda window: window.press(button)


def typed(button: str, **fields: str) -> Callable[[Window], None]:
    def act(window: Window) -> None:
        window.fill(**fields)
        window.press(button)

    return act


def no_place(window: Window) -> None:
    for box in window.main.locator('[name="places"]:checked').all():
        box.uncheck()
    window.press("Save the changes")


def outdated(button: str) -> Callable[[Window], None]:
    """As if somebody had changed the text since the page was loaded."""

    def act(window: Window) -> None:
        window.page.evaluate("document.querySelectorAll('[name=revision]').forEach(one => { one.value = 999 })")
        window.press(button)

    return act


def again_and_again(window: Window) -> None:
    """A new code, and at once another one."""
    while window.status == HTTPStatus.OK:
        window.press("Send a new code")


def another_list(window: Window) -> None:
    """The price of a list is pressed when the list has changed."""
    parties.check_list(window, "Ayu")
    window.fill(names="Ayu\nBagus")
    parties.press_price(window)


def nobody_in_group(window: Window) -> None:
    window.press("Somebody is not coming: see what comes back")


def another_amount(window: Window) -> None:
    """Somebody of the group gives back at a price that was never shown."""
    window.page.locator("[name=places]").first.check()
    window.press("Somebody is not coming: see what comes back")
    window.page.evaluate("document.querySelector('[name=expected]').value = 1")
    window.press("Void these tickets and pay back")


def no_bill(window: Window) -> None:
    """A number that owes several, none of which is chosen."""
    parties.look_up(window, "market", "PB-0123")
    window.press("Pay")


def wrong_bills(window: Window) -> None:
    """A list of bills that was right is changed before it is handed in."""
    window.select("scheme", "market")
    window.fill(rows="PB-7777,2026-11,1000,Contoh")
    window.press("Check the list")
    window.fill(rows="PB-7777,2026-13,1000,Contoh")
    with window.page.expect_navigation(wait_until="load"):
        window.main.locator("button[formaction$='/issue']").click()


def send_by_itself(window: Window) -> None:
    """As a browser without scripts sends the only form of the page."""
    with window.page.expect_navigation(wait_until="load"):
        window.page.evaluate("document.querySelector('main form').submit()")


REFUSALS = [
    Refusal(
        PAYMENTS + "/days/{day}/close", "/staff/payments", "kadek", name="a day not over", act=empty("Close this day")
    ),
    Refusal(
        PAYMENTS + "/differences/{id}/explain",
        "/staff/payments/differences/{riddle}",
        "kadek",
        name="no explanation",
        act=empty("Settle this difference"),
    ),
    Refusal(
        PAYMENTS + "/orders/{reference}/refund",
        "/staff/payments/orders/{bought}",
        "kadek",
        name="more than was paid",
        act=typed("Ask for this refund", amount="90.000.000", words="Hujan"),
    ),
    Refusal(
        PAYMENTS + "/refunds/{id}/approve",
        "/staff/payments/refunds/{waits}",
        "kadek",
        name="approval without a reason",
        act=empty("Approve, the money goes back"),
    ),
    Refusal(
        PAYMENTS + "/refunds/{id}/reject",
        "/staff/payments/refunds/{waits}",
        "kadek",
        name="rejection without a reason",
        act=empty("Reject"),
    ),
    Refusal(POSTERS, "/staff/posters", "kadek", name="no poster", act=empty("Make a poster")),
    Refusal(
        POSTERS + "/{serial}/revoke",
        "/staff/posters/{poster}/revoke",
        "kadek",
        name="no reason to revoke",
        act=empty("Revoke this link for ever"),
    ),
    Refusal("/{lang}/staff/gate", "/staff/gate", "putu", name="no ticket at the gate", act=send_by_itself),
    Refusal(GROUP, "/pay/group/mangrove", name="nobody in the group", act=empty("Check the list")),
    Refusal(GROUP + "/order", "/pay/group/mangrove", name="another list", act=another_list),
    Refusal(ORDER + "/group/refund", "/pay/orders/{group}/group", name="nobody stays away", act=nobody_in_group),
    Refusal(ORDER + "/group/refund/ask", "/pay/orders/{group}/group", name="another amount", act=another_amount),
    Refusal("/{lang}/pay/find/email", "/pay/find", name="no mailbox", act=empty("Send me the code")),
    Refusal("/{lang}/pay/find/card", "/pay/find", name="no card", act=empty("Find the ticket")),
    Refusal("/{lang}/pay/find/asked/{token}", "/pay/find/asked/{sought}", name="no code", act=empty("Show my tickets")),
    Refusal("/{lang}/pay/bills", "/pay/bills", name="no number", act=empty("See what is owed")),
    Refusal("/{lang}/pay/bills/order", "/pay/bills", name="no bill", act=no_bill),
    Refusal(BILLS, "/staff/payments/bills", "kadek", name="no bills", act=empty("Check the list")),
    Refusal(BILLS + "/issue", "/staff/payments/bills", "kadek", name="wrong bills", act=wrong_bills),
    Refusal(BILLS + "/one", "/staff/payments/bills", "kadek", name="no single bill", act=empty("Hand in this bill")),
    Refusal(BILLS + "/find", "/staff/payments/bills", "kadek", name="nobody's bills", act=empty("Find")),
    Refusal(
        BILLS + "/{id}/bill",
        "/staff/payments/bills/{bill}/bill",
        "kadek",
        name="no reason to withdraw",
        act=empty("Withdraw"),
    ),
    Refusal("/{lang}/track", "/track", name="code unknown", act=typed("Track", code="LP-0000")),
    Refusal("/{lang}/report", "/report", name="report empty", act=empty("Send the report")),
    Refusal("/{lang}/report", "/report", name="report contact", act=typed("Send the report", contact="nobody")),
    Refusal("/{lang}/alerts/subscribe/email", "/alerts/subscribe/email", name="mail", act=empty("Send me the link")),
    Refusal("/{lang}/alerts/subscribe/phone", "/alerts/subscribe/phone", name="phone", act=empty("Send me the code")),
    Refusal(
        SUBSCRIPTIONS + "/code/{token}", "/alerts/subscriptions/code/{code}", name="code empty", act=empty("Confirm")
    ),
    Refusal(
        SUBSCRIPTIONS + "/code/{token}/again",
        "/alerts/subscriptions/code/{code}",
        name="code too soon",
        act=again_and_again,
        status=429,
    ),
    Refusal(SUBSCRIPTIONS + "/{token}", "/alerts/subscriptions/{manage}", name="no place", act=no_place),
    Refusal("/{lang}/pay/{scheme}", "/pay/mangrove", name="no ticket", act=empty("Pay")),
    Refusal("/{lang}/pay/{scheme}", "/pay/parking", name="no plate", act=empty("Pay")),
    Refusal(
        ORDER + "/refund", "/pay/orders/{bought}/refund", name="no ticket back", act=empty("Give these tickets back")
    ),
    Refusal("/{lang}/staff/incidents", "/staff/incidents", "ayu", name="no report", act=empty("Open one incident")),
    Refusal(
        INCIDENT + "/reject",
        "/staff/incidents/{open}",
        "ayu",
        name="no reason to reject",
        act=empty("Reject the incident"),
    ),
    Refusal("/{lang}/staff/alerts/new", "/staff/alerts/new", "ayu", name="draft", act=empty("Save and preview")),
    Refusal(
        ALERT + "/edit",
        "/staff/alerts/{draft}/edit",
        "ayu",
        name="edit",
        act=typed("Save and preview", headline_en="", until_time="25.00"),
    ),
    Refusal(
        ALERT + "/submit",
        "/staff/alerts/{draft}",
        "ayu",
        name="submit outdated",
        act=outdated("Submit for approval"),
    ),
    Refusal(
        ALERT + "/approve",
        "/staff/alerts/{submitted}",
        "made",
        name="approve outdated",
        act=outdated("Approve and send"),
    ),
    Refusal(
        ALERT + "/return",
        "/staff/alerts/{submitted}",
        "made",
        name="no reason to return",
        act=empty("Return to the author"),
    ),
    Refusal(
        ALERT + "/cancel", "/staff/alerts/{issued}", "made", name="no reason to cancel", act=empty("Ask for the cancel")
    ),
    Refusal("", "/pay/treasure", name="no such scheme", status=404),
    Refusal("", "/pay/orders/PS-0000-0000-0000", name="no such order", status=404),
    Refusal("", "/pay/tickets/TK-0000-0000-0000", name="no such ticket", status=404),
    Refusal("", "/p/22222-33333333", name="no poster of ours", status=404),
    Refusal("", "/p/{torn_link}", name="poster revoked", status=410),
    Refusal("", "/nothing-here", name="no such page", status=404),
    Refusal("", "/reports/LP-0000-0000-0000", name="no such report", status=404),
    Refusal("", "/alerts/nothing", name="no such alert", status=404),
    Refusal("", "/alerts/subscriptions/broken", name="broken link", status=404),
    Refusal("", "/staff/alerts/new", "sri", name="another role", status=403),
]
# Forms that an ordinary press cannot make refuse.
NO_REFUSAL = {
    "/{lang}/logout": "has nothing to fill in",
    "/{lang}/pay/find/confirm/{token}": "has nothing to fill in",
    "/{lang}/logout-everywhere": "has nothing to fill in",
    SUBSCRIPTIONS + "/confirm/{token}": "has nothing to fill in",
    SUBSCRIPTIONS + "/stop/{token}": "has nothing to fill in, and may be repeated",
    ORDER + "/pay": "has nothing to fill in, and leads to the same payment",
    ORDER + "/check": "has nothing to fill in, and may be repeated",
    INCIDENT + "/verify": "has nothing to fill in; a second decision is the conflict page",
    ALERT + "/approve-cancel": "has nothing to fill in",
    ALERT + "/deliveries": "is shown only while an outcome is unknown",
}
