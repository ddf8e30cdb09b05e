"""The provider port: what payments ask of a provider, in our words. Pure; its adapters are the other files here.

Every call has one try and a timeout; what changes something carries a key of ours, and the same key with the same
request has the same answer, however often it is asked (for 24 hours at least).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from chalicelib.core.errors import CityError
from chalicelib.core.money import Money
from chalicelib.core.text import Text


class ProviderDown(CityError):
    """No answer, or one that says nothing: it may or may not have been done. Ask again with the same key."""

    status = 503
    title = Text(
        id="Layanan pembayaran sedang tidak menjawab. Anda belum dikenai biaya",
        en="The payment service is not answering. You have not been charged",
    )


class ProviderRefused(CityError):
    """A final no: nothing was done. `reason` is a code for the log, never shown."""

    status = 502
    title = Text(id="Layanan pembayaran menolak permintaan ini", en="The payment service refused this request")

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)
        self.reason = reason


class ForgedNotice(CityError):
    """A notice that does not come from our provider, our account and our mode, or came too late (300 s)."""

    status = 400
    title = Text(id="Pemberitahuan ini bukan dari penyedia kami", en="This notice does not come from our provider")


class CheckoutState(StrEnum):
    OPEN = "open"  # it may be paid
    COMPLETE = "complete"  # the payer is through; `paid` says whether the money is there
    EXPIRED = "expired"  # it can never be paid


class Decline(StrEnum):
    """Why a bank or the provider said no, as far as a payer can do something about it."""

    FUNDS = "insufficient_funds"
    AUTHENTICATION = "authentication_failed"
    EXPIRED_CARD = "expired_card"
    WRONG_DETAILS = "wrong_details"
    REFUSED = "card_declined"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row of the provider's page, in the payer's language."""

    name: str
    unit: Money
    quantity: int


@dataclass(frozen=True, kw_only=True)
class CheckoutRequest:
    """`attempt` is the key; all of it is kept before the call, so that it can be asked again word for word.

    `expires_at`: 30 minutes to 24 hours from now.
    """

    attempt: str
    order: str
    lines: tuple[Line, ...]
    language: str
    paid_url: str
    back_url: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """One checkout at the provider. `attempt` and `order` are ours and empty in a checkout that is not.

    `url` is empty unless it is open; `payment` is the provider's id of the payment, known once it was tried; `charged`
    is what the payer saw where that was another currency than `amount`; `card` the last four digits.
    """

    id: str
    attempt: str
    order: str
    state: CheckoutState
    paid: bool
    amount: Money
    url: str = ""
    payment: str = ""
    email: str = ""
    card: str = ""
    charged: Money | None = None
    paid_at: datetime | None = None


class RefundState(StrEnum):
    PENDING = "pending"
    DONE = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class ProviderRefund:
    """`refund` is our id, empty when somebody made it on the provider's own pages."""

    id: str
    refund: str
    payment: str
    amount: Money
    state: RefundState


class DisputeState(StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, kw_only=True)
class ProviderDispute:
    id: str
    payment: str
    amount: Money
    state: DisputeState


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One verified notice. All of `checkout`, `refund`, `dispute` None: nothing of ours, or a kind that we ignore.

    `declined` belongs to the payment of `order` and `attempt`: the checkout stays open. `unreadable`: it is about
    `order`, and says what we have no words for (another currency, a state that we do not know).
    """

    id: str
    kind: str
    at: datetime
    checkout: Checkout | None = None
    refund: ProviderRefund | None = None
    dispute: ProviderDispute | None = None
    declined: Decline | None = None
    order: str = ""
    attempt: str = ""
    unreadable: bool = False


class MovementKind(StrEnum):
    CHARGE = "charge"
    REFUND = "refund"
    REFUND_FAILED = "refund_failure"
    DISPUTE = "dispute"
    DISPUTE_WON = "dispute_reversal"
    FEE = "fee"
    PAYOUT = "payout"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Movement:
    """One line of the provider's account: `gross` - `fee` = `net`, signed as the account sees it: a refund is negative.

    `payment` is the payment that it belongs to, `source` the refund, dispute or payout; empty where there is none.
    """

    id: str
    kind: MovementKind
    at: datetime
    gross: Money
    fee: Money
    net: Money
    payment: str = ""
    source: str = ""


class Provider(Protocol):
    """The promises are the tests of `tests/contracts/test_payment_provider.py`.

    Every method raises ProviderDown or ProviderRefused; ValueError for a currency that we do not know.
    """

    @property
    def signature_header(self) -> str:
        """The name, in lower case, of the header that brings a notice's signature."""

    @property
    def least(self) -> Money:
        """What a checkout must come to, in rupiah: a smaller one is refused."""

    def open_checkout(self, request: CheckoutRequest) -> Checkout: ...

    def checkout(self, id: str) -> Checkout: ...

    def end_checkout(self, id: str) -> Checkout:
        """Ends an open one; whatever it had become before, that is the answer."""

    def checkouts(self, since: datetime, until: datetime) -> Iterator[Checkout]:
        """All of ours that were made in between, oldest last; more than a page is fetched as it is read."""

    def refund(self, refund: str, payment: str, amount: Money) -> ProviderRefund:
        """Pays `amount` back, once for each key `refund`."""

    def refund_of(self, id: str) -> ProviderRefund: ...

    def refunds(self, payment: str) -> Iterator[ProviderRefund]: ...

    def disputes(self, payment: str) -> Iterator[ProviderDispute]: ...

    def notice(self, body: bytes, signature: str) -> Notice:
        """Raises ForgedNotice, before anything in it is believed."""

    def movements(self, since: datetime, until: datetime) -> Iterator[Movement]:
        """Newest first."""

    def balance(self) -> Money:
        """What the account holds, available and pending."""
