"""Schemes as reviewed in `data/schemes`: tariffs by date, days of visit, capacity and refund rules. Pure.

Days are the city's own (WITA), moments are aware. Amounts in the files are whole rupiah.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Final

import msgspec

from chalicelib.core import ROOT
from chalicelib.core.calendar import YearUnknown, nyepi
from chalicelib.core.clock import WITA
from chalicelib.core.errors import Invalid
from chalicelib.core.money import EXPONENTS, Money, rupiah
from chalicelib.core.text import Text
from chalicelib.core.text import day as day_words

FOLDER: Final = ROOT / "data" / "schemes"

NOTHING = Text(id="Pilih jumlahnya", en="Choose how many")
WRONG_NUMBER = Text(id="Pilih dari 0 sampai {most}", en="Choose from 0 to {most}")
TOO_MANY = Text(id="Paling banyak {most} dalam satu rombongan", en="At most {most} in one group")
NO_TARIFF = Text(id="Tarif untuk tanggal ini belum ada", en="There is no price for this day yet")
WHICH_DAY = Text(id="Pilih hari kunjungan", en="Choose the day of your visit")
PAST = Text(id="Hari ini sudah lewat atau sudah tutup", en="This day is over, or closed by now")
TOO_FAR = Text(id="Paling lambat {last}", en="Choose a day until {last}")
SILENCE = Text(id="Tutup pada Hari Suci Nyepi", en="Closed on Nyepi, the Day of Silence")
WHICH_SLOT = Text(id="Pilih jam kunjungan", en="Choose the time of your visit")


class AuthorityKind(StrEnum):
    CITY = "city"
    PROVINCE = "province"
    PARTNER = "partner"


class SchemeKind(StrEnum):
    TICKET = "ticket"
    PARKING = "parking"
    DUES = "dues"
    FEE = "fee"
    FINE = "fine"
    LEVY = "levy"


class Sale(StrEnum):
    OPEN = "open"
    SHOWN = "shown"


class Subject(StrEnum):
    """What must be given: a number plate, a trader's code, the number of a fine, or of a burial register."""

    NONE = "none"
    PLATE = "plate"
    TRADER = "trader"
    FINE = "fine"
    REGISTER = "register"


class Per(StrEnum):
    DAY = "day"
    SLOT = "slot"


@dataclass(frozen=True, kw_only=True)
class Authority:
    """Whose money it is; `receipts_prefix` opens the numbers of its receipts."""

    code: str
    name: Text
    kind: AuthorityKind
    receipts_prefix: str


@dataclass(frozen=True, kw_only=True)
class Tariff:
    """What one costs from a day on, in whole rupiah, until the next tariff of its item."""

    valid_from: date
    rupiah: int

    @property
    def amount(self) -> Money:
        return rupiah(self.rupiah)


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing on the price list; `most` of it fit in one order. Tariffs stand in the order of their days."""

    code: str
    name: Text
    note: Text
    tariffs: tuple[Tariff, ...]
    most: int

    def price(self, day: date) -> Tariff:
        """The tariff in force on a day. ValueError where there is none yet."""
        in_force = [tariff for tariff in self.tariffs if tariff.valid_from <= day]
        if not in_force:
            raise ValueError(f"{self.code} has no tariff on {day}")
        return max(in_force, key=lambda tariff: tariff.valid_from)

    def next_change(self, day: date) -> Tariff | None:
        """The first tariff that begins after a day."""
        coming = [tariff for tariff in self.tariffs if tariff.valid_from > day]
        return min(coming, key=lambda tariff: tariff.valid_from, default=None)


@dataclass(frozen=True, kw_only=True)
class QuotedLine:
    """`unit` is the price of one, as it was on the day of the quote."""

    item: str
    name: Text
    unit: Money
    quantity: int

    @property
    def amount(self) -> Money:
        return self.unit * self.quantity


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """How many places there are for each day, or for each slot (`09:00`, WITA) of a day."""

    per: Per
    places: int
    slots: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A day of visit is chosen, today or up to `days_ahead` days later; doors open and close at WITA times."""

    days_ahead: int
    opens: str
    closes: str


@dataclass(frozen=True, kw_only=True)
class Validity:
    """How long a voucher opens the door: `days` from the day of visit, or `hours` from the payment."""

    days: int = 0
    hours: int = 0


@dataclass(frozen=True, kw_only=True)
class RefundRule:
    """`share_percent` of the price comes back until `until_hours_before` hours before the visit begins."""

    share_percent: int
    until_hours_before: int
    cites: Text

    def refundable(self, amount: Money, starts_at: datetime, now: datetime) -> Money:
        """What comes back of an amount at a moment, rounded down to whole units (whole rupiah); zero when too late."""
        if now > starts_at - timedelta(hours=self.until_hours_before):
            return amount * 0
        unit = 10 ** EXPONENTS[amount.currency]
        return Money(amount.minor_units * self.share_percent // 100 // unit * unit, amount.currency)


@dataclass(frozen=True, kw_only=True)
class Note:
    """What people should know of a scheme: a heading and its sentences."""

    title: Text
    lines: tuple[Text, ...]


@dataclass(frozen=True, kw_only=True)
class Scheme:
    """What an authority sells or is owed.

    `sampled` figures have no source and say so wherever they are shown. Without items the amounts come from
    bills. `group` is how many people one group may have, 0 where there are no groups. `village` is a place code or "".
    """

    code: str
    kind: SchemeKind
    authority: str
    name: Text
    summary: Text
    office: str
    legal_basis: Text
    account_code: str
    sale: Sale
    items: tuple[Item, ...]
    source: str = ""
    sampled: bool = False
    village: str = ""
    official_site: str = ""
    voucher: bool = False
    subject: Subject = Subject.NONE
    capacity: Capacity | None = None
    visit: Visit | None = None
    validity: Validity | None = None
    refund: RefundRule | None = None
    group: int = 0
    notes: tuple[Note, ...] = ()

    @property
    def billed(self) -> bool:
        """Whether amounts come from bills, not from a price list."""
        return not self.items

    @property
    def slots(self) -> tuple[str, ...]:
        return self.capacity.slots if self.capacity else ()

    def item(self, code: str) -> Item:
        """KeyError for an item that the scheme does not have."""
        return {item.code: item for item in self.items}[code]

    def price(self, item: str, day: date) -> Tariff:
        """What an item costs on a day. KeyError for a strange item, ValueError where no tariff is in force."""
        return self.item(item).price(day)

    def prices(self, day: date) -> tuple[Money, ...]:
        """What its items cost on a day, lowest first; none where amounts come from bills."""
        begun = [item for item in self.items if any(tariff.valid_from <= day for tariff in item.tariffs)]
        return tuple(sorted(item.price(day).amount for item in begun))

    def quote(self, quantities: Mapping[str, int], day: date, *, group: bool = False) -> tuple[QuotedLine, ...]:
        """The lines of an order at the prices of a day (of the visit, or of the payment where no visit is chosen).

        Invalid names the fields, `quantity_<item>`: out of bounds, nothing chosen, no price on that day.
        KeyError for a strange item.
        """
        errors = self._refused(quantities, group)
        lines = []
        for code, quantity in quantities.items():
            try:
                lines.append(self._line(self.item(code), quantity, day))
            except ValueError:
                errors.setdefault(_field(code), NO_TARIFF)
        if errors:
            raise Invalid(errors=errors)
        return tuple(line for line in lines if line.quantity)

    def _refused(self, quantities: Mapping[str, int], group: bool) -> dict[str, Text]:
        most = {item.code: self.group if group else item.most for item in self.items}
        errors = {
            _field(code): WRONG_NUMBER.format(most=most[code])
            for code, quantity in quantities.items()
            if not 0 <= quantity <= most[code]
        }
        if not errors and not sum(quantities.values()):
            errors[_field(self.items[0].code) if self.items else "main"] = NOTHING
        if not errors and group and sum(quantities.values()) > self.group:
            errors[_field(self.items[0].code)] = TOO_MANY.format(most=self.group)
        return errors

    def _line(self, item: Item, quantity: int, day: date) -> QuotedLine:
        return QuotedLine(item=item.code, name=item.name, unit=item.price(day).amount, quantity=quantity)

    def first_day(self, now: datetime) -> date:
        """Today, or tomorrow once the doors are closed; the first day that can be visited, Nyepi apart."""
        today = now.astimezone(WITA).date()
        if self.visit and now >= _at(today, self.visit.closes):
            return today + timedelta(days=1)
        return today

    def days(self, now: datetime) -> tuple[date, ...]:
        """The days of visit that can be chosen now; none where no visit is chosen."""
        if self.visit is None:
            return ()
        first, last = self.first_day(now), now.astimezone(WITA).date() + timedelta(days=self.visit.days_ahead)
        span = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
        return tuple(day for day in span if not _closed(day))

    def check_visit(self, day: date | None, slot: str, now: datetime) -> None:
        """Invalid for `day` or `slot`: missing, over, too far ahead, Nyepi, or no slot of this scheme."""
        errors = {}
        if self.visit and (why := self._wrong_day(self.visit, day, now)):
            errors["day"] = why
        if self.slots and not self._open_slot(day, slot, now):
            errors["slot"] = WHICH_SLOT
        if errors:
            raise Invalid(errors=errors)

    def _wrong_day(self, visit: Visit, day: date | None, now: datetime) -> Text | None:
        if day is None:
            return WHICH_DAY
        if day < self.first_day(now):
            return PAST
        last = now.astimezone(WITA).date() + timedelta(days=visit.days_ahead)
        if day > last:
            return TOO_FAR.format(last=Text(id=day_words(last, "id"), en=day_words(last, "en")))
        return SILENCE if _closed(day) else None

    def _open_slot(self, day: date | None, slot: str, now: datetime) -> bool:
        """Whether a slot is one of ours and has not begun."""
        return slot in self.slots and (day is None or _at(day, slot) > now)

    def starts_at(self, day: date, slot: str = "") -> datetime:
        """When a visit begins, in UTC: its slot, or when the doors open."""
        return _at(day, slot or (self.visit.opens if self.visit else "00:00"))

    def valid_until(self, paid_at: datetime, day: date | None) -> datetime | None:
        """When a voucher ends, in UTC: hours after the payment, or the midnight (WITA) after its last day."""
        if self.validity is None:
            return None
        if self.validity.hours:
            return paid_at + timedelta(hours=self.validity.hours)
        return _at((day or paid_at.astimezone(WITA).date()) + timedelta(days=self.validity.days), "00:00")

    def refundable(self, amount: Money, starts_at: datetime | None, now: datetime) -> Money:
        """As `RefundRule.refundable`; zero without a rule or a visit."""
        if self.refund is None or starts_at is None:
            return amount * 0
        return self.refund.refundable(amount, starts_at, now)


def _field(item: str) -> str:
    return f"quantity_{item}"


def _at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), WITA).astimezone(UTC)


def _closed(day: date) -> bool:
    """Nyepi; and a day of a year whose calendar nobody has published, since it may be Nyepi."""
    try:
        return nyepi(day.year) == day
    except YearUnknown:
        return True


@cache
def authorities() -> dict[str, Authority]:
    """By code. msgspec.ValidationError for a file that does not fit."""
    rows = msgspec.json.decode((FOLDER / "authorities.json").read_bytes(), type=tuple[Authority, ...])
    return {row.code: row for row in rows}


@cache
def schemes() -> dict[str, Scheme]:
    """By code, in the order in which they are shown. msgspec.ValidationError for a file that does not fit."""
    order = msgspec.json.decode((FOLDER / "order.json").read_bytes(), type=tuple[str, ...])
    return {code: msgspec.json.decode((FOLDER / f"{code}.json").read_bytes(), type=Scheme) for code in order}
