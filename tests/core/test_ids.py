"""Ids and references: unique, hard to guess, and safe to read aloud."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_2

from chalicelib.core.ids import ALPHABET, BadReference, new_id, new_reference, parse_reference

REFERENCES = st.builds(lambda _: new_reference("LP"), st.none())
CODE = slice(3, None)


def test_ids_carry_their_prefix_and_never_repeat() -> None:
    ids = [new_id("report") for _ in range(1000)]

    assert len(set(ids)) == 1000
    assert all(name.startswith("report_") and len(name) == len("report_") + 26 for name in ids)


def test_ids_of_later_milliseconds_sort_later() -> None:
    start = datetime(2026, 11, 24, tzinfo=UTC)
    made = [new_id("fact", start + timedelta(milliseconds=step**3)) for step in range(200)]

    assert made == sorted(made)


def test_a_reference_is_a_prefix_and_three_groups_of_four() -> None:
    prefix, *groups = new_reference("LP").split("-")

    assert prefix == "LP"
    assert [len(group) for group in groups] == [4, 4, 4]


def test_no_two_characters_of_the_alphabet_look_alike() -> None:
    assert not set("0ODQ1ILUVZSBG") & set(ALPHABET)
    assert len(set(ALPHABET)) == len(ALPHABET) == 23


@given(REFERENCES)
def test_a_fresh_reference_reads_back_as_itself(reference: str) -> None:
    assert parse_reference(reference) == reference


@given(REFERENCES)
def test_every_single_wrong_character_is_found(reference: str) -> None:
    code = reference.replace("-", "")[2:]
    for at, right in enumerate(code):
        for wrong in set(ALPHABET) - {right}:
            with pytest.raises(BadReference):
                parse_reference(f"LP{code[:at]}{wrong}{code[at + 1 :]}")


@given(REFERENCES)
def test_every_swap_of_neighbours_is_found(reference: str) -> None:
    code = reference.replace("-", "")[2:]
    for at, (left, right) in enumerate(pairwise(code)):
        if left != right:
            with pytest.raises(BadReference):
                parse_reference(f"LP{code[:at]}{right}{left}{code[at + 2 :]}")


@given(REFERENCES)
def test_a_missing_or_doubled_last_character_is_found(reference: str) -> None:
    for typed in (reference[:-1], reference + reference[-1]):
        with pytest.raises(BadReference):
            parse_reference(typed, "LP")


@given(REFERENCES)
def test_case_blanks_dashes_and_look_alikes_are_forgiven(reference: str) -> None:
    sloppy = reference.lower().replace("-", " \u2013 ").translate(str.maketrans("2586", "zsbg"))

    assert parse_reference(f"  {sloppy} ") == reference


def test_full_width_letters_are_folded() -> None:
    reference = new_reference("LP")
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in reference)

    assert parse_reference(wide) == reference


def test_where_one_kind_is_expected_its_prefix_may_be_left_out() -> None:
    reference = new_reference("LP")

    assert parse_reference(reference[CODE], "LP") == reference


def test_another_kind_of_reference_is_not_taken() -> None:
    with pytest.raises(BadReference):
        parse_reference(new_reference("IZ"), "LP")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "LP",
        "LP-",
        "' OR 1=1",
        "\u0410" * 12,
        "LP-0000-0000-0000",
        "A" * 5000,
        "LP-\u00002345-6789-ACEF",
        "🚒" * 12,
    ],
)
def test_what_cannot_be_a_reference_is_refused(typed: str) -> None:
    with pytest.raises(BadReference):
        parse_reference(typed)


def test_a_cyrillic_twin_of_a_letter_is_not_that_letter() -> None:
    reference = "LP-AAAA-AAAA-AAA" + _check("A" * 11)

    with pytest.raises(BadReference):
        parse_reference(reference.replace("A", "\u0410", 1))


def test_a_reference_without_a_prefix_is_refused_where_any_kind_could_be_meant() -> None:
    with pytest.raises(BadReference):
        parse_reference(new_reference("LP")[CODE])


def _check(drawn: str) -> str:
    return str(mod_37_2.calc_check_digit(drawn, ALPHABET))
