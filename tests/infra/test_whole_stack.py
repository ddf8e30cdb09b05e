"""The stack as a whole: clean, small enough, named for its stage, closed to other origins."""

import json
from dataclasses import fields

from chalicelib.core.settings import Settings
from chalicelib.core.web.visit import EDGE
from infra.build.template import load
from infra.deploy import parameters
from tests.infra.intrinsics import decided
from tests.infra.stacks import INFRA, city, edge, findings, of_type, packaged, properties, template, translated

NAMES: tuple[str, ...] = (
    "TableName",
    "BucketName",
    "QueueName",
    "TopicName",
    "FunctionName",
    "AlarmName",
    "LogGroupName",
    "AliasName",
)
NAMES += ("UserPoolName", "Domain", "ArchiveName")
KEPT = ("AWS::DynamoDB::Table", "AWS::KMS::Key", "AWS::Cognito::UserPool")


def test_cfn_lint_finds_nothing_in_any_stage(stage: str) -> None:
    # Chalice marks the stage on each function; without that mark the stages are mostly one text.
    assert findings(packaged(stage).replace(f":stage={stage}:", ":"), "ap-southeast-3") == ()


def test_the_stack_stays_under_500_resources(stage: str) -> None:
    assert len(translated(stage)["Resources"]) < 500


def test_the_api_ships_its_root_and_one_catch_all_alone(stage: str) -> None:
    (api,) = properties(city(stage), "AWS::Serverless::Api").values()
    assert set(api["DefinitionBody"]["paths"]) == {"/", "/{proxy+}"}
    assert api["BinaryMediaTypes"] == ["*/*"]
    assert api["EndpointConfiguration"] == "REGIONAL"


def test_every_name_carries_the_stage(stage: str) -> None:
    named = [
        (name, json.dumps(resource["Properties"][key]))
        for name, resource in city(stage)["Resources"].items()
        for key in NAMES
        if resource["Type"] != "AWS::Lambda::Permission" and key in resource.get("Properties", {})
    ]
    assert len(named) > 40
    assert [name for name, value in named if stage not in value and "DirectPublishToPhoneNumber" not in value] == []


def test_every_function_gets_the_same_settings_and_no_other(stage: str) -> None:
    wanted = {field.name.upper() for field in fields(Settings)}
    for function in properties(city(stage), "AWS::Serverless::Function").values():
        assert set(function["Environment"]["Variables"]) == wanted


def test_no_setting_names_an_endpoint_of_the_embedded_cloud(live_stage: str) -> None:
    assert "127.0.0.1" not in json.dumps(city(live_stage)["Resources"]).replace("http://127.0.0.1:8000", "")


def test_no_other_origin_is_let_in(stage: str) -> None:
    for stack in (city(stage), edge("prod")):
        text = json.dumps(stack).lower()
        assert "cors" not in text
        assert "access-control-allow" not in text


def test_what_the_city_keeps_outlives_its_stack(stage: str) -> None:
    stack = city(stage)
    kept = [one for kind in KEPT for one in of_type(stack, kind).values()]
    kept += [stack["Resources"][bucket] for bucket in ("ArchiveBucket", "FilesBucket")]
    assert len(kept) == 8
    assert {one["DeletionPolicy"] for one in kept} == {"RetainExceptOnCreate"}
    assert {one["UpdateReplacePolicy"] for one in kept} == {"Retain"}


def test_no_template_and_no_parameter_holds_a_secret() -> None:
    for whole in (template("prod"), load(INFRA / "edge.yaml")):
        assert not [name for name, one in whole["Parameters"].items() if "NoEcho" in one]
        assert "{{resolve:secretsmanager:" in json.dumps(whole)


def test_who_goes_around_the_edge_is_turned_away(live_stage: str) -> None:
    assert "ApiFirewall" not in city(live_stage)["Resources"]
    guarded = decided(template(live_stage), {"Stage": live_stage, "EdgeSecretName": "edge"})["Resources"]
    firewall = guarded["ApiFirewall"]["Properties"]
    assert firewall["DefaultAction"] == {"Block": {}}
    (rule,) = firewall["Rules"]
    assert rule["Statement"]["ByteMatchStatement"]["FieldToMatch"] == {"SingleHeader": {"Name": EDGE}}
    assert guarded["ApiFirewallOnApi"]["Properties"]["WebACLArn"] == {"Fn::GetAtt": ["ApiFirewall", "Arn"]}


def test_no_stage_on_aws_leaves_the_api_open_beside_the_edge(live_stage: str) -> None:
    given = parameters(live_stage)
    assert given["EdgeSecretName"]
    assert "ApiFirewallOnApi" in decided(template(live_stage), given)["Resources"]
    assert set(given) <= set(template(live_stage)["Parameters"])
