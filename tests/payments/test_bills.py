"""Bills by number: handed in as a whole or not at all, found by who knows the number, paid once."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib.core.events import Entry
from chalicelib.payments.model.bill import Bill, BillState
from chalicelib.payments.service.billing import billing
from chalicelib.payments.service.bills import bills
from chalicelib.payments.store.bills import BILL
from chalicelib.payments.store.orders import counter
from tests.payments.money_city import MoneyCity, money_city
from tests.web.client import Client, Reply

DESK = "/en/staff/payments/bills"
PAY = "/en/pay/bills"
TRADER = """number;period;amount;what;english;name
PB-0123;2026-10;150.000;Kios blok A;Kiosk in block A;I Wayan Sudarma
PB-0123;2026-11;Rp 150.000;Kios blok A;Kiosk in block A;I Wayan Sudarma
PB-0124;2026-11;60000;Los blok C
"""


@pytest.fixture
def town() -> Iterator[MoneyCity]:
    with money_city() as made:
        yield made


@pytest.fixture
def kadek(town: MoneyCity) -> Client:
    return town.city.officer("Kadek", "admin_opd", office="bapenda")


def sent(client: Client, page: str, action: str, typed: dict[str, object]) -> Reply:
    """A form of a page, with the hidden fields that the page gave it."""
    shown = client.get(page)
    hidden = {name: shown.hidden(name) for name in ("csrf", "form_id") if f'name="{name}"' in shown.text}
    return client.post(action, {**hidden, **typed})


def handed_in(town: MoneyCity, officer: Client, rows: str = TRADER, scheme: str = "market") -> str:
    """The import's id; its bills are entered."""
    reply = sent(officer, DESK, f"{DESK}/issue", {"scheme": scheme, "rows": rows})
    assert reply.status == 303, reply.text
    town.work()
    return reply.location.rsplit("/", 1)[1]


def looked_up(client: Client, number: str = "PB-0123", scheme: str = "market") -> Reply:
    return sent(client, PAY, PAY, {"scheme": scheme, "number": number})


def all_bills(town: MoneyCity) -> dict[tuple[str, str], Bill]:
    found = [BILL.thing(r.record) for r in town.city.store.rows.values() if r.record and r.record.kind == "bill"]
    return {(bill.number, bill.period): bill for bill in found}


def ordered(client: Client, *ids: str, number: str = "PB-0123", scheme: str = "market", times: int = 1) -> Reply:
    page = looked_up(client, number, scheme)
    form = {"scheme": scheme, "number": number, "bills": ids, "form_id": page.hidden("form_id")}
    return [client.post(f"{PAY}/order", form) for _ in range(times)][-1]


def paid(town: MoneyCity, *ids: str) -> str:
    """The reference of the order that paid some bills of PB-0123."""
    before = {order.reference for order in town.orders()}
    assert ordered(town.city.visitor(), *ids).status == 303
    (reference,) = {order.reference for order in town.orders()} - before
    assert town.world.pay(town.checkout(reference)) == "paid"
    town.hear()
    town.work()
    return reference


def test_a_list_is_checked_before_it_is_handed_in(town: MoneyCity, kadek: Client) -> None:
    page = sent(kadek, DESK, DESK, {"scheme": "market", "rows": TRADER})

    assert page.status == 200
    assert "Hand in 3 bills" in page.text
    assert "Rp 360.000" in page.text
    assert "I W••• S•••" in page.text
    assert town.city.names() == []


@pytest.mark.parametrize("action", ["", "/issue"])
def test_one_wrong_line_keeps_the_whole_list_out(town: MoneyCity, kadek: Client, action: str) -> None:
    wrong = TRADER + "PB-0125;2026-13;1;x\nPB-0126;2026-11;1,5;x\n;2026-11;1;x\nPB-0123;2026-11;5;x\nPB-1;2026-11"
    page = sent(kadek, DESK, DESK + action, {"scheme": "market", "rows": wrong})

    assert page.status == 422
    assert "5 lines have a problem, the first one is line 5. Nothing has been entered" in page.text
    assert all(f"Line {line}:" in page.text for line in (5, 6, 7, 8, 9))
    assert "PB-0126;2026-11;1,5;x" in page.text
    assert town.city.names() == []


def test_a_list_that_was_taken_is_entered_as_a_whole(town: MoneyCity, kadek: Client) -> None:
    rows = "\n".join(f"PB-{number:04d},2026-11,{number + 1}000,Kios" for number in range(500))
    batch = handed_in(town, kadek, rows)

    assert len(all_bills(town)) == 500
    assert town.city.names().count("BillsIssued") == 1
    page = kadek.get(f"{DESK}/{batch}?from=480")
    assert "PB-0499" in page.text
    assert "Entered" in page.text


def test_entering_a_list_again_changes_nothing(town: MoneyCity, kadek: Client) -> None:
    batch = handed_in(town, kadek)
    before = all_bills(town)
    billing().enter(batch)

    assert all_bills(town) == before


def test_a_list_that_is_sent_twice_is_one(town: MoneyCity, kadek: Client) -> None:
    shown = kadek.get(DESK)
    form = {"csrf": shown.hidden("csrf"), "form_id": shown.hidden("form_id"), "scheme": "market", "rows": TRADER}
    replies = [kadek.post(f"{DESK}/issue", form) for _ in range(2)]

    assert replies[0].location == replies[1].location
    assert town.city.names() == ["BillsIssued"]


def test_a_bill_that_is_there_already_is_named_before_anything_is_entered(town: MoneyCity, kadek: Client) -> None:
    handed_in(town, kadek)
    page = sent(kadek, DESK, DESK, {"scheme": "market", "rows": "PB-0124,2026-11,60000,Los\nPB-0124,2026-12,60000,Los"})

    assert page.status == 422
    assert "Line 1: This number has a bill for this period" in page.text


def test_two_lists_with_the_same_bill_enter_it_once_and_say_so(town: MoneyCity, kadek: Client) -> None:
    replies = [
        sent(kadek, DESK, f"{DESK}/issue", {"scheme": "market", "rows": f"PB-0124,2026-11,{amount},Los"})
        for amount in (60_000, 70_000)
    ]
    town.work()
    pages = [kadek.get(reply.location).text for reply in replies]

    assert len(all_bills(town)) == 1
    assert sum("Left out" in page for page in pages) == 1


def test_one_bill_can_be_typed(town: MoneyCity, kadek: Client) -> None:
    typed: dict[str, object] = {"one_scheme": "fine", "number": "stpp/2026/0042", "period": "2026-11-20"}
    typed |= {"amount": "250.000", "what": "Membuang sampah ke sungai", "english": "Waste thrown into a river"}
    reply = sent(kadek, DESK, f"{DESK}/one", {**typed, "holder": "Made"})
    town.work()

    assert reply.status == 303
    (bill,) = all_bills(town).values()
    assert (bill.number, bill.holder, bill.amount.minor_units) == ("STPP/2026/0042", "M•••", 25_000_000)


@pytest.mark.parametrize("wrong", ["one_scheme", "number", "period", "amount", "what"])
def test_what_is_missing_in_a_typed_bill_is_told_beside_its_field(town: MoneyCity, kadek: Client, wrong: str) -> None:
    typed: dict[str, object] = {"one_scheme": "fine", "number": "ST-0042", "period": "2026-11-20", "amount": "250.000"}
    reply = sent(kadek, DESK, f"{DESK}/one", {**typed, "what": "Sampah", wrong: ""})

    assert reply.status == 422
    assert f'id="{wrong}-error"' in reply.text


@pytest.mark.parametrize(
    ("name", "role", "office"), [("Wayan", "admin_opd", "dlhk"), ("Sri", "auditor", "bapenda"), ("", "", "")]
)
def test_only_finance_officers_hand_in_bills(town: MoneyCity, name: str, role: str, office: str) -> None:
    client = town.city.officer(name, role, office=office) if name else town.city.visitor()

    assert client.get(DESK).status in (303, 403)
    assert client.post(f"{DESK}/issue", {"scheme": "market", "rows": TRADER}).status in (401, 403)


def test_a_number_shows_what_it_owes_and_no_more_than_is_needed(town: MoneyCity, kadek: Client) -> None:
    handed_in(town, kadek)
    page = looked_up(town.city.visitor(), "pb-0123")

    assert page.status == 200
    assert "October 2026" in page.text
    assert "Kiosk in block A" in page.text
    assert "I W••• S•••" in page.text
    assert "Sudarma" not in page.text
    assert "PB-0124" not in page.text


def test_an_unknown_number_and_one_that_owes_nothing_have_the_same_answer(town: MoneyCity, kadek: Client) -> None:
    batch = handed_in(town, kadek)
    for row in (0, 1):
        billing().withdraw(f"{batch}-{row}", "salah", "kadek")
    pages = [looked_up(town.city.visitor(), number).text for number in ("PB-0123", "PB-9999")]
    same = [
        re.sub(r'name="form_id" value="\w+"', "", page.replace(number, ""))
        for page, number in zip(pages, ("PB-0123", "PB-9999"), strict=True)
    ]

    assert same[0] == same[1]
    assert "Nothing is owed here" in pages[0]


def test_trying_out_numbers_comes_to_an_end(town: MoneyCity, kadek: Client) -> None:
    handed_in(town, kadek)
    visitor = town.city.visitor()
    form_id = visitor.get(PAY).hidden("form_id")
    typed = {"scheme": "market", "form_id": form_id}
    statuses = [visitor.post(PAY, {**typed, "number": f"PB-{number:04d}"}).status for number in range(31)]
    order = visitor.post(f"{PAY}/order", {**typed, "number": "PB-0123", "bills": "x"})

    assert statuses == [200] * 30 + [429]
    assert order.status == 429
    assert "Kiosk" not in order.text


@pytest.mark.parametrize("wrong", [{"scheme": ""}, {"scheme": "mangrove"}, {"number": ""}, {"number": "?"}])
def test_a_look_without_a_number_is_refused_beside_the_field(town: MoneyCity, wrong: dict[str, object]) -> None:
    page = sent(town.city.visitor(), PAY, PAY, {"scheme": "market", "number": "PB-0123", **wrong})

    assert page.status == 422
    assert f'id="{next(iter(wrong))}-error"' in page.text


def test_bills_are_paid_in_one_order_and_say_so(town: MoneyCity, kadek: Client) -> None:
    batch = handed_in(town, kadek)
    reference = paid(town, f"{batch}-0", f"{batch}-1")
    order = town.kept(reference)

    assert [line.name.en for line in order.lines] == [
        "Kiosk in block A, October 2026",
        "Kiosk in block A, November 2026",
    ]
    assert order.total.minor_units == 30_000_000
    assert (order.authority, order.subject) == ("pasar", "PB-0123")
    assert {bill.state for bill in all_bills(town).values() if bill.number == "PB-0123"} == {BillState.PAID}
    page = looked_up(town.city.visitor())
    assert "Nothing is owed here" in page.text
    assert page.text.count("24 November 2026") >= 2
    assert reference not in page.text


def test_no_fact_holds_the_number_or_the_name(town: MoneyCity, kadek: Client) -> None:
    batch = handed_in(town, kadek)
    paid(town, f"{batch}-0")
    billing().withdraw(f"{batch}-1", "PB-0123 salah", "kadek")

    facts = [entry for entry in town.city.store.entries.values() if isinstance(entry, Entry)]
    assert {"BillsIssued", "OrderPaid", "BillWithdrawn"} <= {entry.name for entry in facts}
    assert not any("PB-0123" in str(entry) or "Wayan" in str(entry) for entry in facts)


def test_a_bill_is_paid_once_even_before_anybody_has_noted_the_payment(town: MoneyCity, kadek: Client) -> None:
    batch = handed_in(town, kadek)
    first = ordered(town.city.visitor(), f"{batch}-0")
    second = ordered(town.city.visitor("203.0.113.8"), f"{batch}-0")

    assert first.status == 303
    assert second.status == 422
    assert "being paid" in second.text
    assert len(town.orders()) == 1


def test_while_somebody_pays_the_bill_says_so_and_links_nothing(town: MoneyCity, kadek: Client) -> None:
    batch = handed_in(town, kadek)
    ordered(town.city.visitor(), f"{batch}-0")
    page = looked_up(town.city.visitor("203.0.113.8"))

    assert "Somebody is paying this at the moment" in page.text
    assert town.orders()[0].reference not in page.text
    assert f"{batch}-0" not in page.text
    assert f"{batch}-1" in page.text


def test_an_abandoned_payment_frees_the_bill(town: MoneyCity, kadek: Client) -> None:
    batch = handed_in(town, kadek)
    ordered(town.city.visitor(), f"{batch}-0")
    town.tick(timedelta(minutes=41))

    assert f"{batch}-0" in looked_up(town.city.visitor()).text
    paid(town, f"{batch}-0")
    assert all_bills(town)["PB-0123", "2026-10"].state is BillState.PAID


def test_the_button_pressed_twice_is_one_order(town: MoneyCity, kadek: Client) -> None:
    batch = handed_in(town, kadek)
    reply = ordered(town.city.visitor(), f"{batch}-0", times=2)

    assert reply.status == 303
    assert len(town.orders()) == 1


@pytest.mark.parametrize("chosen", [(), ("bills_0-0",)])
def test_a_choice_that_is_not_owed_is_refused_with_the_bills_shown_again(
    town: MoneyCity, kadek: Client, chosen: tuple[str, ...]
) -> None:
    batch = handed_in(town, kadek)
    reply = ordered(town.city.visitor(), *chosen)

    assert reply.status == 422
    assert 'id="bills-error"' in reply.text
    assert f"{batch}-0" in reply.text


def test_a_withdrawn_bill_cannot_be_paid_by_a_page_that_was_open_before(town: MoneyCity, kadek: Client) -> None:
    batch = handed_in(town, kadek)
    visitor = town.city.visitor()
    page = looked_up(visitor)
    sent(kadek, f"{DESK}/{batch}-0/bill", f"{DESK}/{batch}-0/bill", {"reason": "Salah kios"})
    form = {"scheme": "market", "number": "PB-0123", "bills": f"{batch}-0", "form_id": page.hidden("form_id")}

    assert visitor.post(f"{PAY}/order", form).status == 422
    assert town.orders() == []
    assert "Salah kios" in kadek.get(f"{DESK}/{batch}-0/bill").text


def test_a_bill_that_is_being_paid_cannot_be_withdrawn(town: MoneyCity, kadek: Client) -> None:
    batch = handed_in(town, kadek)
    ordered(town.city.visitor(), f"{batch}-0")
    reply = sent(kadek, f"{DESK}/{batch}-0/bill", f"{DESK}/{batch}-0/bill", {"reason": "Salah kios"})

    assert reply.status == 422
    assert 'id="reason-error"' in reply.text
    assert "Salah kios" in reply.text


def test_a_right_bill_takes_the_place_of_a_withdrawn_one(town: MoneyCity, kadek: Client) -> None:
    batch = handed_in(town, kadek)
    billing().withdraw(f"{batch}-0", "salah", "kadek")
    again = handed_in(town, kadek, "PB-0123,2026-10,140000,Kios blok A")
    paid(town, f"{again}-0")

    assert all_bills(town)["PB-0123", "2026-10"].id == f"{again}-0"
    assert all_bills(town)["PB-0123", "2026-10"].state is BillState.PAID


def test_finance_finds_the_bills_of_a_number(town: MoneyCity, kadek: Client) -> None:
    batch = handed_in(town, kadek)
    page = sent(kadek, DESK, f"{DESK}/find", {"find_scheme": "market", "find_number": "pb-0123"})

    assert page.status == 200
    assert f"{DESK}/{batch}-1/bill" in page.text


@pytest.mark.parametrize("id", ["nothing", "nothing-0", "bills_1-x", "bills_1-99999"])
def test_a_bill_that_is_not_there_is_not_found(town: MoneyCity, kadek: Client, id: str) -> None:
    assert kadek.get(f"{DESK}/{id}/bill").status == 404
    assert kadek.get(f"{DESK}/{id}").status == 404


def held(town: MoneyCity, bill: Bill) -> int:
    return town.city.store.counter(counter(bill.stock.key))


def give_all_back(town: MoneyCity, reference: str) -> str:
    payment, total = town.kept(reference).payment, town.kept(reference).total.minor_units
    refund = town.world.refund_on_the_dashboard(payment, total)
    town.hear()
    town.work()
    return refund


def test_when_all_money_went_back_the_bill_is_open_again(town: MoneyCity, kadek: Client) -> None:
    """The bill says what the books say; an officer withdraws it where the debt is to end."""
    batch = handed_in(town, kadek)
    reference = paid(town, f"{batch}-0")
    give_all_back(town, reference)
    bill = all_bills(town)["PB-0123", "2026-10"]

    assert (bill.state, bill.returned, held(town, bill)) == (BillState.OPEN, (reference,), 0)
    again = paid(town, f"{batch}-0")
    assert all_bills(town)["PB-0123", "2026-10"].order == again


def test_facts_of_a_bill_that_come_again_and_in_any_order_change_nothing(town: MoneyCity, kadek: Client) -> None:
    batch = handed_in(town, kadek)
    reference = paid(town, f"{batch}-0")
    give_all_back(town, reference)
    again = paid(town, f"{batch}-0")
    for one in (reference, again, reference):
        bills().follow(one)
    bill = all_bills(town)["PB-0123", "2026-10"]

    assert (bill.state, bill.order, held(town, bill)) == (BillState.PAID, again, 1)


def test_a_refund_that_is_heard_of_before_the_payment_was_noted_frees_the_bill_once(
    town: MoneyCity, kadek: Client
) -> None:
    batch = handed_in(town, kadek)
    ordered(town.city.visitor(), f"{batch}-0")
    reference = town.orders()[0].reference
    town.world.pay(town.checkout(reference))
    town.hear()
    order = town.kept(reference)
    town.world.refund_on_the_dashboard(order.payment, order.total.minor_units)
    town.hear()
    town.work()
    bill = all_bills(town)["PB-0123", "2026-10"]

    assert (bill.state, held(town, bill)) == (BillState.OPEN, 0)


def test_a_refund_that_bounced_makes_the_bill_paid_again(town: MoneyCity, kadek: Client) -> None:
    batch = handed_in(town, kadek)
    reference = paid(town, f"{batch}-0")
    refund = give_all_back(town, reference)
    town.world.refund_fails(refund)
    town.hear()
    town.work()
    bill = all_bills(town)["PB-0123", "2026-10"]

    assert (bill.state, bill.order, held(town, bill)) == (BillState.PAID, reference, 1)


def test_a_lost_dispute_opens_the_bill_and_a_won_one_does_not(town: MoneyCity, kadek: Client) -> None:
    batch = handed_in(town, kadek)
    lost, won = paid(town, f"{batch}-0"), paid(town, f"{batch}-1")
    for reference, is_won in ((lost, False), (won, True)):
        dispute = town.world.dispute(town.kept(reference).payment)
        town.hear()
        town.work()
        town.world.close_dispute(dispute, is_won)
    town.hear()
    town.work()
    found = all_bills(town)

    assert found["PB-0123", "2026-10"].state is BillState.OPEN
    assert found["PB-0123", "2026-11"].state is BillState.PAID
