"""`make deploy` against a cloud that speaks AWS: what a dry run shows, and how what goes wrong is told."""

import os
import subprocess
import sys
from typing import Any

import pytest

from infra.build.__main__ import build
from infra.deploy import Release, deploy
from infra.local.clients import home
from infra.steps import ROOT
from tests.stack.second_city import SecondCity

pytestmark = pytest.mark.stack


def deployed(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as `make deploy` calls it."""
    program = [sys.executable, "-m", "infra.deploy", *arguments]
    env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")} | environment
    return subprocess.run(program, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def stack(city: SecondCity) -> dict[str, Any]:
    told: dict[str, Any] = city.client("cloudformation").describe_stacks(StackName="sewaka-local")["Stacks"][0]
    return told


def test_a_dry_run_shows_what_would_change_and_changes_nothing(
    running_city: SecondCity, capsys: pytest.CaptureFixture[str]
) -> None:
    before = stack(running_city)
    other = {**running_city.city.parameters, "MailDomain": "elsewhere.test"}

    assert deploy(home(running_city.city), Release(build("local"), other), dry_run=True) == {}
    assert "AWS::" in capsys.readouterr().out
    assert stack(running_city) == before


def test_a_refusal_by_the_cloud_is_one_line(running_city: SecondCity) -> None:
    # The embedded cloud does not know what only AWS has.
    refused = deployed("staging", "--dry-run", **running_city.city.environment)

    assert refused.returncode == 1
    assert refused.stderr.startswith("sewaka: AWS refuses: ")
    assert len(refused.stderr.strip().splitlines()) == 1


def test_the_same_release_again_changes_nothing(running_city: SecondCity) -> None:
    cloud, release = home(running_city.city), Release(build("local"), running_city.city.parameters)
    deploy(cloud, release)
    before = stack(running_city)

    assert deploy(cloud, release) == running_city.told
    assert stack(running_city) == before


@pytest.mark.parametrize(("stage", "said"), [("staging", "no AWS credentials"), ("elsewhere", "knows staging, prod")])
def test_what_is_missing_is_said_in_one_line(stage: str, said: str) -> None:
    nowhere = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/dev/null", "HOME": "/nonexistent"}
    refused = deployed(stage, **nowhere)

    assert refused.returncode == 1
    assert said in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
