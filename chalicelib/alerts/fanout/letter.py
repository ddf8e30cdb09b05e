"""The e-mail of an alert for one person: in their language, with one click to stop (RFC 8058)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chalicelib.alerts.model.alert import Alert
from chalicelib.alerts.model.words import Announcement, area_names, path, words
from chalicelib.core.hazards import hazards
from chalicelib.core.messages import letter as rendered
from chalicelib.core.post import Mail, one_click
from chalicelib.core.text import Text

REASON = Text(
    id="Anda menerima e-mail ini karena berlangganan peringatan Kota Denpasar.",
    en="You get this e-mail because you subscribed to alerts of the city of Denpasar.",
)


@dataclass(frozen=True, kw_only=True)
class Links:
    """What a reader may do about getting these e-mails: `stop` at once (RFC 8058), or `manage` them."""

    stop: str
    manage: str


def letter(
    alert: Alert, announcement: Announcement, lang: str, origin: str, links: Links, *, repeated: bool = False
) -> Callable[[str, str], Mail]:
    """Everything that may fail is done here; what comes back only takes the address and the delivery row's id."""
    said = words(alert, announcement, lang, origin, repeated=repeated)
    made = rendered(
        "alert",
        lang,
        subject=said.subject,
        origin=origin,
        repeated=repeated,
        unsubscribe=links.stop,
        manage=links.manage,
        **_context(alert, announcement, lang, origin),
    )
    return lambda to, row: Mail(to=to, row=row, language=lang, headers=one_click(links.stop), **vars(made))


def _context(alert: Alert, announcement: Announcement, lang: str, origin: str) -> dict[str, Any]:
    return {
        "alert": alert,
        "cancelled": announcement is Announcement.CANCELLED,
        "level": alert.level,
        "heading": alert.headline,
        "hazard": hazards()[alert.hazard].name,
        "areas": area_names(alert.areas),
        "link": {
            "url": f"{origin}{path(alert.id, lang)}",
            "words": Text(id="Baca selengkapnya", en="Read the whole alert"),
        },
        "reason": REASON,
    }
