"""Each test that asks for a stage runs for every stage; `live_stage` runs for those on AWS."""

from pathlib import Path

import pytest

from infra.build.paths import STAGES


@pytest.fixture(params=STAGES)
def stage(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[stage for stage in STAGES if stage != "local"])
def live_stage(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process reads them all: packaging and translating the template for a stage takes seconds, once in each."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("infra"))
