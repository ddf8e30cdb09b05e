"""Lost tickets: by the e-mail address that the payer gave to the provider, or by card, time and amount.

Asking is the same work for every address, whoever has tickets: the worker finds out and writes, or does not.
"""

import hmac
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core.clock import WITA
from chalicelib.core.contacts import mask_email
from chalicelib.core.delivery import Channel, Deliveries
from chalicelib.core.errors import AlreadyDone, Invalid
from chalicelib.core.ids import new_id
from chalicelib.core.messages import Letter, letter
from chalicelib.core.money import Money
from chalicelib.core.post import Mail
from chalicelib.core.store import Once, retried
from chalicelib.core.text import Text
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.core.vault import LinkExpired, Secret
from chalicelib.core.web.limits import limit
from chalicelib.payments.events import TicketsSought
from chalicelib.payments.model.lookup import Lookup
from chalicelib.payments.model.order import Order
from chalicelib.payments.store.lookups import LookupStore
from chalicelib.payments.store.orders import OrderStore

# What a token is good for: the page on which the code is typed, the link in the mail, the list of tickets.
ASKED, CONFIRM, FOUND = "tickets-asked", "tickets-confirm", "tickets-found"
CODE: Final = "tickets-code"
DAY: Final = timedelta(days=1)
# Somebody else's mailbox must not be flooded.
MOST_PER_ADDRESS: Final = 5
# How far a remembered time may be from the payment's own.
ABOUT: Final = timedelta(minutes=10)
HOUR: Final = timedelta(hours=1)
# Whoever has many addresses still cannot try out one card.
MOST_PER_CARD: Final = 30

NOT_FOUND: Final = Text(
    id="Tidak ada satu pembayaran yang cocok dengan semua ini. Periksa waktu dan jumlahnya",
    en="No single payment matches all of this. Check the time and the amount",
)
TOO_LATE: Final = Text(
    id="Tautan ini berlaku satu jam. Silakan minta yang baru.",
    en="This link was good for an hour. Please ask for a new one.",
)
SUBJECT: Final = Text(id="Tiket Anda dari Kota Denpasar", en="Your tickets from Denpasar")
WORDS: Final = (
    Text(
        id="Seseorang mencari tiket yang dibayar dengan alamat ini. Kodenya {code}. Berlaku satu jam.",
        en="Somebody is looking for tickets that were paid with this address. The code is {code}. It is good for an "
        "hour.",
    ),
    Text(
        id="Ketik kode itu di halaman yang terbuka, atau tekan tombol di bawah.",
        en="Type the code on the page that is open, or use the button below.",
    ),
    Text(
        id="Bukan Anda yang mencari? Abaikan email ini. Jangan berikan kodenya kepada siapa pun.",
        en="It was not you? Leave this e-mail alone. Never give the code to anybody.",
    ),
)
BUTTON: Final = Text(id="Lihat tiket saya", en="See my tickets")
WHY: Final = Text(
    id="Anda menerima email ini karena alamat Anda dimasukkan di halaman cari tiket Kota Denpasar.",
    en="You get this e-mail because your address was typed on the lost tickets page of the city of Denpasar.",
)


class Finding:
    def __init__(self, tools: Toolbox) -> None:
        self._tools = tools
        self._lookups = LookupStore(tools.store)
        self._orders = OrderStore(tools.store)
        self._deliveries = Deliveries(tools.store, tools.now)

    def ask(self, address: str, language: str, form_id: str) -> Lookup:
        """For a normalised address; the same one however often the form is sent. Raises TooMany."""
        lookup = self._drafted(address, language)
        limit(self._tools, "find-address", lookup.contact.found_by, most=MOST_PER_ADDRESS, window=DAY)
        try:
            once = Once(scope="lookup", id=form_id, result=lookup.id)
            self._lookups.keep(lookup, TicketsSought(lookup=lookup.id), once=once)
        except AlreadyDone as done:
            return self._lookups.get(done.result)
        return lookup

    @retried
    def enter_code(self, id: str, typed: str) -> Lookup:
        """Raises Invalid with what is left of the tries, Ended, NotFound.

        A try is counted before it is compared: of many guesses at the same moment no more are compared than may be.
        """
        lookup = self._lookups.get(id)
        lookup.check_open()
        tried = lookup.tried()
        self._lookups.keep(tried)
        if not hmac.compare_digest(self._tools.vault.code(CODE, lookup.id), typed):
            raise Invalid(errors={"code": tried.refusal()})
        return lookup

    def get(self, id: str) -> Lookup:
        """Raises NotFound."""
        return self._lookups.get(id)

    def orders(self, id: str) -> tuple[Order, ...]:
        """The newest paid orders of the address that was proved. Raises NotFound."""
        return self._orders.of_payer(self._lookups.get(id).contact.found_by)

    def write(self, id: str) -> None:
        """After TicketsSought: one mail, where the address has tickets."""
        lookup = self._lookups.find(id)
        if lookup is None or not self._orders.of_payer(lookup.contact.found_by, limit=1):
            return
        to = self._tools.vault.open(lookup.contact, owner=lookup.id)
        mail = Mail(to=to, row="", language=lookup.language, **vars(self._letter(lookup)))
        self._deliveries.deliver(
            lookup.id,
            lookup.id,
            Channel.MAIL,
            lambda row: self._tools.mail.send(replace(mail, row=row)),
            guard=lambda: None if self._lookups.find(id) else "too_late",
        )

    def by_card(self, digits: str, at: datetime, amount: Money) -> str:
        """The one order that a card with these last digits paid about then (UTC). Raises Invalid, TooMany.

        None and several have the same answer: nobody learns when a card was used.
        """
        limit(self._tools, "find-card", digits, most=MOST_PER_CARD, window=HOUR)
        days = {moment.astimezone(WITA).date(): moment for moment in (at - ABOUT, at + ABOUT)}.values()
        links = [link for moment in days for link in self._orders.by_card(digits, moment)]
        near = {link.order for link in links if abs(link.paid_at - at) <= ABOUT}
        found = [order for order in map(self._orders.order, sorted(near)) if order.captured == amount]
        if len(found) != 1:
            raise Invalid(errors={"digits": NOT_FOUND})
        return found[0].reference

    def token(self, purpose: str, lookup: Lookup) -> str:
        return self._tools.vault.sign(purpose, lookup.id, until=lookup.expires_at)

    def opened(self, purpose: str, token: str) -> str:
        """The id of the lookup. Raises NotFound, LinkExpired."""
        try:
            return self._tools.vault.verified(purpose, token)
        except LinkExpired:
            raise LinkExpired(TOO_LATE) from None

    def _drafted(self, address: str, language: str) -> Lookup:
        now = self._tools.now()
        fresh = new_id("lookup", now)
        contact = self._tools.vault.seal(Secret.EMAIL, address, mask_email(address), owner=fresh)
        return Lookup(id=fresh, contact=contact, language=language, asked_at=now)

    def _letter(self, lookup: Lookup) -> Letter:
        code, origin = self._tools.vault.code(CODE, lookup.id), self._tools.origin
        page = f"{origin}/{lookup.language}/pay/find/confirm/{self.token(CONFIRM, lookup)}"
        return letter(
            "email",
            lookup.language,
            subject=SUBJECT,
            heading=SUBJECT,
            paragraphs=[sentence.format(code=code) for sentence in WORDS],
            link={"url": page, "words": BUTTON},
            reason=WHY,
            origin=origin,
        )


def finding() -> Finding:
    return Finding(toolbox())
