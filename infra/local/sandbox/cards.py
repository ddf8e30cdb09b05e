"""The test cards of https://docs.stripe.com/testing (read 2026-11-24), and what becomes of a payment with each."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """`code` empty: it goes well. `challenge`: the bank asks first. `slow_refund`: its refunds are pending at first."""

    code: str = ""
    decline_code: str = ""
    message: str = ""
    challenge: bool = False
    slow_refund: bool = False


DECLINED = "Your card was declined."
LIVE = "Your card was declined. Your request was in test mode, but used a non test card."
FUNDS = "Your card has insufficient funds."
NOBODY = Outcome(code="card_declined", decline_code="test_mode_live_card", message=LIVE)
UNPROVEN = Outcome(
    code="payment_intent_authentication_failure",
    message="We are unable to authenticate your payment method. Please choose a different payment method.",
)

CARDS = {
    "4242424242424242": Outcome(),
    "5555555555554444": Outcome(),
    "4000000000007726": Outcome(slow_refund=True),
    "4000002500003155": Outcome(challenge=True),
    "4000002760003184": Outcome(challenge=True),
    "4000008260003178": Outcome(challenge=True, code="card_declined", decline_code="insufficient_funds", message=FUNDS),
    "4000000000000002": Outcome(code="card_declined", decline_code="generic_decline", message=DECLINED),
    "4000000000009995": Outcome(code="card_declined", decline_code="insufficient_funds", message=FUNDS),
    "4000000000000069": Outcome(code="expired_card", message="Your card has expired."),
    "4000000000000127": Outcome(code="incorrect_cvc", message="Your card's security code is incorrect."),
}


@dataclass(frozen=True, kw_only=True)
class Card:
    """As it was typed; `number` without spaces."""

    number: str
    expiry: str = "12/34"
    cvc: str = "123"

    @property
    def last4(self) -> str:
        return self.number[-4:]

    @property
    def outcome(self) -> Outcome:
        return CARDS.get(self.number, NOBODY)

    def faults(self, today: datetime) -> list[str]:
        """The fields that no bank is asked with."""
        wrong = [] if _luhn(self.number) else ["number"]
        wrong += [] if _in_future(self.expiry, today) else ["expiry"]
        return wrong + ([] if self.cvc.isdigit() and len(self.cvc) in (3, 4) else ["cvc"])


def _luhn(number: str) -> bool:
    if not number.isdigit() or not 13 <= len(number) <= 19:
        return False
    doubled = (2 * int(digit) for digit in number[-2::-2])
    return (sum(n - 9 if n > 9 else n for n in doubled) + sum(map(int, number[-1::-2]))) % 10 == 0


def _in_future(expiry: str, today: datetime) -> bool:
    month, _, year = expiry.replace(" ", "").partition("/")
    if not (month.isdigit() and year.isdigit() and len(year) == 2 and 1 <= int(month) <= 12):
        return False
    return (2000 + int(year), int(month)) >= (today.year, today.month)
