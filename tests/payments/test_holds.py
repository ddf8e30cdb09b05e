"""What the clock does while the provider is silent, and what it says of holds that nobody could end."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.payments.service.holds import MOST_SILENT
from tests.payments.money_city import MoneyCity, money_city

OVER = timedelta(minutes=40)


@pytest.fixture
def town() -> Iterator[MoneyCity]:
    with money_city(seats=10) as town:
        for _ in range(5):
            town.url(town.order(1))
        yield town


def silent(town: MoneyCity, times: int) -> None:
    town.world.account.faults.append({"times": times, "method": "POST", "path": "/v1/checkout", "mode": "down"})


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_provider_that_is_down_is_not_asked_for_every_hold(
    town: MoneyCity, capsys: pytest.CaptureFixture[str]
) -> None:
    silent(town, 99)

    town.tick(OVER)

    assert sum(line.get("event") == "hold_not_ended" for line in lines(capsys)) == MOST_SILENT
    town.world.account.faults.clear()
    town.tick(timedelta(minutes=1))
    assert town.taken() == 0


def test_one_hold_that_the_provider_does_not_end_keeps_no_other_one_waiting(town: MoneyCity) -> None:
    silent(town, 1)

    town.tick(OVER)

    assert town.taken() == 1


def test_the_age_of_the_oldest_hold_that_is_over_is_measured(
    town: MoneyCity, capsys: pytest.CaptureFixture[str]
) -> None:
    due = min(order.due_at for order in town.orders() if order.due_at)

    town.tick(OVER)
    town.tick()

    ages = [line["OldestHoldSeconds"] for line in lines(capsys) if "OldestHoldSeconds" in line]
    assert ages == [(town.city.clock() - due).total_seconds(), 0]
