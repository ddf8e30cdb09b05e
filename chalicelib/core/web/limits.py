"""Rate limits for what anyone may do: so many in a window, per address that asks."""

import hashlib
from datetime import UTC, datetime, timedelta

from chalicelib.core.errors import TooMany
from chalicelib.core.toolbox import Toolbox


def limit(tools: Toolbox, what: str, who: str, *, most: int, window: timedelta) -> None:
    """Takes one of `most` in the current window for `who` (an IP or a fingerprint). Raises TooMany.

    The address is hashed with its window: nobody reads it in passing or follows it, and the row goes with its window.
    """
    length = int(window.total_seconds())
    number = int(tools.now().timestamp()) // length
    ends = datetime.fromtimestamp((number + 1) * length, UTC)
    hidden = hashlib.sha256(f"{what}|{number}|{who}".encode()).hexdigest()[:32]
    if not tools.store.spend(f"{what}#{hidden}", limit=most, until=ends):
        raise TooMany(retry_after=max(1, int((ends - tools.now()).total_seconds())))
