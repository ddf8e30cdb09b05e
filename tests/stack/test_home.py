"""The running city as a newcomer meets it: its door, its static files, its inbox, its stops."""

import gzip
import json
import re
import urllib.error
import urllib.request
from email.message import EmailMessage
from http.client import HTTPResponse

import pytest

from infra.local.city import STAGE
from tests.stack.second_city import SecondCity

pytestmark = pytest.mark.stack


def get(city: SecondCity, path: str, **headers: str) -> HTTPResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(city.origin + path, headers=named)
    answer: HTTPResponse = urllib.request.urlopen(request, timeout=20)
    return answer


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_home_page_answers_in_both_languages(running_city: SecondCity, language: str) -> None:
    page = get(running_city, f"/{language}/")

    assert page.status == 200
    assert f'lang="{language}"' in page.read().decode()


def test_what_does_not_exist_is_a_page_of_ours(running_city: SecondCity) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        get(running_city, "/id/tidak-ada")

    assert refused.value.code == 404
    assert 'lang="id"' in refused.value.read().decode()


def test_static_files_come_from_the_bucket_and_may_be_kept_for_ever(running_city: SecondCity) -> None:
    page = get(running_city, "/id/").read().decode()
    name = re.findall(r'href="(/static/[^"]+\.css)"', page)[0]
    style = get(running_city, name, Accept_Encoding="gzip")

    assert style.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert style.headers["Content-Type"].startswith("text/css")
    assert b"{" in gzip.decompress(style.read())


def test_a_page_without_cookies_is_shared_for_a_while(running_city: SecondCity) -> None:
    get(running_city, "/en/help")

    assert "Age" in get(running_city, "/en/help").headers
    assert "Age" not in get(running_city, "/en/help", Cookie="a=b").headers


def test_a_mail_that_ses_took_is_in_the_inbox_with_its_headers(running_city: SecondCity) -> None:
    running_city.clear_inbox()
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Kota <sewaka@denpasar.test>", "wayan@example.com", "Uji"
    mail["List-Unsubscribe"] = "<https://example.com/stop>"
    mail.set_content("Halo https://example.com/a.")
    running_city.client("ses").send_raw_email(RawMessage={"Data": mail.as_bytes()})
    (received,) = running_city.eventually(running_city.inbox)

    assert received["to"] == ["wayan@example.com"]
    assert received["links"] == ["https://example.com/a"]
    assert ["List-Unsubscribe", "<https://example.com/stop>"] in received["headers"]


def test_a_phone_on_a_place_topic_gets_what_the_topic_gets_until_it_leaves(running_city: SecondCity) -> None:
    running_city.clear_inbox()
    sns = running_city.client("sns")
    topic = sns.create_topic(Name=f"sewaka-{STAGE}-phone-test-awas-id")["TopicArn"]
    phone = sns.subscribe(TopicArn=topic, Protocol="sms", Endpoint="+628123456789", ReturnSubscriptionArn=True)

    def beside() -> bool:
        there = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        states = [sns.get_subscription_attributes(SubscriptionArn=one["SubscriptionArn"]) for one in there]
        return len(there) == 2 and all(one["Attributes"]["PendingConfirmation"] == "false" for one in states)

    running_city.eventually(beside)
    sns.publish(TopicArn=topic, Message="Banjir di Sanur")
    (text,) = running_city.eventually(running_city.inbox)
    assert (text["to"], text["text"]) == (["+628123456789"], "Banjir di Sanur")

    running_city.clear_inbox()
    sns.unsubscribe(SubscriptionArn=phone["SubscriptionArn"])
    sns.publish(TopicArn=topic, Message="Masih banjir")
    sns.publish(PhoneNumber="+628111111111", Message="Kode 123")
    texts = running_city.eventually(running_city.inbox)
    assert [text["text"] for text in texts] == ["Kode 123"]
    sns.delete_topic(TopicArn=topic)


def test_a_killed_cloud_comes_back_with_what_it_held(running_city: SecondCity) -> None:
    table = {"TableName": running_city.told["TableName"]}
    item = {"pk": {"S": "test-kill"}, "sk": {"S": "kept"}}
    running_city.client("dynamodb").put_item(**table, Item=item)
    snapshot = running_city.city.state / "dynamodb.json"
    running_city.eventually(lambda: snapshot.exists() and "test-kill" in snapshot.read_text("utf-8"), 60)
    running_city.kill_cloud()

    assert running_city.client("dynamodb").get_item(**table, Key=item)["Item"] == item
    running_city.client("dynamodb").delete_item(**table, Key=item)
    assert json.load(get(running_city, "/health"))["status"] == "ok"
