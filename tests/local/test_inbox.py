"""The inbox: what a sink and phones received, kept, cleared, and told onward as SES would."""

from email.message import EmailMessage
from pathlib import Path

import pytest

from infra.local.inbox import Inbox, Message, read_mail
from infra.local.mail import events


def mail(**headers: str) -> bytes:
    message = EmailMessage()
    message["Message-ID"] = "<0100-abc>"
    message["From"] = "Kota Denpasar <sewaka@denpasar.test>"
    message["Subject"] = "Siaga banjir"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("Banjir. Lihat http://127.0.0.1:8000/id/alerts/a1.")
    message.add_alternative("<p>Banjir</p>", subtype="html")
    return message.as_bytes()


def sms(identifier: str) -> Message:
    return Message(identifier, "sms", "2026-11-24T03:00:00.000+00:00", "SEWAKA", ("+62811",), "", "Banjir")


def test_a_mail_is_read_whole_with_its_parts_headers_and_links() -> None:
    message = read_mail(mail(List_Unsubscribe="<https://a.example/stop>"), ("wayan@example.com",))

    assert message.id == "0100-abc"
    assert message.text.startswith("Banjir. Lihat")
    assert message.html == "<p>Banjir</p>\n"
    assert ("List-Unsubscribe", "<https://a.example/stop>") in message.headers
    assert message.links == ["http://127.0.0.1:8000/id/alerts/a1"]


def test_messages_are_listed_newest_first_and_outlive_the_process(tmp_path: Path) -> None:
    first = Inbox(tmp_path / "inbox.jsonl")
    first.add(sms("a"))
    first.add(sms("b"))

    assert [one.id for one in Inbox(tmp_path / "inbox.jsonl").newest_first()] == ["b", "a"]


def test_what_was_cleared_stays_away_even_when_its_source_tells_it_again(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox.jsonl")
    assert inbox.add_once(sms("a"))
    inbox.clear()

    again = Inbox(tmp_path / "inbox.jsonl")
    assert not again.add_once(sms("a"))
    assert again.newest_first() == []


@pytest.mark.parametrize(
    ("address", "kinds"),
    [
        ("wayan@example.com", ["Send", "Delivery"]),
        ("bounce@example.com", ["Send", "Bounce"]),
        ("any@bounce.example", ["Send", "Bounce"]),
        ("complaint@example.com", ["Send", "Delivery", "Complaint"]),
    ],
)
def test_an_address_decides_what_becomes_of_its_mail(address: str, kinds: list[str]) -> None:
    raw = mail(X_SES_CONFIGURATION_SET="sewaka-local", X_SES_MESSAGE_TAGS="delivery=d1, alert=a1")
    told = events(read_mail(raw, (address,)))

    assert [event["eventType"] for event in told] == kinds
    assert all(address in str(event) for event in told)
    assert told[0]["mail"]["messageId"] == "0100-abc"
    assert told[0]["mail"]["tags"] == {
        "ses:configuration-set": ["sewaka-local"],
        "delivery": ["d1"],
        "alert": ["a1"],
    }


def test_nothing_is_told_of_a_mail_without_a_configuration_set() -> None:
    assert events(read_mail(mail(), ("wayan@example.com",))) == []
