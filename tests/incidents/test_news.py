"""Who reported is told what became of it: once, in their language, on the channel that they gave."""

from collections.abc import Iterator

import pytest

from chalicelib.core.delivery import Deliveries
from chalicelib.core.events import Entry, officer
from chalicelib.core.post import Refused, Unanswered
from chalicelib.core.vault import Secret
from chalicelib.incidents.service.cases import Contact, Observation, incidents
from chalicelib.incidents.service.news import news
from chalicelib.incidents.store import IncidentStore
from tests.web.city import City, memory_city

MAIL = Contact(secret=Secret.EMAIL, value="wayan@example.com", mask="w•••@example.com")
PHONE = Contact(secret=Secret.PHONE, value="+6281234567890", mask="+62••••890")


@pytest.fixture
def city() -> Iterator[City]:
    with memory_city() as city:
        yield city


def reported(contact: Contact | None, language: str = "id", form: str = "f1") -> str:
    seen = Observation(
        kind="flood", village="51.71.03.2003", place_words="", words="air", language=language, contact=contact
    )
    return incidents().report(seen, form)


def decided(city: City, *references: str, reject: bool = False) -> Entry:
    incident_id = incidents().open(references, "ayu", "open-1")
    if reject:
        incidents().reject(incident_id, "ayu", "Sudah surut")
    else:
        incidents().verify(incident_id, "ayu")
    return city.store.journal(f"incident#{incident_id}")[-1]


def test_a_reporter_hears_by_mail_with_a_link_to_the_report(city: City) -> None:
    reference = reported(MAIL, "en")
    news().tell(decided(city, reference))

    (mail,) = city.mail.sent
    assert mail.to == "wayan@example.com"
    assert "confirmed" in mail.subject
    assert f"/en/reports/{reference}" in mail.text


def test_a_reporter_hears_by_text_in_indonesian(city: City) -> None:
    reference = reported(PHONE)
    news().tell(decided(city, reference, reject=True))

    ((number, words),) = city.phones.texts
    assert number == "+6281234567890"
    assert words.startswith(f"Laporan {reference}: tidak terkonfirmasi")


def test_who_stayed_anonymous_hears_nothing(city: City) -> None:
    news().tell(decided(city, reported(None)))

    assert (city.mail.sent, city.phones.texts) == ([], [])


def test_a_doubled_fact_tells_nobody_twice(city: City) -> None:
    entry = decided(city, reported(MAIL))
    for _ in range(5):
        news().tell(entry)

    assert len(city.mail.sent) == 1


def test_a_lost_answer_is_never_sent_again(city: City) -> None:
    entry = decided(city, reported(MAIL))
    city.mail.script.answers, city.mail.script.lost = [Unanswered()], True
    news().tell(entry)
    news().tell(entry)

    assert len(city.mail.sent) == 1


def test_words_that_cannot_be_written_claim_no_message(city: City) -> None:
    reference = reported(MAIL, language="a tongue that we do not speak")
    entry = decided(city, reference)
    with pytest.raises(KeyError):
        news().tell(entry)

    assert Deliveries(city.store).find(f"incident-{entry.data['incident_id']}-verified", reference) is None


def test_a_refused_mail_is_sent_when_the_message_comes_back(city: City) -> None:
    entry = decided(city, reported(MAIL, form="f1"), reported(PHONE, form="f2"))
    city.mail.script.answers = [Refused("Throttling")]
    with pytest.raises(Refused):
        news().tell(entry)
    news().tell(entry)

    assert (len(city.mail.sent), len(city.phones.texts)) == (1, 1)


def alert_fact(city: City, incident_id: str, name: str, version: int, status: str = "actual") -> Entry:
    data = {"alert_id": "alert_1", "incident_id": incident_id, "status": status}
    return Entry(
        id=f"{name}-{version}", name=name, source="city.alerts", schema=1, key="alert#alert_1", version=version,
        at=city.clock(), actor=str(officer("made")), correlation="", data=data,
    )  # fmt: skip


def test_an_incident_knows_what_became_of_its_alert_in_whatever_order_the_facts_come(city: City) -> None:
    reference = reported(None)
    decided(city, reference)
    incident_id = incidents().progress(reference)[0].incident_id
    incidents().follow_alert(alert_fact(city, incident_id, "AlertCancelled", 5))
    incidents().follow_alert(alert_fact(city, incident_id, "AlertIssued", 3))

    assert IncidentStore(city.store).incident(incident_id).alert_state == "cancelled"


def test_an_exercise_says_nothing_on_a_real_report(city: City) -> None:
    reference = reported(None)
    decided(city, reference)
    incident_id = incidents().progress(reference)[0].incident_id
    incidents().follow_alert(alert_fact(city, incident_id, "AlertIssued", 3, status="exercise"))

    assert IncidentStore(city.store).incident(incident_id).alert_id == ""


def test_reports_cannot_make_the_city_text_a_whole_block_of_numbers(city: City) -> None:
    """SMS pumping: twenty texts an hour to a thousand numbers, whoever asks."""
    phones = [Contact(secret=Secret.PHONE, value=f"+62812345678{n:02}", mask="+62••••") for n in range(25)]
    references = [reported(phone, form=f"f{n}") for n, phone in enumerate(phones)]
    news().tell(decided(city, *references))

    assert len(city.phones.texts) == 20
