"""One city per home and no port twice, each said in one line."""

import os
import socket
from pathlib import Path

import pytest

from infra.local.city import City, read_city
from infra.local.claims import claimed, running
from infra.steps import Trouble


def city(home: Path) -> City:
    probes = [socket.socket() for _ in range(4)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return City(home, *ports)


def test_a_second_city_in_one_home_is_told_where_the_first_one_is(tmp_path: Path) -> None:
    first = city(tmp_path)
    with claimed(first):
        assert running(first) == os.getpid()
        with pytest.raises(Trouble, match=f"already runs at {first.origin}.*make stop"), claimed(first):
            pass

    assert running(first) is None


@pytest.mark.parametrize(
    ("port", "use"),
    [
        ("door", "front door"),
        ("cloud", "embedded cloud"),
        ("smtp", "mail sink"),
        ("sandbox", "payment sandbox"),
    ],
)
def test_a_taken_port_is_named_with_what_to_do(tmp_path: Path, port: str, use: str) -> None:
    wanted = city(tmp_path)
    number = getattr(wanted, port)
    with socket.socket() as other:
        other.bind(("127.0.0.1", number))
        other.listen()
        told = f"port {number}, for the {use}, is taken.*{port.upper()}_PORT={number + 100}"
        with pytest.raises(Trouble, match=told), claimed(wanted):
            pass


def test_a_city_reads_back_what_it_writes_on_a_command_line(tmp_path: Path) -> None:
    wanted = city(tmp_path.resolve())

    assert read_city(wanted.arguments()) == wanted


def test_a_local_city_takes_no_key_that_moves_money() -> None:
    with pytest.raises(Trouble, match="no test key"):
        read_city([], {"STRIPE_TEST_KEY": "sk_live_1"})


def test_with_a_test_key_stripe_takes_the_payments_and_the_key_stays_unseen() -> None:
    asked = read_city([], {"STRIPE_TEST_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRET": "whsec_1"})

    assert asked.parameters.keys().isdisjoint({"PaymentsApi", "CheckoutOrigin"})
    assert read_city([], {}).parameters["PaymentsApi"] == "http://127.0.0.1:8030"
    assert "sk_test_1" not in f"{asked}{asked.arguments()}"
    assert "whsec_1" not in f"{asked}{asked.arguments()}"
