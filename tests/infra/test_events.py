"""Who hears of what: every hand-over is retried, ends in a dead-letter queue, and is let in by its source alone."""

import importlib
import json
from collections.abc import Iterator

import pytest

from chalicelib.core.events import Fact
from chalicelib.core.store import CLAIM_LIFE
from infra.steps import ROOT
from tests.infra.stacks import Tree, city, many, of_type, properties, statements, translated

QUARTER_OF_AN_HOUR = 900
SERVICE_RULES = ("IncidentsRule", "SubscriptionsRule", "PaymentsRule")


def rules(stage: str) -> dict[str, Tree]:
    """Schedules included, as the transform writes them."""
    return properties(translated(stage), "AWS::Events::Rule")


def targets(stage: str) -> list[tuple[str, Tree]]:
    return [(name, target) for name, rule in rules(stage).items() for target in rule["Targets"]]


def allows(stage: str, policy: str) -> Iterator[Tree]:
    return (one for _, one in statements(city(stage)["Resources"][policy]) if one["Effect"] == "Allow")


def test_every_rule_target_is_retried_and_ends_in_a_dead_letter_queue(stage: str) -> None:
    assert len(targets(stage)) >= 6
    for name, target in targets(stage):
        assert target["RetryPolicy"]["MaximumEventAgeInSeconds"], name
        assert target["RetryPolicy"]["MaximumRetryAttempts"], name
        assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": ["RuleDeadLetters", "Arn"]}}, name


def test_every_subscription_ends_in_a_dead_letter_queue_and_delivers_the_bare_event(stage: str) -> None:
    subscriptions = properties(translated(stage), "AWS::SNS::Subscription")
    assert set(subscriptions) == {"MailSubscription", "PhoneSubscription", "OutcomesSubscription"}
    for name, subscription in subscriptions.items():
        assert "deadLetterTargetArn" in subscription["RedrivePolicy"], name
        assert subscription["RawMessageDelivery"] is (name != "OutcomesSubscription"), name
        assert subscription.get("FilterPolicyScope", "MessageBody") == "MessageBody", name


@pytest.mark.parametrize(
    ("rule", "topic", "status"),
    [
        ("LiveAlertsRule", "AlertsTopic", "actual"),
        ("ExerciseAlertsRule", "ExercisesTopic", "exercise"),
    ],
)
def test_an_alert_reaches_its_topic_only_while_it_is_live_and_never_from_a_replay(
    stage: str, rule: str, topic: str, status: str
) -> None:
    told = city(stage)["Resources"][rule]["Properties"]
    assert told["EventPattern"]["detail"] == {"live": [True], "data": {"status": [status]}}
    assert told["EventPattern"]["replay-name"] == [{"exists": False}]
    (target,) = told["Targets"]
    assert target["Arn"] == {"Ref": topic}
    assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] == QUARTER_OF_AN_HOUR


def test_no_other_rule_reaches_a_topic(stage: str) -> None:
    reaching = {name for name, target in targets(stage) if "Topic" in json.dumps(target["Arn"])}
    assert reaching == {"LiveAlertsRule", "ExerciseAlertsRule"}


def test_nothing_of_the_city_subscribes_to_exercises(stage: str) -> None:
    topics = {one["TopicArn"]["Ref"] for one in properties(city(stage), "AWS::SNS::Subscription").values()}
    assert topics == {"AlertsTopic", "MailEventsTopic"}


def test_each_service_hears_the_facts_that_it_reacts_to_and_no_others() -> None:
    for rule in SERVICE_RULES:
        service = rule.removesuffix("Rule").lower()
        handled = importlib.import_module(f"chalicelib.{service}.workers").HANDLERS
        assert sorted(facts_of(rule)) == sorted(set(handled) & announced())


def test_the_rules_of_alerts_name_facts_that_are_announced() -> None:
    for rule in ("LiveAlertsRule", "ExerciseAlertsRule"):
        assert facts_of(rule) == {"AlertIssued", "AlertCancelled"}
        assert facts_of(rule) <= announced()


def facts_of(rule: str) -> set[str]:
    return set(rules("prod")[rule]["EventPattern"]["detail-type"])


def announced() -> set[str]:
    """The names of all facts of all services."""
    for file in (ROOT / "chalicelib").glob("*/events.py"):
        importlib.import_module(f"chalicelib.{file.parent.name}.events")
    return {fact.__name__ for fact in descendants(Fact)}


def descendants(kind: type) -> set[type]:
    below: list[type] = kind.__subclasses__()
    return {kind}.union(*map(descendants, below))


def test_topics_and_queues_are_encrypted_with_the_key_of_the_city(stage: str) -> None:
    stack = city(stage)
    for kind in ("AWS::SNS::Topic", "AWS::SQS::Queue"):
        for name, one in properties(stack, kind).items():
            assert one["KmsMasterKeyId"] == {"Fn::GetAtt": ["DataKey", "Arn"]}, name


def test_each_topic_takes_messages_from_one_service(stage: str) -> None:
    services = {
        "AlertsTopicPolicy": "events.amazonaws.com",
        "ExercisesTopicPolicy": "events.amazonaws.com",
        "MailEventsTopicPolicy": "ses.amazonaws.com",
        "OperatorsTopicPolicy": "cloudwatch.amazonaws.com",
    }
    assert set(of_type(city(stage), "AWS::SNS::TopicPolicy")) == set(services)
    for policy, service in services.items():
        (allow,) = allows(stage, policy)
        assert allow["Principal"] == {"Service": service}
        assert allow["Action"] == "sns:Publish"


def test_each_queue_takes_messages_from_named_sources_alone(stage: str) -> None:
    policies = of_type(city(stage), "AWS::SQS::QueuePolicy")
    assert len(policies) == 7
    for policy in policies:
        for allow in allows(stage, policy):
            assert allow["Action"] == "sqs:SendMessage"
            assert set(allow["Principal"]) == {"Service"}
            assert allow["Condition"]["ArnEquals"]["aws:SourceArn"], policy


@pytest.mark.parametrize("rule", SERVICE_RULES)
def test_a_queue_of_a_service_lets_its_rule_in(stage: str, rule: str) -> None:
    queue = rule.replace("Rule", "Queue")
    (target,) = city(stage)["Resources"][rule]["Properties"]["Targets"]
    (allow,) = allows(stage, f"{queue}Policy")
    assert target["Arn"] == allow["Resource"] == {"Fn::GetAtt": [queue, "Arn"]}
    assert allow["Condition"]["ArnEquals"]["aws:SourceArn"] == {"Fn::GetAtt": [rule, "Arn"]}


def test_a_subscription_may_write_to_its_queue_and_to_its_dead_letters(stage: str) -> None:
    for subscription in properties(city(stage), "AWS::SNS::Subscription").values():
        queue, dead = subscription["Endpoint"], subscription["RedrivePolicy"]["deadLetterTargetArn"]
        (allow,) = allows(stage, f"{queue['Fn::GetAtt'][0]}Policy")
        assert allow["Resource"] == [queue, dead]
        assert allow["Condition"]["ArnEquals"]["aws:SourceArn"] == subscription["TopicArn"]


def test_the_dead_letters_of_rules_let_every_rule_in(stage: str) -> None:
    (allow,) = allows(stage, "RuleDeadLettersPolicy")
    sources = json.dumps(allow["Condition"]["ArnEquals"]["aws:SourceArn"])
    for name, rule in rules(stage).items():
        assert f'["{name}", "Arn"]' in sources or f"rule/{rule['Name']}" in sources, name


def test_a_queue_hides_a_message_six_times_as_long_as_its_reader_may_take(stage: str) -> None:
    stack = city(stage)
    readers = list(queue_readers(stack))
    assert len(readers) == 7
    for queue, function in readers:
        assert stack["Resources"][queue]["Properties"]["VisibilityTimeout"] >= 6 * function["Timeout"], queue


def queue_readers(stack: Tree) -> Iterator[tuple[str, Tree]]:
    for function in properties(stack, "AWS::Serverless::Function").values():
        for event in function.get("Events", {}).values():
            if event["Type"] == "SQS":
                yield event["Properties"]["Queue"]["Fn::Sub"].removeprefix("${").removesuffix(".Arn}"), function


def test_a_message_is_tried_five_times_and_then_kept_for_two_weeks(stage: str) -> None:
    queues = properties(city(stage), "AWS::SQS::Queue")
    for name, queue in queues.items():
        assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600, name
        if "RedrivePolicy" in queue:
            assert queue["RedrivePolicy"]["maxReceiveCount"] >= 5, name
            assert queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0] in queues, name


def test_the_bus_is_archived_on_aws_only(stage: str) -> None:
    assert len(of_type(city(stage), "AWS::Events::Archive")) == (0 if stage == "local" else 1)


def test_claims_outlive_the_archive_of_the_bus_and_every_queue(live_stage: str) -> None:
    (archive,) = properties(city(live_stage), "AWS::Events::Archive").values()
    queues = properties(city(live_stage), "AWS::SQS::Queue").values()
    assert archive["RetentionDays"] < CLAIM_LIFE.days
    assert max(queue["MessageRetentionPeriod"] for queue in queues) < CLAIM_LIFE.total_seconds()


def test_what_becomes_of_an_e_mail_is_told_by_ses(stage: str) -> None:
    told = city(stage)["Resources"]["MailEvents"]["Properties"]["EventDestination"]
    assert {"SEND", "BOUNCE", "COMPLAINT", "REJECT", "DELIVERY"} <= set(told["MatchingEventTypes"])
    assert told["SnsDestination"] == {"TopicARN": {"Ref": "MailEventsTopic"}}
    assert many(told["Enabled"]) == [True]
