"""The gate: one entry for one ticket, a reason for every no, and nothing that happened without network is lost."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.core.errors import BadValue, Unavailable
from chalicelib.core.events import officer, system
from chalicelib.core.ids import new_reference
from chalicelib.payments.model.gate import SAID, Gate, Outcome, Scan, Verdict, digest
from chalicelib.payments.model.token import address_of
from chalicelib.payments.model.voucher import Standing, Voucher
from chalicelib.payments.service.gate import Gates, gates
from chalicelib.payments.store.kinds import VOUCHERS
from tests.payments.tickets import forged, kept, later, many, ticket
from tests.twins.signing import MemorySigner
from tests.web.city import City, memory_city

PUTU = officer("putu")
NORTH, SOUTH = Gate("mangrove", 1), Gate("mangrove", 2)


@pytest.fixture
def city() -> Iterator[City]:
    with memory_city() as city:
        yield city


def scan(city: City, what: Voucher | str, gate: Gate = NORTH, nonce: str = "n1", **more: object) -> Scan:
    token = what if isinstance(what, str) else what.token
    return replace(Scan(nonce=nonce, ticket=token, gate=gate, at=city.clock()), **more)  # type: ignore[arg-type]


def redeem(city: City, what: Voucher | str, gate: Gate = NORTH, nonce: str = "n1", **more: object) -> Verdict:
    return Gates(city.tools).redeem(scan(city, what, gate, nonce, **more), PUTU)


# --- one entry


def test_a_good_ticket_lets_one_person_in_and_is_counted(city: City) -> None:
    good = ticket(city)

    assert redeem(city, good).outcome is Outcome.OK
    assert kept(city, good.code).standing is Standing.USED
    assert kept(city, good.code).used_gate == "mangrove-1"
    assert Gates(city.tools).inside("mangrove").entered == 1
    assert Gates(city.tools).inside("mangrove").places == 400
    assert city.names() == ["VoucherUsed"]


def test_the_same_scan_again_is_the_same_entry(city: City) -> None:
    good = ticket(city)
    outcomes = [redeem(city, good, nonce="n1").outcome for _ in range(3)]

    assert outcomes == [Outcome.OK] * 3
    assert city.names() == ["VoucherUsed"]
    assert Gates(city.tools).inside("mangrove").entered == 1


def test_the_same_scan_is_the_same_entry_also_after_the_ticket_is_over(city: City) -> None:
    good = ticket(city, ends=timedelta(minutes=5))
    redeem(city, good)
    later(city, 60)

    assert redeem(city, good).outcome is Outcome.OK


def test_another_scan_finds_it_used_and_says_when_and_where(city: City) -> None:
    good, at = ticket(city), city.clock()
    redeem(city, good, NORTH, "n1")
    later(city, 4)
    second = redeem(city, good, SOUTH, "n2")

    assert second.outcome is Outcome.ALREADY_USED
    assert second.voucher is not None
    assert (second.voucher.used_at, second.voucher.used_gate) == (at, "mangrove-1")
    assert Gates(city.tools).inside("mangrove").entered == 1


def test_of_many_gates_at_once_one_lets_in(city: City) -> None:
    good = ticket(city)
    outcomes: list[Outcome] = []
    threads = [
        threading.Thread(target=lambda n=n: outcomes.append(redeem(city, good, nonce=f"n{n}").outcome))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == sorted([Outcome.OK] + [Outcome.ALREADY_USED] * 7)
    assert Gates(city.tools).inside("mangrove").entered == 1


def test_every_day_counts_by_itself_on_the_clock_of_bali(city: City) -> None:
    redeem(city, ticket(city, ends=timedelta(days=3)), nonce="a")
    later(city, 24 * 60)
    redeem(city, ticket(city), nonce="b")
    redeem(city, ticket(city), nonce="c")

    assert Gates(city.tools).inside("mangrove").entered == 2
    assert Gates(city.tools).inside("museum").entered == 0


# --- why not


def test_each_no_has_its_name(city: City) -> None:
    stranger = MemorySigner()
    whole = ticket(city)
    said = {
        "early": redeem(city, ticket(city, starts=timedelta(minutes=1))),
        "over": redeem(city, ticket(city, ends=timedelta())),
        "void": redeem(city, ticket(city, standing=Standing.VOID)),
        "frozen": redeem(city, ticket(city, standing=Standing.FROZEN)),
        "elsewhere": redeem(city, ticket(city, scheme="museum")),
        "not kept": redeem(city, ticket(city, kept=False)),
        "stranger": redeem(city, ticket(city, signer=stranger)),
        "nothing": redeem(city, "hello"),
        "forged": redeem(city, forged(whole.token)),
    }

    assert {name: verdict.outcome for name, verdict in said.items()} == {
        "early": Outcome.TOO_EARLY,
        "over": Outcome.OVER,
        "void": Outcome.VOID,
        "frozen": Outcome.FROZEN,
        "elsewhere": Outcome.OTHER_SCHEME,
        "not kept": Outcome.UNKNOWN,
        "stranger": Outcome.UNKNOWN_KEY,
        "nothing": Outcome.NOT_A_TICKET,
        "forged": Outcome.BAD_SIGNATURE,
    }
    assert city.names() == []
    assert Gates(city.tools).inside("mangrove").entered == 0


def test_every_outcome_is_said_in_both_languages() -> None:
    assert set(SAID) == set(Outcome)


def test_a_ticket_is_good_from_its_first_minute_to_the_one_before_its_last(city: City) -> None:
    assert redeem(city, ticket(city, starts=timedelta()), nonce="a").outcome is Outcome.OK
    assert redeem(city, ticket(city, ends=timedelta(minutes=1)), nonce="b").outcome is Outcome.OK


def test_a_ticket_of_an_older_key_is_good_until_the_key_is_retired(city: City) -> None:
    first, second = ticket(city), ticket(city)
    city.signer.rotate()
    assert redeem(city, first).outcome is Outcome.OK

    city.signer.retire()
    assert redeem(city, second).outcome is Outcome.UNKNOWN_KEY


def test_without_keys_nobody_guesses(city: City) -> None:
    good = ticket(city)
    city.signer.down = True

    with pytest.raises(Unavailable):
        redeem(city, good)


# --- what is scanned


@pytest.mark.parametrize("how", ["token", "address", "small letters of the path", "code", "typed code"])
def test_a_ticket_is_found_by_its_qr_or_by_its_code(city: City, how: str) -> None:
    good = ticket(city)
    written = {
        "token": good.token,
        "address": address_of("https://sewaka.denpasarkota.go.id", good.token),
        "small letters of the path": f"http://127.0.0.1:8000/v/{good.token}\n",
        "code": good.code,
        "typed code": good.code.lower().replace("-", " "),
    }[how]

    assert redeem(city, written).outcome is Outcome.OK


def test_a_typed_code_with_a_wrong_letter_is_no_ticket(city: City) -> None:
    code = ticket(city).code
    other = "A" if code[-1] != "A" else "C"

    assert redeem(city, code[:-1] + other).outcome is Outcome.NOT_A_TICKET
    assert redeem(city, new_reference("TK")).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("code", ["", "mangrove", "mangrove-0", "mangrove-4", "MANGROVE-1", "mangrove-11", "a b-1"])
def test_what_is_no_gate_is_refused(code: str) -> None:
    with pytest.raises(BadValue):
        Gate.of(code)


def test_every_place_with_tickets_has_gates(city: City) -> None:
    assert {gate.scheme for gate in gates()} == {"mangrove", "museum"}
    assert [Gate.of(gate.code) for gate in gates()] == list(gates())


# --- without network


def test_a_scan_made_without_network_is_judged_by_its_own_time(city: City) -> None:
    good, at = ticket(city, ends=timedelta(minutes=10)), city.clock()
    later(city, 120)

    assert redeem(city, good, at=at, offline=True).outcome is Outcome.OK
    assert kept(city, good.code).used_at == at


def test_of_two_gates_of_which_one_was_offline_one_entry_counts_and_the_other_is_told(city: City) -> None:
    good, at = ticket(city), city.clock()
    later(city, 5)
    online = redeem(city, good, SOUTH, "online")
    later(city, 30)
    offline = redeem(city, good, NORTH, "offline", at=at, offline=True)

    assert (online.outcome, offline.outcome) == (Outcome.OK, Outcome.ALREADY_USED)
    assert offline.voucher is not None
    assert offline.voucher.used_gate == "mangrove-2"
    assert city.names() == ["VoucherUsed", "EntryDisputed"]
    assert Gates(city.tools).inside("mangrove").entered == 1


def test_an_upload_that_is_repeated_tells_its_conflict_once(city: City) -> None:
    good, at = ticket(city), city.clock()
    redeem(city, good, SOUTH, "online")
    outcomes = [redeem(city, good, NORTH, "offline", at=at, offline=True).outcome for _ in range(3)]

    assert outcomes == [Outcome.ALREADY_USED] * 3
    assert city.names() == ["VoucherUsed", "EntryDisputed"]


def test_somebody_let_in_offline_on_a_void_ticket_is_told_and_is_no_entry(city: City) -> None:
    void = ticket(city, standing=Standing.VOID)

    assert redeem(city, void, offline=True).outcome is Outcome.VOID
    assert kept(city, void.code).standing is Standing.VOID
    assert city.names() == ["EntryDisputed"]
    assert Gates(city.tools).inside("mangrove").entered == 0


def test_an_answer_that_was_lost_on_its_way_is_the_same_entry_when_it_is_uploaded(city: City) -> None:
    good = ticket(city)
    redeem(city, good, nonce="lost")
    at = city.clock()
    later(city, 45)

    assert redeem(city, good, nonce="lost", at=at, offline=True).outcome is Outcome.OK
    assert city.names() == ["VoucherUsed"]


# --- the list for gates without network


def test_the_list_holds_what_is_not_good_and_not_over_by_digests(city: City) -> None:
    ticket(city)
    void, frozen = ticket(city, standing=Standing.VOID), ticket(city, standing=Standing.FROZEN)
    ticket(city, standing=Standing.VOID, ends=timedelta(minutes=-1))
    listed, more = Gates(city.tools).revoked(None)

    assert {one.code for one in listed} == {void.code, frozen.code}
    assert more is None
    assert void.code not in digest(void.code)


def test_the_list_is_paged(city: City) -> None:
    many(city, 600, Standing.VOID)
    first_page, more = Gates(city.tools).revoked(None)
    second_page, end = Gates(city.tools).revoked(more)

    assert len(first_page) == 500
    assert len({one.code for one in (*first_page, *second_page)}) == 600
    assert end is None


def test_a_ticket_that_is_good_again_leaves_the_list(city: City) -> None:
    frozen = ticket(city, standing=Standing.FROZEN)
    city.store.commit([VOUCHERS.record(kept(city, frozen.code).thawed())], by=system("test"))

    assert Gates(city.tools).revoked(None) == ((), None)


# --- what anybody may look at


def test_looking_at_a_ticket_uses_nothing(city: City) -> None:
    good = ticket(city)

    assert [Gates(city.tools).look(good.token).outcome for _ in range(2)] == [Outcome.OK] * 2
    assert kept(city, good.code).standing is Standing.VALID
    assert Gates(city.tools).look(forged(good.token)).outcome is Outcome.BAD_SIGNATURE
    assert Gates(city.tools).look(ticket(city, kept=False).token).outcome is Outcome.UNKNOWN
