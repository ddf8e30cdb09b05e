"""The officers' desk, walked in a browser on memory twins."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.alerts import reads
from chalicelib.alerts.service import alerts
from chalicelib.alerts.store import PAGE
from chalicelib.incidents.service.cases import Incidents, Observation
from tests.alerts.build import AYU, MADE, content
from tests.alerts.desk import TYPED, cancelled, drafted, issued, press, submitted
from tests.web.city import City

EVERYTHING = ("AlertDrafted", "AlertSubmitted", "AlertIssued", "AlertCancelRequested", "AlertCancelled")


@pytest.mark.parametrize("lang", ["id", "en"])
def test_two_officers_send_an_alert_and_take_it_back(city: City, lang: str) -> None:
    ayu, made = city.officer("Ayu"), city.officer("Made")
    draft = press(ayu, "/new", "", lang, **TYPED, incident="")
    alert_id = draft.location.rsplit("/", 1)[1]
    press(ayu, f"/{alert_id}", "/submit", lang)
    approved = press(made, f"/{alert_id}", "/approve", lang)
    (active,) = reads.active()
    press(made, f"/{alert_id}", "/cancel", lang, ending_id="Air sudah surut", ending_en="The water has gone")
    ended = press(ayu, f"/{alert_id}", "/approve-cancel", lang)

    assert approved.location == f"/{lang}/staff/alerts/{alert_id}"
    assert (active.id, active.level, active.headline.id) == (alert_id, "siaga", "Banjir di Dauh Puri Kauh")
    assert ended.status == 303
    assert reads.active() == ()
    assert city.names() == list(EVERYTHING)


def test_the_alert_goes_out_with_its_words_in_every_language(city: City) -> None:
    alert_id = issued(city)

    (fact,) = [entry for entry in city.store.journal(f"alert#{alert_id}") if entry.name == "AlertIssued"]
    assert fact.until == city.clock() + timedelta(hours=6)
    assert fact.data["status"] == "actual"
    assert fact.data["villages"] == ["51.71.03.2003"]
    assert fact.data["texts"]["en"]["headline"] == "Flood in Dauh Puri Kauh"
    assert fact.data["texts"]["id"]["sms"].startswith("SIAGA: ")


def test_facts_before_the_approval_hold_nothing_that_an_officer_wrote(city: City) -> None:
    alert_id = submitted(city.officer("Ayu"))
    press(city.officer("Made"), f"/{alert_id}", "/return", reason="Sebut jalannya")

    assert "Banjir di" not in str(city.store.entries)
    assert "Sebut jalannya" not in str(city.store.entries)


def test_the_author_sees_the_rule_instead_of_a_button_and_cannot_go_around_it(city: City) -> None:
    ayu = city.officer("Ayu")
    alert_id = submitted(ayu)
    page = ayu.get(f"/en/staff/alerts/{alert_id}")
    forced = ayu.post(
        f"/en/staff/alerts/{alert_id}/approve",
        {"csrf": page.hidden("csrf"), "form_id": str(uuid.uuid4()), "revision": "1"},
    )

    assert "Approve and send" not in page.text
    assert "another officer has to approve it" in page.text
    assert forced.status == 422
    assert "Two-officer rule: the author and the last editor" in forced.text
    assert reads.active() == ()


def test_an_approval_of_a_text_that_was_changed_meanwhile_is_refused_with_the_new_text(city: City) -> None:
    alert_id = submitted(city.officer("Ayu"))
    made = city.officer("Made")
    old = made.get(f"/en/staff/alerts/{alert_id}")
    press(city.officer("Komang"), f"/{alert_id}/edit", "/edit", **{**TYPED, "headline_en": "Flood and fire"})
    press(city.officer("Ayu"), f"/{alert_id}", "/submit")
    approval = {"csrf": old.hidden("csrf"), "form_id": str(uuid.uuid4()), "revision": old.hidden("revision")}
    reply = made.post(f"/en/staff/alerts/{alert_id}/approve", approval)

    assert reply.status == 422
    assert "Komang has changed this alert since you opened it" in reply.text
    assert "Flood and fire" in reply.text
    assert reads.active() == ()


def test_whoever_saves_second_is_told_and_keeps_the_text(city: City) -> None:
    alert_id = drafted(city.officer("Ayu"))
    made, komang = city.officer("Made"), city.officer("Komang")
    seen = komang.get(f"/en/staff/alerts/{alert_id}/edit")
    press(made, f"/{alert_id}/edit", "/edit", **{**TYPED, "headline_en": "Made was first"})
    second = {"csrf": seen.hidden("csrf"), "form_id": str(uuid.uuid4()), "revision": seen.hidden("revision")}
    reply = komang.post(f"/en/staff/alerts/{alert_id}/edit", {**TYPED, **second, "headline_en": "Komang was second"})
    again = {**second, "revision": reply.hidden("revision"), "form_id": reply.hidden("form_id")}
    saved = komang.post(f"/en/staff/alerts/{alert_id}/edit", {**TYPED, **again, "headline_en": "Komang, knowing"})

    assert reply.status == 422
    assert "Made saved a change first" in reply.text
    assert 'value="Komang was second"' in reply.text
    assert "Made was first" in reply.text
    assert saved.status == 303


def test_of_two_approvals_one_wins_and_the_other_is_told(city: City) -> None:
    alert_id = submitted(city.officer("Ayu"))
    made, komang = city.officer("Made"), city.officer("Komang")
    late = komang.get(f"/en/staff/alerts/{alert_id}")
    press(made, f"/{alert_id}", "/approve")
    form = {"csrf": late.hidden("csrf"), "form_id": str(uuid.uuid4()), "revision": "1"}
    reply = komang.post(f"/en/staff/alerts/{alert_id}/approve", form)

    assert reply.status == 422
    assert "The other officer" in reply.text
    assert city.names().count("AlertIssued") == 1


def test_a_double_press_is_one_decision(city: City) -> None:
    alert_id = submitted(city.officer("Ayu"))
    made = city.officer("Made")
    page = made.get(f"/en/staff/alerts/{alert_id}")
    form = {"csrf": page.hidden("csrf"), "form_id": page.hidden("form_id"), "revision": "1"}
    first, second = (made.post(f"/en/staff/alerts/{alert_id}/approve", form) for _ in range(2))

    assert (first.status, second.status) == (303, 303)
    assert city.names().count("AlertIssued") == 1


def test_a_draft_that_is_sent_twice_is_one_draft(city: City) -> None:
    ayu = city.officer("Ayu")
    page = ayu.get("/en/staff/alerts/new")
    form = {**TYPED, "csrf": page.hidden("csrf"), "form_id": page.hidden("form_id"), "incident": ""}
    first, second = (ayu.post("/en/staff/alerts/new", form) for _ in range(2))

    assert first.location == second.location
    assert city.names() == ["AlertDrafted"]


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"status": ""}, "status", "Choose: actual, exercise or test"),
        ({"hazard": "volcano"}, "hazard", "Choose the hazard"),
        ({"level": "normal"}, "level", "Choose the level"),
        ({"areas": []}, "areas", "Choose at least one area"),
        ({"areas": ["51.71.99"]}, "areas", "Choose at least one area"),
        ({"headline_en": ""}, "headline_en", "Write the headline in English"),
        ({"headline_id": "x" * 101}, "headline_id", "No more than 100 characters"),
        ({"instruction_en": "\u202eevil"}, "instruction_en", "Remove invisible characters"),
        ({"description_id": "x" * 1501}, "description_id", "No more than 1,500 characters"),
        ({"until_day": "2026-11-26"}, "until_day", "Choose the day"),
        ({"until_time": "25.00"}, "until_time", "Give the time in WITA"),
        ({"until_time": "10.29"}, "until_time", "in the future and at most 24 hours"),
        ({"until_day": "2026-11-25", "until_time": "10.31"}, "until_time", "in the future and at most 24 hours"),
        ({"instruction_en": "Jauhi sungai 洪水 " * 13}, "instruction_en", "parts, at most 3 fit"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    city: City, wrong: dict[str, Any], field: str, said: str
) -> None:
    reply = press(city.officer("Ayu"), "/new", "", **{**TYPED, "incident": "", **wrong})

    assert reply.status == 422
    assert f'href="#{field}"' in reply.text
    assert said in reply.text
    if field != "headline_en":
        assert 'value="Flood in Dauh Puri Kauh"' in reply.text
    assert city.names() == []


@pytest.mark.parametrize("time", ["16.30", "16:30", "16.30 WITA", "１６.３０"])
def test_a_time_is_understood_as_people_write_it(city: City, time: str) -> None:
    assert drafted(city.officer("Ayu"), until_time=time)


def test_a_returned_alert_shows_the_reason_and_can_be_submitted_again(city: City) -> None:
    ayu, made = city.officer("Ayu"), city.officer("Made")
    alert_id = submitted(ayu)
    returned = press(made, f"/{alert_id}", "/return", reason="Sebut jalan yang ditutup")
    shown = ayu.get(f"/id/staff/alerts/{alert_id}")

    assert returned.status == 303
    assert "Sebut jalan yang ditutup" in shown.text
    assert press(ayu, f"/{alert_id}", "/submit").status == 303


def test_a_return_without_a_reason_is_asked_for_one(city: City) -> None:
    alert_id = submitted(city.officer("Ayu"))
    reply = press(city.officer("Made"), f"/{alert_id}", "/return", reason=" ")

    assert reply.status == 422
    assert "Write what has to change" in reply.text


def test_the_queue_puts_what_waits_for_me_first(city: City) -> None:
    ayu, made = city.officer("Ayu"), city.officer("Made")
    drafted(ayu, headline_en="Still a draft")
    submitted(ayu, headline_en="Please approve")
    issued(city, headline_en="Already out")
    mine, other = made.get("/en/staff/alerts").text, ayu.get("/en/staff/alerts").text

    assert mine.index("Waiting for your decision") < mine.index("Please approve") < mine.index("Already out")
    assert mine.index("Already out") < mine.index("Still a draft")
    assert "Nothing waits for your decision" in other
    assert "Waiting for another officer" in other


def test_the_preview_shows_what_people_will_get_in_both_languages(city: City) -> None:
    ayu = city.officer("Ayu")
    page = ayu.get(f"/en/staff/alerts/{drafted(ayu)}").text

    assert "SIAGA: Banjir di Dauh Puri Kauh. Jauhi bantaran sungai." in page
    assert "SIAGA (warning): Flood in Dauh Puri Kauh. Keep away from the river banks." in page
    assert "characters, 1 part" in page
    assert "You get this e-mail because you subscribed" in page


def test_the_history_names_the_officers(city: City) -> None:
    alert_id = issued(city)
    cancelled(city, alert_id)
    page = city.officer("Komang").get(f"/en/staff/alerts/{alert_id}").text

    for title in ("Drafted", "Submitted for approval", "Approved and sent", "Cancel approved and sent"):
        assert title in page
    assert page.count("Made") >= 3


@pytest.mark.parametrize("action", ["submit", "approve", "return", "cancel", "approve-cancel", "edit", "deliveries"])
def test_an_auditor_reads_everything_and_changes_nothing(city: City, action: str) -> None:
    alert_id = submitted(city.officer("Ayu"))
    sri = city.officer("Sri", "auditor")
    page = sri.get(f"/en/staff/alerts/{alert_id}")
    form = {"csrf": page.hidden("csrf"), "form_id": str(uuid.uuid4()), "revision": "1"}

    assert page.status == 200
    assert sri.get("/en/staff/alerts").status == 200
    assert sri.get("/en/staff/alerts/new").status == 403
    assert sri.post(f"/en/staff/alerts/{alert_id}/{action}", form).status == 403
    assert city.names() == ["AlertDrafted", "AlertSubmitted"]


def test_strangers_are_sent_to_the_login(city: City) -> None:
    assert city.visitor().get("/en/staff/alerts").location == "/en/login"


def test_an_alert_expires_by_itself_and_leaves_the_board(city: City) -> None:
    alert_id = issued(city)
    city.clock.pass_(timedelta(hours=6))
    before_the_clock = reads.board()
    alerts().expire_due()
    alerts().expire_due()

    assert before_the_clock.active == ()
    assert [one.id for one in before_the_clock.ended] == [alert_id]
    assert [(one.id, one.state) for one in reads.board().ended] == [(alert_id, "expired")]
    assert city.names().count("AlertExpired") == 1


def incident(city: City, *, verified: bool) -> str:
    cases = Incidents(city.tools)
    seen = Observation(kind="flood", village="51.71.03.2003", place_words="", words="Air setinggi lutut", language="id")
    incident_id = cases.open((cases.report(seen, str(uuid.uuid4())),), "ayu", str(uuid.uuid4()))
    if verified:
        cases.verify(incident_id, "ayu")
    return incident_id


def test_an_alert_about_an_incident_starts_from_what_is_known_and_stays_tied_to_it(city: City) -> None:
    ayu, incident_id = city.officer("Ayu"), incident(city, verified=True)
    form = ayu.get(f"/en/staff/alerts/new?incident={incident_id}")
    alert_id = drafted(ayu, incident=form.hidden("incident"))
    press(ayu, f"/{alert_id}", "/submit")
    press(city.officer("Made"), f"/{alert_id}", "/approve")

    assert '<option value="flood" selected>' in form.text
    assert re.search('value="51.71.03.2003"[^>]* checked', form.text)
    assert city.store.journal(f"alert#{alert_id}")[-1].data["incident_id"] == incident_id
    assert incident_id in ayu.get(f"/en/staff/alerts/{alert_id}").text


def test_nobody_is_warned_of_what_nobody_has_verified(city: City) -> None:
    ayu, incident_id = city.officer("Ayu"), incident(city, verified=False)
    forced = press(ayu, "/new", "", **{**TYPED, "incident": incident_id})

    assert ayu.get(f"/en/staff/alerts/new?incident={incident_id}").status == 409
    assert (forced.status, "AlertDrafted" in city.names()) == (409, False)
    assert ayu.get("/en/staff/alerts/new?incident=incident_none").status == 404


def test_old_drafts_do_not_push_what_matters_off_the_desk(city: City) -> None:
    for number in range(100):
        alerts().draft(content(), AYU, f"old-{number}")
        city.clock.pass_(timedelta(seconds=1))
    newest = drafted(city.officer("Ayu"), until_time="16.00")
    out = issued(city, until_time="16.00")
    shown = [alert.id for alert in alerts().open()[0]]

    assert shown[0] == out
    assert shown[1] == newest


def test_whatever_is_on_the_desk_is_found_page_by_page(city: City) -> None:
    ids = [alerts().draft(content(), AYU, f"draft-{number}") for number in range(PAGE + 1)]
    first = city.officer("Made").get("/en/staff/alerts")
    (after,) = re.findall(r'href="(\?after=[^"]+)" rel="next"', first.text)
    second = city.officer("Made").get(f"/en/staff/alerts{after}")

    on = [[one for one in ids if f"/en/staff/alerts/{one}" in page.text] for page in (first, second)]
    assert (len(on[0]), len(on[1])) == (PAGE, 1)
    assert {*on[0], *on[1]} == set(ids)
    assert 'rel="next"' not in second.text


@pytest.mark.parametrize("cursor", ["x", "W10", "%00"])
def test_a_strange_place_in_the_desks_list_is_refused(city: City, cursor: str) -> None:
    assert city.officer("Made").get(f"/en/staff/alerts?after={cursor}").status == 400


def test_all_alerts_that_are_over_expire_however_many_there_are(city: City) -> None:
    for number in range(PAGE + 2):
        alert_id = alerts().draft(content(), AYU, f"many-{number}")
        alerts().submit(alert_id, AYU, f"submit-{number}", 1)
        alerts().approve(alert_id, MADE, f"approve-{number}", 1)
    late = issued(city, until_time="18.00")
    city.clock.pass_(timedelta(hours=6))
    alerts().expire_due()

    assert [one.id for one in alerts().open()[0]] == [late]
    assert city.names().count("AlertExpired") == PAGE + 2
