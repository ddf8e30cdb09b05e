"""Words for people: both languages, catalogues, dates by the city's clock."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from chalicelib.core.text import Text, day, day_and_moment, moment, number, translations

EVENING = datetime(2026, 11, 23, 18, 5, tzinfo=UTC)


def test_a_text_is_read_in_the_language_of_the_page() -> None:
    text = Text(id="Banjir", en="Flood")

    assert [text.in_("id"), text.in_("en")] == ["Banjir", "Flood"]


def test_a_language_that_the_city_does_not_speak_is_refused() -> None:
    with pytest.raises(KeyError):
        Text(id="Banjir", en="Flood").in_("fr")


def test_format_fills_both_languages_and_texts_in_their_own() -> None:
    text = Text(id="{hazard} di {place}", en="{hazard} in {place}")

    filled = text.format(hazard=Text(id="Banjir", en="Flood"), place="Sanur")

    assert filled == Text(id="Banjir di Sanur", en="Flood in Sanur")


def test_what_people_typed_is_never_taken_for_a_placeholder() -> None:
    text = Text(id="Tentang {words}", en="About {words}")

    assert text.format(words="{0.__class__}").en == "About {0.__class__}"


def test_english_needs_no_catalogue() -> None:
    assert translations("en").gettext("Report an incident") == "Report an incident"


def test_indonesian_comes_from_the_compiled_catalogue(tmp_path: Path) -> None:
    catalogue = Catalog(locale="id")
    catalogue.add("Report an incident", "Laporkan kejadian")
    (tmp_path / "locale" / "id").mkdir(parents=True)
    with (tmp_path / "locale" / "id" / "messages.mo").open("wb") as compiled:
        write_mo(compiled, catalogue)

    assert translations("id", tmp_path).gettext("Report an incident") == "Laporkan kejadian"


def test_a_catalogue_that_was_not_built_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no catalogue for 'id'"):
        translations("id", tmp_path)


@pytest.mark.parametrize(("lang", "words"), [("id", "24 November 2026"), ("en", "24 November 2026")])
def test_a_date_is_written_in_words(lang: str, words: str) -> None:
    assert day(date(2026, 11, 24), lang) == words


@pytest.mark.parametrize(("lang", "words"), [("id", "1 Agustus 2026"), ("en", "1 August 2026")])
def test_months_have_their_names_in_both_languages(lang: str, words: str) -> None:
    assert day(date(2026, 8, 1), lang) == words


def test_a_moment_late_in_the_utc_day_is_tomorrow_in_the_city() -> None:
    assert day_and_moment(EVENING, "en") == "24 November 2026, 02.05 WITA"


def test_a_moment_is_written_with_a_full_stop_and_its_zone() -> None:
    assert moment(datetime(2026, 11, 24, 2, 42, tzinfo=UTC), "id") == "10.42 WITA"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        moment(EVENING.replace(tzinfo=None), "id")


@pytest.mark.parametrize(("lang", "words"), [("id", "1.234.567"), ("en", "1,234,567")])
def test_numbers_are_grouped_as_each_language_does(lang: str, words: str) -> None:
    assert number(1234567, lang) == words
