"""The error tree: every refusal knows its status, speaks both languages and keeps its fields for the log."""

import pytest

from chalicelib.core import errors
from chalicelib.core.errors import AlreadyDone, BadValue, CityError, Conflict, Invalid, NotFound, TooMany
from chalicelib.core.text import Text

STATUS = {
    "CityError": 500,
    "Malformed": 400,
    "LoginRequired": 401,
    "Forbidden": 403,
    "NotFound": 404,
    "NotAllowed": 405,
    "Conflict": 409,
    "AlreadyDone": 409,
    "Stale": 409,
    "TooLarge": 413,
    "AddressTooLong": 414,
    "UnsupportedType": 415,
    "Invalid": 422,
    "TooMany": 429,
    "TooManyCookies": 431,
    "Unavailable": 503,
}
TREE = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, CityError)]


def test_the_tree_has_exactly_the_drawn_refusals_with_their_statuses() -> None:
    assert {kind.__name__: kind.status for kind in TREE} == STATUS


@pytest.mark.parametrize("kind", TREE, ids=lambda kind: kind.__name__)
def test_the_drawing_in_the_docstring_shows_every_refusal(kind: type[CityError]) -> None:
    assert f" {kind.__name__} " in (errors.__doc__ or "")


def test_a_refusal_without_detail_says_its_title() -> None:
    assert str(NotFound()) == "Page not found"


def test_a_refusal_keeps_detail_for_the_person_and_fields_for_the_log() -> None:
    detail = Text(id="Laporan tidak ada", en="No such report")

    error = NotFound(detail, reference="LP-2345")

    assert (error.detail, error.log_fields) == (detail, {"reference": "LP-2345"})


def test_invalid_names_the_fields_that_are_wrong() -> None:
    wrong = Text(id="Isi nama", en="Enter a name")

    assert Invalid(errors={"name": wrong}).errors == {"name": wrong}


def test_what_was_done_before_gives_back_its_answer_and_is_a_conflict() -> None:
    error = AlreadyDone(result="LP-2345")

    assert isinstance(error, Conflict)
    assert error.result == "LP-2345"


def test_too_many_says_when_to_come_back() -> None:
    assert TooMany(retry_after=30).retry_after == 30


def test_a_bad_value_is_a_value_error_that_speaks_both_languages() -> None:
    error = BadValue(Text(id="Isi angka", en="Enter a number"))

    assert isinstance(error, ValueError)
    assert error.message.in_("id") == "Isi angka"
