"""Paying on the running city: its functions read the provider's keys, call it, and take what it tells."""

import json
import time
import uuid

import pytest
import requests

from infra.local.sandbox.sandbox import SIGNING_SECRET, signature
from infra.local.sandbox.server import NOTICES
from tests.stack.second_city import SecondCity

pytestmark = pytest.mark.stack


def told(city: SecondCity, secret: str) -> int:
    event = {"id": f"evt_{uuid.uuid4().hex}", "object": "event", "type": "plan.created", "livemode": False}
    body = json.dumps({**event, "created": int(time.time()), "data": {"object": {"id": "plan_1"}}}).encode()
    headers = {"Stripe-Signature": signature(body, [secret], int(time.time())), "Content-Type": "application/json"}
    return requests.post(f"{city.origin}{NOTICES}", data=body, headers=headers, timeout=30).status_code


def test_the_city_knows_the_secret_of_its_provider(running_city: SecondCity) -> None:
    assert told(running_city, SIGNING_SECRET) == 200
    assert told(running_city, "whsec_other") == 400


def test_a_form_may_lead_to_the_checkout_and_nowhere_else(running_city: SecondCity) -> None:
    policy = requests.get(f"{running_city.origin}/id/", timeout=30).headers["Content-Security-Policy"]

    assert policy.endswith(f"form-action 'self' {running_city.city.checkout}")
