"""Tables for a spreadsheet come back as they were, and never as a formula."""

import csv
import io
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import zip_longest
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.cell.cell import TYPE_FORMULA

from chalicelib.core import export
from chalicelib.core.export import Cell, csv_of, xlsx_of

COLUMNS = ["Number", "Who", "Amount (IDR)"]
EVIL = [
    '=HYPERLINK("http://evil.example","click")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "-",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "-1e5-cmd|' /C calc'!A0",
    "-١",
]
NUMBERS = ["-1", "-12.50", "-1.234,50", "-1,234.50", "-0"]
PLAIN = ["", "Wayan", "a=b", "a-b", "12 - 3", " =1", "'quoted", "Rp 150.000", 'He said "no"', "a,b;c", "two\r\nlines"]


def read_csv(written: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))


def read_xlsx(written: bytes) -> list[list[Any]]:
    sheet = load_workbook(io.BytesIO(written)).active
    assert sheet is not None
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.mark.parametrize("typed", EVIL)
def test_what_would_be_calculated_is_text(typed: str) -> None:
    assert read_csv(csv_of([typed], [[typed]])) == [[f"'{typed}"], [f"'{typed}"]]


@pytest.mark.parametrize("typed", [*NUMBERS, *PLAIN])
def test_everything_else_stays_as_it_was_typed(typed: str) -> None:
    assert read_csv(csv_of([typed], [[typed]])) == [[typed], [typed]]


def test_a_csv_says_that_it_is_utf_8_and_ends_its_lines_as_the_rfc_asks() -> None:
    written = csv_of(["Nama"], [["Kadek é"]])

    assert written == b'\xef\xbb\xbf"Nama"\r\n"Kadek \xc3\xa9"\r\n'


def test_numbers_days_and_moments_are_written_for_machines() -> None:
    row: list[Cell] = [
        -5,
        Decimal("-150000.50"),
        Decimal("1E+3"),
        date(2026, 11, 24),
        datetime(2026, 11, 24, 20, 30, tzinfo=UTC),
        None,
    ]

    assert read_csv(csv_of(["x"] * 6, [row]))[1] == [
        "-5",
        "-150000.50",
        "1000",
        "2026-11-24",
        "2026-11-25 04:30:00",
        "",
    ]


def test_a_moment_without_a_zone_is_refused() -> None:
    for write in (csv_of, lambda columns, rows: xlsx_of("x", columns, rows)):
        with pytest.raises(ValueError, match="zone"):
            write(["x"], [[datetime(2026, 11, 24)]])  # noqa: DTZ001


cells = st.one_of(st.text(), st.sampled_from(EVIL), st.sampled_from(NUMBERS))


@given(st.lists(st.lists(cells, min_size=3, max_size=3), max_size=5))
def test_a_csv_comes_back_with_at_most_one_sign_before_each_text(rows: list[list[str]]) -> None:
    for before, after in zip(rows, read_csv(csv_of(COLUMNS, rows))[1:], strict=True):
        for typed, read in zip(before, after, strict=True):
            assert read in (typed, f"'{typed}")
            assert not read.startswith(export.CALCULATES) or float(read.replace(",", "").replace(".", "")) <= 0


def test_half_a_character_loses_itself_and_no_more() -> None:
    assert read_csv(csv_of(["x"], [["a\ud800b"]]))[1] == ["a?b"]
    assert read_xlsx(xlsx_of("x", ["x"], [["a\ud800b"]]))[1] == ["a?b"]


# Control characters are written as Excel wants them, _x001F_, which openpyxl does not read.
in_xml = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], include_characters="\t\n", exclude_characters="\ufffe\uffff")
)
kinds = st.one_of(
    in_xml,
    st.just("_x0041_ is what Excel calls A"),
    st.sampled_from([one for one in [*EVIL, *NUMBERS] if "\r" not in one]),
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.decimals(-(10**10), 10**10, places=2),
    st.dates(date(1950, 1, 1), date(2100, 1, 1)),
    st.none(),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(kinds, min_size=3, max_size=3), max_size=5))
def test_a_workbook_comes_back_as_it_was(rows: list[list[Cell]]) -> None:
    # Rows of nothing at the end of a sheet are not there.
    for before, after in zip_longest(rows, read_xlsx(xlsx_of("Ledger", COLUMNS, rows))[1:], fillvalue=[None] * 3):
        for put, read in zip(before, after, strict=True):
            assert same(put, read), (put, read)


def same(put: Cell, read: Any) -> bool:
    if isinstance(put, str):
        return (read or "") == put
    if isinstance(put, Decimal):
        return Decimal(str(read)).quantize(put) == put
    return bool((read.date() if isinstance(read, datetime) else read) == put)


@pytest.mark.parametrize("typed", [*EVIL, "http://evil.example", "mailto:a@example.com", "{=1+1}", "12"])
def test_no_text_in_a_workbook_is_a_formula_a_link_or_a_number(typed: str) -> None:
    written = xlsx_of("x", [typed], [[typed]])
    sheet = load_workbook(io.BytesIO(written)).active
    assert sheet is not None
    cell = sheet["A2"]

    assert cell.data_type not in (TYPE_FORMULA, "n")
    assert cell.hyperlink is None
    assert bool(cell.quotePrefix) is export.calculates(typed)
    assert "<f>" not in zipfile.ZipFile(io.BytesIO(written)).read("xl/worksheets/sheet1.xml").decode()


def test_amounts_show_as_many_decimals_as_their_currency_has() -> None:
    amounts: list[Cell] = [Decimal("-150000.00"), Decimal("1200"), Decimal("1.250"), 7]
    sheet = load_workbook(io.BytesIO(xlsx_of("x", ["a"] * 4, [amounts]))).active
    assert sheet is not None

    assert [cell.number_format for cell in sheet[2]] == ["#,##0.00", "#,##0", "#,##0.000", "General"]
    assert [cell.value for cell in sheet[2]] == [-150000, 1200, 1.25, 7]


@pytest.mark.parametrize("number", [10**15, -(10**18), Decimal("12345678901234.56")])
def test_a_number_that_a_sheet_would_round_is_text(number: Decimal | int) -> None:
    assert read_xlsx(xlsx_of("x", ["x"], [[number]]))[1] == [str(number)]


def test_moments_in_a_workbook_are_on_the_city_s_clock() -> None:
    moment = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)

    assert read_xlsx(xlsx_of("x", ["x"], [[moment]]))[1] == [datetime(2026, 11, 25, 4, 30)]  # noqa: DTZ001


def test_control_characters_are_written_as_excel_writes_them() -> None:
    book = zipfile.ZipFile(io.BytesIO(xlsx_of("x", ["x"], [["a\x1fb\rc"]])))

    assert b"a_x001F_b_x000D_c" in book.read("xl/sharedStrings.xml")


def test_text_that_no_cell_holds_is_cut() -> None:
    (shown,) = read_xlsx(xlsx_of("x", ["x"], [["a" * 40_000]]))[1]

    assert len(shown) == 32_767


def test_the_writer_of_workbooks_is_loaded_by_those_who_write_one() -> None:
    program = "import chalicelib.core.export, sys; print('xlsxwriter' in sys.modules)"

    assert (
        subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout == "False\n"
    )
