"""The journey in the running city, IAM enforced: from a resident's report to the phones and mailboxes, and back."""

import functools
import uuid

import pytest

from tests.stack.browser import Browser
from tests.stack.by_hand import ByHand
from tests.stack.journey import (
    People,
    awaited,
    cancelled,
    done,
    drafted,
    issued,
    new_people,
    numbered,
    opened,
    received,
    report,
    submitted,
    subscribe,
    verified,
    visitor,
)
from tests.stack.second_city import SecondCity

pytestmark = pytest.mark.stack

HEADLINES = numbered("Banjir di tepi sungai")


def test_a_report_becomes_an_alert_that_people_hear_and_hear_the_end_of(
    running_city: SecondCity, ayu: Browser, made: Browser, people: People
) -> None:
    reporter, headline = new_people(), next(HEADLINES)
    reference = report(running_city, contact=reporter.mail)
    incident = opened(ayu, reference)
    verified(ayu, incident)
    told = awaited(running_city, reporter.mail, reference)
    alert = issued(ayu, made, incident, headline_id=headline)

    mail, text = (awaited(running_city, one, headline) for one in people.both())
    page = visitor(running_city).get(f"/id/alerts/{alert}")
    assert (told["kind"], mail["kind"], text["kind"]) == ("mail", "mail", "sms")
    assert mail["subject"].startswith("SIAGA")
    assert "Jauhi bantaran sungai" in text["text"]
    assert headline in page.text

    cancelled(ayu, made, alert)
    for one in people.both():
        awaited(running_city, one, headline, "DIBATALKAN")
        assert len(received(running_city, one, headline)) == 2


def test_the_author_is_refused_and_the_second_officer_is_not(
    running_city: SecondCity, ayu: Browser, made: Browser
) -> None:
    alert = drafted(ayu, headline_id=next(HEADLINES))
    submitted(ayu, alert)
    own = ayu.get(f"/en/staff/alerts/{alert}").form("/logout").values
    refused = ayu.post(f"/en/staff/alerts/{alert}/approve", {**own, "form_id": str(uuid.uuid4()), "revision": "1"})

    assert refused.status == 422
    assert "Two-officer rule" in refused.text
    done(made.press(f"/en/staff/alerts/{alert}", "/return", reason="Hanya uji coba"))


def test_one_click_stops_the_mails_and_a_get_does_not(running_city: SecondCity, ayu: Browser, made: Browser) -> None:
    leaving, headline = new_people(), next(HEADLINES)
    subscribe(running_city, leaving)
    alert = issued(ayu, made, headline_id=headline)
    headers = dict(awaited(running_city, leaving.mail, headline)["headers"])
    stop = headers["List-Unsubscribe"].strip("<>")

    assert visitor(running_city).get(stop).status == 200
    assert visitor(running_city).post(stop, {"List-Unsubscribe": "One-Click"}, Origin="").status == 200
    cancelled(ayu, made, alert)
    awaited(running_city, leaving.phone, "DIBATALKAN")
    assert len(received(running_city, leaving.mail, headline)) == 1


def test_one_correlation_id_goes_from_the_browser_to_the_last_worker(
    running_city: SecondCity, ayu: Browser, made: Browser, people: People
) -> None:
    alert, id_ = drafted(ayu, headline_id=(headline := next(HEADLINES))), f"journey-{uuid.uuid4()}"
    submitted(ayu, alert)
    form = made.get(f"/en/staff/alerts/{alert}").form("/approve")
    done(made.post(form.action, form.values, **{"X-Correlation-Id": id_}))
    for one in people.both():
        awaited(running_city, one, headline)

    hand = ByHand(running_city)
    for function in ("api", "alerts-mail", "alerts-phone", "subscriptions-worker"):
        running_city.eventually(functools.partial(hand.logged, function, id_))
    cancelled(ayu, made, alert)
