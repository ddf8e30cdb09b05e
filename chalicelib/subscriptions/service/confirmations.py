"""Writes to whoever asked: the mail with the link, or the text with the code. One message per asking."""

from dataclasses import replace
from typing import Final

from chalicelib.core.delivery import Channel as Way
from chalicelib.core.delivery import Deliveries, Delivery
from chalicelib.core.delivery import State as Sent
from chalicelib.core.events import system
from chalicelib.core.messages import Letter
from chalicelib.core.post import Mail, one_click
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.core.web.limits import too_many_texts
from chalicelib.subscriptions import letters, links
from chalicelib.subscriptions.model.subscription import State, Subscription
from chalicelib.subscriptions.model.wishes import Channel
from chalicelib.subscriptions.service.asking import CODE, Subscriptions
from chalicelib.subscriptions.service.refusals import reason_of
from chalicelib.subscriptions.store import SubscriptionStore

BY: Final = system("subscriptions")


class Confirmations:
    def __init__(self, tools: Toolbox) -> None:
        self._tools = tools
        self._store = SubscriptionStore(tools.store)
        self._deliveries = Deliveries(tools.store, tools.now)

    def write(self, id: str) -> None:
        """After SubscriptionRequested: sends the newest code, once, whichever fact of several comes first."""
        one = self._store.find(id)
        if one is None or one.state is not State.PENDING:
            return
        row = self._texted(one) if one.channel is Channel.PHONE else self._mailed(one)
        if row.state is Sent.FAILED:
            Subscriptions(self._tools).stop(one.id, reason_of(row.reason), by=BY)

    def _mailed(self, one: Subscription) -> Delivery:
        to = self._tools.vault.open(one.contact, owner=one.id)
        letter, stop = self._letter(one)
        mail = Mail(to=to, row="", language=one.wishes.language, headers=one_click(stop), **vars(letter))
        return self._deliveries.deliver(
            _batch(one),
            one.id,
            Way.MAIL,
            lambda row: self._tools.mail.send(replace(mail, row=row)),
            guard=lambda: self._too_late(one),
        )

    def _texted(self, one: Subscription) -> Delivery:
        number = self._tools.vault.open(one.contact, owner=one.id)
        code = self._tools.vault.code(CODE, one.code.subject(one.id))
        words = letters.code_words(code, one.wishes.language)
        return self._deliveries.deliver(
            _batch(one),
            one.id,
            Way.PHONE,
            lambda _: self._tools.phones.text(number, words),
            guard=lambda: self._too_late(one) or too_many_texts(self._tools, number),
        )

    def _letter(self, one: Subscription) -> tuple[Letter, str]:
        """The letter and its stop link. An address that has a subscription is told so, and only by mail."""
        known = self._store.owner(self._store.address(one.contact.found_by))
        stop = self._link(links.STOP, known or one)
        if known:
            link = self._link(links.MANAGE, known)
            return letters.known_letter(known, origin=self._tools.origin, link=link, stop=stop), stop
        link = self._link(links.CONFIRM, one)
        return letters.confirm_letter(one, origin=self._tools.origin, link=link, stop=stop), stop

    def _link(self, purpose: str, one: Subscription) -> str:
        until = one.expires_at if purpose == links.CONFIRM else None
        return self._tools.origin + links.path(self._tools, purpose, one.id, one.wishes.language, until=until)

    def _too_late(self, one: Subscription) -> str | None:
        now = self._store.find(one.id)
        return None if now and now.state is State.PENDING else "not_waiting"


def _batch(one: Subscription) -> str:
    return f"asked-{one.id}-{one.code.round}"


def confirmations() -> Confirmations:
    return Confirmations(toolbox())
