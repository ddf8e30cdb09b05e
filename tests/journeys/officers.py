"""Officers at their desk, as they walk it: login at Cognito's page, incidents, alerts."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.core.text import local
from infra.local.seed import PASSWORD
from tests.journeys.browser import Window
from tests.journeys.residents import SANUR


@dataclass(frozen=True)
class Draft:
    """What an officer types into the composer."""

    headline_id: str
    headline_en: str
    status: str = "actual"
    hazard: str = "flood"
    level: str = "siaga"
    areas: tuple[str, ...] = (SANUR,)
    instruction_id: str = "Jauhi pantai dan sungai. Naikkan barang berharga."
    instruction_en: str = "Keep away from beach and rivers. Move what is dear to you upstairs."
    description_id: str = "Air laut pasang masuk ke permukiman di Sanur."
    description_en: str = "The high tide has come into the streets of Sanur."

    def headline(self, lang: str) -> str:
        return {"id": self.headline_id, "en": self.headline_en}[lang]

    @property
    def texts(self) -> dict[str, str]:
        names = (f"{part}_{lang}" for part in ("headline", "instruction", "description") for lang in ("id", "en"))
        return {name: str(getattr(self, name)) for name in names}


def flood(mark: str, **other: Any) -> Draft:
    """A flood whose headline carries a mark of its own."""
    usual = Draft(headline_id=f"Banjir rob di Sanur {mark}", headline_en=f"Tidal flood in Sanur {mark}")
    return replace(usual, **other)


def log_in(window: Window, username: str) -> Window:
    """Through the provider's own page, where the city sends whoever wants to work."""
    window.go("/login")
    window.page.fill("#username", username)
    window.page.fill("#password", PASSWORD)
    with window.page.expect_navigation(url=f"{window.origin}/{window.lang}/staff"):
        window.page.get_by_role("button").click()
    window.officer = username
    return window


def open_incident(officer: Window, *references: str) -> str:
    """The id of a new incident from these reports."""
    officer.go("/staff/incidents")
    officer.tick("reports", *references)
    officer.press("Open one incident")
    return officer.last


def verify(officer: Window, incident: str) -> None:
    officer.go(f"/staff/incidents/{incident}")
    officer.press("Verify the incident")


def reject(officer: Window, incident: str, reason: str) -> None:
    officer.go(f"/staff/incidents/{incident}")
    officer.fill(reason=reason)
    officer.press("Reject the incident")


def compose(officer: Window, draft: Draft) -> None:
    """Fills the composer that is open."""
    officer.tick("status", draft.status)
    officer.select("hazard", draft.hazard)
    officer.tick("level", draft.level)
    officer.tick("areas", *draft.areas)
    officer.fill(**draft.texts)
    until = local(datetime.now(UTC) + timedelta(hours=3))
    officer.tick("until_day", until.date().isoformat())
    officer.fill(until_time=f"{until:%H.%M}")


def draft_alert(officer: Window, draft: Draft) -> str:
    """The id of a new draft."""
    officer.go("/staff/alerts/new")
    compose(officer, draft)
    officer.press("Save and preview")
    return officer.last


def submit(officer: Window, alert: str) -> None:
    officer.go(f"/staff/alerts/{alert}")
    officer.press("Submit for approval")


def send_back(officer: Window, alert: str, reason: str) -> None:
    officer.go(f"/staff/alerts/{alert}")
    officer.fill(reason=reason)
    officer.press("Return to the author")


def approve(officer: Window, alert: str, words: str = "Approve and send") -> None:
    officer.go(f"/staff/alerts/{alert}")
    officer.press(words)


def ask_for_cancel(officer: Window, alert: str) -> None:
    officer.go(f"/staff/alerts/{alert}")
    officer.fill(ending_id="Air sudah surut.", ending_en="The water has gone.")
    officer.press("Ask for the cancel")


def approve_cancel(officer: Window, alert: str) -> None:
    approve(officer, alert, "Approve the cancel and send")


def issue(author: Window, approver: Window, draft: Draft) -> str:
    """The id of an alert that two officers have sent."""
    alert = draft_alert(author, draft)
    submit(author, alert)
    approve(approver, alert)
    return alert


def cancel(one: Window, other: Window, alert: str) -> None:
    ask_for_cancel(one, alert)
    approve_cancel(other, alert)
