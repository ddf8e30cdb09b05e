"""Contacts and free text: one spelling for what is good, words in both languages for what is not."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.contacts import (
    MASK,
    BadEmail,
    BadPhone,
    BadText,
    clean,
    email,
    mask_email,
    mask_phone,
    phone,
    phone_to_call,
    plain_digits,
)
from chalicelib.core.errors import BadValue

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    "typed",
    [
        *("0812-3456-7890", "0812 3456 7890", "6281234567890", "+62 812 3456 7890", "81234567890"),
        *("0812.3456.7890", "+62 (0) 812 3456 7890", "０８１２３４５６７８９０", " 081234567890 "),
        "\u202a+62\u00a0812\u20113456\u20117890\u202c",
    ],
)
def test_a_mobile_number_has_one_spelling(typed: str) -> None:
    assert phone(typed) == "+6281234567890"


@pytest.mark.parametrize(
    ("typed", "e164"),
    [("+61 412 345 678", "+61412345678"), ("+1 415 555 2671", "+14155552671"), ("+44 7911 123456", "+447911123456")],
)
def test_visitors_keep_their_own_country(typed: str, e164: str) -> None:
    assert phone(typed) == e164


NO_PHONES = [
    *("", " ", "1234", "112", "+1 900 555 1234", "+62 809 1234567", "+44 70 1234 5678"),
    *("+881 6123 45678", "+870 773 111 632", "+883 5100 1234 5678", "+62 868 1234 5678", "0868 1234 5678"),
    *("0812FLOWERS", "+62 812 3456 7890 ext 5", "0812 3456 7890 / 0813 1111 2222", "0812-3456", "9" * 5000),
    *("+62••••••••890", "0812345678\n90", "0812345678\u000090", "tel:+6281234567890;isub=1", "abc"),
]


@pytest.mark.parametrize("typed", [*NO_PHONES, "(0361) 223333", "+44 20 7946 0958"])
def test_what_cannot_get_an_sms_is_refused(typed: str) -> None:
    with pytest.raises(BadPhone):
        phone(typed)


@pytest.mark.parametrize("typed", NO_PHONES)
def test_what_cannot_be_called_is_refused(typed: str) -> None:
    with pytest.raises(BadPhone):
        phone_to_call(typed)


@pytest.mark.parametrize("typed", ["(0361) 223333", "0361-223333", "+62 361 223333"])
def test_a_landline_can_be_called(typed: str) -> None:
    assert phone_to_call(typed) == "+62361223333"


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("Budi@Example.COM", "budi@example.com"),
        ("  u+tag@example.com ", "u+tag@example.com"),
        ("budi@bücher.example", "budi@xn--bcher-kva.example"),
        ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
        ("o'brien@example.ie", "o'brien@example.ie"),
    ],
)
def test_an_address_has_one_spelling_that_ses_can_send_to(typed: str, address: str) -> None:
    assert email(typed) == address


@pytest.mark.parametrize(
    "typed",
    [
        *("", "a", "a@b", "a@localhost", "a@b.id,c@d.id", "a@b.id c@d.id", "a@b.id;c@d.id", "Budi <b@example.com>"),
        *(
            "a@b.id\nBcc: x@example.com",
            "a@b.id\r\n",
            "\na@b.id",
            "a..b@example.com",
            "x" * 250 + "@b.id",
            "x" * 65 + "@b.id",
        ),
        *("a@[127.0.0.1]", "a@127.0.0.1", '"a b"@example.com', "\u0430dmin@example.com", "a@b_c.id"),
        *("b•••@example.com", "a\u0000@example.com", "a\u202e@example.com", "a@exam\u200bple.com", "x@" * 5000),
    ],
)
def test_what_is_not_one_address_is_refused(typed: str) -> None:
    with pytest.raises(BadEmail):
        email(typed)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("O'Brien", "O'Brien"),
        ("Suparno", "Suparno"),
        ("  I  Gede   Arya ", "I Gede Arya"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("{{7*7}}", "{{7*7}}"),
        ("banjir \U0001f30a", "banjir \U0001f30a"),
        (FAMILY, FAMILY),
        ("cafe\u0301", "caf\u00e9"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_names_are_kept_as_people_write_them(text: str, kept: str) -> None:
    assert clean(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        *("a\u202eb", "a\u0000b", "a\uffffb", "a\u200bb", "a\r\nb", "a\nb", "a\tb", "a\u2028b", "a\ud800b", "a\u200db"),
        *("\u200d", "\ufeffa", "a\u2066b", "a\x1b[31mb", "a\ue000b", "a\ufdd0b", "a" * 201),
    ],
)
def test_a_line_with_invisible_characters_or_too_many_is_refused(text: str) -> None:
    with pytest.raises(BadText):
        clean(text)


def test_a_text_keeps_its_lines_and_loses_pasted_marks() -> None:
    pasted = "\u200eAir naik  \r\n\r\n\r\n\r\ndi Jl.\u00adGajah Mada\u2028sekarang\t\ufeff"

    assert clean(pasted, lines=True) == "Air naik\n\ndi Jl.Gajah Mada\nsekarang"


def test_a_text_keeps_joined_emoji() -> None:
    assert clean(f"Kami {FAMILY}", lines=True) == f"Kami {FAMILY}"


@pytest.mark.parametrize("text", ["a\u0000b", "a\x1bb", "a\ud800b", "a\uffffb", "x" * 201])
def test_a_text_with_controls_or_too_long_is_refused(text: str) -> None:
    with pytest.raises(BadText):
        clean(text, lines=True)


def test_a_length_is_told_in_each_language() -> None:
    with pytest.raises(BadText) as refused:
        clean("x" * 3000, longest=2000)

    assert refused.value.message.in_("id") == "Paling banyak 2.000 karakter"
    assert refused.value.message.in_("en") == "No more than 2,000 characters"


@given(st.text(max_size=60), st.booleans())
def test_cleaning_twice_changes_nothing_more(text: str, lines: bool) -> None:
    try:
        once = clean(text, lines=lines)
    except BadText:
        return

    assert clean(once, lines=lines) == once


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_a_number_or_a_refusal(text: str) -> None:
    for read in (email, phone, phone_to_call):
        with suppress(BadValue):
            assert read(text).isascii()


def test_digits_of_every_script_become_plain() -> None:
    assert plain_digits("１２３ ٤٥ x²") == "123 45 x²"


def test_masks_show_just_enough_to_recognise() -> None:
    assert mask_email("budi@example.com") == "b•••@example.com"
    assert mask_phone("+6281234567890") == "+62••••••••890"


@pytest.mark.parametrize("read", [email, phone, phone_to_call])
@pytest.mark.parametrize("masked", [mask_email("budi@example.com"), mask_phone("+6281234567890"), MASK])
def test_a_mask_can_never_be_written_back(read: Callable[[str], str], masked: str) -> None:
    with pytest.raises(BadValue):
        read(masked)
