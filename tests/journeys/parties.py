"""Groups, lost tickets and bills, as people walk them: lists of names, codes by mail, numbers of fines."""

import re
import uuid

from playwright.sync_api import expect

from tests.journeys.browser import Window
from tests.journeys.payers import HOSTED, TICKETS_MS
from tests.journeys.residents import Reader, mailbox
from tests.stack.second_city import SecondCity, eventually

CODE_WORDS = {"id": "Kodenya", "en": "The code is"}
ALL_NAMES = "All names of the group, with a link for each"
BILLING = "/staff/payments/bills"


def people(count: int) -> str:
    """Every fourth is a child."""
    mark = uuid.uuid4().hex[:4]
    return "\n".join(f"Tamu {mark} {number:02d}{', child' if number % 4 == 3 else ''}" for number in range(count))


def check_list(window: Window, names: str) -> None:
    """The list is checked, for a day that is far enough for refunds and before any new price."""
    window.go("/pay/group/mangrove")
    day = window.page.locator("select[name=day] option").nth(9).get_attribute("value")
    window.select("day", str(day))
    window.select("item", "adult")
    window.fill(names=names)
    window.press("Check the list")


def press_price(window: Window) -> None:
    """The button with the price of a list that was checked; whatever comes of it."""
    with window.page.expect_navigation(wait_until="load"):
        window.main.locator("button[formaction$='/order']").click()


def pay_by_card(window: Window, email: str) -> None:
    """On the provider's page; back on the order's page when that says so."""
    expect(window.page).to_have_url(HOSTED)
    for name, value in {"email": email, "number": "4242 4242 4242 4242", "expiry": "12/34", "cvc": "123"}.items():
        window.page.fill(f"#{name}", value)
    with window.page.expect_navigation(url=re.compile(r"/pay/orders/"), wait_until="load"):
        window.page.locator("button[value=card]").click()


def buy(window: Window, reader: Reader, names: str) -> str:
    """The reference of a paid group, once its tickets are there."""
    check_list(window, names)
    press_price(window)
    pay_by_card(window, reader.address)
    expect(window.main.get_by_role("link", name=window.say(ALL_NAMES))).to_be_visible(timeout=TICKETS_MS)
    return window.last


def ask_by_mail(window: Window, reader: Reader) -> None:
    window.go("/pay/find")
    window.fill(email=reader.address)
    window.press("Send me the code")


def code_of(reader: Reader) -> str:
    (code,) = re.findall(r"\b\d{6}\b", reader.waits_for(CODE_WORDS[reader.language])["text"])
    return str(code)


def link_of(reader: Reader) -> str:
    links = {one for one in reader.waits_for(CODE_WORDS[reader.language])["links"] if "/pay/find/confirm/" in one}
    return str(links.pop())


def look_up(window: Window, scheme: str, number: str) -> None:
    window.go("/pay/bills")
    window.tick("scheme", scheme)
    window.fill(number=number)
    window.press("See what is owed")


def hand_in(officer: Window, number: str, *periods: str) -> str:
    """The import's id, once its bills are entered."""
    officer.go(BILLING)
    officer.select("scheme", "market")
    officer.fill(rows="\n".join(f"{number},{period},150000,Contoh: kios blok A,Demo: kiosk" for period in periods))
    officer.press("Check the list")
    with officer.page.expect_navigation(wait_until="load"):
        officer.main.locator("button[formaction$='/issue']").click()
    batch = officer.last

    def entered() -> bool:
        officer.go(f"{BILLING}/{batch}")
        return officer.main.locator("a[href$='/bill']").count() == len(periods)

    eventually(entered, 60)
    return batch


def cast_of(city: SecondCity, resident: Window, kadek: Window) -> dict[str, str]:
    """`group` is a paid group; `sought`, `proof` and `found` are tokens on the way to a lost ticket; `billing` is an
    import, `bill` one of its bills, `trader` their number."""
    reader = mailbox(city, "en")
    group = buy(resident, reader, people(3))
    ask_by_mail(resident, reader)
    sought, proof = resident.last, link_of(reader).rsplit("/", 1)[1]
    resident.fill(code=code_of(reader))
    resident.press("Show my tickets")
    trader = f"PB-{uuid.uuid4().hex[:6].upper()}"
    batch = hand_in(kadek, trader, "2026-10", "2026-11")
    tokens = {"sought": sought, "proof": proof, "found": resident.last}
    return {"group": group, **tokens, "billing": batch, "bill": f"{batch}-0", "trader": trader}
