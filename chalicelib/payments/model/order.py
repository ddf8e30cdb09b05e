"""An order: what is bought, the attempts to pay it, and what became of the money. Pure."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Self

from chalicelib.core.clock import WITA
from chalicelib.core.money import Money
from chalicelib.core.text import Text
from chalicelib.core.vault import Sealed
from chalicelib.payments.model.graph import Move, State, Unexpected, after

PREFIX: Final = "PS"  # pesanan
# A provider's checkout lives 30 minutes at least; an attempt may still be opened in its first nine.
HOLD: Final = timedelta(minutes=40)
MOST_ATTEMPTS: Final = 20
# An order that ended may be tried again for a day: after that its prices and places are looked at anew.
FRESH: Final = timedelta(days=1)
NOTHING: Final = Money(0, "IDR")
# Who is through at the provider but has not paid (a bank that takes its time) is asked about again.
ASK_AGAIN: Final = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Bought:
    """One line with the price of the day on which it was ordered: a later tariff changes nothing."""

    item: str
    name: Text
    unit: Money
    quantity: int

    @property
    def total(self) -> Money:
        return self.unit * self.quantity


@dataclass(frozen=True, kw_only=True)
class Stock:
    """Places that the order keeps: a counter's key, how many, and how many there are."""

    key: str
    places: int
    cap: int


class Stage(StrEnum):
    """How far an attempt is."""

    STARTING = "starting"  # kept before the provider is asked, so that it can be asked again word for word
    OPEN = "open"
    CHECKING = "checking"  # the payer is through, the money is not there yet
    PAID = "paid"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class Capture:
    """What the provider says of money that is there: `charged` is what the payer saw in another currency."""

    attempt: str
    checkout: str
    payment: str
    amount: Money
    at: datetime
    card: str = ""
    email: Sealed | None = None
    charged: Money | None = None


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """`id` is the provider's key for us; `declined` the last no of a bank; `captured` what this attempt brought in."""

    id: str
    expires_at: datetime
    stage: Stage = Stage.STARTING
    checkout: str = ""
    url: str = ""
    payment: str = ""
    declined: str = ""
    captured: Money | None = None

    def paid(self, capture: Capture) -> Self:
        return replace(
            self,
            stage=Stage.PAID,
            url="",
            checkout=capture.checkout,
            payment=capture.payment,
            captured=capture.amount,
        )


@dataclass(frozen=True, kw_only=True)
class Order:
    """`day` is the day of the visit (WITA), `starts_at` (UTC) when it begins.

    `subject` (a plate, a trader code ...) and `email` can be erased; no fact holds them. `places` is the number of
    tickets. `refunded` has gone back, `going_back` is on its way. `group`: the names of its places stand beside it.
    """

    reference: str
    scheme: str
    authority: str
    account: str
    lines: tuple[Bought, ...]
    language: str
    placed_at: datetime
    attempts: tuple[Attempt, ...]
    stock: tuple[Stock, ...] = ()
    state: State = State.HELD
    day: date | None = None
    slot: str = ""
    starts_at: datetime | None = None
    places: int = 0
    subject: str = ""
    bills: tuple[str, ...] = ()
    group: bool = False
    refunded: Money = NOTHING
    going_back: Money = NOTHING
    paid_at: datetime | None = None
    card: str = ""
    email: Sealed | None = None
    charged: Money | None = None
    refunds: tuple[str, ...] = ()
    due_at: datetime | None = None
    late: bool = False
    version: int = 0

    @property
    def total(self) -> Money:
        return sum((line.total for line in self.lines), NOTHING)

    @property
    def attempt(self) -> Attempt:
        """The last one: no other can be alive."""
        return self.attempts[-1]

    @property
    def captured(self) -> Money:
        return sum((one.captured for one in self.attempts if one.captured), NOTHING)

    @property
    def payment(self) -> str:
        """The provider's id of the payment that the order lives on; "" while nothing was captured."""
        return self.paying.payment if self.paying else ""

    @property
    def paying(self) -> Attempt | None:
        """The attempt that brought the money in, not always the last one; None while nothing was captured."""
        return next((one for one in self.attempts if one.captured), None)

    @property
    def returnable(self) -> Money:
        return self.captured - self.refunded - self.going_back

    def is_over(self, now: datetime) -> bool:
        """Whether it is too late to try again: its visit is over, its price is of another day, it was tried too often,
        or it pays bills, which may have been paid or withdrawn in the meantime."""
        past = self.day is not None and self.day < now.astimezone(WITA).date()
        tried = len(self.attempts) >= MOST_ATTEMPTS
        return past or tried or bool(self.bills) or now - self.placed_at > FRESH

    def price_of(self, place: int) -> Money:
        """What one place cost: places count through the lines in their order. IndexError for one that is not there."""
        return [line.unit for line in self.lines for _ in range(line.quantity)][place]

    def item_of(self, place: int) -> str:
        return [line.item for line in self.lines for _ in range(line.quantity)][place]

    def opened(self, checkout: str, url: str) -> Self:
        """The last attempt has its checkout; itself when that is known."""
        if self.attempt.checkout == checkout:
            return self
        return self._moved(Move.OPENED, stage=Stage.OPEN, checkout=checkout, url=url)

    def checking(self, attempt: str, now: datetime) -> Self:
        """The payer is through; the clock asks again in a while."""
        moved = self._of(attempt)._moved(Move.CHECKING, stage=Stage.CHECKING, url="")
        return replace(moved, due_at=now + ASK_AGAIN)

    def declined(self, attempt: str, why: str) -> Self:
        """A bank said no: the checkout stays open. Itself when the attempt is over anyway."""
        if self._known(attempt).stage not in (Stage.STARTING, Stage.OPEN):
            return self
        return self._of(attempt)._moved(Move.DECLINED, declined=why)

    def captured_by(self, capture: Capture, *, places_left: bool = True) -> Self:
        """The money is there; itself when that is known. A second payment stays surplus and changes nothing else.

        `places_left` False: the order had ended, and its places went to others.
        """
        if self._known(capture.attempt).stage is Stage.PAID:
            return self
        paid = self._with(capture)
        if self.state not in (State.HELD, State.PAYING, State.EXPIRED):
            return replace(paid, state=after(self.state, Move.SURPLUS))
        move = Move.CAPTURED if places_left else Move.CAPTURED_LATE
        return replace(
            paid,
            state=after(self.state, move),
            stock=self.stock if places_left else (),
            late=not places_left,
            due_at=None,
            paid_at=capture.at,
            card=capture.card,
            email=capture.email,
            charged=capture.charged,
        )

    def ended(self, attempt: str) -> Self:
        """The checkout can never be paid: the places are free. Itself when the attempt is over already."""
        if self._known(attempt).stage in (Stage.PAID, Stage.ENDED):
            return self
        return replace(self._of(attempt)._moved(Move.ENDED, stage=Stage.ENDED, url=""), due_at=None)

    def held_again(self, attempt: str, now: datetime) -> Self:
        """The payer tries once more. Raises Unexpected unless the order has ended."""
        if len(self.attempts) >= MOST_ATTEMPTS:
            raise Unexpected(attempts=len(self.attempts))
        return self._with_attempt(after(self.state, Move.HELD_AGAIN), attempt, now)

    def restarted(self, attempt: str, now: datetime) -> Self:
        """The last attempt never reached the provider and is too old to: another one takes its place."""
        if self.state is not State.HELD or len(self.attempts) >= MOST_ATTEMPTS:
            raise Unexpected(attempts=len(self.attempts))
        return replace(self, attempts=self._changed(stage=Stage.ENDED))._with_attempt(State.HELD, attempt, now)

    def freeing(self, places: int) -> tuple[Self, tuple[Stock, ...]]:
        """The order without so many of its places, and what the counters lose: a ticket that is void frees its seat."""
        freed = tuple(replace(stock, places=places) for stock in self.stock if places)
        kept = tuple(replace(stock, places=stock.places - places) for stock in self.stock)
        return replace(self, stock=kept), freed

    def giving_back(self, amount: Money, refund: str) -> Self:
        """A refund is on its way; the order keeps its id. Raises Unexpected when that is more than there is."""
        if not NOTHING < amount <= self.returnable:
            raise Unexpected(reason="more than was captured")
        return replace(self, going_back=self.going_back + amount, refunds=(*self.refunds, refund))

    def gave_back(self, amount: Money) -> Self:
        """A refund that was on its way has gone."""
        refunded = self.refunded + amount
        move = Move.GAVE_ALL_BACK if refunded == self.captured else Move.GAVE_BACK
        return replace(self, state=after(self.state, move), refunded=refunded, going_back=self.going_back - amount)

    def kept_back(self, amount: Money) -> Self:
        """A refund that was on its way never left."""
        return replace(self, going_back=self.going_back - amount)

    def bounced(self, amount: Money) -> Self:
        """A refund that had gone came back."""
        move = Move.BOUNCED_LATE if self.late and self.state is State.REFUNDED else Move.BOUNCED
        return replace(self, state=after(self.state, move), refunded=self.refunded - amount)

    def disputed(self, move: Move) -> Self:
        return replace(self, state=after(self.state, move))

    def _known(self, attempt: str) -> Attempt:
        found = next((one for one in self.attempts if one.id == attempt), None)
        if found is None:
            raise Unexpected(attempt=attempt)
        return found

    def _of(self, attempt: str) -> Self:
        """Itself where the attempt is the last one: an earlier one is over and moves nothing."""
        if attempt != self.attempt.id:
            raise Unexpected(attempt=attempt)
        return self

    def _moved(self, move: Move, **changes: Any) -> Self:
        return replace(self, state=after(self.state, move), attempts=self._changed(**changes))

    def _changed(self, **changes: Any) -> tuple[Attempt, ...]:
        return (*self.attempts[:-1], replace(self.attempt, **changes))

    def _with(self, capture: Capture) -> Self:
        attempts = (one.paid(capture) if one.id == capture.attempt else one for one in self.attempts)
        return replace(self, attempts=tuple(attempts))

    def _with_attempt(self, state: State, attempt: str, now: datetime) -> Self:
        fresh = Attempt(id=attempt, expires_at=now + HOLD)
        return replace(self, state=state, attempts=(*self.attempts, fresh), due_at=fresh.expires_at)
