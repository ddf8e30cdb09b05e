"""Who works here: a second factor, no self-registration, no way to move oneself to another office."""

from tests.infra.stacks import city, properties


def test_staff_need_a_second_factor_outside_the_demo(live_stage: str) -> None:
    pool = city(live_stage)["Resources"]["UserPool"]["Properties"]
    assert pool["MfaConfiguration"] == "ON"
    assert pool["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]


def test_the_demo_asks_for_no_second_factor_because_its_login_page_cannot() -> None:
    pool = city("local")["Resources"]["UserPool"]["Properties"]
    assert pool["MfaConfiguration"] == "OFF"
    assert "EnabledMfas" not in pool


def test_nobody_registers_as_staff(stage: str) -> None:
    pool = city(stage)["Resources"]["UserPool"]["Properties"]
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert pool["AccountRecoverySetting"]["RecoveryMechanisms"] == [{"Name": "admin_only", "Priority": 1}]


def test_passwords_are_long(stage: str) -> None:
    policy = city(stage)["Resources"]["UserPool"]["Properties"]["Policies"]["PasswordPolicy"]
    assert policy["MinimumLength"] >= 12
    assert policy["TemporaryPasswordValidityDays"] <= 3


def test_the_real_city_defends_stolen_passwords_and_its_pool() -> None:
    pool = city("prod")["Resources"]["UserPool"]["Properties"]
    assert pool["UserPoolAddOns"] == {"AdvancedSecurityMode": "ENFORCED"}
    assert pool["UserPoolTier"] == "PLUS"
    assert pool["DeletionProtection"] == "ACTIVE"


def test_each_role_is_a_group(stage: str) -> None:
    groups = {group["GroupName"] for group in properties(city(stage), "AWS::Cognito::UserPoolGroup").values()}
    assert groups == {"operator_ddcm", "supervisor_112", "admin_opd", "field_unit", "auditor"}


def test_the_portal_logs_in_by_code_flow_and_keeps_no_secret(stage: str) -> None:
    client = city(stage)["Resources"]["UserPoolClient"]["Properties"]
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["GenerateSecret"] is False
    assert client["SupportedIdentityProviders"] == ["COGNITO"]
    assert client["PreventUserExistenceErrors"] == "ENABLED"
    assert not [flow for flow in client["ExplicitAuthFlows"] if "PASSWORD" in flow or "SRP" in flow]


def test_the_login_returns_to_the_city_alone(stage: str) -> None:
    client = city(stage)["Resources"]["UserPoolClient"]["Properties"]
    assert client["CallbackURLs"] == ["http://127.0.0.1:8000/login/callback"]
    assert all(url.startswith("http://127.0.0.1:8000/") for url in client["LogoutURLs"])


def test_officers_cannot_write_their_own_office_or_village(stage: str) -> None:
    client = city(stage)["Resources"]["UserPoolClient"]["Properties"]
    assert {"custom:office", "custom:village"} <= set(client["ReadAttributes"])
    assert not [name for name in client["WriteAttributes"] if name.startswith("custom:")]
