"""The functions: enough memory, short timeouts, sources that lose nothing, logs that expire."""

import json

import pytest

from tests.infra.stacks import Tree, city, edge, of_type, properties, translated

QUEUES = {
    "IncidentsWorker": "IncidentsQueue",
    "SubscriptionsWorker": "SubscriptionsQueue",
    "AlertsMail": "MailQueue",
    "AlertsPhone": "PhoneQueue",
    "SubscriptionsOutcomes": "OutcomesQueue",
    "PaymentsWorker": "PaymentsQueue",
    "PaymentsReceipts": "ReceiptsQueue",
}
SCHEDULED = ("Sweeper", "AlertsClock", "SubscriptionsClock", "PaymentsClock")
# Two thousand tickets, each signed by itself, take longer than a minute.
# A first run of a day asks the provider for eight days; it is over before the next one starts.
LONGEST = {"PaymentsWorker": 120, "PaymentsReconcile": 840}
EVERYBODY = {"APIHandler", "Relay", "PaymentsReconcile", *SCHEDULED, *QUEUES}


def function(stage: str, name: str) -> Tree:
    found: Tree = city(stage)["Resources"][name]["Properties"]
    return found


def source(stage: str, name: str) -> Tree:
    (event,) = function(stage, name)["Events"].values()
    found: Tree = event["Properties"]
    return found


def test_the_stack_has_the_functions_of_the_spine_and_of_the_services(stage: str) -> None:
    assert set(of_type(city(stage), "AWS::Serverless::Function")) == EVERYBODY


def test_memory_and_timeouts_are_chosen_and_not_left_to_chance(stage: str) -> None:
    for name in EVERYBODY:
        assert function(stage, name)["MemorySize"] >= 256, name
        assert 1 <= function(stage, name)["Timeout"] <= LONGEST.get(name, 60), name


def test_a_page_gives_up_before_the_edge_does(stage: str) -> None:
    (door,) = properties(edge("prod"), "AWS::CloudFront::Distribution").values()
    patience = door["DistributionConfig"]["Origins"][0]["CustomOriginConfig"]["OriginReadTimeout"]
    assert function(stage, "APIHandler")["Timeout"] < patience <= 29


def test_nothing_is_traced_by_a_library(stage: str) -> None:
    for name in EVERYBODY:
        assert function(stage, name)["Tracing"] in ("PassThrough", "Active")


@pytest.mark.parametrize("name", QUEUES)
def test_a_queue_reader_reports_each_message_that_failed(stage: str, name: str) -> None:
    told = source(stage, name)
    assert told["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert told["Queue"] == {"Fn::Sub": "${" + QUEUES[name] + ".Arn}"}


@pytest.mark.parametrize("name", QUEUES)
def test_a_queue_reader_has_room_for_all_that_its_queue_starts(stage: str, name: str) -> None:
    most = source(stage, name)["ScalingConfig"]["MaximumConcurrency"]
    assert 2 <= most <= function(stage, name)["ReservedConcurrentExecutions"]


def test_one_page_of_people_is_all_that_one_call_sends(stage: str) -> None:
    # Ten pages of fifty do not fit the minute, and a call that is cut off leaves its last send unknown for ever.
    assert source(stage, "AlertsMail")["BatchSize"] == 1


def test_every_function_has_room_of_its_own_and_leaves_some_to_others(stage: str) -> None:
    kept = [function(stage, name)["ReservedConcurrentExecutions"] for name in EVERYBODY]
    assert min(kept) >= 1
    assert sum(kept) <= 900


def test_the_relay_reads_facts_that_are_unsent_and_nothing_else(stage: str) -> None:
    (one,) = source(stage, "Relay")["FilterCriteria"]["Filters"]
    assert json.loads(one["Pattern"]) == {
        "eventName": ["INSERT", "MODIFY"],
        "dynamodb": {"NewImage": {"unsent": {"S": [{"exists": True}]}}},
    }


def test_the_relay_gives_up_a_part_of_the_stream_after_an_hour_and_says_where(stage: str) -> None:
    told = source(stage, "Relay")
    assert told["Stream"] == {"Fn::GetAtt": ["Table", "StreamArn"]}
    assert told["StartingPosition"] == "TRIM_HORIZON"
    assert told["BisectBatchOnFunctionError"] is True
    assert 0 < told["MaximumRetryAttempts"] <= 100
    assert told["MaximumRecordAgeInSeconds"] == 3600
    assert told["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["StreamDeadLetters", "Arn"]}
    # Partial failures of a stream pass for success in the embedded cloud: the relay raises instead.
    assert "FunctionResponseTypes" not in told


@pytest.mark.parametrize("name", SCHEDULED)
def test_a_clock_ticks_each_minute_one_at_a_time_and_never_late(stage: str, name: str) -> None:
    assert source(stage, name)["Schedule"] == "rate(1 minute)"
    assert function(stage, name)["ReservedConcurrentExecutions"] == 1
    assert function(stage, name)["EventInvokeConfig"]["MaximumRetryAttempts"] == 0
    assert source(stage, name)["RetryPolicy"]["MaximumEventAgeInSeconds"] == 60


def test_the_reconciliation_runs_each_quarter_of_an_hour_one_at_a_time(stage: str) -> None:
    assert source(stage, "PaymentsReconcile")["Schedule"] == "rate(15 minutes)"
    assert function(stage, "PaymentsReconcile")["ReservedConcurrentExecutions"] == 1
    assert function(stage, "PaymentsReconcile")["EventInvokeConfig"]["MaximumRetryAttempts"] == 0


def test_the_transform_connects_each_source_to_its_function(stage: str) -> None:
    mappings = properties(translated(stage), "AWS::Lambda::EventSourceMapping").values()
    assert {one["FunctionName"]["Ref"] for one in mappings} == {"Relay", *QUEUES}


def test_the_api_and_the_clocks_may_call_their_functions_and_nobody_else_may(stage: str) -> None:
    permissions = properties(translated(stage), "AWS::Lambda::Permission").values()
    callers = {(json.dumps(one["FunctionName"]), one["Principal"]) for one in permissions}
    assert {name for name in EVERYBODY if any(f'"{name}"' in target for target, _ in callers)} == {
        "APIHandler",
        "PaymentsReconcile",
        *SCHEDULED,
    }
    assert {principal for _, principal in callers} == {"apigateway.amazonaws.com", "events.amazonaws.com"}
    assert all(one["Action"] == "lambda:InvokeFunction" and one["SourceArn"] for one in permissions)


def test_each_function_logs_into_a_group_of_its_own_that_expires(stage: str) -> None:
    groups = {str(one["LogGroupName"]): one for one in properties(city(stage), "AWS::Logs::LogGroup").values()}
    for name in EVERYBODY:
        group = groups[f"/aws/lambda/{function(stage, name)['FunctionName']}"]
        assert group["RetentionInDays"] == {"local": 7, "staging": 30, "prod": 90}[stage]


def test_the_access_log_tells_neither_who_nor_where(stage: str) -> None:
    (api,) = properties(city(stage), "AWS::Serverless::Api").values()
    line = json.loads(api["AccessLogSetting"]["Format"])
    assert not [value for value in line.values() if "identity" in value or "path" in value.lower()]


def test_the_api_throttles_and_logs_no_bodies(stage: str) -> None:
    (api,) = properties(city(stage), "AWS::Serverless::Api").values()
    (every,) = api["MethodSettings"]
    assert (every["HttpMethod"], every["ResourcePath"]) == ("*", "/*")
    assert every["ThrottlingRateLimit"] > 0
    assert every["ThrottlingBurstLimit"] > 0
    assert every["DataTraceEnabled"] is False


def test_whoever_is_throttled_is_told_when_to_come_back(stage: str) -> None:
    (api,) = properties(city(stage), "AWS::Serverless::Api").values()
    busy = api["GatewayResponses"]["THROTTLED"]
    assert busy["StatusCode"] == 429
    assert busy["ResponseParameters"]["Headers"]["Retry-After"] == "'5'"
    assert "Coba lagi" in busy["ResponseTemplates"]["text/html"]
    assert "Try again" in busy["ResponseTemplates"]["text/html"]
