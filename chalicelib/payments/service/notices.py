"""Notices of the provider: verified, brought to the order in one commit with the notice's id, answered at once.

What is slow (tickets, receipts, mails) happens by facts. A notice that is not ours, or that nobody knows, is answered
like any other; one that fits nowhere is kept for finance. Only a forged one is refused.
"""

from collections.abc import Mapping

from chalicelib.core.errors import AlreadyDone, NotFound
from chalicelib.core.log import note
from chalicelib.core.store import Once
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.payments.gateway import provider
from chalicelib.payments.gateway.port import Notice, Provider
from chalicelib.payments.model.graph import Unexpected
from chalicelib.payments.service.refunds import Refunds
from chalicelib.payments.service.settling import Settling
from chalicelib.payments.store.orders import OrderStore


class Notices:
    def __init__(self, tools: Toolbox, payments: Provider) -> None:
        self._provider = payments
        self._store = OrderStore(tools.store)
        self._settling = Settling(tools)
        self._refunds = Refunds(tools, payments)

    def receive(self, body: bytes, headers: Mapping[str, str]) -> None:
        """As `take`, with the signature where the provider puts it; header names are in lower case."""
        self.take(body, headers.get(self._provider.signature_header, ""))

    def take(self, body: bytes, signature: str) -> None:
        """Raises ForgedNotice; Unavailable and Stale, after which the provider comes again."""
        notice = self._provider.notice(body, signature)
        once = Once(scope="payments-notice", id=notice.id)
        try:
            self._take(notice, once)
        except Unexpected:
            self._keep(notice, once)
        except NotFound:
            note("notice_not_ours", notice=notice.id, kind=notice.kind)
        except AlreadyDone:
            note("notice_repeated", notice=notice.id, kind=notice.kind)

    def _take(self, notice: Notice, once: Once) -> None:
        if notice.unreadable:
            raise Unexpected(reason="unreadable")
        if notice.checkout:
            self._settling.settle(notice.checkout, once=once)
        elif notice.declined:
            self._settling.decline(notice.order, notice.attempt, notice.declined, once=once)
        elif notice.refund:
            self._refunds.follow(notice.refund, once=once)
        elif notice.dispute:
            self._refunds.dispute(notice.dispute, once=once)
        else:
            note("notice_ignored", notice=notice.id, kind=notice.kind)

    def _keep(self, notice: Notice, once: Once) -> None:
        try:
            self._settling.record(self._about(notice), notice.id, notice.kind, once)
        except NotFound:
            note("notice_not_ours", notice=notice.id, kind=notice.kind)
        except AlreadyDone:
            note("notice_repeated", notice=notice.id, kind=notice.kind)

    def _about(self, notice: Notice) -> str:
        """The order of a notice; "" for one of nobody's payment. Raises NotFound."""
        about = notice.refund or notice.dispute
        return self._store.order_of(about.payment).reference if about else notice.order


def notices() -> Notices:
    return Notices(toolbox(), provider())
