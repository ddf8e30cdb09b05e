"""Tickets in a city of memory twins, made by the city's own signer and kept as its workers keep them."""

import base64
from datetime import datetime, timedelta

from chalicelib.core.events import system
from chalicelib.core.ids import new_reference
from chalicelib.core.signing import Signer
from chalicelib.core.toolbox import Toolbox
from chalicelib.payments.model.token import Claims, content, token_of
from chalicelib.payments.model.voucher import Standing, Voucher
from chalicelib.payments.store.gate import GateStore
from chalicelib.payments.store.kinds import VOUCHERS
from tests.web.city import City


def ticket(
    city: City | Toolbox,
    *,
    scheme: str = "mangrove",
    item: str = "adult",
    starts: timedelta = timedelta(hours=-1),
    ends: timedelta = timedelta(hours=8),
    standing: Standing = Standing.VALID,
    signer: Signer | None = None,
    kept: bool = True,
) -> Voucher:
    """A ticket that is good from `starts` to `ends`, counted from now; `kept` False: signed, and in no record."""
    tools = city.tools if isinstance(city, City) else city
    now = tools.now().replace(second=0, microsecond=0)
    claims = Claims(
        voucher=new_reference("TK"), scheme=scheme, item=item, valid_from=now + starts, valid_until=now + ends
    )
    voucher = voucher_of(claims, token(claims, signer or tools.signer), standing)
    if kept:
        tools.store.commit([VOUCHERS.record(voucher)], by=system("test"))
    return voucher


def many(city: City, number: int, standing: Standing) -> list[Voucher]:
    made = [ticket(city, standing=standing, kept=False) for _ in range(number)]
    for first in range(0, number, 50):
        city.store.commit([VOUCHERS.record(one) for one in made[first : first + 50]], by=system("test"))
    return made


def token(claims: Claims, signer: Signer) -> str:
    signed = content(claims, signer.key_id)
    return token_of(signed, signer.sign(signed))


def forged(token: str) -> str:
    """One bit of the signature is another one."""
    whole = bytearray(base64.b32decode(token + "=" * (-len(token) % 8)))
    whole[-1] ^= 1
    return token_of(bytes(whole), b"")


def voucher_of(claims: Claims, signed: str, standing: Standing = Standing.VALID) -> Voucher:
    return Voucher(
        code=claims.voucher,
        order="PS-2222-2222-2222",
        place=0,
        scheme=claims.scheme,
        item=claims.item,
        valid_from=claims.valid_from,
        valid_until=claims.valid_until,
        token=signed,
        standing=standing,
    )


def kept(city: City, code: str) -> Voucher:
    return GateStore(city.store).voucher(code)


def later(city: City, minutes: int) -> datetime:
    city.clock.pass_(timedelta(minutes=minutes))
    return city.clock()
