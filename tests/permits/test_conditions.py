"""How conditions are read and when they hold."""

import pytest

from chalicelib.permits.model.conditions import BadCondition, condition, holds


@pytest.mark.parametrize(
    ("text", "answers", "expected"),
    [
        ("", {}, True),
        ("a in {x}", {"a": "x"}, True),
        ("a in {x}", {"a": "y"}, False),
        ("a in {x}", {}, False),
        ("a in {x, y}", {"a": "y"}, True),
        ("a in {x} and b in {y}", {"a": "x"}, False),
        ("a in {x} and b in {y}", {"a": "x", "b": "y"}, True),
        ("a in {x} or b in {y}", {"b": "y"}, True),
        ("a in {x} and b in {y} or c in {z}", {"c": "z"}, True),
        ("a in {x} and b in {y} or c in {z}", {"a": "x"}, False),
        ("a in {x, z}", {"a": ("y", "z")}, True),
        ("a in {x}", {"a": ()}, False),
        ("a in {x}", {"a": 7}, False),
    ],
)
def test_a_condition_holds(text: str, answers: dict[str, object], expected: bool) -> None:
    assert holds(text, answers) is expected  # type: ignore[arg-type]  # answers of every type


@pytest.mark.parametrize(
    "text",
    ["a", "a in x", "a in {}", "a in {x,y}", "a  in {x}", "(a in {x})", "a in {x} and", "not a in {x}", "A in {x}"],
)
def test_nothing_else_is_a_condition(text: str) -> None:
    with pytest.raises(BadCondition):
        condition(text)
