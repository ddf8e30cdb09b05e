"""Tickets at the gate: one entry for one ticket, however often, wherever and in whatever order it is scanned."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from chalicelib.core.clock import WITA
from chalicelib.core.errors import AlreadyDone, BadValue, NotFound
from chalicelib.core.events import Actor
from chalicelib.core.ids import parse_reference
from chalicelib.core.signing import Jwk
from chalicelib.core.store import retried
from chalicelib.core.toolbox import Toolbox, toolbox
from chalicelib.payments.events import EntryDisputed, VoucherUsed
from chalicelib.payments.model.gate import BAD_GATE, ENTRANCES, Gate, Outcome, Scan, Verdict, outcome_of, standing_at
from chalicelib.payments.model.token import BadToken, UnknownKey, WrongSignature, token_in, verified
from chalicelib.payments.model.voucher import PREFIX, Voucher
from chalicelib.payments.store.gate import GateStore
from chalicelib.schemes.reads import Per, Scheme, SchemeKind, schemes
from chalicelib.schemes.reads import scheme as known_scheme

REFUSALS = {UnknownKey: Outcome.UNKNOWN_KEY, WrongSignature: Outcome.BAD_SIGNATURE, BadToken: Outcome.NOT_A_TICKET}


@dataclass(frozen=True)
class Inside:
    """How many went in at a place today; `places` is None where nobody counts them."""

    entered: int
    places: int | None


class Gates:
    def __init__(self, tools: Toolbox) -> None:
        self._tools = tools
        self._store = GateStore(tools.store)

    def redeem(self, scan: Scan, by: Actor) -> Verdict:
        """Lets somebody in, or says why not. The same scan again has the same answer; another one finds it used.

        A scan that let somebody in before the city was asked is judged by its own time; where the answer is no, that
        is told as a fact. Raises Unavailable.
        """
        try:
            code = self._code(scan.ticket)
        except BadToken as refusal:
            return Verdict(outcome=REFUSALS[type(refusal)])
        return self._entered(code, scan, by)

    def look(self, ticket: str) -> Verdict:
        """What anybody who has a ticket may know of it now."""
        try:
            voucher = self._store.voucher(self._code(ticket))
        except BadToken as refusal:
            return Verdict(outcome=REFUSALS[type(refusal)])
        except NotFound:
            return Verdict(outcome=Outcome.UNKNOWN)
        return Verdict(outcome=standing_at(voucher, self._tools.now()), voucher=voucher)

    def inside(self, scheme: str) -> Inside:
        entered = self._store.entered(scheme, self._today())
        return Inside(entered, _places(known_scheme(scheme)))

    def keys(self) -> dict[str, Jwk]:
        """The public keys that tickets may be signed with. Raises Unavailable."""
        return dict(self._tools.signer.public_keys())

    def revoked(self, cursor: str | None) -> tuple[tuple[Voucher, ...], str | None]:
        """Frozen and void tickets whose time is not over. Raises Malformed for a cursor that is not ours."""
        return self._store.revoked(self._tools.now(), cursor)

    @retried
    def _entered(self, code: str, scan: Scan, by: Actor) -> Verdict:
        try:
            voucher = self._store.voucher(code)
        except NotFound:
            return Verdict(outcome=Outcome.UNKNOWN)
        outcome = outcome_of(voucher, scan)
        if outcome is Outcome.OK:
            voucher = self._enter(voucher, scan, by)
        elif scan.offline:
            self._dispute(voucher, scan, outcome, by)
        return Verdict(outcome=outcome, voucher=voucher)

    def _enter(self, voucher: Voucher, scan: Scan, by: Actor) -> Voucher:
        used = voucher.used(scan.at, scan.gate.code, scan.nonce)
        if used is not voucher:
            fact = VoucherUsed(code=used.code, order=used.order, gate=scan.gate.code, at=scan.at)
            self._store.enter(used, [fact], scan.at.astimezone(WITA).date(), by=by)
        return used

    def _dispute(self, voucher: Voucher, scan: Scan, outcome: Outcome, by: Actor) -> None:
        fact = EntryDisputed(
            code=voucher.code, order=voucher.order, gate=scan.gate.code, at=scan.at, outcome=outcome.value
        )
        with suppress(AlreadyDone):
            self._store.dispute(voucher, fact, scan.nonce, by=by)

    def _code(self, ticket: str) -> str:
        """The code of a signed token, or one that was typed. Raises BadToken, Unavailable."""
        if ticket.strip().upper().startswith(PREFIX) and len(ticket) < 40:
            with suppress(BadValue):
                return parse_reference(ticket, PREFIX)
        return verified(token_in(ticket), self._tools.signer.public_keys()).voucher

    def _today(self) -> date:
        return self._tools.now().astimezone(WITA).date()


def _places(scheme: Scheme) -> int | None:
    if scheme.capacity is None:
        return None
    return scheme.capacity.places * (len(scheme.slots) if scheme.capacity.per is Per.SLOT else 1)


def gates() -> tuple[Gate, ...]:
    """Every entrance of every place that is visited with a ticket."""
    visited = (scheme.code for scheme in schemes() if scheme.voucher and scheme.kind is SchemeKind.TICKET)
    return tuple(Gate(code, entrance) for code in visited for entrance in range(1, ENTRANCES + 1))


def known_gate(code: str) -> Gate:
    """Raises BadValue for a gate that we do not have."""
    gate = Gate.of(code)
    if gate not in gates():
        raise BadValue(BAD_GATE)
    return gate


def gate_service() -> Gates:
    return Gates(toolbox())
