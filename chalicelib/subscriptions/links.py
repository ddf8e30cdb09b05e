"""The signed links of a subscription: each opens one thing, and only for whoever it was given to."""

from datetime import datetime
from typing import Final

from chalicelib.core.text import Text
from chalicelib.core.toolbox import Toolbox
from chalicelib.core.vault import LinkExpired

# What a token is good for. Whoever has it may do just that.
ASKED: Final = "subscription-asked"
CODE: Final = "subscription-code-page"
CONFIRM: Final = "subscription-confirm"
MANAGE: Final = "subscription-manage"
STOP: Final = "subscription-stop"

ROOMS: Final = {ASKED: "asked/", CODE: "code/", CONFIRM: "confirm/", MANAGE: "", STOP: "stop/"}

TOO_LATE: Final = Text(
    id="Tautan ini berlaku 24 jam. Silakan daftar lagi di halaman peringatan.",
    en="This link was good for 24 hours. Please subscribe again from the alerts page.",
)


def path(tools: Toolbox, purpose: str, id: str, lang: str, *, until: datetime | None = None) -> str:
    """The address of a page without the city's own part."""
    return f"/{lang}/alerts/subscriptions/{ROOMS[purpose]}{tools.vault.sign(purpose, id, until=until)}"


def opened(tools: Toolbox, purpose: str, token: str) -> str:
    """The subscription's id. Raises NotFound, LinkExpired."""
    try:
        return tools.vault.verified(purpose, token)
    except LinkExpired:
        raise LinkExpired(TOO_LATE) from None
