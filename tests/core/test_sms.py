"""How many parts a text message takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.sms import ROOM, Alphabet, size


@pytest.mark.parametrize(
    ("words", "parts", "left"),
    [
        ("", 1, 160),
        ("a" * 160, 1, 0),
        ("a" * 161, 2, 145),
        ("a" * 306, 2, 0),
        ("a" * 307, 3, 152),
        ("€" * 80, 1, 0),
        ("€" * 81, 2, 143),
        ("€" * 152, 2, 1),
        ("€" * 153, 3, 151),  # 306 septets, but an escape stays with its sign
        ("Siaga: banjir di Sanur.\nSegera ke tempat tinggi @ SD 3!", 1, 105),
    ],
)
def test_the_default_alphabet_counts_septets(words: str, parts: int, left: int) -> None:
    found = size(words)

    assert (found.alphabet, found.parts, found.left) == (Alphabet.GSM, parts, left)


@pytest.mark.parametrize(
    ("words", "parts", "left"),
    [
        ("ā" * 70, 1, 0),
        ("ā" * 71, 2, 63),
        ("ā" + "a" * 133, 2, 0),
        ("🌊" * 35, 1, 0),
        ("🌊" * 36, 2, 61),  # 33 in the first part, since half a wave would be nothing
        ("ᬩᬜ᭄ᬚᬶᬭ᭄", 1, 63),
    ],
)
def test_any_other_sign_makes_the_whole_message_unicode(words: str, parts: int, left: int) -> None:
    found = size(words)

    assert (found.alphabet, found.parts, found.left) == (Alphabet.UNICODE, parts, left)


@given(st.text(alphabet="aZ0 \n@é€{}Ωā–🌊", max_size=800))
def test_parts_hold_the_message_and_no_part_is_empty(words: str) -> None:
    found = size(words)
    alone, joined = ROOM[found.alphabet]

    if found.parts == 1:
        assert found.units + found.left == alone
    else:
        assert alone < found.units <= found.parts * joined - found.left
        assert found.units > (found.parts - 1) * (joined - 1)
        assert 0 <= found.left < joined
