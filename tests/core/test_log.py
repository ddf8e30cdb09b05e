"""One line per state change, with the correlation that travels through everything."""

import json
from typing import Any

import pytest

from chalicelib.core.log import correlated, correlation, measure, note


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_note_is_one_line_of_json_with_its_ids(capsys: pytest.CaptureFixture[str]) -> None:
    with correlated("request-00001"):
        note("permit_approved", permit="1", version=2)

    (line,) = lines(capsys)
    assert line.items() >= {"event": "permit_approved", "correlation": "request-00001", "permit": "1"}.items()


def test_a_line_cannot_be_broken_from_inside(capsys: pytest.CaptureFixture[str]) -> None:
    note("permit_approved", permit='1\n{"event":"forged"}\u2028\x1b[2J')

    written = capsys.readouterr().out
    assert written.isascii()
    assert len(written.splitlines()) == 1


@pytest.mark.parametrize("id_", [None, "", "short", "with space 1", "x" * 65, "inj\nected-line", "<script>12"])
def test_a_missing_or_malformed_correlation_is_replaced(id_: str | None) -> None:
    with correlated(id_) as given:
        assert given == correlation()
        assert given != id_
        assert len(given) == 32


def test_correlations_nest_and_end() -> None:
    with correlated("request-00001"):
        with correlated("request-00002"):
            assert correlation() == "request-00002"
        assert correlation() == "request-00001"
    assert correlation() == ""


def test_a_metric_is_in_the_embedded_format(capsys: pytest.CaptureFixture[str]) -> None:
    measure("OldestUnsentSeconds", 12.5, "Seconds", service="spine", stage="local")

    (line,) = lines(capsys)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive == {
        "Namespace": "Sewaka",
        "Dimensions": [["service", "stage"]],
        "Metrics": [{"Name": "OldestUnsentSeconds", "Unit": "Seconds"}],
    }
    assert line.items() >= {"OldestUnsentSeconds": 12.5, "service": "spine", "stage": "local"}.items()
    assert isinstance(line["_aws"]["Timestamp"], int)
