"""E-mails as people read them: one language, two twins, nothing that is not said."""

from typing import Any

import pytest
from jinja2 import UndefinedError

from chalicelib.core.messages import Letter, letter
from chalicelib.core.text import LANGUAGES, Text

ORIGIN = "https://sewaka.denpasar.example"


def confirm(language: str, **changes: Any) -> Letter:
    usual: dict[str, Any] = {
        "subject": Text(id="Konfirmasi langganan", en="Confirm your subscription"),
        "heading": Text(id="Konfirmasi", en="Confirm"),
        "paragraphs": [Text(id="Satu langkah lagi.", en="One more step.")],
        "link": {"url": f"{ORIGIN}/x?a=1&b=2", "words": Text(id="Ya", en="Yes")},
        "reason": Text(id="Seseorang mendaftar.", en="Somebody subscribed."),
    }
    return letter("email", language, origin=ORIGIN, **{**usual, **changes})


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [("id", "Konfirmasi langganan", "Satu langkah lagi."), ("en", "Confirm your subscription", "One more step.")],
)
def test_a_letter_speaks_one_language_in_both_twins(language: str, subject: str, words: str) -> None:
    made = confirm(language)

    assert made.subject == subject
    assert words in made.html
    assert words in made.text
    assert f'lang="{language}"' in made.html


@pytest.mark.parametrize("language", LANGUAGES)
def test_html_escapes_what_it_is_given_and_plain_text_does_not(language: str) -> None:
    hostile = "<script>alert(1)</script> & 'co' {{ 7*7 }}"

    made = confirm(language, heading=hostile)

    assert "<script>" not in made.html
    assert "&lt;script&gt;" in made.html
    assert hostile in made.text
    assert f"{ORIGIN}/x?a=1&b=2" in made.text


def test_a_letter_that_lacks_a_word_is_not_made() -> None:
    with pytest.raises(UndefinedError, match="heading"):
        letter("email", "id", subject="x", origin=ORIGIN, reason="y")


def test_a_language_that_the_city_does_not_speak_is_refused() -> None:
    with pytest.raises(KeyError):
        confirm("fr")


def test_plain_text_has_no_holes_and_ends_with_one_line_end() -> None:
    text = confirm("en", link=None, paragraphs=[]).text

    assert "\n\n\n" not in text
    assert text == text.strip("\n") + "\n"
    assert not any(line.endswith(" ") for line in text.splitlines())
