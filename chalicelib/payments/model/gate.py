"""A gate and what it says of a ticket. Pure; `assets/scripts/gate/judge.js` knows the same outcomes."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple, Self

from chalicelib.core.errors import BadValue
from chalicelib.core.text import Text
from chalicelib.payments.model.voucher import Standing, Voucher

ENTRANCES: Final = 3
_CODE: Final = re.compile(r"([a-z0-9_-]{1,35})-([1-9])")


class Outcome(StrEnum):
    OK = "ok"
    ALREADY_USED = "already_used"
    TOO_EARLY = "too_early"
    OVER = "over"
    VOID = "void"
    FROZEN = "frozen"
    OTHER_SCHEME = "other_scheme"
    UNKNOWN = "unknown"  # signed by us, yet we have no such ticket
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"
    NOT_A_TICKET = "not_a_ticket"


class Said(NamedTuple):
    """What the officer reads. Slots: `{at}`, `{gate}` of the earlier entry, `{starts}`, `{ends}` of the ticket."""

    title: Text
    reason: Text


SAID: Final[Mapping[Outcome, Said]] = {
    Outcome.OK: Said(
        Text(id="Silakan masuk", en="Let them in"),
        Text(id="Tiket berlaku dan sekarang terpakai", en="The ticket is good, and used from now on"),
    ),
    Outcome.ALREADY_USED: Said(
        Text(id="Tiket sudah dipakai", en="This ticket was used before"),
        Text(id="Dipakai {at}, {gate}", en="Used {at}, {gate}"),
    ),
    Outcome.TOO_EARLY: Said(
        Text(id="Tiket belum berlaku", en="This ticket is for later"),
        Text(id="Berlaku mulai {starts}", en="It is good from {starts}"),
    ),
    Outcome.OVER: Said(
        Text(id="Masa berlaku tiket sudah lewat", en="This ticket is over"),
        Text(id="Berlaku sampai {ends}", en="It was good until {ends}"),
    ),
    Outcome.VOID: Said(
        Text(id="Tiket sudah dibatalkan", en="This ticket was cancelled"),
        Text(id="Uangnya sudah dikembalikan", en="The money went back"),
    ),
    Outcome.FROZEN: Said(
        Text(id="Tiket sedang ditahan", en="This ticket is on hold"),
        Text(
            id="Pengembalian uang atau sengketa pembayaran sedang diproses",
            en="A refund or a dispute of the payment is being decided",
        ),
    ),
    Outcome.OTHER_SCHEME: Said(
        Text(id="Tiket untuk tempat lain", en="This ticket is for another place"),
        Text(id="Tunjukkan jalan ke tempat itu", en="Show them the way there"),
    ),
    Outcome.UNKNOWN: Said(
        Text(id="Tiket tidak dikenal", en="We do not know this ticket"),
        Text(id="Minta pengunjung membuka halaman tiketnya", en="Ask them to open the page of their ticket"),
    ),
    Outcome.UNKNOWN_KEY: Said(
        Text(id="Tanda tangan tiket tidak dikenal", en="We do not know who signed this ticket"),
        Text(
            id="Minta pengunjung membuka halaman tiketnya, atau sambungkan perangkat ini ke jaringan",
            en="Ask them to open the page of their ticket, or connect this device",
        ),
    ),
    Outcome.BAD_SIGNATURE: Said(
        Text(id="Tiket ini palsu atau rusak", en="This ticket is forged or damaged"),
        Text(id="Tanda tangannya tidak cocok", en="Its signature does not match"),
    ),
    Outcome.NOT_A_TICKET: Said(
        Text(id="Ini bukan tiket kota", en="This is not a ticket of the city"),
        Text(id="Pindai lagi kode pada tiket", en="Scan the code on the ticket again"),
    ),
}

BAD_GATE = Text(id="Pilih gerbang tempat Anda bertugas", en="Choose the gate at which you stand")


@dataclass(frozen=True)
class Gate:
    """An entrance of a place; `code` is `mangrove-1`."""

    scheme: str
    entrance: int

    @classmethod
    def of(cls, code: str) -> Self:
        """Raises BadValue."""
        form = _CODE.fullmatch(code)
        if form is None or int(form[2]) > ENTRANCES:
            raise BadValue(BAD_GATE)
        return cls(form[1], int(form[2]))

    @property
    def code(self) -> str:
        return f"{self.scheme}-{self.entrance}"


@dataclass(frozen=True, kw_only=True)
class Scan:
    """One ticket held to one gate. `ticket` is what was scanned or typed; `nonce` makes a retry the same entry.

    `at` is when it was scanned; `offline`: somebody was let in before the city was asked.
    """

    nonce: str
    ticket: str
    gate: Gate
    at: datetime
    offline: bool = False


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`voucher` is the ticket as it is now, where there is one."""

    outcome: Outcome
    voucher: Voucher | None = None

    @property
    def said(self) -> Said:
        return SAID[self.outcome]


def outcome_of(voucher: Voucher, scan: Scan) -> Outcome:
    """What the gate says of a ticket that we know; the scan that let somebody in is OK however often it comes."""
    if voucher.standing is Standing.USED:
        return Outcome.OK if voucher.used_with == scan.nonce else Outcome.ALREADY_USED
    if voucher.scheme != scan.gate.scheme:
        return Outcome.OTHER_SCHEME
    return standing_at(voucher, scan.at)


def standing_at(voucher: Voucher, at: datetime) -> Outcome:
    """What anybody may know of a ticket at a moment."""
    if voucher.standing is not Standing.VALID:
        return _STANDINGS[voucher.standing]
    if at < voucher.valid_from:
        return Outcome.TOO_EARLY
    return Outcome.OVER if at >= voucher.valid_until else Outcome.OK


_STANDINGS = {
    Standing.USED: Outcome.ALREADY_USED,
    Standing.FROZEN: Outcome.FROZEN,
    Standing.VOID: Outcome.VOID,
}


def digest(code: str) -> str:
    """What stands for a code in the public list of tickets that are not good: it tells whether, and no code."""
    return hashlib.sha256(code.encode()).hexdigest()[:16]
