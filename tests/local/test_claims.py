"""One city per home and no port twice, each said in one line."""

import os
import socket
from pathlib import Path

import pytest

from infra.local.city import City, read_city
from infra.local.claims import claimed, running
from infra.steps import Trouble


def city(home: Path) -> City:
    with socket.socket() as one, socket.socket() as two, socket.socket() as three:
        for probe in (one, two, three):
            probe.bind(("127.0.0.1", 0))
        door, cloud, smtp = (probe.getsockname()[1] for probe in (one, two, three))
    return City(home, door, cloud, smtp)


def test_a_second_city_in_one_home_is_told_where_the_first_one_is(tmp_path: Path) -> None:
    first = city(tmp_path)
    with claimed(first):
        assert running(first) == os.getpid()
        with pytest.raises(Trouble, match=f"already runs at {first.origin}.*make stop"), claimed(first):
            pass

    assert running(first) is None


def test_a_taken_port_is_named_with_what_to_do(tmp_path: Path) -> None:
    wanted = city(tmp_path)
    with socket.socket() as other:
        other.bind(("127.0.0.1", wanted.door))
        other.listen()
        with (
            pytest.raises(Trouble, match=f"port {wanted.door}, for the front door, is taken.*DOOR_PORT="),
            claimed(wanted),
        ):
            pass


def test_a_city_reads_back_what_it_writes_on_a_command_line(tmp_path: Path) -> None:
    wanted = city(tmp_path.resolve())

    assert read_city(wanted.arguments()) == wanted
