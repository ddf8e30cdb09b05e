"""What people do: ask, confirm, change their wishes, stop. Load, decide, commit.

Asking is the same work for every address, whoever has it: a new pending subscription. Whether the address has one
already is found out by the worker that writes to it, and by whoever proves to have it.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from chalicelib.core.errors import AlreadyDone, Invalid
from chalicelib.core.events import PUBLIC, Actor
from chalicelib.core.ids import new_id
from chalicelib.core.log import note
from chalicelib.core.store import Once, retried
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.core.vault import Secret
from chalicelib.core.web.limits import limit
from chalicelib.subscriptions.events import (
    SubscriptionChanged,
    SubscriptionConfirmed,
    SubscriptionRequested,
    SubscriptionStopped,
)
from chalicelib.subscriptions.model.codes import Code
from chalicelib.subscriptions.model.subscription import Reason, Subscription
from chalicelib.subscriptions.model.wishes import Channel, Wishes
from chalicelib.subscriptions.store import SubscriptionStore

CODE: Final = "subscription-code"
SECRETS: Final = {Channel.MAIL: Secret.EMAIL, Channel.PHONE: Secret.PHONE}
DAY: Final = timedelta(days=1)
# Somebody else's mailbox or phone must not be flooded.
MOST_PER_ADDRESS: Final = 5


@dataclass(frozen=True, kw_only=True)
class Request:
    """What the form holds: a normalised address, what may be shown of it, and the wishes."""

    channel: Channel
    address: str
    mask: str
    wishes: Wishes


class Subscriptions:
    def __init__(self, tools: Toolbox) -> None:
        self._tools = tools
        self._store = SubscriptionStore(tools.store)

    def ask(self, request: Request, form_id: str) -> str:
        """The id of a pending subscription; the same one however often the form is sent. Raises TooMany."""
        pending = self._pending(request)
        limit(self._tools, "subscribe-address", pending.contact.found_by, most=MOST_PER_ADDRESS, window=DAY)
        try:
            once = Once(scope="subscription", id=form_id, result=pending.id)
            self._store.keep(pending, SubscriptionRequested.of(pending), by=PUBLIC, once=once)
        except AlreadyDone as done:
            return done.result
        return pending.id

    def get(self, id: str) -> Subscription:
        """Raises NotFound."""
        return self._store.get(id)

    @retried
    def confirm(self, id: str) -> str:
        """The id of the subscription that the address has now: an older one, if there is one. Raises NotFound,
        NotWaiting."""
        return self._confirmed(self._store.get(id))

    @retried
    def enter_code(self, id: str, typed: str) -> str:
        """As `confirm`, for six digits. Raises Invalid with what is left of the tries, NotFound, NotWaiting."""
        subscription = self._store.get(id)
        subscription.code.check_open(self._tools.now())
        expected = self._tools.vault.code(CODE, subscription.code.subject(id))
        if not hmac.compare_digest(expected, typed):
            wrong = subscription.mistyped()
            self._store.keep(wrong, by=PUBLIC)
            raise Invalid(errors={"code": wrong.code.refusal()})
        return self._confirmed(subscription)

    @retried
    def new_code(self, id: str) -> None:
        """Raises NotFound, NotWaiting, TooMany."""
        subscription = self._store.get(id).with_new_code(self._tools.now())
        limit(self._tools, "subscribe-address", subscription.contact.found_by, most=MOST_PER_ADDRESS, window=DAY)
        self._store.keep(subscription, SubscriptionRequested.of(subscription), by=PUBLIC)

    @retried
    def change(self, id: str, wish: Callable[[Channel], Wishes]) -> None:
        """`wish` reads what is wanted by that channel. Raises NotFound, NotActive, and what `wish` raises."""
        before = self._store.get(id)
        after = before.changed(wish(before.channel))
        if after != before:
            self._store.settle(before, after, SubscriptionChanged.of(after), by=PUBLIC)
            note("subscription_changed", subscription_id=id)

    @retried
    def stop(self, id: str, reason: Reason = Reason.PERSON, *, by: Actor = PUBLIC) -> None:
        """Stopping what has stopped, or has been forgotten, is fine: nothing is sent either way."""
        before = self._store.find(id)
        after = before and before.stopped(reason, self._tools.now())
        if before is None or after is None or after is before:
            return
        fact = SubscriptionStopped(subscription_id=id, channel=after.channel, reason=reason)
        self._store.settle(before, after, fact, by=by)
        note("subscription_stopped", subscription_id=id, reason=reason)

    def _confirmed(self, pending: Subscription) -> str:
        address = self._store.address(pending.contact.found_by)
        if owner := self._store.owner(address):
            return owner.id
        after = pending.confirmed(self._tools.now())
        self._store.confirm(after, address, SubscriptionConfirmed.of(after), by=PUBLIC)
        note("subscription_confirmed", subscription_id=after.id, channel=after.channel)
        return after.id

    def _pending(self, request: Request) -> Subscription:
        now = self._tools.now()
        fresh = new_id("subscription", now)
        contact = self._tools.vault.seal(SECRETS[request.channel], request.address, request.mask, owner=fresh)
        return Subscription(
            id=fresh,
            channel=request.channel,
            contact=contact,
            wishes=request.wishes,
            asked_at=now,
            code=Code(asked_at=now),
        )


def subscriptions() -> Subscriptions:
    return Subscriptions(toolbox())
