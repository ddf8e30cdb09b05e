"""What wakes somebody: every dead letter, every silence, every alert that is late."""

import json
import re

import pytest

from infra.steps import ROOT
from tests.infra.stacks import Tree, city, many, properties


def alarms(stage: str) -> dict[str, Tree]:
    return properties(city(stage), "AWS::CloudWatch::Alarm")


def alarm(stage: str, name: str) -> Tree:
    (found,) = [one for one in alarms(stage).values() if one["AlarmName"] == f"sewaka-{stage}-{name}"]
    return found


def test_every_alarm_tells_the_operators_and_says_what_it_means(stage: str) -> None:
    assert len(alarms(stage)) >= 25
    for name, one in alarms(stage).items():
        assert one["AlarmActions"] == one["OKActions"] == [{"Ref": "OperatorsTopic"}], name
        assert len(one["AlarmDescription"]) > 20, name
        assert one["TreatMissingData"] in ("breaching", "notBreaching"), name


def test_a_single_dead_letter_is_an_alarm_wherever_it_lies(stage: str) -> None:
    stack = city(stage)
    redriven = {name for name in properties(stack, "AWS::SQS::Queue") if "DeadLetters" in name or name == "ParkedFacts"}
    watched = [one for one in alarms(stage).values() if one["MetricName"] == "ApproximateNumberOfMessagesVisible"]
    assert {one["Dimensions"][0]["Value"]["Fn::GetAtt"][0] for one in watched} == redriven
    assert {one["Threshold"] for one in watched} == {0}


@pytest.mark.parametrize(
    ("name", "metric", "threshold"),
    [
        ("unsent-facts", "OldestUnsentSeconds", 120),
        ("unknown-deliveries", "UnknownDeliveries", 0),
        ("sweeper-silent", "Invocations", 1),
        ("alerts-clock-silent", "Invocations", 1),
        ("subscriptions-clock-silent", "Invocations", 1),
        ("payments-clock-silent", "Invocations", 1),
        ("payments-reconcile-silent", "Reconciled", 1),
    ],
)
def test_silence_is_an_alarm_where_a_silent_part_would_look_healthy(
    stage: str, name: str, metric: str, threshold: int
) -> None:
    one = alarm(stage, name)
    assert (one["MetricName"], one["Threshold"]) == (metric, threshold)
    assert one["TreatMissingData"] == "breaching"


@pytest.mark.parametrize("name", ["mail-age", "phone-age", "subscriptions-age"])
def test_an_alert_that_waits_half_a_minute_in_a_queue_is_an_alarm(stage: str, name: str) -> None:
    assert alarm(stage, name)["Threshold"] == 30


@pytest.mark.parametrize("name", ["payments-age", "receipts-age"])
def test_whoever_paid_and_waits_five_minutes_for_what_is_theirs_is_an_alarm(stage: str, name: str) -> None:
    assert (alarm(stage, name)["MetricName"], alarm(stage, name)["Threshold"]) == ("ApproximateAgeOfOldestMessage", 300)


@pytest.mark.parametrize(
    ("name", "metric"),
    [
        ("charges-unanswered", "ChargesUnanswered"),
        ("refunds-failed", "RefundsFailed"),
        ("payments-differences", "DifferencesFound"),
    ],
)
def test_one_of_what_finance_must_look_at_is_an_alarm(stage: str, name: str, metric: str) -> None:
    assert (alarm(stage, name)["MetricName"], alarm(stage, name)["Threshold"]) == (metric, 0)


def test_places_that_stay_taken_for_a_quarter_of_an_hour_are_an_alarm(stage: str) -> None:
    assert alarm(stage, "holds-overdue")["Threshold"] == 900


def test_a_relay_a_minute_behind_is_an_alarm(stage: str) -> None:
    assert alarm(stage, "stream-age")["Threshold"] == 60_000


def test_failing_and_slow_pages_are_alarms(stage: str) -> None:
    assert alarm(stage, "api-failures")["Threshold"] == 0.005
    assert alarm(stage, "api-latency")["ExtendedStatistic"] == "p99"


def test_the_errors_of_every_function_are_an_alarm(stage: str) -> None:
    functions = properties(city(stage), "AWS::Serverless::Function").values()
    watched = json.dumps([one["Dimensions"] for one in alarms(stage).values() if one["MetricName"] == "Errors"])
    assert [one["FunctionName"] for one in functions if f'"{one["FunctionName"]}"' not in watched] == []


def test_bounces_and_complaints_are_alarms_before_ses_stops_the_city(stage: str) -> None:
    assert alarm(stage, "mail-bounces")["Threshold"] == 0.02
    assert alarm(stage, "mail-complaints")["Threshold"] == 0.0005


def test_our_own_figures_carry_the_service_and_the_stage(stage: str) -> None:
    for one in alarms(stage).values():
        if one["Namespace"] == "Sewaka":
            named = {dimension["Name"]: dimension["Value"] for dimension in many(one["Dimensions"])}
            assert set(named) == {"service", "stage"}
            assert named["stage"] == stage


def test_some_function_measures_each_figure_of_our_own_under_that_service() -> None:
    source = "\n".join(path.read_text("utf-8") for path in (ROOT / "chalicelib").rglob("*.py"))
    measured = set(re.findall(r'measure\("(\w+)",[^)]*service="(\w+)", stage=', source))
    for one in alarms("prod").values():
        if one["Namespace"] == "Sewaka":
            assert (one["MetricName"], one["Dimensions"][0]["Value"]) in measured


def test_spending_on_text_messages_is_an_alarm_before_sns_stops_them(stage: str) -> None:
    assert alarm(stage, "sms-spend")["MetricName"] == "SMSMonthToDateSpentUSD"
