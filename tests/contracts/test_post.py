"""What carriers promise: on memory twins, on SES and SNS of the embedded cloud, and on wires that break.

The wires are botocore's own `before-send` event: it sees the request and answers, or fails, in the network's place.
"""

import io
import json
import os
import urllib.request
import uuid
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, ReadTimeoutError
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.core.aws.mail import SesMail, mime
from chalicelib.core.aws.phones import SnsPhones
from chalicelib.core.delivery import row_id
from chalicelib.core.errors import NotFound
from chalicelib.core.post import (
    Mail,
    MailCarrier,
    MailEvent,
    PhoneCarrier,
    Refused,
    Unanswered,
    mail_event,
    one_click,
)
from tests.twins.post import MemoryMail, MemoryPhones

SENDER = "sewaka@denpasar.example"
PREFIX = "arn:aws:sns:ap-southeast-3:000000000000:sewaka-test-phone-"
NUMBER = "+6281234567890"


def mail(**changes: Any) -> Mail:
    usual: dict[str, Any] = {
        "to": "ayu@example.id",
        "subject": "Siaga: banjir di Sanur — segera mengungsi",
        "text": "Air naik.\nPergi ke tempat tinggi.",
        "html": "<p>Air naik. <b>Pergi</b> ke tempat tinggi – sekarang.</p>",
        "language": "id",
        "row": row_id("alert_7#2", "person_1"),
    }
    return Mail(**{**usual, **changes})


def client(service: str, endpoint: str = "http://127.0.0.1:1", timeout: float = 8) -> Any:
    import boto3

    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name="ap-southeast-3",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(connect_timeout=1, read_timeout=timeout, retries={"total_max_attempts": 1}),
    )


def read(sent: bytes) -> EmailMessage:
    found = message_from_bytes(sent, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


@pytest.fixture(scope="session")
def endpoint(request: pytest.FixtureRequest) -> str:
    """Where AWS is spoken: the second city, or a cloud that is running already."""
    running = os.environ.get("SEWAKA_TEST_CLOUD")
    return running or str(request.getfixturevalue("running_city").city.endpoint)


# --- every mail carrier


@pytest.fixture(params=["memory", pytest.param("ses", marks=pytest.mark.stack)])
def mailer(request: pytest.FixtureRequest) -> MailCarrier:
    if request.param == "memory":
        return MemoryMail()
    ses = client("ses", request.getfixturevalue("endpoint"))
    ses.verify_domain_identity(Domain=SENDER.partition("@")[2])
    return SesMail(ses, SENDER, "sewaka-test")


def test_each_mail_has_a_message_id_of_its_own(mailer: MailCarrier) -> None:
    ids = {mailer.send(mail()) for _ in range(3)}

    assert len(ids) == 3
    assert all(ids)


@pytest.mark.stack
def test_ses_has_the_mail_for_exactly_one_address(endpoint: str) -> None:
    ses = client("ses", endpoint)
    ses.verify_domain_identity(Domain=SENDER.partition("@")[2])
    to = f"{uuid.uuid4().hex}@example.id"

    SesMail(ses, SENDER, "sewaka-test").send(mail(to=to))

    with urllib.request.urlopen(f"{endpoint}/_ministack/ses/messages", timeout=5) as answer:
        known = [one for account in json.load(answer)["messages"].values() for one in account]
    assert len([one for one in known if to in json.dumps(one)]) == 1


# --- every phone carrier


@pytest.fixture(params=["memory", pytest.param("sns", marks=pytest.mark.stack)])
def phones(request: pytest.FixtureRequest) -> PhoneCarrier:
    if request.param == "memory":
        return MemoryPhones()
    return SnsPhones(client("sns", request.getfixturevalue("endpoint")), PREFIX)


@pytest.fixture
def topic() -> str:
    return f"51_71-siaga-{uuid.uuid4().hex[:8]}"


def test_a_topic_is_made_for_its_first_phone_and_can_then_be_told(phones: PhoneCarrier, topic: str) -> None:
    subscription = phones.subscribe(topic, NUMBER)

    assert subscription
    assert phones.publish(topic, "Air naik")


def test_a_topic_that_nobody_has_subscribed_to_is_not_found(phones: PhoneCarrier, topic: str) -> None:
    with pytest.raises(NotFound):
        phones.publish(topic, "Air naik")


def test_subscribing_twice_is_one_subscription(phones: PhoneCarrier, topic: str) -> None:
    assert phones.subscribe(topic, NUMBER) == phones.subscribe(topic, NUMBER)


def test_two_phones_hang_on_one_topic_by_subscriptions_of_their_own(phones: PhoneCarrier, topic: str) -> None:
    assert phones.subscribe(topic, NUMBER) != phones.subscribe(topic, "+6281234567891")


def test_unsubscribing_twice_is_harmless(phones: PhoneCarrier, topic: str) -> None:
    subscription = phones.subscribe(topic, NUMBER)

    phones.unsubscribe(subscription)
    phones.unsubscribe(subscription)

    assert phones.publish(topic, "Air naik")


def test_a_text_to_one_number_has_a_message_id(phones: PhoneCarrier) -> None:
    assert phones.text(NUMBER, "Kode Anda 123456") != phones.text(NUMBER, "Kode Anda 123456")


@pytest.mark.stack
def test_sns_knows_the_phones_of_a_topic_until_they_leave(endpoint: str, topic: str) -> None:
    sns = client("sns", endpoint)
    carrier = SnsPhones(sns, PREFIX)

    def numbers() -> list[str]:
        listed = sns.list_subscriptions_by_topic(TopicArn=PREFIX + topic)["Subscriptions"]
        return [one["Endpoint"] for one in listed]

    subscription = carrier.subscribe(topic, NUMBER)
    before = numbers()
    carrier.unsubscribe(subscription)

    assert (before, numbers()) == ([NUMBER], [])


# --- how a send ends on a wire


class Wire:
    """Answers each request of a client in turn: an exception is raised, (status, body) is an HTTP answer."""

    def __init__(self, made: Any, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[AWSPreparedRequest] = []
        made.meta.events.register("before-send", self)

    def __call__(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        return AWSResponse(request.url, status, {"content-type": "text/xml"}, Raw(body.encode()))


class Raw(io.BytesIO):
    def stream(self, **_: Any) -> list[bytes]:
        return [self.getvalue()]


def refusal(code: str, status: int = 400) -> tuple[int, str]:
    said = f"<Code>{code}</Code><Message>about {NUMBER} and ayu@example.id</Message>"
    return status, f"<ErrorResponse><Error><Type>Sender</Type>{said}</Error></ErrorResponse>"


def email_on(*answers: Any) -> tuple[Callable[[], str], Wire]:
    ses = client("ses")
    return lambda: SesMail(ses, SENDER, "sewaka-test").send(mail()), Wire(ses, *answers)


def sms_on(*answers: Any) -> tuple[Callable[[], str], Wire]:
    sns = client("sns")
    return lambda: SnsPhones(sns, PREFIX).text(NUMBER, "Air naik"), Wire(sns, *answers)


def publish_on(*answers: Any) -> tuple[Callable[[], str], Wire]:
    sns = client("sns")
    return lambda: SnsPhones(sns, PREFIX).publish("51", "Air naik"), Wire(sns, *answers)


every_send = pytest.mark.parametrize("on", [email_on, sms_on, publish_on])
Sending = Callable[..., tuple[Callable[[], str], Wire]]


@every_send
@pytest.mark.parametrize(
    "ending",
    [
        ReadTimeoutError(endpoint_url="https://aws"),
        ConnectionClosedError(endpoint_url="https://aws"),
        refusal("InternalFailure", 500),
        refusal("ServiceUnavailable", 503),
        (200, "<not an answer"),
    ],
    ids=["read timeout", "closed", "500", "503", "rubbish"],
)
def test_a_send_without_an_answer_is_unanswered_and_tried_once(on: Sending, ending: Any) -> None:
    send, wire = on(ending)

    with pytest.raises(Unanswered):
        send()
    assert len(wire.requests) == 1


@every_send
@pytest.mark.parametrize(
    ("ending", "reason"),
    [
        (ConnectTimeoutError(endpoint_url="https://aws"), "ConnectTimeoutError"),
        (refusal("Throttling"), "Throttling"),
        (refusal("AccessDenied", 403), "AccessDenied"),
    ],
    ids=["no connection", "throttled", "denied"],
)
def test_a_send_that_never_left_is_refused_and_tried_once(on: Sending, ending: Any, reason: str) -> None:
    send, wire = on(ending)

    with pytest.raises(Refused) as refused:
        send()
    assert (refused.value.reason, refused.value.final) == (reason, False)
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    "carrier",
    [lambda: SesMail(client("ses"), SENDER, "s").send(mail()), lambda: SnsPhones(client("sns"), PREFIX).text("1", "x")],
    ids=["ses", "sns"],
)
def test_a_carrier_that_nobody_can_reach_refuses(carrier: Callable[[], str]) -> None:
    with pytest.raises(Refused) as refused:
        carrier()
    assert (refused.value.reason, refused.value.final) == ("EndpointConnectionError", False)


@pytest.mark.parametrize(
    ("on", "code"),
    [
        (email_on, "MessageRejected"),
        (email_on, "InvalidParameterValue"),
        (sms_on, "InvalidParameter"),
        (sms_on, "OptedOut"),
    ],
)
def test_a_refusal_that_will_not_change_is_final(on: Sending, code: str) -> None:
    send, _ = on(refusal(code))

    with pytest.raises(Refused) as refused:
        send()
    assert (refused.value.reason, refused.value.final) == (code, True)


@every_send
def test_what_aws_says_about_people_goes_no_further(on: Sending) -> None:
    send, _ = on(refusal("InvalidParameter"))

    with pytest.raises(Refused) as refused:
        send()
    assert refused.value.__suppress_context__
    assert not {NUMBER, "ayu@example.id"} & set(f"{refused.value} {refused.value.log_fields}".split())


def test_a_number_that_sns_does_not_take_is_refused_for_good() -> None:
    sns = client("sns")
    Wire(sns, refusal("InvalidParameter"))

    with pytest.raises(Refused) as refused:
        SnsPhones(sns, PREFIX).subscribe("51", "1")
    assert refused.value.final


def test_a_phone_message_is_transactional() -> None:
    send, wire = sms_on(
        (200, "<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>")
    )

    assert send() == "m"
    assert "AWS.SNS.SMS.SMSType" in str(wire.requests[0].body)
    assert "SenderID" not in str(wire.requests[0].body)


# --- the message itself


def written(**changes: Any) -> bytes:
    return mime(mail(**changes), SENDER, "sewaka-test")


def test_a_mail_carries_text_and_html_in_its_language() -> None:
    message = read(written())
    text, html = message.get_body(("plain",)), message.get_body(("html",))

    assert message.get_content_type() == "multipart/alternative"
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == ["Air naik.", "Pergi ke tempat tinggi."]
    assert html.get_content().strip() == mail().html
    assert {part.get_content_charset() for part in (text, html)} == {"utf-8"}
    assert str(message["Subject"]) == mail().subject
    assert (message["Content-Language"], message["Auto-Submitted"]) == ("id", "auto-generated")
    assert (message["From"], message["To"]) == (f"Sewaka <{SENDER}>", "ayu@example.id")


def test_a_mail_names_its_row_and_configuration_set_for_ses() -> None:
    message = read(written())

    assert message["X-SES-MESSAGE-TAGS"] == f"row={mail().row}"
    assert message["X-SES-CONFIGURATION-SET"] == "sewaka-test"


def test_a_long_unsubscribe_link_stays_in_one_line() -> None:
    url = "https://sewaka.denpasar.example/id/alerts/subscriptions/" + "a1B2-_" * 60

    sent = written(headers=one_click(url))

    assert f"\r\nList-Unsubscribe: <{url}>\r\n".encode() in sent
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in sent


def test_a_mail_is_ascii_in_short_lines_whatever_it_says() -> None:
    sent = written(text="é" * 5000, html="<p>" + "ဗ" * 5000 + "</p>", subject="é" * 300)

    assert sent.isascii()
    assert max(len(line) for line in sent.split(b"\r\n")) <= 998
    assert str(read(sent)["Subject"]) == "é" * 300


ANY = st.text(max_size=60)
NAMES = {name.lower() for name in read(written()).keys()}  # noqa: SIM118 (a message is no dictionary)


@settings(max_examples=200, deadline=None)
@given(subject=st.one_of(ANY, ANY.map(lambda word: f"{word}\r\nBcc: x@example.id\r\n\r\n{word}")))
def test_no_subject_makes_another_header_or_body(subject: str) -> None:
    try:
        sent = written(subject=subject)
    except ValueError:
        return  # a lone surrogate: refused

    message = read(sent)
    assert {name.lower() for name in message.keys()} == NAMES  # noqa: SIM118
    assert message["To"] == "ayu@example.id"
    text = message.get_body(("plain",))
    assert text is not None
    assert text.get_content().startswith("Air naik.")


@pytest.mark.parametrize(
    "header",
    [
        ("List-Unsubscribe", "<https://a>\r\nBcc: x@example.id"),
        ("List-Unsubscribe", "<https://a>\nBcc: x@example.id"),
        ("List-Unsubscribe", "<https://a>\u2028"),
        ("X-A: b\r\nBcc", "x@example.id"),
        ("to", "x@example.id"),
        ("Subject", "other"),
        ("", "x"),
    ],
)
def test_a_header_that_smuggles_or_replaces_another_is_refused(header: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="not a header"):
        written(headers=(header,))


@pytest.mark.parametrize(
    "to",
    [
        "",
        "ayu",
        "@",
        "a@b, c@d",
        "a@b\r\nBcc: c@d",
        "Ayu <a@b.id>",
        "ayu@éxample.id",
        "\ud800@b.id",
        "a b@c.id",
        "a@b.id\n",
    ],
)
def test_what_is_not_one_address_is_refused_for_good_before_ses_is_asked(to: str) -> None:
    ses = client("ses")
    wire = Wire(ses)

    with pytest.raises(Refused) as refused:
        SesMail(ses, SENDER, "sewaka-test").send(mail(to=to))
    assert (refused.value.reason, refused.value.final) == ("malformed", True)
    assert wire.requests == []


# --- what SES tells later


def event(kind: str, **detail: Any) -> dict[str, Any]:
    tags = {"row": ["alert__person"], "ses:configuration-set": ["sewaka"]}
    return {"eventType": kind, "mail": {"messageId": "ses-1", "tags": tags}, kind.lower(): detail}


@pytest.mark.parametrize(
    ("told", "failed", "gone"),
    [
        (event("Send"), "", False),
        (event("Delivery"), "", False),
        (event("Bounce", bounceType="Permanent"), "bounce_permanent", True),
        (event("Bounce", bounceType="Transient"), "bounce_transient", False),
        (event("Bounce", bounceType="Undetermined"), "bounce_transient", False),
        (event("Complaint"), "complaint", True),
        (event("Reject"), "reject", False),
    ],
)
def test_an_event_of_ses_in_our_words(told: dict[str, Any], failed: str, gone: bool) -> None:
    found = mail_event(told)

    assert found == MailEvent(row="alert__person", message_id="ses-1", failed=failed)
    assert found.gone is gone


@pytest.mark.parametrize("told", [{}, event("DeliveryDelay"), {"eventType": "Send", "mail": {"messageId": "1"}}])
def test_an_event_that_settles_nothing_is_none(told: dict[str, Any]) -> None:
    assert mail_event(told) is None
