"""Number plates and codes as people type them."""

import pytest

from chalicelib.core.errors import BadValue
from chalicelib.payments.model.subject import code, plate


@pytest.mark.parametrize("typed", ["DK 1234 AB", "dk1234ab", " DK-1234-AB ", "dk.1234.ab", "ＤＫ　１２３４　ＡＢ"])
def test_a_plate_has_one_spelling(typed: str) -> None:
    assert plate(typed) == "DK 1234 AB"


@pytest.mark.parametrize(("typed", "known"), [("B 1 RI", "B 1 RI"), ("DK 5", "DK 5"), ("AA 9999 XYZ", "AA 9999 XYZ")])
def test_short_and_long_plates_are_known(typed: str, known: str) -> None:
    assert plate(typed) == known


@pytest.mark.parametrize(
    "typed", ["", "DK", "1234", "DK 0123 A", "DKA 12 A", "DK 12345 A", "DK 12 ABCD", "ДК 12 А", "DK 1\u202e2"]
)
def test_what_is_no_plate_is_refused(typed: str) -> None:
    with pytest.raises(BadValue):
        plate(typed)


@pytest.mark.parametrize(
    ("typed", "known"), [("pb-0123", "PB-0123"), ("TPU / 2019 / 0153", "TPU/2019/0153"), ("A.1", "A.1")]
)
def test_a_code_has_one_spelling(typed: str, known: str) -> None:
    assert code(typed) == known


@pytest.mark.parametrize("typed", ["", "A", "AB", "-AB-", "A" * 25, "<script>", "РВ-0123", "=1+1", "A\x00B"])
def test_what_is_no_code_is_refused(typed: str) -> None:
    with pytest.raises(BadValue):
        code(typed)
