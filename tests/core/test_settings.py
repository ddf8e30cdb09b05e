"""Settings are read once and name everything that is missing."""

from dataclasses import fields

import pytest

from chalicelib.core.settings import Settings, read_settings

WHOLE = {field.name.upper(): f"the {field.name}" for field in fields(Settings)}


def test_every_field_is_read_from_the_variable_of_its_name() -> None:
    found = read_settings({**WHOLE, "PATH": "/bin"})

    assert found.table == "the table"
    assert found.oidc_logout == "the oidc_logout"


def test_everything_that_is_missing_is_named_at_once() -> None:
    environment = {**WHOLE, "BUS": ""}
    del environment["TABLE"]

    with pytest.raises(RuntimeError, match="TABLE, BUS"):
        read_settings(environment)
