"""From somebody's report to the operator's decision, as people walk it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib.incidents.service.cases import incidents
from tests.web.city import City, memory_city
from tests.web.client import Client, Reply

FLOOD = {"kind": "flood", "village": "51.71.03.2003", "words": "Air setinggi lutut di depan pasar"}


@pytest.fixture
def city() -> Iterator[City]:
    with memory_city() as city:
        yield city


def send(client: Client, language: str = "id", **typed: str) -> Reply:
    form = client.get(f"/{language}/report")
    return client.post(f"/{language}/report", {**FLOOD, "form_id": form.hidden("form_id"), **typed})


def reference_of(reply: Reply) -> str:
    assert reply.status == 303, reply.text
    return reply.location.rsplit("/", 1)[1]


def act(officer: Client, address: str, **typed: object) -> Reply:
    page = officer.get(address.rsplit("/", 1)[0] if address.endswith(("verify", "reject")) else address)
    return officer.post(address, {"csrf": page.hidden("csrf"), "form_id": page.hidden("form_id"), **typed})


def opened(city: City, officer: Client, *references: str) -> str:
    reply = act(officer, "/en/staff/incidents", reports=list(references))
    assert reply.status == 303, reply.text
    return reply.location


@pytest.mark.parametrize("language", ["id", "en"])
def test_anyone_reports_an_incident_and_can_follow_it(city: City, language: str) -> None:
    sent = send(city.visitor(), language)
    page = city.visitor().get(sent.location)

    assert sent.location.startswith(f"/{language}/reports/LP-")
    assert page.status == 200
    assert reference_of(sent) in page.text
    assert city.names() == ["ReportReceived"]


def test_the_same_form_sent_twice_is_one_report_with_one_reference(city: City) -> None:
    visitor = city.visitor()
    form = visitor.get("/id/report").hidden("form_id")
    first, second = (visitor.post("/id/report", {**FLOOD, "form_id": form}) for _ in range(2))

    assert first.location == second.location
    assert city.names() == ["ReportReceived"]


def test_who_goes_back_and_corrects_a_word_is_not_lost(city: City) -> None:
    visitor = city.visitor()
    form = visitor.get("/id/report").hidden("form_id")
    first, second = (visitor.post("/id/report", {**FLOOD, "form_id": form, "words": said}) for said in ("Air", "Api"))

    assert first.location != second.location
    assert city.names() == ["ReportReceived", "ReportReceived"]


def test_the_facts_of_a_report_hold_nothing_that_somebody_wrote(city: City) -> None:
    send(city.visitor(), words="Nama saya Wayan", place_words="Gang Mawar", contact="wayan@example.com")

    (fact,) = city.store.entries.values()
    assert not {"Wayan", "Mawar", "wayan@example.com"} & set(str(fact).replace("'", " ").split())


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": ""}, "kind"),
        ({"kind": "volcano"}, "kind"),
        ({"village": ""}, "village"),
        ({"village": "51.71.09.9999"}, "village"),
        ({"village": "51.71.03"}, "village"),
        ({"words": ""}, "words"),
        ({"words": "x" * 2001}, "words"),
        ({"place_words": "x" * 201}, "place_words"),
        ({"contact": "not reachable"}, "contact"),
        ({"contact": "a@b"}, "contact"),
        ({"contact": "+1 900 555 0100"}, "contact"),
        ({"village": "", "lat": "-8.40", "lon": "115.10"}, "village"),
        ({"village": "", "lat": "nan", "lon": "115.2"}, "village"),
        ({"village": "", "lat": "115.22", "lon": "-8.67"}, "village"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_nothing_typed_is_lost(
    city: City, wrong: dict[str, str], field: str
) -> None:
    reply = send(city.visitor(), **wrong)

    assert reply.status == 422
    assert f'href="#{field}"' in reply.text
    assert (wrong.get("words") or FLOOD["words"])[:500] in reply.text or field == "words"
    assert city.names() == []


def test_a_field_that_the_form_does_not_have_is_refused(city: City) -> None:
    assert send(city.visitor(), status="verified").status == 400


def test_markup_in_a_report_comes_out_as_text(city: City) -> None:
    send(city.visitor(), words="<script>alert(1)</script> {{7*7}}")
    queue = city.officer().get("/en/staff/incidents").text

    assert "&lt;script&gt;alert(1)" in queue
    assert "{{7*7}}" in queue


def test_the_browsers_location_stands_in_for_the_village(city: City) -> None:
    reply = send(city.visitor(), village="", lat="-8.73682", lon="115.2286")

    assert "Serangan" in city.visitor().get(reply.location).text


def test_a_neighbourhood_behind_one_address_may_report_a_flood_but_not_without_end(city: City) -> None:
    replies = [send(city.visitor()) for _ in range(61)]

    assert [reply.status for reply in replies] == [303] * 60 + [429]
    assert int(replies[-1].headers["Retry-After"]) <= 3600
    city.clock.pass_(timedelta(hours=1))
    assert send(city.visitor()).status == 303


def test_an_unknown_or_mistyped_reference_is_a_404(city: City) -> None:
    assert city.visitor().get("/id/reports/LP-2222-2222-2222").status == 404
    assert city.visitor().get("/id/reports/incident_1").status == 404


def test_the_queue_shows_the_worst_first_then_the_oldest(city: City) -> None:
    for kind in ("animal", "flood", "fire"):
        send(city.visitor(), kind=kind, words=f"saw {kind}")
        city.clock.pass_(timedelta(minutes=1))
    text = city.officer().get("/en/staff/incidents").text

    assert text.index("saw fire") < text.index("saw flood") < text.index("saw animal")


def test_an_operator_opens_one_incident_from_reports_and_verifies_it(city: City) -> None:
    officer = city.officer()
    first, second = (reference_of(send(city.visitor(f"203.0.113.{n}"))) for n in (1, 2))
    incident = opened(city, officer, first, second)
    act(officer, f"{incident}/verify")

    assert "IncidentVerified" in city.names()
    assert "Terkonfirmasi" in city.visitor().get(f"/id/reports/{first}").text
    assert first not in officer.get("/en/staff/incidents").text


def test_a_rejection_needs_a_reason_which_the_reporter_reads(city: City) -> None:
    officer = city.officer()
    reference = reference_of(send(city.visitor()))
    incident = opened(city, officer, reference)

    assert act(officer, f"{incident}/reject", reason=" ").status == 422
    assert act(officer, f"{incident}/reject", reason="Sudah surut saat kami tiba").status == 303
    assert "Sudah surut saat kami tiba" in city.visitor().get(f"/id/reports/{reference}").text


def test_of_two_officers_at_once_one_wins_and_the_other_is_told(city: City) -> None:
    ayu, made = city.officer("Ayu"), city.officer("Made")
    reference = reference_of(send(city.visitor()))
    mades_page = made.get("/en/staff/incidents")
    opened(city, ayu, reference)

    late = made.post(
        "/en/staff/incidents",
        {"csrf": mades_page.hidden("csrf"), "form_id": mades_page.hidden("form_id"), "reports": reference},
    )
    assert late.status == 409
    assert "Another officer" in late.text


def test_a_button_that_is_pressed_twice_is_one_incident_and_one_decision(city: City) -> None:
    officer, reference = city.officer(), reference_of(send(city.visitor()))
    queue = officer.get("/en/staff/incidents")
    opening = {"csrf": queue.hidden("csrf"), "form_id": queue.hidden("form_id"), "reports": reference}
    opened_by_it = [officer.post("/en/staff/incidents", opening) for _ in range(2)]
    incident = opened_by_it[0].location
    page = officer.get(incident)
    deciding = {"csrf": page.hidden("csrf"), "form_id": page.hidden("form_id")}
    decided_by_it = [officer.post(f"{incident}/verify", deciding) for _ in range(2)]

    assert [(one.status, one.headers.get("Location")) for one in opened_by_it] == [(303, incident)] * 2
    assert [(one.status, one.headers.get("Location")) for one in decided_by_it] == [(303, incident)] * 2
    assert [name for name in city.names() if name.startswith("Incident")] == ["IncidentOpened", "IncidentVerified"]


def test_a_rejection_that_comes_with_other_words_is_told_that_it_came_too_late(city: City) -> None:
    officer = city.officer()
    incident = opened(city, officer, reference_of(send(city.visitor())))
    page = officer.get(incident)
    forms = {"csrf": page.hidden("csrf"), "form_id": page.hidden("form_id")}
    sent = [officer.post(f"{incident}/reject", {**forms, "reason": why}).status for why in ("Surut", "Surut", "Salah")]

    assert sent == [303, 303, 409]


def test_a_decision_stands(city: City) -> None:
    ayu, made = city.officer("Ayu"), city.officer("Made")
    incident = opened(city, ayu, reference_of(send(city.visitor())))
    page = made.get(incident)
    act(ayu, f"{incident}/verify")
    forms = {"csrf": page.hidden("csrf"), "form_id": page.hidden("form_id"), "reason": "Tidak ada"}

    assert made.post(f"{incident}/reject", forms).status == 409


def test_an_auditor_reads_and_may_not_act(city: City) -> None:
    sri = city.officer("Sri", "auditor")
    incident = opened(city, city.officer(), reference_of(send(city.visitor())))
    page = sri.get(incident)

    assert page.status == 200
    assert "Verify the incident" not in page.text
    assert sri.post(f"{incident}/verify", {"csrf": "", "form_id": ""}).status == 403


def test_contacts_are_masked_and_only_workers_could_read_them(city: City) -> None:
    reply = send(city.visitor(), contact="0812 3456 7890")
    text = city.visitor().get(reply.location).text

    assert "81234567890" not in text
    assert "890" in text
    report, _ = incidents().progress(reference_of(reply))
    assert report.contact is not None
    assert city.vault.open(report.contact, owner=report.reference) == "+6281234567890"
