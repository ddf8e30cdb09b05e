"""The sandbox over real sockets: its notices arrive until they are taken, and its faults are felt."""

import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests
import stripe

from chalicelib.payments.gateway.port import ProviderDown
from chalicelib.payments.gateway.stripe import StripeProvider
from infra.local.sandbox.sandbox import KEY, SIGNING_SECRET
from infra.local.seed import keys
from tests.contracts.payers import OverHttp, free_city, over_http, paid, request
from tests.twins.provider import CHALLENGED

pytestmark = pytest.mark.slow


@pytest.fixture
def served(tmp_path: Path) -> Iterator[OverHttp]:
    with over_http(free_city(tmp_path)) as served:
        yield served


def test_a_notice_is_brought_again_until_it_is_taken(tmp_path: Path) -> None:
    statuses = itertools.chain([503, 500], itertools.repeat(200))
    with over_http(free_city(tmp_path), lambda: next(statuses)) as served:
        made = served.provider.open_checkout(request())
        served.provider.end_checkout(made.id)
        deadline = time.monotonic() + 10
        while len(served.taken) < 3 and time.monotonic() < deadline:
            time.sleep(0.05)
        told = [served.provider.notice(*sent) for sent in served.taken]

    assert len(told) == 3
    assert {(one.id, one.order) for one in told} == {(told[0].id, made.order)}


def test_a_notice_that_was_on_its_way_leaves_after_a_restart(tmp_path: Path) -> None:
    city = free_city(tmp_path)
    with over_http(city) as before:
        before.control("astray", do="hold", times="-1")
        done = paid(before)
    with over_http(city) as after:
        assert after.provider.checkout(done.id) == done
        after.control("release")
        assert after.notices(done.order, "checkout.session.completed")


def test_the_page_shows_under_a_policy_that_lets_its_form_lead_back(served: OverHttp) -> None:
    made = served.provider.open_checkout(request())
    page = requests.get(made.url, timeout=5)
    policy = page.headers["Content-Security-Policy"]

    assert page.status_code == 200
    assert "default-src 'none'" in policy
    assert policy.endswith("form-action 'self' http://127.0.0.1:8000")
    assert page.headers["Cache-Control"] == "no-store"


def test_three_d_secure_goes_by_a_page_of_its_own(served: OverHttp) -> None:
    made = served.provider.open_checkout(request())
    served.pay(made, CHALLENGED)
    assert requests.get(f"{made.url}/challenge", timeout=5).status_code == 200
    answer = requests.post(f"{made.url}/challenge", data={"answer": "complete"}, allow_redirects=False, timeout=5)

    assert answer.headers["Location"].startswith("http://127.0.0.1:8000/")
    assert served.provider.checkout(made.id).paid


def test_a_sandbox_that_hangs_is_waited_for_as_long_as_we_say_and_no_longer(
    served: OverHttp,
) -> None:
    quick = StripeProvider(KEY, [SIGNING_SECRET], served.city.checkout, wire=stripe.RequestsClient(timeout=0.5))
    served.control("break", mode="hang")
    began = time.monotonic()
    with pytest.raises(ProviderDown):
        quick.balance()

    assert time.monotonic() - began < 3
    assert quick.balance().currency == "IDR"


def test_only_this_machines_own_pages_may_use_the_controls(served: OverHttp) -> None:
    address = f"{served.city.checkout}/_sandbox/mend"

    assert requests.post(address, headers={"Origin": "https://evil.example"}, timeout=5).status_code == 403
    assert requests.post(address, headers={"Origin": "null"}, timeout=5).status_code == 403
    assert requests.post(address, headers={"Origin": served.city.checkout}, timeout=5).status_code == 200
    assert requests.get(f"{served.city.checkout}/_sandbox/customers", timeout=5).status_code == 404
    assert requests.get(f"{served.city.checkout}/_sandbox/payout", timeout=5).json() == {"data": []}


def test_the_city_is_given_the_keys_of_whoever_takes_its_payments(tmp_path: Path) -> None:
    city = free_city(tmp_path)
    real = replace(city, stripe_key="sk_test_1", stripe_signing_secrets=("whsec_1",))

    assert json.loads(keys(real)) == {"key": "sk_test_1", "webhook_secrets": ["whsec_1"]}
    assert json.loads(keys(city)) == {"key": KEY, "webhook_secrets": [SIGNING_SECRET]}
