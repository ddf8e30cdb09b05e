"""What somebody wants to pay for, at today's prices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from chalicelib.core.clock import WITA
from chalicelib.core.errors import NotFound
from chalicelib.payments.model.order import Bought, Stock
from chalicelib.schemes.reads import Sale, Scheme
from chalicelib.schemes.reads import scheme as known_scheme


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What the form of a scheme holds: `quantities` by item, `day` of the visit (WITA)."""

    scheme: str
    language: str
    quantities: Mapping[str, int] = field(default_factory=dict)
    day: date | None = None
    slot: str = ""
    subject: str = ""
    group: bool = False


@dataclass(frozen=True, kw_only=True)
class Basket:
    """Priced lines, and the places that they need. `bills` are what is settled by paying."""

    scheme: str
    authority: str
    account: str
    lines: tuple[Bought, ...]
    language: str
    stock: tuple[Stock, ...] = ()
    day: date | None = None
    slot: str = ""
    starts_at: datetime | None = None
    places: int = 0
    subject: str = ""
    bills: tuple[str, ...] = ()
    group: bool = False


def priced(choice: Choice, now: datetime) -> Basket:
    """Raises NotFound for what is not sold here, Invalid for what cannot be had (fields of the form)."""
    scheme = known_scheme(choice.scheme)
    if scheme.sale is not Sale.OPEN or scheme.billed:
        raise NotFound
    scheme.check_visit(choice.day, choice.slot, now)
    day = choice.day or now.astimezone(WITA).date()
    quoted = scheme.quote(choice.quantities, day, group=choice.group)
    people = sum(line.quantity for line in quoted)
    return Basket(
        scheme=scheme.code,
        authority=scheme.authority,
        account=scheme.account_code,
        lines=tuple(Bought(item=one.item, name=one.name, unit=one.unit, quantity=one.quantity) for one in quoted),
        language=choice.language,
        stock=_stock(scheme, choice, people),
        day=choice.day,
        slot=choice.slot,
        starts_at=scheme.starts_at(choice.day, choice.slot) if choice.day else None,
        places=people if scheme.voucher else 0,
        subject=choice.subject,
        group=choice.group,
    )


def _stock(scheme: Scheme, choice: Choice, people: int) -> tuple[Stock, ...]:
    if scheme.capacity is None or choice.day is None:
        return ()
    return (Stock(key=stock_key(scheme, choice.day, choice.slot), places=people, cap=scheme.capacity.places),)


def stock_key(scheme: Scheme, day: date, slot: str = "") -> str:
    return "#".join(filter(None, (scheme.code, day.isoformat(), slot)))
