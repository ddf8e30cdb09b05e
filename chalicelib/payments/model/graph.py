"""The states of an order and every way between them; `docs/how-money-flows.md` draws this graph. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from chalicelib.core.errors import Conflict
from chalicelib.core.text import Text


class State(StrEnum):
    HELD = "held"  # the places are kept; nobody can pay yet, so nobody was charged
    PAYING = "paying"  # a checkout may be paid at any moment
    PAID = "paid"
    EXPIRED = "expired"  # its checkout can never be paid, the places are free again
    LATE = "late"  # paid after the places were freed, and none is left: all of it goes back
    REFUNDED = "refunded"  # everything that was captured has gone back
    DISPUTED = "disputed"  # the payer's bank wants the money back; tickets are frozen
    LOST = "lost"  # the bank has it


class Move(StrEnum):
    OPENED = "checkout opened"
    CHECKING = "payer is through, money is not there yet"
    DECLINED = "bank said no"
    CAPTURED = "money is there"
    CAPTURED_LATE = "money is there, places are gone"
    SURPLUS = "money came a second time"
    ENDED = "checkout can never be paid"
    HELD_AGAIN = "payer tries again"
    GAVE_BACK = "a part went back"
    GAVE_ALL_BACK = "all went back"
    BOUNCED = "a refund came back"
    BOUNCED_LATE = "the refund of a late payment came back"
    DISPUTED = "dispute opened"
    DISPUTE_WON = "dispute won"
    DISPUTE_LOST = "dispute lost"


GRAPH: Final[Mapping[tuple[State, Move], State]] = {
    (State.HELD, Move.OPENED): State.PAYING,
    (State.HELD, Move.CHECKING): State.PAYING,
    (State.HELD, Move.DECLINED): State.PAYING,
    (State.HELD, Move.CAPTURED): State.PAID,
    (State.HELD, Move.ENDED): State.EXPIRED,
    (State.PAYING, Move.OPENED): State.PAYING,
    (State.PAYING, Move.CHECKING): State.PAYING,
    (State.PAYING, Move.DECLINED): State.PAYING,
    (State.PAYING, Move.CAPTURED): State.PAID,
    (State.PAYING, Move.ENDED): State.EXPIRED,
    (State.EXPIRED, Move.HELD_AGAIN): State.HELD,
    (State.EXPIRED, Move.CAPTURED): State.PAID,
    (State.EXPIRED, Move.CAPTURED_LATE): State.LATE,
    **{(state, Move.SURPLUS): state for state in (State.PAID, State.LATE, State.REFUNDED, State.DISPUTED, State.LOST)},
    **{(state, Move.GAVE_BACK): state for state in (State.PAID, State.LATE, State.DISPUTED, State.LOST)},
    (State.PAID, Move.GAVE_ALL_BACK): State.REFUNDED,
    (State.LATE, Move.GAVE_ALL_BACK): State.REFUNDED,
    (State.DISPUTED, Move.GAVE_ALL_BACK): State.REFUNDED,
    # A payment that came a second time, after the first one had gone back.
    (State.REFUNDED, Move.GAVE_BACK): State.REFUNDED,
    (State.REFUNDED, Move.GAVE_ALL_BACK): State.REFUNDED,
    (State.REFUNDED, Move.BOUNCED): State.PAID,
    (State.REFUNDED, Move.BOUNCED_LATE): State.LATE,
    (State.PAID, Move.BOUNCED): State.PAID,
    (State.LATE, Move.BOUNCED): State.LATE,
    (State.DISPUTED, Move.BOUNCED): State.DISPUTED,
    (State.LOST, Move.BOUNCED): State.LOST,
    (State.PAID, Move.DISPUTED): State.DISPUTED,
    (State.DISPUTED, Move.DISPUTE_WON): State.PAID,
    (State.DISPUTED, Move.DISPUTE_LOST): State.LOST,
}


class Unexpected(Conflict):
    """There is no such way from here. What the provider tells is then recorded and answered, never guessed at."""

    title = Text(id="Pesanan ini sudah berubah", en="This order has changed")


def after(state: State, move: Move) -> State:
    """Raises Unexpected."""
    try:
        return GRAPH[state, move]
    except KeyError as none:
        raise Unexpected(state=state, move=move) from none
