"""What may leave the city, asked at the send boundary itself, re-sends included."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.alerts.model.alert import ACTIVE, State
from chalicelib.alerts.model.ladder import Status
from chalicelib.alerts.model.words import Announcement


class Skip(StrEnum):
    """Why a message does not leave; kept as the reason of its delivery row."""

    NOT_ACTUAL = "not_actual"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    NOT_APPROVED = "not_approved"
    SUPERSEDED = "superseded"
    NOT_TOLD = "not_told"
    STOPPED = "stopped"


@dataclass(frozen=True, kw_only=True)
class Sending:
    """One message about to leave. `live` is a channel that people hang on (not a drill's); `revision` is the one that
    was announced and `current` the alert's; `told` says whether this target got the alert itself."""

    announcement: Announcement
    status: Status
    live: bool
    state: State
    revision: int
    current: int
    expires_at: datetime
    told: bool = False
    resend: bool = False


def may_leave(sending: Sending, now: datetime) -> Skip | None:
    """None lets it go. An officer's or the clock's re-send passes the same checks as the first send."""
    if sending.live and sending.status is not Status.ACTUAL:
        return Skip.NOT_ACTUAL
    if now >= sending.expires_at or sending.state is State.EXPIRED:
        return Skip.EXPIRED
    if sending.revision != sending.current:
        return Skip.SUPERSEDED
    if sending.announcement is Announcement.CANCELLED:
        return _may_cancel(sending)
    return _may_warn(sending)


def _may_warn(sending: Sending) -> Skip | None:
    if sending.state is State.CANCELLED:
        return Skip.CANCELLED
    return None if sending.state in ACTIVE else Skip.NOT_APPROVED


def _may_cancel(sending: Sending) -> Skip | None:
    if sending.state is not State.CANCELLED:
        return Skip.NOT_APPROVED
    return None if sending.told else Skip.NOT_TOLD
