"""What everybody may read: the list, an alert's page, the strip, the feed, the JSON."""

import json
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from chalicelib.alerts import reads
from chalicelib.core.errors import Unavailable
from chalicelib.core.store import Key
from tests.alerts.desk import cancelled, drafted, issued, press, submitted
from tests.web.city import City

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.mark.parametrize(
    ("lang", "headline", "deed"),
    [
        ("id", "Banjir di Dauh Puri Kauh", "Jauhi bantaran sungai"),
        ("en", "Flood in Dauh Puri Kauh", "Keep away from the river banks"),
    ],
)
def test_an_alert_is_on_the_list_on_its_page_and_on_the_strip_of_every_page(
    city: City, lang: str, headline: str, deed: str
) -> None:
    alert_id = issued(city)
    city.clock.pass_(timedelta(seconds=15))
    visitor = city.visitor()
    listed, page = visitor.get(f"/{lang}/alerts"), visitor.get(f"/{lang}/alerts/{alert_id}")
    elsewhere = visitor.get(f"/{lang}/help")

    assert (listed.status, page.status) == (200, 200)
    assert headline in listed.text
    assert deed in page.text
    assert "dps-level--siaga" in page.text
    assert "16.30 WITA" in page.text
    assert f'href="/{lang}/alerts/{alert_id}"' in elsewhere.text
    assert headline in elsewhere.text


def test_public_pages_are_kept_by_caches_for_half_a_minute_and_set_no_cookie(city: City) -> None:
    alert_id = issued(city)

    for address in (
        "/id/alerts",
        f"/id/alerts/{alert_id}",
        "/id/alerts/feed",
        "/api/alerts",
        f"/api/alerts/{alert_id}",
    ):
        reply = city.visitor().get(address)
        assert (reply.status, reply.cookies) == (200, ())
        assert "s-maxage=30" in reply.headers["Cache-Control"]


def test_without_alerts_the_list_says_so_and_offers_to_subscribe(city: City) -> None:
    page = city.visitor().get("/en/alerts").text

    assert "No alert is in force" in page
    assert 'href="/en/alerts/subscribe"' in page
    assert 'href="/en/alerts/feed"' in page


def test_a_cancelled_alert_says_so_and_why(city: City) -> None:
    alert_id = issued(city)
    cancelled(city, alert_id)
    page, listed = city.visitor().get(f"/en/alerts/{alert_id}").text, city.visitor().get("/en/alerts").text

    assert "This alert has been cancelled." in page
    assert "The water has gone" in page
    assert "What was asked of people" in page
    assert "No alert is in force" in listed
    assert "Recently ended" in listed


def test_an_alert_says_at_its_end_that_it_is_over_before_the_clock_has_run(city: City) -> None:
    alert_id = issued(city)
    city.clock.pass_(timedelta(hours=6))

    assert "It is no longer in force" in city.visitor().get(f"/en/alerts/{alert_id}").text
    assert "No alert is in force" in city.visitor().get("/en/alerts").text
    assert reads.strip() == []


@pytest.mark.parametrize(("status", "said"), [("exercise", "This is an exercise"), ("test", "This is a test")])
def test_a_drill_is_on_no_list_and_says_what_it_is_on_its_own_page(city: City, status: str, said: str) -> None:
    alert_id = issued(city, status=status)
    city.clock.pass_(timedelta(seconds=15))
    visitor = city.visitor()

    assert alert_id not in visitor.get("/en/alerts").text + visitor.get("/en/alerts/feed").text
    assert visitor.get("/api/alerts").json == {"active": [], "ended": []}
    assert reads.strip() == []
    assert said in visitor.get(f"/en/alerts/{alert_id}").text
    assert visitor.get(f"/api/alerts/{alert_id}").json["status"] == status


def test_what_no_second_officer_has_seen_is_not_there(city: City) -> None:
    for alert_id in (drafted(city.officer("Ayu")), submitted(city.officer("Ayu")), "PD-XXXX-XXXX-XXXX"):
        assert city.visitor().get(f"/en/alerts/{alert_id}").status == 404
        assert city.visitor().get(f"/api/alerts/{alert_id}").status == 404


def test_what_officers_write_is_text_in_the_feed_too(city: City) -> None:
    issued(city, instruction_en="Water < 1 m & <b>rising</b>")
    feed = ElementTree.fromstring(city.visitor().get("/en/alerts/feed").body)
    told = feed.find(f"{ATOM}entry/{ATOM}summary")

    assert told is not None
    assert told.get("type") == "html"
    assert (told.text or "").startswith("Water &lt; 1 m &amp; &lt;b&gt;rising&lt;/b&gt;")


def test_the_feed_is_atom_with_one_entry_for_each_alert(city: City) -> None:
    first, second = issued(city, headline_en="First & <b>oldest</b>"), issued(city)
    cancelled(city, first)
    reply = city.visitor().get("/en/alerts/feed")
    feed = ElementTree.fromstring(reply.body)
    titles = [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]
    links = [link.get("href") or "" for entry in feed.iter(f"{ATOM}entry") for link in entry.iter(f"{ATOM}link")]

    assert reply.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert titles == ["SIAGA (warning): Flood in Dauh Puri Kauh", "SIAGA (warning): First & <b>oldest</b> (Cancelled)"]
    assert [link.rsplit("/", 1)[1] for link in links] == [second, first]
    assert len({entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")}) == 2
    assert feed.findtext(f"{ATOM}updated")


def test_machines_get_levels_and_severities_places_and_both_languages(city: City) -> None:
    alert_id = issued(city, level="awas")
    (short,) = city.visitor().get("/api/alerts").json["active"]
    whole = city.visitor().get(f"/api/alerts/{alert_id}").json

    assert (short["id"], short["level"], short["severity"], short["state"]) == (alert_id, "awas", "Extreme", "issued")
    assert short["headline"] == {"id": "Banjir di Dauh Puri Kauh", "en": "Flood in Dauh Puri Kauh"}
    assert whole["villages"] == ["51.71.03.2003"]
    assert whole["expires_at"] == "2026-11-24T08:30:00.000000Z"
    assert {name: whole[name] for name in short} == short
    assert json.dumps(whole)


def test_nobody_outside_sees_that_one_officer_wants_a_cancel(city: City) -> None:
    alert_id = issued(city)
    press(city.officer("Ayu"), f"/{alert_id}", "/cancel", ending_id="Air sudah surut", ending_en="The water has gone")

    assert city.visitor().get(f"/api/alerts/{alert_id}").json["state"] == "issued"
    assert "The water has gone" not in city.visitor().get(f"/en/alerts/{alert_id}").text
    assert "The water has gone" not in city.visitor().get(f"/api/alerts/{alert_id}").text


def test_the_worst_alert_stands_first(city: City) -> None:
    issued(city, level="waspada")
    worst = issued(city, level="awas")
    issued(city, level="siaga")

    assert [one.level for one in reads.active()] == ["awas", "siaga", "waspada"]
    assert reads.active()[0].id == worst


def test_the_strip_asks_the_table_at_most_every_quarter_minute(city: City) -> None:
    assert reads.strip() == []
    alert_id = issued(city)
    soon = reads.strip()
    city.clock.pass_(timedelta(seconds=15))

    assert soon == []
    assert [one.id for one in reads.strip()] == [alert_id]


def test_the_strip_keeps_what_it_knows_while_the_table_is_away_and_does_not_ask_each_time(city: City) -> None:
    alert_id = issued(city)
    city.clock.pass_(timedelta(seconds=15))
    reads.strip()
    asked = []

    def away(key: Key) -> None:
        asked.append(key)
        raise Unavailable(reason="aws_call")

    city.store.read = away  # type: ignore[method-assign]
    city.clock.pass_(timedelta(minutes=1))
    shown = [reads.strip() for _ in range(3)]
    city.clock.pass_(timedelta(days=1))

    assert [[one.id for one in strip] for strip in shown] == [[alert_id]] * 3
    assert len(asked) == 1
    assert reads.strip() == [], "what has run out is over, whatever the table says"
