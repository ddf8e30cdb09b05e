"""The linter over `data/schemes`: what a file can say that the portal could not sell, price or explain."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import msgspec

from chalicelib.core import places
from chalicelib.core.clock import WITA, utc_now
from chalicelib.schemes.model import Authority, AuthorityKind, Item, Per, Sale, Scheme, SchemeKind, Subject
from infra.build.fields import blank, twice, unknown
from infra.steps import Trouble

CODE: Final = re.compile(r"[a-z][a-z_]{1,30}")
PREFIX: Final = re.compile(r"[A-Z]{2,6}")
CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
# Words that stand where a scheme's code stands: /{lang}/pay/{scheme}.
TAKEN: Final = frozenset({"bills", "find", "group", "orders", "posters", "receipts", "tickets"})
NO_SCHEMES: Final = frozenset({"authorities", "order"})
GIVEN: Final = {SchemeKind.PARKING: Subject.PLATE, SchemeKind.DUES: Subject.TRADER, SchemeKind.FINE: Subject.FINE}
MOST_IN_A_GROUP: Final = 2000
MOST_DAYS_AHEAD: Final = 365


def check(folder: Path) -> None:
    """Raises Trouble that names everything that is wrong on this day."""
    if wrong := faults(folder, utc_now().astimezone(WITA).date()):
        raise Trouble("data/schemes cannot be shipped:\n" + "\n".join(wrong))


def faults(folder: Path, today: date) -> list[str]:
    """One line for each fault, `file: what`, in the order of the files."""
    files = sorted(folder.glob("*.json"))
    raw = {path.stem: json.loads(path.read_text("utf-8")) for path in files}
    known = [row["code"] for row in raw["authorities"] if "code" in row]
    found = [f"authorities: {fault}" for fault in _authorities(raw["authorities"])]
    found += [f"order: {fault}" for fault in _order(raw["order"], raw.keys() - NO_SCHEMES)]
    for name, said in raw.items():
        if name not in NO_SCHEMES:
            found += [f"{name}: {fault}" for fault in _scheme(name, said, known, today)]
    return found


def _authorities(rows: list[dict[str, Any]]) -> Iterator[str]:
    try:
        all_ = msgspec.convert(rows, tuple[Authority, ...])
    except msgspec.ValidationError as wrong:
        yield str(wrong)
        return
    yield from unknown(rows, msgspec.to_builtins(all_))
    yield from blank(rows)
    yield from (f"{code} stands twice" for code in twice(one.code for one in all_))
    prefixes = [one.receipts_prefix for one in all_]
    yield from (f"receipts of two begin with {prefix}" for prefix in twice(prefixes))
    yield from (f"{prefix!r} opens no receipt" for prefix in prefixes if not PREFIX.fullmatch(prefix))
    if [one.kind for one in all_].count(AuthorityKind.CITY) != 1:
        yield "there is one city"


def _order(order: list[str], there: set[str]) -> Iterator[str]:
    yield from (f"{name} has no file" for name in sorted(set(order) - there))
    yield from (f"{name} is not shown" for name in sorted(there - set(order)))
    yield from (f"{name} stands twice" for name in twice(order))


def _scheme(name: str, said: Any, authorities: list[str], today: date) -> Iterator[str]:
    try:
        scheme = msgspec.convert(said, Scheme)
    except msgspec.ValidationError as wrong:
        yield str(wrong)
        return
    yield from unknown(said, msgspec.to_builtins(scheme))
    yield from blank(said)
    if scheme.code != name or not CODE.fullmatch(name) or name in TAKEN:
        yield f"{scheme.code!r} cannot be its code"
    if scheme.authority not in authorities:
        yield f"nobody knows the authority {scheme.authority!r}"
    for judge in JUDGES:
        yield from judge(scheme)
    for item in scheme.items:
        yield from (f"{item.code}: {fault}" for fault in _item(item, today))


def _basis(scheme: Scheme) -> Iterator[str]:
    if not scheme.source and not scheme.sampled:
        yield "figures need a source, or are samples"
    if not (scheme.account_code.strip() and scheme.office.strip()):
        yield "the account code or the office is missing"
    if scheme.village and scheme.village not in [place.code for place in places.places()]:
        yield f"there is no place {scheme.village!r}"
    if scheme.sale is Sale.SHOWN and not scheme.official_site:
        yield "what is only shown leads to its official site"
    if scheme.official_site and not scheme.official_site.startswith("https://"):
        yield "the official site begins with https://"


def _items(scheme: Scheme) -> Iterator[str]:
    yield from (f"the item {code} stands twice" for code in twice(item.code for item in scheme.items))
    if scheme.billed != (scheme.kind is SchemeKind.FINE):
        yield "fines have no items, everything else has some"
    if scheme.kind in GIVEN and scheme.subject is not GIVEN[scheme.kind]:
        yield f"a {scheme.kind} asks for the {GIVEN[scheme.kind]}"


def _item(item: Item, today: date) -> Iterator[str]:
    if not CODE.fullmatch(item.code):
        yield "no code"
    if item.most < 1:
        yield "nobody can order it"
    if any(tariff.rupiah < 1 for tariff in item.tariffs):
        yield "a tariff is above zero"
    if any(one.valid_from >= other.valid_from for one, other in pairwise(item.tariffs)):
        yield "tariffs stand in the order of their days"
    if not any(tariff.valid_from <= today for tariff in item.tariffs):
        yield f"no tariff is in force on {today}"


def _visits(scheme: Scheme) -> Iterator[str]:
    visit = scheme.visit
    if visit is None:
        if scheme.capacity or scheme.refund:
            yield "places and refunds need a day of visit"
        return
    if not (CLOCK.fullmatch(visit.opens) and CLOCK.fullmatch(visit.closes) and visit.opens < visit.closes):
        yield "doors open before they close"
    if not 0 <= visit.days_ahead <= MOST_DAYS_AHEAD:
        yield f"days ahead are at most {MOST_DAYS_AHEAD}"
    if any(not visit.opens <= slot < visit.closes for slot in scheme.slots):
        yield "a slot begins while the doors are open"


def _capacity(scheme: Scheme) -> Iterator[str]:
    capacity = scheme.capacity
    if capacity is None:
        return
    if capacity.places < 1:
        yield "there are no places"
    if (capacity.per is Per.SLOT) != bool(capacity.slots):
        yield "places for each slot need slots, places for each day have none"
    if any(not CLOCK.fullmatch(slot) for slot in capacity.slots) or list(capacity.slots) != sorted(set(capacity.slots)):
        yield "slots are times like 09:00, in their order"


def _vouchers(scheme: Scheme) -> Iterator[str]:
    validity = scheme.validity
    if scheme.voucher != (validity is not None):
        yield "a voucher has a validity, and nothing else has"
    if validity and (min(validity.days, validity.hours) != 0 or max(validity.days, validity.hours) < 1):
        yield "a voucher is valid for days or for hours"
    if not 0 <= scheme.group <= MOST_IN_A_GROUP or (scheme.group and not scheme.voucher):
        yield f"a group has vouchers, {MOST_IN_A_GROUP} at most"


def _refund(scheme: Scheme) -> Iterator[str]:
    rule = scheme.refund
    if rule and not (1 <= rule.share_percent <= 100 and rule.until_hours_before >= 0):
        yield "a refund is 1 to 100 per cent, until some hours before"


JUDGES: Final[tuple[Callable[[Scheme], Iterator[str]], ...]] = (
    _basis,
    _items,
    _visits,
    _capacity,
    _vouchers,
    _refund,
)
