"""The last digits of a card are asked of the attempt that was paid, whatever came after it."""

from dataclasses import replace

from chalicelib.core.events import PUBLIC
from chalicelib.payments.model.order import Attempt
from chalicelib.payments.service.orders import orders
from chalicelib.payments.store.orders import Change, OrderStore
from tests.payments.money_city import money_city


def test_the_card_of_an_order_whose_last_attempt_was_never_paid_is_found() -> None:
    with money_city() as money:
        reference = money.order(1)
        money.url(reference)
        money.world.pay(money.checkout(reference))
        money.hear()
        paid = money.kept(reference)
        later = Attempt(id="attempt-that-came-later", expires_at=paid.attempt.expires_at)
        OrderStore(money.store).commit(Change(order=replace(paid, attempts=(*paid.attempts, later))), by=PUBLIC)

        orders().note_card(reference)

        assert money.kept(reference).card == "4242"
