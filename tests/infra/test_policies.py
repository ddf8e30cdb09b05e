"""What each function may do: nothing that another one does, nothing by `*` without a reason, and nobody opens the vault
but those who send."""

import json
from fnmatch import fnmatchcase

import pytest

from infra.build.template import load
from infra.steps import ROOT
from tests.infra.stacks import INFRA, Tree, city, many, of_type, statements

ROLES = {
    "api_handler": "ApiHandlerRole",
    "relay": "RelayRole",
    "sweeper": "SweeperRole",
    "incidents_worker": "IncidentsWorkerRole",
    "subscriptions_worker": "SubscriptionsWorkerRole",
    "subscriptions_clock": "SubscriptionsClockRole",
    "alerts_mail": "AlertsMailRole",
    "alerts_phone": "AlertsPhoneRole",
    "subscriptions_outcomes": "SubscriptionsOutcomesRole",
    "alerts_clock": "AlertsClockRole",
    "payments_worker": "PaymentsWorkerRole",
    "payments_receipts": "PaymentsReceiptsRole",
    "payments_clock": "PaymentsClockRole",
    "payments_reconcile": "PaymentsReconcileRole",
}
SENDERS = {"incidents_worker", "subscriptions_worker", "alerts_mail", "payments_worker"}


def policy(stage: str, function: str) -> list[Tree]:
    return [one for _, one in statements(city(stage)["Resources"][ROLES[function]]["Properties"]["Policies"])]


def may(stage: str, function: str, action: str) -> list[Tree]:
    """The statements that allow an action, of which a denied one may still be none."""
    return [
        one
        for one in policy(stage, function)
        if one["Effect"] == "Allow" and any(fnmatchcase(action, pattern) for pattern in many(one["Action"]))
    ]


def holders(stage: str, action: str) -> set[str]:
    return {function for function in ROLES if may(stage, function, action)}


def on(stage: str, function: str, action: str) -> list[object]:
    return [resource for one in may(stage, function, action) for resource in many(one["Resource"])]


def test_each_function_has_a_role_and_a_policy_file_of_its_own(stage: str) -> None:
    assert {path.stem.removeprefix("policy-") for path in (ROOT / ".chalice").glob("policy-*.json")} == set(ROLES)
    roles = {
        one["Properties"]["Role"]["Fn::GetAtt"][0] for one in of_type(city(stage), "AWS::Serverless::Function").values()
    }
    assert roles == set(ROLES.values())


def test_every_star_has_a_reason_and_every_reason_a_star() -> None:
    starred = set()
    for stage in ("local", "prod"):
        for place, one in statements(city(stage)["Resources"]):
            if "*" in json.dumps([one.get(key) for key in ("Action", "Resource", "Principal", "NotResource")]):
                assert one.get("Sid"), f"{place} says * without a Sid"
                starred.add(one["Sid"])
    reasons = load(INFRA / "policy-reasons.yaml")
    assert starred == set(reasons)
    assert all(len(reason) > 20 for reason in reasons.values())


def test_no_function_may_do_everything_of_a_service(stage: str) -> None:
    for function in ROLES:
        actions = [action for one in policy(stage, function) for action in many(one["Action"])]
        assert not [action for action in actions if "*" in action], function


@pytest.mark.parametrize(
    "action", ["dynamodb:Scan", "sns:ListSubscriptions", "sns:ListSubscriptionsByTopic", "iam:PassRole"]
)
def test_nobody_may(stage: str, action: str) -> None:
    assert holders(stage, action) == set()


def test_the_api_seals_people_and_can_never_open_them(stage: str) -> None:
    assert on(stage, "api_handler", "kms:GenerateDataKey") == [{"Fn::GetAtt": ["VaultKey", "Arn"]}]
    assert may(stage, "api_handler", "kms:Decrypt") == []


def test_only_those_who_are_told_of_people_seal_and_only_those_who_sign_or_find_make_macs(stage: str) -> None:
    # Whoever settles a payment hears the payer's address from the provider.
    settling = {"api_handler", "payments_clock", "payments_reconcile"}
    assert holders(stage, "kms:GenerateDataKey") == settling
    assert holders(stage, "kms:GenerateMac") == settling | {"subscriptions_worker", "alerts_mail", "payments_worker"}


def test_only_those_who_call_the_provider_read_its_keys(stage: str) -> None:
    readers = {"api_handler", "payments_worker", "payments_clock", "payments_reconcile"}
    assert holders(stage, "secretsmanager:GetSecretValue") == readers
    for function in readers:
        (place,) = on(stage, function, "secretsmanager:GetSecretValue")
        assert isinstance(place, dict)
        assert place["Fn::Sub"].endswith(f":secret:sewaka-{stage}-payments-??????")


def test_one_function_signs_tickets_with_the_key_of_tickets(stage: str) -> None:
    assert holders(stage, "kms:Sign") == {"payments_worker"}
    assert on(stage, "payments_worker", "kms:Sign") == [{"Fn::GetAtt": ["VoucherKey", "Arn"]}]
    assert on(stage, "api_handler", "kms:GetPublicKey") == [{"Fn::GetAtt": ["VoucherKey", "Arn"]}]


def test_one_function_keeps_the_topics_of_phones_and_its_clock_lets_go(stage: str) -> None:
    for action in ("sns:CreateTopic", "sns:Subscribe"):
        assert holders(stage, action) == {"subscriptions_worker"}
    assert holders(stage, "sns:Unsubscribe") == {"subscriptions_worker", "subscriptions_clock"}


def test_the_clock_of_subscriptions_changes_records_and_makes_none(stage: str) -> None:
    assert may(stage, "subscriptions_clock", "dynamodb:UpdateItem")
    for action in ("dynamodb:PutItem", "dynamodb:DeleteItem"):
        assert not may(stage, "subscriptions_clock", action)


def test_only_functions_that_send_open_the_vault(stage: str) -> None:
    assert holders(stage, "kms:Decrypt") == SENDERS
    for function in SENDERS:
        assert on(stage, function, "kms:Decrypt") == [{"Fn::GetAtt": ["VaultKey", "Arn"]}]


def test_only_functions_that_send_send_mail_and_from_the_city_alone(live_stage: str) -> None:
    assert holders(live_stage, "ses:SendRawEmail") == SENDERS
    for function in SENDERS:
        (one,) = may(live_stage, function, "ses:SendRawEmail")
        assert len(one["Resource"]) == 2
        assert one["Condition"] == {"StringEquals": {"ses:FromAddress": "sewaka@denpasar.test"}}


def test_functions_that_text_single_phones_publish_to_no_topic(stage: str) -> None:
    texting = {function for function in ROLES if "*" in on(stage, function, "sns:Publish")}
    assert texting == {"subscriptions_worker", "incidents_worker"}
    for function in texting:
        (deny,) = [one for one in policy(stage, function) if one["Effect"] == "Deny"]
        assert deny["Action"] == ["sns:Publish"]


def test_one_function_publishes_to_place_topics_and_none_to_the_topic_of_alerts(stage: str) -> None:
    (topics,) = on(stage, "alerts_phone", "sns:Publish")
    assert isinstance(topics, dict)
    assert topics["Fn::Sub"].endswith(f":sewaka-{stage}-phone-*")
    assert holders(stage, "sns:Publish") == {"alerts_phone", "subscriptions_worker", "incidents_worker"}


def test_only_the_spine_speaks_to_the_bus_and_to_the_archive(stage: str) -> None:
    assert holders(stage, "events:PutEvents") == {"relay", "sweeper"}
    assert holders(stage, "s3:PutObject") == {"relay", "sweeper", "payments_worker"}
    assert on(stage, "payments_worker", "s3:PutObject") == [{"Fn::Sub": "${FilesBucket.Arn}/*"}]


def test_the_spine_speaks_to_the_bus_in_the_name_of_the_city_alone(live_stage: str) -> None:
    for function in ("relay", "sweeper"):
        (one,) = may(live_stage, function, "events:PutEvents")
        assert one["Resource"] == {"Fn::GetAtt": ["Bus", "Arn"]}
        assert one["Condition"] == {"StringLike": {"events:source": "city.*"}}


def test_the_spine_marks_facts_as_sent_and_reads_no_records(stage: str) -> None:
    for function in ("relay", "sweeper"):
        assert not may(stage, function, "dynamodb:PutItem")
        assert not may(stage, function, "dynamodb:GetItem")
        assert may(stage, function, "dynamodb:UpdateItem")


def test_only_the_sweeper_reads_the_index_of_unsent_facts(stage: str) -> None:
    readers = {
        function
        for function in ROLES
        if any("index/unsent" in str(one) for one in on(stage, function, "dynamodb:Query"))
    }
    assert readers == {"sweeper"}


def test_each_worker_reads_its_own_queue_alone(stage: str) -> None:
    read = {function: on(stage, function, "sqs:ReceiveMessage") for function in holders(stage, "sqs:ReceiveMessage")}
    assert read == {
        "incidents_worker": [{"Fn::GetAtt": ["IncidentsQueue", "Arn"]}],
        "subscriptions_worker": [{"Fn::GetAtt": ["SubscriptionsQueue", "Arn"]}],
        "alerts_mail": [{"Fn::GetAtt": ["MailQueue", "Arn"]}],
        "alerts_phone": [{"Fn::GetAtt": ["PhoneQueue", "Arn"]}],
        "subscriptions_outcomes": [{"Fn::GetAtt": ["OutcomesQueue", "Arn"]}],
        "payments_worker": [{"Fn::GetAtt": ["PaymentsQueue", "Arn"]}],
        "payments_receipts": [{"Fn::GetAtt": ["ReceiptsQueue", "Arn"]}],
    }
    for function, queue in read.items():
        for action in ("sqs:DeleteMessage", "sqs:GetQueueAttributes"):
            assert on(stage, function, action) == queue


def test_the_relay_may_read_the_stream_that_feeds_it(stage: str) -> None:
    for action in ("dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"):
        assert on(stage, "relay", action) == [{"Fn::GetAtt": ["Table", "StreamArn"]}]
    assert on(stage, "relay", "sqs:SendMessage") == [
        {"Fn::GetAtt": ["ParkedFacts", "Arn"]},
        {"Fn::GetAtt": ["StreamDeadLetters", "Arn"]},
    ]


def test_each_function_writes_only_its_own_logs(stage: str) -> None:
    for function in ROLES:
        (place,) = on(stage, function, "logs:PutLogEvents")
        name = "api" if function == "api_handler" else function.replace("_", "-")
        assert isinstance(place, dict)
        assert place["Fn::Sub"].endswith(f":log-group:/aws/lambda/sewaka-{stage}-{name}:*")
