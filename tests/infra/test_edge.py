"""The edge: files from the bucket, everything else from the API, nobody's page for anybody else."""

import pytest

from chalicelib.core.web.sessions import SESSION_COOKIE
from chalicelib.core.web.visit import EDGE
from tests.infra.stacks import INFRA, Tree, city, edge, findings, properties


@pytest.fixture
def door() -> Tree:
    found: Tree = edge("prod")["Resources"]["Door"]["Properties"]["DistributionConfig"]
    return found


def test_cfn_lint_finds_nothing_in_the_edge() -> None:
    assert findings((INFRA / "edge.yaml").read_text("utf-8"), "us-east-1") == ()


def test_files_come_from_the_bucket_and_everything_else_from_the_api(door: Tree) -> None:
    ways = {one["PathPattern"]: one["TargetOriginId"] for one in door["CacheBehaviors"]}
    assert ways == {"/": "api", "/static/*": "assets"}
    assert door["DefaultCacheBehavior"]["TargetOriginId"] == "api"


def test_the_edge_asks_the_bucket_and_the_stage_that_the_city_has(door: Tree) -> None:
    origins = {one["Id"]: one for one in door["Origins"]}
    bucket = city("prod")["Resources"]["AssetBucket"]["Properties"]["BucketName"]["Fn::Sub"]
    assert origins["assets"]["DomainName"]["Fn::Sub"].startswith(bucket + ".s3.")
    assert (
        origins["api"]["OriginPath"] == "/" + properties(city("prod"), "AWS::Serverless::Api")["RestAPI"]["StageName"]
    )


def test_nobody_reaches_the_city_without_tls(door: Tree) -> None:
    ways = [door["DefaultCacheBehavior"], *door["CacheBehaviors"]]
    assert {way["ViewerProtocolPolicy"] for way in ways} == {"redirect-to-https"}
    assert door["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"


def test_pages_live_as_long_as_they_say_themselves() -> None:
    cache = edge("prod")["Resources"]["PageCache"]["Properties"]["CachePolicyConfig"]
    assert (cache["DefaultTTL"], cache["MinTTL"]) == (0, 0)


def test_a_session_never_shares_its_pages() -> None:
    cache = edge("prod")["Resources"]["PageCache"]["Properties"]["CachePolicyConfig"]
    cookies = cache["ParametersInCacheKeyAndForwardedToOrigin"]["CookiesConfig"]
    assert cookies["CookieBehavior"] == "whitelist"
    assert SESSION_COOKIE in cookies["Cookies"]


def test_the_first_page_follows_each_readers_language(door: Tree) -> None:
    (first,) = [one for one in door["CacheBehaviors"] if one["PathPattern"] == "/"]
    assert first["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "Managed-CachingDisabled"


def test_security_headers_are_added_to_files_alone_so_that_none_is_doubled(door: Tree) -> None:
    with_headers = [one["PathPattern"] for one in door["CacheBehaviors"] if "ResponseHeadersPolicyId" in one]
    assert with_headers == ["/static/*"]
    assert "ResponseHeadersPolicyId" not in door["DefaultCacheBehavior"]


def test_the_bucket_is_asked_with_a_signature_and_the_api_with_a_secret(door: Tree) -> None:
    origins = {one["Id"]: one for one in door["Origins"]}
    assert origins["assets"]["OriginAccessControlId"] == {"Fn::GetAtt": ["AssetAccess", "Id"]}
    assert [one["HeaderName"] for one in origins["api"]["OriginCustomHeaders"]] == [EDGE]


def test_the_firewall_limits_writing_closely_and_reading_far_above_a_neighbourhood() -> None:
    rules = {one["Name"]: one for one in edge("prod")["Resources"]["Firewall"]["Properties"]["Rules"]}
    limits = {
        name: rule["Statement"]["RateBasedStatement"]["Limit"] for name, rule in rules.items() if "per-address" in name
    }
    assert limits["writes-per-address"] <= 1_000 < 10_000 <= limits["requests-per-address"]
    managed = {
        rule["Statement"]["ManagedRuleGroupStatement"]["Name"] for rule in rules.values() if "OverrideAction" in rule
    }
    assert {"AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"} <= managed


def test_an_error_page_of_our_own_stands_in_when_nobody_answers(door: Tree) -> None:
    pages = {one["ErrorCode"]: one.get("ResponsePagePath") for one in door["CustomErrorResponses"]}
    assert {pages[code] for code in (502, 504)} == {"/static/unavailable.html"}
    assert pages[404] is None, "the portal's own 404 page stays"
    assert pages[503] is None, "the portal says it with the form that was typed"


def test_the_page_that_stands_in_speaks_both_languages_and_needs_nothing_else() -> None:
    page = (INFRA / "unavailable.html").read_text("utf-8")
    assert '<html lang="id">' in page
    assert '<div lang="en">' in page
    assert "http" not in page
    assert page.count('href="tel:112"') == 2
