"""What payers are written, by the workers alone: that their money came, and that it goes back. One mail for each."""

from dataclasses import replace

from chalicelib.core.delivery import Channel, Deliveries
from chalicelib.core.messages import Letter
from chalicelib.core.post import Mail
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.core.vault import Sealed
from chalicelib.payments.letters import paid_letter, refund_letter
from chalicelib.payments.model.order import Order
from chalicelib.payments.store.orders import OrderStore
from chalicelib.payments.store.receipts import ReceiptStore


class Mailing:
    def __init__(self, tools: Toolbox) -> None:
        self._tools = tools
        self._orders = OrderStore(tools.store)
        self._receipts = ReceiptStore(tools.store)
        self._deliveries = Deliveries(tools.store, tools.now)

    def paid(self, payment: str) -> None:
        """The way to the tickets and the number of the receipt. Raises NotFound, Refused."""
        receipt = self._receipts.receipt(payment)
        order = self._orders.order(receipt.order)
        self._write(order, f"receipt-{payment}", paid_letter(order, receipt, origin=self._tools.origin))

    def gone_back(self, reference: str, refund: str) -> None:
        """Raises NotFound, Refused."""
        order, amount = self._orders.order(reference), self._orders.refund(refund).amount
        self._write(order, refund, refund_letter(order, amount, origin=self._tools.origin))

    def _write(self, order: Order, batch: str, letter: Letter) -> None:
        """Nobody without an address is written to; who was written to before is not again."""
        if order.email is not None:
            self._send(order, order.email, batch, letter)

    def _send(self, order: Order, address: Sealed, batch: str, letter: Letter) -> None:
        to = self._tools.vault.open(address, owner=order.reference)
        mail = Mail(to=to, row="", language=order.language, **vars(letter))
        self._deliveries.deliver(
            batch,
            order.reference,
            Channel.MAIL,
            lambda row: self._tools.mail.send(replace(mail, row=row)),
            guard=lambda: None,
        )


def mailing() -> Mailing:
    return Mailing(toolbox())
