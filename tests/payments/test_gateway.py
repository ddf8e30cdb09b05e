"""The provider of a process: made late, renewed so that keys may rotate, and kept where the secret cannot be read."""

import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from chalicelib.core import ROOT
from chalicelib.core.errors import Unavailable
from chalicelib.payments.gateway import Kept, paying_with, provider
from chalicelib.payments.gateway.port import Provider
from chalicelib.payments.gateway.stripe_notices import notice
from tests.twins.clock import Clock
from tests.twins.provider import world


def made_by(*answers: Provider | Exception) -> Callable[[], Provider]:
    left = list(answers)

    def make() -> Provider:
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return make


def test_a_provider_is_kept_for_five_minutes_and_then_made_with_the_newest_keys() -> None:
    clock, old, new = Clock(), world().provider, world().provider
    kept = Kept(made_by(old, new), clock)

    assert kept() is old
    clock.forward(minutes=4, seconds=59)
    assert kept() is old
    clock.forward(seconds=1)
    assert kept() is new


def test_a_secret_that_cannot_be_read_leaves_the_keys_that_are_known() -> None:
    clock, old, new = Clock(), world().provider, world().provider
    kept = Kept(made_by(old, Unavailable(), new), clock)
    kept()
    clock.forward(minutes=5)

    assert kept() is old
    clock.forward(minutes=5)
    assert kept() is new


def test_a_new_secret_that_somebody_wrote_wrongly_leaves_the_keys_that_are_known() -> None:
    clock, old = Clock(), world().provider
    kept = Kept(made_by(old, KeyError("webhook_secrets")), clock)
    kept()
    clock.forward(minutes=5)

    assert kept() is old


def test_without_any_key_nothing_can_be_paid() -> None:
    kept = Kept(made_by(Unavailable(), known := world().provider), Clock())

    with pytest.raises(Unavailable):
        kept()
    assert kept() is known


def test_a_test_pays_with_a_provider_of_its_own() -> None:
    with paying_with(world().provider) as mine, paying_with(world().provider) as inner:
        assert provider() is inner
        assert provider() is not mine


def test_pages_that_ask_nothing_of_the_provider_do_not_load_its_library() -> None:
    program = "import app, sys; print('stripe' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


def test_every_event_that_the_guide_asks_stripe_for_says_something_to_us() -> None:
    guide = (ROOT / "docs" / "running.md").read_text("utf-8").split("### Going live with Stripe")[1]
    asked = re.findall(r"`((?:checkout|payment_intent|refund|charge)\.[a-z_.]+)`", guide)
    session = {"id": "cs_1", "status": "open", "payment_status": "unpaid", "amount_total": 1, "currency": "idr"}
    thing = {**session, "metadata": {"order": "PS-1", "attempt": "a"}, "amount": 1}

    assert len(asked) == 11
    for kind in asked:
        told = notice({"id": "evt_1", "type": kind, "created": 1, "data": {"object": thing}})
        assert told.checkout or told.refund or told.dispute or told.declined, kind
