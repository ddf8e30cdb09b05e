"""Tickets: made once for every paid place, in chunks; frozen and void with their money."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from typing import Any

from chalicelib.core.clock import WITA
from chalicelib.core.errors import AlreadyDone
from chalicelib.core.events import system
from chalicelib.core.ids import new_reference
from chalicelib.core.store import Once, retried
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.payments.events import VoucherChanged, VoucherIssued
from chalicelib.payments.model.graph import State
from chalicelib.payments.model.order import Order
from chalicelib.payments.model.refund import Progress
from chalicelib.payments.model.token import Claims, content, token_of
from chalicelib.payments.model.voucher import CHUNK, PREFIX, Standing, Voucher
from chalicelib.payments.store.kinds import Places
from chalicelib.payments.store.orders import Change, OrderStore
from chalicelib.schemes.reads import scheme as known_scheme

PAYMENTS = system("payments")
EARLY = timedelta(minutes=30)


class Vouchers:
    def __init__(self, tools: Toolbox) -> None:
        self._tools = tools
        self._store = OrderStore(tools.store)

    def issue(self, reference: str) -> None:
        """One ticket for each place of a paid order; what an earlier try has made stays as it is.

        Raises NotFound; Unavailable when nothing can be signed: the message comes back, and no place is lost.
        """
        order = self._store.order(reference)
        made = len(self._store.codes(reference))
        for first in range(made, order.places, CHUNK):
            self._issue_chunk(order, range(first, min(first + CHUNK, order.places)))
        # What became of the order meanwhile was told when there was no ticket that could follow.
        self.stop(reference)

    def follow(self, reference: str) -> None:
        """Brings tickets to what their order says now, whatever came first; after a dispute was won they are good
        again, but for those whose refund waits for a second officer. Raises NotFound."""
        self.stop(reference)
        if self._store.order(reference).state is State.PAID:
            for codes in _in_chunks(self._store.codes(reference)):
                self._thaw_chunk(reference, codes)

    def stop(self, reference: str) -> None:
        """Freezes the tickets of a disputed order, and ends those whose money is gone. Raises NotFound."""
        state = self._store.order(reference).state
        stop = {State.DISPUTED: self._freeze_chunk, State.LOST: self._end_chunk, State.REFUNDED: self._end_chunk}
        if state in stop:
            for codes in _in_chunks(self._store.codes(reference)):
                stop[state](reference, codes)

    def known(self, code: str) -> Voucher:
        """Raises NotFound."""
        return self._store.voucher(code)

    def _issue_chunk(self, order: Order, places: range) -> None:
        vouchers = tuple(self._signed(order, place) for place in places)
        codes = tuple(voucher.code for voucher in vouchers)
        facts = tuple(
            VoucherIssued(code=one.code, order=one.order, scheme=one.scheme, item=one.item, place=one.place)
            for one in vouchers
        )
        some = Places(order=order.reference, first=places[0], codes=codes)
        once = Once(scope="vouchers", id=f"{order.reference}#{places[0]}")
        with suppress(AlreadyDone):
            self._store.commit(Change(places=some, vouchers=vouchers, facts=facts), by=PAYMENTS, once=once)

    def _signed(self, order: Order, place: int) -> Voucher:
        code, (begins, ends) = new_reference(PREFIX), validity(order)
        claims = Claims(
            voucher=code, scheme=order.scheme, item=order.item_of(place), valid_from=begins, valid_until=ends
        )
        signed = content(claims, self._tools.signer.key_id)
        token = token_of(signed, self._tools.signer.sign(signed))
        return Voucher(
            code=code,
            order=order.reference,
            place=place,
            scheme=order.scheme,
            item=claims.item,
            valid_from=begins,
            valid_until=ends,
            token=token,
        )

    @retried
    def _freeze_chunk(self, _reference: str, codes: Sequence[str]) -> None:
        self._keep(tuple(voucher.frozen() for voucher in self._standing(codes, Standing.VALID)))

    @retried
    def _end_chunk(self, reference: str, codes: Sequence[str]) -> None:
        """A ticket that is void frees its seat."""
        ended = tuple(one.void() for one in self._standing(codes, Standing.VALID, Standing.FROZEN))
        if ended:
            order, freed = self._store.order(reference).freeing(len(ended))
            self._keep(ended, order=order, freed=freed)

    @retried
    def _thaw_chunk(self, reference: str, codes: Sequence[str]) -> None:
        frozen = self._standing(codes, Standing.FROZEN)
        # Asked after the tickets were read: a refund that is asked for in between has changed them.
        waiting = self._waiting(reference) if frozen else set()
        self._keep(tuple(voucher.thawed() for voucher in frozen if voucher.place not in waiting))

    def _waiting(self, reference: str) -> set[int]:
        """The places whose refund waits for a second officer."""
        asked = map(self._store.refund, self._store.order(reference).refunds)
        return {place for refund in asked if refund.progress is Progress.ASKED for place in refund.places}

    def _standing(self, codes: Sequence[str], *standings: Standing) -> list[Voucher]:
        return [voucher for voucher in self._store.vouchers(codes) if voucher.standing in standings]

    def _keep(self, changed: tuple[Voucher, ...], **also: Any) -> None:
        facts = tuple(VoucherChanged(code=one.code, order=one.order, standing=one.standing) for one in changed)
        if changed:
            self._store.commit(Change(vouchers=changed, facts=facts, **also), by=PAYMENTS)


def validity(order: Order) -> tuple[datetime, datetime]:
    """When an order's tickets are good, in whole minutes (UTC): a visit's day or slot, else from the payment on."""
    scheme = known_scheme(order.scheme)
    paid = _whole(order.paid_at or order.placed_at)
    until = scheme.valid_until(paid, order.day) or paid + timedelta(days=1)
    return _begins(order, paid), _whole(until)


def _begins(order: Order, paid: datetime) -> datetime:
    if order.day is None:
        return paid
    if order.slot and order.starts_at:
        return order.starts_at - EARLY
    return datetime.combine(order.day, time(), WITA).astimezone(UTC)


def _whole(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _in_chunks(codes: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(codes), CHUNK):
        yield codes[first : first + CHUNK]


def vouchers() -> Vouchers:
    return Vouchers(toolbox())
