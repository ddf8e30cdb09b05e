"""What a carrier's last word on an address means for its subscription."""

from typing import Final

from chalicelib.subscriptions.model.subscription import Reason

# What SNS says of a number whose owner has answered STOP.
OPTED_OUT: Final = frozenset({"OptedOut", "OptedOutException"})


def reason_of(code: str) -> Reason:
    return Reason.OPT_OUT if code in OPTED_OUT else Reason.BOUNCE
