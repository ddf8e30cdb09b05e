"""A gate as people stand at it: yes and no, without network and back, on a device that forgets nothing."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Playwright, expect, sync_playwright

from chalicelib.core.events import officer
from chalicelib.payments.model.gate import Gate, Scan
from chalicelib.payments.model.token import address_of
from chalicelib.payments.model.voucher import Standing, Voucher
from chalicelib.payments.service.gate import Gates
from infra import prepare
from infra.build.catalogues import compile_all
from tests.journeys.browser import Window
from tests.journeys.gatehouse import LOGIN, Device, Gatehouse, film, gatehouse
from tests.payments.tickets import forged, kept, ticket

pytestmark = pytest.mark.browser

GATE = "mangrove-1"
# The paths of everything that the service worker has kept.
KEPT = """async () => {
    const shelves = await Promise.all((await caches.keys()).map(name => caches.open(name)));
    const requests = await Promise.all(shelves.map(shelf => shelf.keys()));
    return requests.flat().map(one => new URL(one.url).pathname);
}"""
# The lists of this device as if they had been fetched 45 minutes ago.
AGED = """() => new Promise(resolve => {
    indexedDB.open("sewaka-gate").onsuccess = ({target}) => {
        const known = target.result.transaction("known", "readwrite").objectStore("known");
        known.put({name: "refreshed", value: Date.now() - 45 * 60000}).onsuccess = resolve;
    };
})"""


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    compile_all()
    prepare.assets()
    with sync_playwright() as running:
        yield running


@pytest.fixture
def house() -> Iterator[Gatehouse]:
    """Its clock starts where the browser's is: a gate without network has no other."""
    with gatehouse() as house:
        house.city.clock.moment = datetime.now(UTC)
        yield house


@pytest.fixture
def device(playwright: Playwright, house: Gatehouse, tmp_path: Path) -> Iterator[Device]:
    device = Device(playwright, house, tmp_path / "disk")
    yield device
    device.close()


@pytest.fixture
def gate(device: Device) -> Window:
    return at_the_gate(device)


@pytest.fixture(scope="module")
def open_house(playwright: Playwright) -> Iterator[Gatehouse]:
    """One for all tests that keep their network."""
    with gatehouse() as house:
        house.city.clock.moment = datetime.now(UTC)
        yield house


@pytest.fixture(scope="module")
def open_gate(
    playwright: Playwright, open_house: Gatehouse, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Window]:
    device = Device(playwright, open_house, tmp_path_factory.mktemp("device") / "disk")
    yield at_the_gate(device)
    device.close()


def at_the_gate(device: Device, place: str = GATE) -> Window:
    """Logged in, at one entrance, with lists that are fresh and everything kept for a day without network."""
    window = device.open()
    device.log_in(window)
    window.go("/staff/gate")
    window.select("gate", place)
    expect(told(window, "list")).to_contain_text(re.compile("this minute|0 minutes|now|menit ini"))
    comes_true(window, "navigator.serviceWorker.controller !== null")
    comes_true(window, f"({KEPT})().then(paths => paths.some(path => path.includes('gate.')) && paths.length > 5)")
    return window


def comes_true(window: Window, condition: str) -> None:
    """Not Playwright's own way to wait: it evaluates strings in the page, which our content policy forbids."""
    for _ in range(100):
        if window.page.evaluate(condition):
            return
        window.page.wait_for_timeout(50)
    raise AssertionError(condition)


def told(window: Window, name: str) -> Locator:
    return window.page.locator(f'[data-tell="{name}"]')


def scan(window: Window, text: str) -> Locator:
    """As a reader does: it types, wherever the page was touched last, and presses Enter. What the screen says then."""
    verdict = window.page.locator("[data-verdict]")
    if verdict.is_visible():
        window.page.keyboard.press("Escape")
        expect(verdict).to_be_hidden()
    window.page.keyboard.type(text)
    window.page.keyboard.press("Enter")
    expect(verdict).to_be_visible()
    return verdict


def is_yes(verdict: Locator, *, unconfirmed: bool = False) -> None:
    expect(verdict).to_have_attribute("data-kind", "yes")
    expect(verdict).to_have_attribute("data-sounded", "yes")
    expect(verdict).to_have_attribute("data-unconfirmed", str(unconfirmed).lower())
    expect(verdict.locator("svg.yes")).to_be_visible()
    expect(verdict.locator("svg.no")).to_be_hidden()


def is_no(verdict: Locator, outcome: str) -> None:
    expect(verdict).to_have_attribute("data-outcome", outcome)
    expect(verdict).to_have_attribute("data-kind", "no")
    expect(verdict).to_have_attribute("data-sounded", "no")
    expect(verdict.locator("svg.no")).to_be_visible()
    expect(verdict.locator("svg.yes")).to_be_hidden()


def is_offline(window: Window) -> None:
    expect(window.page.locator("[data-gate]")).to_have_attribute("data-reach", "offline")


def comes_back(house: Gatehouse, window: Window, reach: str = "online") -> None:
    house.connect()
    window.page.evaluate("dispatchEvent(new Event('online'))")
    expect(window.page.locator("[data-gate]")).to_have_attribute("data-reach", reach)


def logs_in_again(house: Gatehouse, window: Window) -> None:
    """In another tab; the gate goes on where it stands, with the token of its earlier login."""
    other = window.page.context.new_page()
    other.goto(f"{house.origin}{LOGIN}")
    other.close()
    window.page.evaluate("dispatchEvent(new Event('online'))")


# --- with network


def test_a_good_ticket_is_a_yes_by_colour_shape_word_and_sound(open_house: Gatehouse, open_gate: Window) -> None:
    good = ticket(open_house.city)
    verdict = scan(open_gate, address_of(open_house.origin, good.token))

    is_yes(verdict)
    expect(verdict).to_contain_text("Let them in")
    expect(verdict).to_contain_text("Adult visitor")
    assert verdict.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    assert open_gate.faults() == []
    assert kept(open_house.city, good.code).used_gate == GATE
    expect(told(open_gate, "inside")).to_have_text(re.compile(r"Inside today: \d+ of 400"))


def test_the_second_time_is_a_no_that_says_when_and_where(open_house: Gatehouse, open_gate: Window) -> None:
    good = ticket(open_house.city)
    is_yes(scan(open_gate, good.token))
    verdict = scan(open_gate, good.token)

    is_no(verdict, "already_used")
    expect(verdict).to_contain_text(re.compile(r"Used \d+ \w+ \d{4}, \d\d\.\d\d WITA, .*entrance 1"))
    assert open_gate.faults() == []


def test_one_flipped_byte_is_a_no(open_house: Gatehouse, open_gate: Window) -> None:
    before = open_house.asked.count("POST /api/gate/scans")
    is_no(scan(open_gate, forged(ticket(open_house.city).token)), "bad_signature")
    assert open_house.asked.count("POST /api/gate/scans") == before


@pytest.mark.parametrize(
    ("what", "outcome"),
    [
        ({"standing": Standing.VOID}, "void"),
        ({"standing": Standing.FROZEN}, "frozen"),
        ({"scheme": "museum"}, "other_scheme"),
        ({"starts": timedelta(hours=2)}, "too_early"),
        ({"ends": timedelta(minutes=-5)}, "over"),
        ({"kept": False}, "unknown"),
    ],
    ids=str,
)
def test_every_no_has_its_reason(
    open_house: Gatehouse, open_gate: Window, what: dict[str, object], outcome: str
) -> None:
    is_no(scan(open_gate, ticket(open_house.city, **what).token), outcome)  # type: ignore[arg-type]


def test_a_code_that_was_typed_is_checked_as_well(open_house: Gatehouse, open_gate: Window) -> None:
    is_yes(scan(open_gate, ticket(open_house.city).code.lower()))


def test_tickets_scanned_faster_than_the_network_are_all_checked(open_house: Gatehouse, open_gate: Window) -> None:
    before = Gates(open_house.city.tools).inside("mangrove").entered
    several = [ticket(open_house.city) for _ in range(3)]
    for one in several:
        open_gate.page.keyboard.type(one.token)
        open_gate.page.keyboard.press("Enter")

    expect(told(open_gate, "inside")).to_have_text(f"Inside today: {before + 3} of 400")


def test_a_key_that_was_made_today_is_fetched_when_it_is_first_seen(open_house: Gatehouse, open_gate: Window) -> None:
    open_house.city.signer.rotate()

    is_yes(scan(open_gate, ticket(open_house.city).token))


def test_the_gate_is_sound_in_both_languages(house: Gatehouse, device: Device) -> None:
    device.lang = "id"
    window = at_the_gate(device)
    assert (window.faults(), window.sticks_out()) == ([], [])
    is_yes(scan(window, ticket(house.city).token))
    expect(window.page.locator("[data-verdict]")).to_contain_text("Silakan masuk")
    assert (window.faults(), window.complaints) == ([], [])


def test_the_camera_reads_the_code_of_a_ticket(house: Gatehouse, device: Device, tmp_path: Path) -> None:
    good = ticket(house.city)
    device.camera = film(address_of(house.origin, good.token), tmp_path / "ticket.y4m")
    window = at_the_gate(device)
    window.page.get_by_role("button", name="Start the camera").click()

    is_yes(window.page.locator("[data-verdict]"))
    assert kept(house.city, good.code).standing is Standing.USED


def test_without_a_camera_it_says_so(gate: Window) -> None:
    gate.page.get_by_role("button", name="Start the camera").click()

    expect(told(gate, "camera")).not_to_be_empty()


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_page_behind_a_qr_is_sound(open_house: Gatehouse, device: Device, lang: str) -> None:
    device.house, device.lang = open_house, lang
    window = device.open()
    for token in (ticket(open_house.city).token, ticket(open_house.city, standing=Standing.VOID).token, "HELLO"):
        window.page.goto(f"{open_house.origin}/V/{token}")
        assert window.path == f"/{lang}/v/{token}"
        assert (window.faults(), window.sticks_out(), window.complaints) == ([], [], [])


# --- without network


def test_without_network_a_good_ticket_is_a_yes_and_counts_when_the_network_is_back(
    house: Gatehouse, gate: Window
) -> None:
    good = ticket(house.city)
    house.cut()
    is_yes(scan(gate, good.token), unconfirmed=True)
    is_offline(gate)
    expect(told(gate, "waiting")).to_have_text("Entries that wait for the network: 1")
    assert gate.faults() == []
    assert kept(house.city, good.code).standing is Standing.VALID

    comes_back(house, gate)
    expect(told(gate, "waiting")).to_be_empty()
    assert kept(house.city, good.code).standing is Standing.USED
    expect(gate.page.locator("[data-conflicts]")).to_be_hidden()


def test_without_network_the_same_ticket_is_let_in_once(house: Gatehouse, gate: Window) -> None:
    good = ticket(house.city)
    house.cut()
    is_yes(scan(gate, good.token), unconfirmed=True)
    verdict = scan(gate, good.token)

    is_no(verdict, "already_used")
    expect(verdict).to_contain_text("entrance 1")


def test_without_network_what_is_wrong_is_a_no(house: Gatehouse, gate: Window) -> None:
    good = ticket(house.city)
    early, elsewhere = ticket(house.city, starts=timedelta(hours=2)), ticket(house.city, scheme="museum")
    house.cut()

    is_no(scan(gate, forged(good.token)), "bad_signature")
    is_no(scan(gate, early.token), "too_early")
    is_no(scan(gate, elsewhere.token), "other_scheme")
    is_no(scan(gate, "hello"), "not_a_ticket")
    is_no(scan(gate, good.code), "needs_network")
    expect(told(gate, "waiting")).to_be_empty()


def test_without_network_the_list_still_knows_a_void_ticket_and_says_how_old_it_is(
    house: Gatehouse, device: Device
) -> None:
    void = ticket(house.city, standing=Standing.VOID)
    window = at_the_gate(device)
    house.cut()

    is_no(scan(window, void.token), "void")
    window.page.evaluate(AGED)
    window.page.evaluate("dispatchEvent(new Event('offline'))")
    expect(told(window, "list")).to_have_text("List of cancelled tickets: 45 minutes ago")
    expect(window.page.locator("[data-gate]")).to_have_attribute("data-stale", "true")


def test_a_conflict_is_named_when_the_network_is_back_and_stays_until_it_is_read(
    house: Gatehouse, device: Device
) -> None:
    good = ticket(house.city)
    window = at_the_gate(device)
    house.cut()
    is_yes(scan(window, good.token), unconfirmed=True)
    used_elsewhere(house, good)

    comes_back(house, window)
    conflicts = window.page.locator("[data-conflicts] li")
    expect(conflicts).to_have_count(1)
    expect(conflicts).to_contain_text(good.code)
    expect(conflicts).to_contain_text(re.compile(r"let in .* entrance 1, without network"))
    expect(conflicts).to_contain_text(re.compile(r"Used .* entrance 2"))
    window.page.keyboard.press("Escape")
    assert window.faults() == []
    assert house.city.names() == ["VoucherUsed", "EntryDisputed"]

    window.go("/staff/gate")
    window.button("I have seen it").click()
    expect(window.page.locator("[data-conflicts]")).to_be_hidden()


def used_elsewhere(house: Gatehouse, good: Voucher) -> None:
    other = Scan(nonce="elsewhere-1", ticket=good.token, gate=Gate("mangrove", 2), at=house.city.clock())
    Gates(house.city.tools).redeem(other, officer("made"))


def test_a_lost_answer_lets_one_person_in_once(house: Gatehouse, gate: Window) -> None:
    """The city took the scan, and nobody was told: the upload with the same nonce is the same entry."""
    good = ticket(house.city)
    house.lose = "/api/gate/scans"
    is_yes(scan(gate, good.token), unconfirmed=True)
    assert kept(house.city, good.code).standing is Standing.USED

    gate.page.evaluate("dispatchEvent(new Event('online'))")
    expect(told(gate, "waiting")).to_be_empty()
    expect(gate.page.locator("[data-conflicts]")).to_be_hidden()
    assert house.city.names() == ["VoucherUsed"]


# --- the battery, the login, the other pages


def test_the_gate_opens_without_network_after_a_restart_and_has_lost_nothing(house: Gatehouse, device: Device) -> None:
    first, second = ticket(house.city), ticket(house.city)
    window = at_the_gate(device)
    house.cut()
    is_yes(scan(window, first.token), unconfirmed=True)

    window = device.open()
    window.go("/staff/gate")
    is_offline(window)
    expect(told(window, "waiting")).to_have_text("Entries that wait for the network: 1")
    is_no(scan(window, first.token), "already_used")
    is_yes(scan(window, second.token), unconfirmed=True)

    comes_back(house, window, "logged_out")
    logs_in_again(house, window)
    expect(told(window, "waiting")).to_be_empty()
    assert [kept(house.city, one.code).standing for one in (first, second)] == [Standing.USED] * 2


def test_a_login_that_has_ended_lets_the_gate_go_on_and_sends_everything_after_the_next_one(
    house: Gatehouse, device: Device
) -> None:
    good = ticket(house.city)
    window = at_the_gate(device)
    house.city.clock.pass_(timedelta(minutes=40))
    is_yes(scan(window, good.token), unconfirmed=True)
    expect(window.page.locator("[data-gate]")).to_have_attribute("data-reach", "logged_out")
    expect(window.page.get_by_role("link", name="Log in again")).to_have_count(1)

    logs_in_again(house, window)
    expect(told(window, "waiting")).to_be_empty()
    assert kept(house.city, good.code).standing is Standing.USED


def test_a_ticket_opens_without_network_once_it_was_opened_also_after_a_restart(
    house: Gatehouse, device: Device
) -> None:
    good, other = ticket(house.city), ticket(house.city)
    window = device.open()
    window.go(f"/pay/tickets/{good.code}")
    expect(window.page.locator("[data-kept]")).to_be_visible()
    house.cut()

    window = device.open()
    window.go(f"/pay/tickets/{good.code}")
    window.sees(good.code)
    expect(window.page.locator("svg.dps-qr")).to_be_visible()
    assert window.page.evaluate("getComputedStyle(document.body).fontFamily") != ""
    assert window.page.evaluate("document.styleSheets.length") >= 2
    with pytest.raises(Exception, match="ERR_"):
        window.go(f"/pay/tickets/{other.code}")


def test_nothing_else_is_kept(house: Gatehouse, device: Device) -> None:
    window = at_the_gate(device)
    for path in ("/staff", "/help", "/pay"):
        window.go(path)
    window.page.request.get(f"{house.origin}/api/vouchers/keys")
    kept_here = window.page.evaluate(KEPT)

    assert [path for path in kept_here if not path.startswith("/static/")] == ["/en/staff/gate"]


def test_leaving_takes_the_gate_along(house: Gatehouse, device: Device) -> None:
    window = at_the_gate(device)
    window.page.get_by_role("button", name="Log out").click()
    window.page.wait_for_url(re.compile("logged-out"))

    assert window.page.evaluate("caches.has('gate-1')") is False
