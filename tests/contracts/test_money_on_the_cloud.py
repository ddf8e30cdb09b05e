"""The machine of `tests/payments/test_money_never_parts.py` with the city's table where the memory twin was."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis.stateful import run_state_machine_as_test

from chalicelib.core.aws.store import DynamoStore
from chalicelib.core.store import Store
from tests.payments.test_money_never_parts import Money, runs


@pytest.mark.stack
@pytest.mark.long
def test_money_never_parts_on_the_embedded_cloud(table: tuple[Any, str]) -> None:
    client, name = table

    class OnTheCloud(Money):
        def kept(self, now: Callable[[], datetime]) -> Store:
            return DynamoStore(client, name, now, pause=lambda _: None)

    run_state_machine_as_test(OnTheCloud, settings=runs(8))
