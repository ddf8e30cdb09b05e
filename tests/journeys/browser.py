"""Chromium as people use it: a window of one person in one language, which notes whatever the browser complains of."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Response, expect, sync_playwright

from chalicelib.core import ROOT
from chalicelib.core.text import Text, translations

PHONE = (390, 844)
DESKTOP = (1280, 900)
LOCALES = {"id": "id-ID", "en": "en-GB"}
QUIET = ("no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking")
QUIETER = ("disable-component-update", "disable-sync")
# The cloud under a test may be busy with another step.
PATIENCE_MS = 20_000
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
JUDGE = """async (tags) => {
    const wished = {rules: {"target-size": {enabled: true}}, resultTypes: ["violations"], preload: false};
    const asked = {runOnly: tags, iframes: false, ...wished};
    const found = await axe.run(document, asked);
    return found.violations.map(one => `${one.id}: ${one.help}: ${one.nodes.map(node => node.target).join(" | ")}`);
}"""
# Boxes that reach over the right edge, to say what makes a page scroll sideways.
WIDE = """() => document.documentElement.scrollWidth <= window.innerWidth ? [] :
    [...document.querySelectorAll("body *")].filter(one => one.getBoundingClientRect().right > window.innerWidth + 1)
    .map(one => `${one.tagName}.${one.className}: ${Math.round(one.getBoundingClientRect().right)} px`)"""

# Links within the page that lead nowhere, such as from a list of errors to a field that is not there.
DANGLING = """() => [...document.querySelectorAll('a[href^="#"]')].map(one => one.getAttribute("href"))
    .filter(target => !document.getElementById(target.slice(1)))"""


def program() -> str:
    """Debian's Chromium. RuntimeError where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise RuntimeError("Chromium is missing: apt-get install chromium")
    return found


@contextmanager
def chromium_running() -> Iterator[Browser]:
    """Chromium without a disk. RuntimeError where there is none."""
    arguments = [f"--{switch}" for switch in (*QUIET, *QUIETER)]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=arguments)
        try:
            yield browser
        finally:
            browser.close()


@cache
def axe() -> str:
    return (ROOT / "node_modules/axe-core/axe.min.js").read_text("utf-8")


@dataclass
class Window:
    """One person's browser with cookies of its own. officer: who logged in, "" for everybody else.

    status: of the last page. complaints: console errors, refusals by the content security policy among them.
    """

    page: Page
    origin: str
    lang: str
    officer: str = ""
    status: int = 0
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.on("console", self._heard)
        self.page.on("response", self._answered)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message: ConsoleMessage) -> None:
        where = str(message.location.get("url", ""))
        # A page that refuses is no fault of the page: Chromium logs the status of the document itself.
        if message.type == "error" and where.startswith(self.origin) and where != self.page.url:
            self.complaints.append(f"{message.text} ({where})")

    def _answered(self, answer: Response) -> None:
        if answer.request.is_navigation_request() and answer.frame == self.page.main_frame:
            self.status = answer.status

    def say(self, words: str | Text) -> str:
        """A sentence of the templates or of the code, as this person reads it."""
        return words.in_(self.lang) if isinstance(words, Text) else translations(self.lang).gettext(words)

    def go(self, path: str) -> None:
        """path starts behind the language: `/report`."""
        self.page.goto(f"{self.origin}/{self.lang}{path}")

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.origin)

    @property
    def last(self) -> str:
        """The last part of the address: the id or reference of what is shown."""
        return self.path.split("?")[0].rsplit("/", 1)[1]

    def button(self, words: str) -> Locator:
        return self.main.get_by_role("button", name=self.say(words), exact=True)

    def wait(self) -> None:
        self.page.wait_for_load_state()

    def press(self, words: str) -> None:
        """The button, and the page that comes of it."""
        with self.page.expect_navigation(wait_until="load"):
            self.button(words).click()

    def press_twice(self, words: str) -> None:
        """As impatient people do."""
        with self.page.expect_navigation(wait_until="load"):
            self.button(words).dblclick(no_wait_after=True)

    def follow(self, words: str) -> None:
        with self.page.expect_navigation(wait_until="load"):
            self.main.get_by_role("link", name=self.say(words), exact=True).click()

    def fill(self, **typed: str) -> None:
        """Text fields by their names."""
        for name, value in typed.items():
            self.page.locator(f'[name="{name}"]').fill(value)

    def tick(self, name: str, *values: str) -> None:
        """Radios and boxes; folded districts are opened first."""
        for value in values:
            box = self.page.locator(f'input[name="{name}"][value="{value}"]')
            folded = self.page.locator("details:not([open])", has=box)
            if folded.count():
                folded.locator("summary").click()
            box.check()

    def select(self, name: str, value: str) -> None:
        self.page.locator(f'select[name="{name}"]').select_option(value)

    def sees(self, *words: str | Text) -> None:
        for said in words:
            expect(self.main).to_contain_text(self.say(said))

    def does_not_see(self, words: str | Text) -> None:
        expect(self.main).not_to_contain_text(self.say(words))

    def switch_language(self) -> "Window":
        """Follows the switch; the window goes on in the other language."""
        other = "en" if self.lang == "id" else "id"
        with self.page.expect_navigation(wait_until="load"):
            self.page.locator(f'.dps-lang a[hreflang="{other}"]').click()
        self.lang = other
        return self

    def wide(self, width: int, height: int = 844) -> None:
        self.page.set_viewport_size({"width": width, "height": height})

    def enlarge(self) -> None:
        """Text of twice the size, as WCAG 1.4.4 asks for."""
        self.page.evaluate("document.documentElement.style.fontSize = '200%'")

    def faults(self) -> list[str]:
        """What axe finds: WCAG 2.0 to 2.2 at A and AA, and its best practices."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(axe())
        found: list[str] = self.page.evaluate(JUDGE, TAGS)
        return found

    def sticks_out(self) -> list[str]:
        """What is wider than the window; empty where nothing scrolls sideways."""
        found: list[str] = self.page.evaluate(WIDE)
        return found

    def leads_nowhere(self) -> list[str]:
        """Links within the page without a target."""
        found: list[str] = self.page.evaluate(DANGLING)
        return found

    def cookies(self) -> list[str]:
        return [str(one["name"]) for one in self.page.context.cookies()]


@dataclass
class Windows:
    """Opens windows of one city in one running Chromium, and closes them all."""

    browser: Browser
    origin: str
    _open: list[Window] = field(default_factory=list)

    def open(self, lang: str, size: tuple[int, int] = PHONE, **wishes: Any) -> Window:
        """wishes: what `Browser.new_context` takes; java_script_enabled=False for a browser without it."""
        viewport = {"width": size[0], "height": size[1]}
        usual: dict[str, Any] = {"viewport": viewport, "locale": LOCALES[lang], "timezone_id": "Asia/Makassar"}
        window = Window(self.browser.new_context(**usual, **wishes).new_page(), self.origin, lang)
        self._open.append(window)
        return window

    def close(self) -> None:
        for window in self._open:
            window.page.context.close()

    @property
    def complaints(self) -> list[str]:
        return [said for window in self._open for said in window.complaints]
