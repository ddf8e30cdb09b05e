"""Rate limits for what anyone may do: so many in a window, per address that asks or number that is texted."""

import hashlib
from datetime import UTC, datetime, timedelta

from chalicelib.core.errors import TooMany
from chalicelib.core.toolbox import Toolbox

# Text messages cost money, and some networks share it with whoever asks for many (SMS pumping): they are counted for
# each block of a thousand numbers and for the whole city, by the workers that send them.
MOST_TEXTS_PER_BLOCK = 20
MOST_TEXTS = 5000


def limit(tools: Toolbox, what: str, who: str, *, most: int, window: timedelta) -> None:
    """Takes one of `most` in the current window for `who` (an IP or a fingerprint). Raises TooMany.

    The address is hashed with its window: nobody reads it in passing or follows it, and the row goes with its window.
    """
    length = int(window.total_seconds())
    number = int(tools.now().timestamp()) // length
    ends = datetime.fromtimestamp((number + 1) * length, UTC)
    hidden = hashlib.sha256(f"{what}|{number}|{_line(who)}".encode()).hexdigest()[:32]
    if not tools.store.spend(f"{what}#{hidden}", limit=most, until=ends):
        raise TooMany(retry_after=max(1, int((ends - tools.now()).total_seconds())))


def _line(who: str) -> str:
    """Whoever has IPv6 has 2**64 addresses at least (RFC 6177): the network of all of them is counted."""
    if ":" not in who:
        return who
    from ipaddress import AddressValueError, IPv6Address

    try:
        address = IPv6Address(who)
    except AddressValueError:
        return who
    return str(address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64))


def too_many_texts(tools: Toolbox, number: str) -> str | None:
    """For the guard of a delivery that anybody may cause: a reason to skip the text, or None and it is counted."""
    try:
        limit(tools, "texts-block", number[:-3], most=MOST_TEXTS_PER_BLOCK, window=timedelta(hours=1))
        limit(tools, "texts", "city", most=MOST_TEXTS, window=timedelta(days=1))
    except TooMany:
        return "too_many"
    return None
