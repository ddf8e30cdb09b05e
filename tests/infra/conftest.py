"""Each test that asks for a stage runs for every stage; `live_stage` runs for those on AWS."""

import pytest

from infra.build.paths import STAGES


@pytest.fixture(params=STAGES)
def stage(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[stage for stage in STAGES if stage != "local"])
def live_stage(request: pytest.FixtureRequest) -> str:
    return str(request.param)
