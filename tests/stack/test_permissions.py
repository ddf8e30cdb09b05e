"""Every right that the embedded cloud enforces is needed: taken away, its step fails where somebody sees it, loses
nothing, and comes to its end once the right is back.

Nothing runs by itself meanwhile (`by_hand.py`), so that it is this step which fails. When all of it runs again, what
was done by hand comes once more through the bus: nobody may hear a second time.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from chalicelib.alerts.model.alert import State
from chalicelib.alerts.service import Alerts
from infra.steps import ROOT
from tests.stack import steps_of_pages as pages
from tests.stack import steps_of_payments as payments
from tests.stack import steps_of_the_spine as spine
from tests.stack import steps_of_workers as workers
from tests.stack.by_hand import QUEUES, ByHand, at_rest, without
from tests.stack.cloud import everything_is_sent
from tests.stack.journey import SOON, is_somebody_of_ours
from tests.stack.prepared import THERE, cancelled
from tests.stack.second_city import SecondCity
from tests.stack.step import Step

TABLE, LISTS = "KeepRecords", "ReadLists"


@dataclass(frozen=True)
class Right:
    """`seen`: how the failure shows. page: the reader is told, 5xx is counted. queue: the message is named as failed,
    comes back, and lies in the dead letters in the end. row: the delivery's row is free again and its task returns.
    error: the function ends with an error; facts stay unsent, and the sweeper measures how long."""

    function: str
    sid: str
    action: str
    step: Callable[[ByHand], Step]
    seen: str

    def __str__(self) -> str:
        return f"{self.function}:{self.sid}:{self.action}"


RIGHTS = (
    Right("api", TABLE, "dynamodb:GetItem", pages.read_a_report, "page"),
    Right("api", TABLE, "dynamodb:BatchGetItem", pages.look_at_an_incident, "page"),
    Right("api", TABLE, "dynamodb:Query", pages.look_at_an_incident, "page"),
    Right("api", TABLE, "dynamodb:PutItem", pages.write_a_draft, "page"),
    Right("api", TABLE, "dynamodb:UpdateItem", pages.open_an_incident, "page"),
    Right("api", TABLE, "dynamodb:DeleteItem", pages.log_out, "page"),
    Right("api", LISTS, "dynamodb:Query", pages.look_at_the_queue, "page"),
    Right("api", "FindPeople", "kms:GenerateMac", pages.ask_for_alerts, "page"),
    Right("api", "SealPeople", "kms:GenerateDataKey", pages.ask_for_alerts, "page"),
    Right("api", "ReadDocuments", "s3:GetObject", pages.print_a_poster, "page"),
    Right("relay", "SendFacts", "events:PutEvents", spine.relay_a_fact, "error"),
    Right("relay", "ArchiveFacts", "s3:PutObject", spine.relay_a_fact, "error"),
    Right("relay", "ClearMarks", "dynamodb:BatchGetItem", spine.relay_a_fact, "error"),
    Right("relay", "ClearMarks", "dynamodb:UpdateItem", spine.relay_a_fact, "error"),
    Right("relay", "ParkFacts", "sqs:SendMessage", spine.park_by_relay, "error"),
    Right("sweeper", "FindUnsent", "dynamodb:Query", spine.find_a_fact, "error"),
    Right("sweeper", "SendFacts", "events:PutEvents", spine.sweep_a_fact, "error"),
    Right("sweeper", "ArchiveFacts", "s3:PutObject", spine.sweep_a_fact, "error"),
    Right("sweeper", "ClearMarks", "dynamodb:BatchGetItem", spine.sweep_a_fact, "error"),
    Right("sweeper", "ClearMarks", "dynamodb:UpdateItem", spine.sweep_a_fact, "error"),
    Right("sweeper", "ParkFacts", "sqs:SendMessage", spine.park_by_sweeper, "error"),
    Right("incidents-worker", TABLE, "dynamodb:GetItem", workers.note_an_alert, "queue"),
    Right("incidents-worker", TABLE, "dynamodb:BatchGetItem", workers.tell_a_reporter_by_mail, "queue"),
    Right("incidents-worker", TABLE, "dynamodb:PutItem", workers.note_an_alert, "queue"),
    Right("incidents-worker", TABLE, "dynamodb:UpdateItem", workers.note_an_alert, "queue"),
    Right("incidents-worker", "OpenPeople", "kms:Decrypt", workers.tell_a_reporter_by_mail, "queue"),
    Right("incidents-worker", "SendMail", "ses:SendRawEmail", workers.tell_a_reporter_by_mail, "queue"),
    Right("incidents-worker", "TextOnePhone", "sns:Publish", workers.tell_a_reporter_by_phone, "queue"),
    Right("subscriptions-worker", TABLE, "dynamodb:GetItem", workers.write_to_a_mailbox, "queue"),
    Right("subscriptions-worker", TABLE, "dynamodb:PutItem", workers.give_up_a_mailbox, "queue"),
    Right("subscriptions-worker", TABLE, "dynamodb:UpdateItem", workers.write_to_a_mailbox, "queue"),
    Right("subscriptions-worker", "FindPeople", "kms:GenerateMac", workers.write_to_a_phone, "queue"),
    Right("subscriptions-worker", "OpenPeople", "kms:Decrypt", workers.write_to_a_mailbox, "queue"),
    Right("subscriptions-worker", "SendMail", "ses:SendRawEmail", workers.write_to_a_mailbox, "queue"),
    Right("subscriptions-worker", "TextOnePhone", "sns:Publish", workers.write_to_a_phone, "queue"),
    Right("subscriptions-worker", "KeepPhoneTopics", "sns:CreateTopic", workers.make_a_topic, "queue"),
    Right("subscriptions-worker", "KeepPhoneTopics", "sns:Subscribe", workers.hang_up_a_phone, "queue"),
    Right("subscriptions-worker", "UnsubscribePhones", "sns:Unsubscribe", workers.take_down_a_phone, "queue"),
    Right("subscriptions-clock", TABLE, "dynamodb:GetItem", spine.let_a_phone_go, "error"),
    Right("subscriptions-clock", TABLE, "dynamodb:UpdateItem", spine.let_a_phone_go, "error"),
    Right("subscriptions-clock", LISTS, "dynamodb:Query", spine.let_a_phone_go, "error"),
    Right("subscriptions-clock", "UnsubscribePhones", "sns:Unsubscribe", spine.let_a_phone_go, "error"),
    Right("alerts-mail", "SplitWork", "sqs:SendMessage", workers.plan_mails, "queue"),
    Right("alerts-mail", TABLE, "dynamodb:GetItem", workers.mail_an_alert, "queue"),
    Right("alerts-mail", TABLE, "dynamodb:BatchGetItem", workers.mail_a_cancel, "queue"),
    Right("alerts-mail", TABLE, "dynamodb:Query", workers.mail_an_alert, "queue"),
    Right("alerts-mail", TABLE, "dynamodb:UpdateItem", workers.mail_an_alert, "queue"),
    Right("alerts-mail", "FindPeople", "kms:GenerateMac", workers.mail_an_alert, "queue"),
    Right("alerts-mail", "OpenPeople", "kms:Decrypt", workers.mail_an_alert, "queue"),
    Right("alerts-mail", "SendMail", "ses:SendRawEmail", workers.mail_an_alert, "row"),
    Right("alerts-phone", "SplitWork", "sqs:SendMessage", workers.plan_texts, "queue"),
    Right("alerts-phone", TABLE, "dynamodb:GetItem", workers.text_an_alert, "queue"),
    Right("alerts-phone", TABLE, "dynamodb:Query", workers.text_a_cancel, "queue"),
    Right("alerts-phone", TABLE, "dynamodb:UpdateItem", workers.text_an_alert, "queue"),
    Right("alerts-phone", "TellPhones", "sns:Publish", workers.text_an_alert, "row"),
    Right("subscriptions-outcomes", TABLE, "dynamodb:GetItem", workers.hear_of_a_mail, "queue"),
    Right("subscriptions-outcomes", TABLE, "dynamodb:BatchGetItem", workers.hear_of_a_bounce, "queue"),
    Right("subscriptions-outcomes", TABLE, "dynamodb:PutItem", workers.hear_of_a_bounce, "queue"),
    Right("subscriptions-outcomes", TABLE, "dynamodb:UpdateItem", workers.hear_of_a_mail, "queue"),
    Right("subscriptions-outcomes", TABLE, "dynamodb:DeleteItem", workers.hear_of_a_bounce, "queue"),
    Right("alerts-clock", TABLE, "dynamodb:GetItem", spine.repeat_an_awas, "error"),
    Right("alerts-clock", TABLE, "dynamodb:BatchGetItem", spine.end_an_alert, "error"),
    Right("alerts-clock", TABLE, "dynamodb:PutItem", spine.end_an_alert, "error"),
    Right("alerts-clock", TABLE, "dynamodb:UpdateItem", spine.end_an_alert, "error"),
    Right("alerts-clock", LISTS, "dynamodb:Query", spine.end_an_alert, "error"),
    Right("alerts-clock", "SendAgain", "sqs:SendMessage", spine.repeat_an_awas, "error"),
    Right("payments-worker", TABLE, "dynamodb:GetItem", payments.write_to_a_seeker, "queue"),
    Right("payments-worker", TABLE, "dynamodb:BatchGetItem", payments.enter_bills, "queue"),
    Right("payments-worker", TABLE, "dynamodb:Query", payments.make_tickets, "queue"),
    Right("payments-worker", TABLE, "dynamodb:PutItem", payments.make_tickets, "queue"),
    Right("payments-worker", TABLE, "dynamodb:UpdateItem", payments.enter_bills, "queue"),
    Right("payments-worker", LISTS, "dynamodb:Query", payments.write_to_a_seeker, "queue"),
    Right("payments-worker", "FindPeople", "kms:GenerateMac", payments.write_to_a_seeker, "queue"),
    Right("payments-worker", "OpenPeople", "kms:Decrypt", payments.write_to_a_seeker, "queue"),
    Right("payments-worker", "SendMail", "ses:SendRawEmail", payments.write_to_a_seeker, "queue"),
    Right("payments-worker", "KeepDocuments", "s3:PutObject", payments.draw_poster, "queue"),
    Right("payments-worker", "SignTickets", "kms:Sign", payments.make_tickets, "queue"),
    Right("payments-worker", "AskForReceipts", "sqs:SendMessage", payments.ask_for_a_receipt, "queue"),
    Right("payments-receipts", TABLE, "dynamodb:GetItem", payments.number_a_receipt, "queue"),
    Right("payments-receipts", TABLE, "dynamodb:PutItem", payments.number_a_receipt, "queue"),
    Right("payments-receipts", TABLE, "dynamodb:UpdateItem", payments.number_a_receipt, "queue"),
    Right("payments-clock", TABLE, "dynamodb:GetItem", payments.end_a_hold, "error"),
    Right("payments-clock", TABLE, "dynamodb:PutItem", payments.end_a_hold, "error"),
    Right("payments-clock", TABLE, "dynamodb:UpdateItem", payments.end_a_hold, "error"),
    Right("payments-clock", LISTS, "dynamodb:Query", payments.end_a_hold, "error"),
    Right("payments-clock", "FindPeople", "kms:GenerateMac", payments.end_a_hold_that_was_paid, "error"),
    Right("payments-clock", "SealPeople", "kms:GenerateDataKey", payments.end_a_hold_that_was_paid, "error"),
    Right("payments-reconcile", TABLE, "dynamodb:GetItem", payments.find_a_payment, "error"),
    Right("payments-reconcile", TABLE, "dynamodb:BatchGetItem", payments.find_a_payment, "error"),
    Right("payments-reconcile", TABLE, "dynamodb:Query", payments.miss_tickets, "error"),
    Right("payments-reconcile", TABLE, "dynamodb:PutItem", payments.find_a_payment, "error"),
    Right("payments-reconcile", TABLE, "dynamodb:UpdateItem", payments.find_a_payment, "error"),
    Right("payments-reconcile", LISTS, "dynamodb:Query", payments.find_a_payment, "error"),
    Right("payments-reconcile", "FindPeople", "kms:GenerateMac", payments.find_a_payment, "error"),
    Right("payments-reconcile", "SealPeople", "kms:GenerateDataKey", payments.find_a_payment, "error"),
)

# What the embedded cloud does not ask for, and the test that asserts it on the template instead.
ON_THE_TEMPLATE = {
    "WriteOwnLogs": "tests/infra/test_policies.py::test_each_function_writes_only_its_own_logs",
    "ReadOwnQueue": "tests/infra/test_policies.py::test_each_worker_reads_its_own_queue_alone",
    "ReadStream": "tests/infra/test_policies.py::test_the_relay_may_read_the_stream_that_feeds_it",
    "FindStreams": "tests/infra/test_policies.py::test_every_star_has_a_reason_and_every_reason_a_star",
    "ReportLostBatches": "tests/infra/test_policies.py::test_the_relay_may_read_the_stream_that_feeds_it",
}
KEY_OF_TICKETS = "tests/contracts/test_signing.py::test_a_key_that_is_gone_is_said_and_is_not_remembered"
KEYS_OF_PAYMENTS = "tests/contracts/test_secrets.py::test_a_right_that_is_missing_is_a_refusal"
# Rights whose step the embedded cloud cannot show: its SNS takes any number, so that none is given up; public keys are
# asked for once in the life of a process, which here is the whole run; the provider's keys are used on where they
# cannot be read anew.
ON_TWINS = {
    "api:CheckTickets:kms:GetPublicKey": KEY_OF_TICKETS,
    "payments-worker:SignTickets:kms:GetPublicKey": KEY_OF_TICKETS,
    "api:ReadPaymentKeys:secretsmanager:GetSecretValue": KEYS_OF_PAYMENTS,
    "payments-worker:ReadPaymentKeys:secretsmanager:GetSecretValue": KEYS_OF_PAYMENTS,
    "payments-clock:ReadPaymentKeys:secretsmanager:GetSecretValue": KEYS_OF_PAYMENTS,
    "payments-reconcile:ReadPaymentKeys:secretsmanager:GetSecretValue": KEYS_OF_PAYMENTS,
    "subscriptions-worker:KeepRecords:dynamodb:DeleteItem": "tests/subscriptions/test_phone_journey.py",
}


@pytest.fixture(scope="module")
def hand(running_city: SecondCity) -> Iterator[ByHand]:
    # What is under way when a right is taken away would fail as well, and come back much later.
    quiet(running_city)
    with at_rest(running_city) as by_hand:
        yield by_hand
        by_hand.empty("parked-facts")
        take_back_all(by_hand)
    # It all runs again, and brings through the bus once more what was done by hand.
    quiet(running_city)
    assert [what for what, times in everything_heard(running_city).items() if times > 1] == []


def quiet(city: SecondCity) -> None:
    """All facts are on their way, and all that they ask for is done."""
    city.eventually(lambda: everything_is_sent(city), SOON)
    city.eventually(lambda: ByHand(city).is_quiet(*QUEUES), SOON)


def take_back_all(hand: ByHand) -> None:
    """No other test shall find these alerts on every page."""
    cursor, more = None, True
    while more:
        open_, cursor = Alerts(hand.tools()).open(cursor)
        more = cursor is not None
        for alert in open_:
            if alert.areas == (THERE,) and alert.state is State.ISSUED:
                cancelled(hand, alert)


def everything_heard(city: SecondCity) -> Counter[tuple[str, str]]:
    """How often each message reached people of these tests."""
    theirs = [one for one in city.inbox() if is_somebody_of_ours(one["to"][0])]
    return Counter((one["to"][0], one["subject"] + one["text"]) for one in theirs)


@pytest.mark.stack
@pytest.mark.parametrize("right", RIGHTS, ids=str)
def test_a_right_that_is_taken_away_fails_its_step_in_sight_and_loses_nothing(hand: ByHand, right: Right) -> None:
    step = right.step(hand)

    with without(hand.city, right.function, right.action, right.sid):
        assert not step.act()
        assert step.shown(), f"nobody sees it: {right.seen}"

    assert step.act()
    assert hand.city.eventually(step.done)


def granted() -> set[str]:
    """function:sid:action of every Allow in every policy file."""
    found = set()
    for file in (ROOT / ".chalice").glob("policy-*.json"):
        function = file.stem.removeprefix("policy-").replace("_", "-").replace("api-handler", "api")
        for one in json.loads(file.read_text("utf-8"))["Statement"]:
            if one["Effect"] == "Allow" and one["Sid"] not in ON_THE_TEMPLATE:
                found |= {f"{function}:{one['Sid']}:{action}" for action in one["Action"]}
    return found


def test_the_table_knows_every_right_that_is_granted_and_no_other() -> None:
    assert {str(right) for right in RIGHTS} | set(ON_TWINS) == granted()


@pytest.mark.parametrize("place", [*ON_THE_TEMPLATE.values(), *ON_TWINS.values()])
def test_what_the_embedded_cloud_does_not_enforce_has_a_test_elsewhere(place: str) -> None:
    file, _, name = place.partition("::")
    assert f"def {name}" in (ROOT / file).read_text("utf-8")
