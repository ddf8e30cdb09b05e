"""The payments' part of the golden story: every fact of money, tickets and bills happens once."""

from dataclasses import replace
from datetime import timedelta

from chalicelib.core.events import PUBLIC, Entry, officer
from chalicelib.core.money import rupiah
from chalicelib.core.text import Text
from chalicelib.payments.events import TicketsMissed
from chalicelib.payments.gateway.port import CheckoutState
from chalicelib.payments.model.bill import Demand
from chalicelib.payments.model.gate import Gate, Scan
from chalicelib.payments.model.poster import Why
from chalicelib.payments.model.refund import Reason
from chalicelib.payments.service.billing import billing
from chalicelib.payments.service.finance import finance
from chalicelib.payments.service.finding import finding
from chalicelib.payments.service.gate import gate_service
from chalicelib.payments.service.posters import posters
from chalicelib.payments.service.reconciling import reconciling
from chalicelib.payments.service.refunds import Wish, refunds
from chalicelib.payments.service.settling import settling
from chalicelib.payments.store.orders import Change, OrderStore
from tests.payments.money_city import MoneyCity, money_city
from tests.twins.provider import DECLINED, GOOD

GATE = Gate.of("mangrove-1")


def happened() -> list[Entry]:
    """All facts of the story, in the order in which they happened."""
    with money_city(seats=40) as town:
        _orders(town)
        _late(town)
        _twice(town)
        _refunds(town)
        _tickets(town)
        _dispute(town)
        _bills(town)
        _posters(town)
        finding().ask("ayu@example.id", "id", "lost")
        _books(town)
        return [entry for entry in town.city.store.entries.values() if isinstance(entry, Entry)]


def _bought(town: MoneyCity, places: int = 2) -> str:
    reference = town.order(places)
    town.url(reference)
    town.world.pay(town.checkout(reference), DECLINED)
    town.hear()
    town.world.pay(town.checkout(reference), GOOD)
    _goes_on(town)
    return reference


def _goes_on(town: MoneyCity) -> None:
    town.hear()
    town.work()


def _orders(town: MoneyCity) -> None:
    """One is paid by a transfer that arrives, one is abandoned and tried again."""
    paid, left = town.order(1), town.order(1)
    for reference in (paid, left):
        town.url(reference)
    town.world.transfer(town.checkout(paid))
    _goes_on(town)
    for intent in town.world.things("intent"):
        town.world.settle(intent["id"])
    _goes_on(town)
    town.tick(timedelta(minutes=41))
    town.url(left)
    order = town.kept(paid)
    change = Change(order=order, facts=(TicketsMissed(reference=paid),))
    OrderStore(town.store).commit(change, by=PUBLIC)


def _late(town: MoneyCity) -> None:
    reference = town.order(30)
    town.url(reference)
    town.world.pay(town.checkout(reference))
    checkout = town.world.provider.checkout(town.checkout(reference))
    settling().settle(replace(checkout, paid=False, state=CheckoutState.EXPIRED))
    taken = town.order(30)
    _goes_on(town)
    settling().end(taken, town.kept(taken).attempt.id)


def _twice(town: MoneyCity) -> None:
    reference = town.order(1)
    town.url(reference)
    settling().end(reference, town.kept(reference).attempt.id)
    first = town.checkout(reference)
    town.url(reference)
    for checkout in (first, town.checkout(reference)):
        town.world.pay(checkout)
    _goes_on(town)


def _refunds(town: MoneyCity) -> None:
    reference = _bought(town, 20)
    refunds().ask(Wish(reference=reference, places=(0,), reason=Reason.CHANGED_MIND), PUBLIC, "one")
    for form, decide in (("two", refunds().reject), ("three", refunds().approve)):
        wish = Wish(reference=reference, places=(), reason=Reason.OFFICER, amount=rupiah(510_000))
        decide(refunds().ask(wish, officer("kadek"), form), "rai")
    _goes_on(town)


def _tickets(town: MoneyCity) -> None:
    voucher = town.vouchers(_bought(town))[0]
    town.city.clock.pass_(timedelta(days=4))
    for nonce, offline in (("first-scan", False), ("other-scan", True)):
        at = town.city.clock()
        gate_service().redeem(
            Scan(nonce=nonce, ticket=voucher.token, gate=GATE, at=at, offline=offline), officer("putu")
        )


def _dispute(town: MoneyCity) -> None:
    dispute = town.world.dispute(town.kept(_bought(town)).payment)
    _goes_on(town)
    town.world.close_dispute(dispute, won=True)
    _goes_on(town)


def _bills(town: MoneyCity) -> None:
    demand = Demand(
        number="DPS-2026-000123", period="2026-11", amount=rupiah(250_000), what=Text(id="Denda", en="Fine")
    )
    batch = billing().take("fine", [demand], "kadek", "import")
    _goes_on(town)
    billing().withdraw(f"{batch}-0", "Salah ketik", "kadek")


def _posters(town: MoneyCity) -> None:
    serial = posters().ask("mangrove", "adult", "kadek", "poster")
    _goes_on(town)
    posters().revoke(serial, Why.FORGED, "Stiker palsu", "kadek")


def _books(town: MoneyCity) -> None:
    """A wrong amount is told as a difference, an officer explains it, and the day is closed."""
    reference = town.order(1)
    town.url(reference)
    town.world.account.find("session", town.checkout(reference))["amount_total"] += 500_000
    town.world.pay(town.checkout(reference))
    town.hear()
    day = finance().today()
    for pause in (timedelta(minutes=15), timedelta(days=1)):
        town.city.clock.pass_(pause)
        reconciling().run()
        town.work()
    for entry in list(town.city.store.entries.values()):
        if isinstance(entry, Entry) and entry.name == "DifferenceFound":
            finance().explain(str(entry.data["difference"]), "kadek", "Diperiksa")
    finance().close(day, "kadek", "Sudah dijelaskan")
