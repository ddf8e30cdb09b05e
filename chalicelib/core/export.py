"""Tables that people take along: CSV, and XLSX. What somebody typed never becomes a formula in either.

csv_of(["Number", "Amount (IDR)", "Paid at (WITA)"], rows)
"""

import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from chalicelib.core.text import local

# A moment is aware and written on the city's clock: say WITA in the name of its column.
Cell = str | int | Decimal | date | datetime | None

CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# What makes a spreadsheet calculate (OWASP, CSV Injection), also in full width.
CALCULATES: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NEGATIVE: Final = re.compile(r"-\d+(?:[.,]\d+)*", re.ASCII)
# What a sheet of Excel holds: rows, and exact digits of a number.
MOST_ROWS: Final = 1_048_576
EXACT: Final = 10**15
WIDEST: Final = 60


def csv_of(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """RFC 4180 in UTF-8, with the byte order mark without which Excel guesses another alphabet.

    Every cell is quoted. Before text that would be calculated stands a `'`; negative numbers stay numbers.
    """
    import csv

    written = io.StringIO(newline="")
    table = csv.writer(written, quoting=csv.QUOTE_ALL)
    table.writerows([_in_csv(cell) for cell in row] for row in (columns, *rows))
    return written.getvalue().encode("utf-8-sig", "replace")


def _in_csv(cell: Cell) -> str:
    if isinstance(cell, str):
        return f"'{cell}" if calculates(cell) else cell
    if isinstance(cell, datetime):
        return f"{local(cell):%Y-%m-%d %H:%M:%S}"
    return "" if cell is None else f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


def calculates(text: str) -> bool:
    """Whether a spreadsheet could take the text for a formula; `-12.50` is a number."""
    return text.startswith(CALCULATES) and not NEGATIVE.fullmatch(text)


def xlsx_of(title: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """One sheet named `title` (31 characters) whose heading stays in sight. ValueError for more rows than it holds.

    Text longer than a cell holds is cut, numbers with more than 15 digits are written as text.
    """
    from xlsxwriter import Workbook

    file = io.BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet(title)
        _fill(sheet, _Formats(book), columns, rows)
        sheet.freeze_panes(1, 0)
        sheet.autofit(max_width=WIDEST * 7)
    return file.getvalue()


def _fill(sheet: Any, formats: "_Formats", columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    for at, name in enumerate(columns):
        sheet.write_string(0, at, _whole(name), formats.of(bold=True))
    for row, cells in enumerate(rows, start=1):
        if row >= MOST_ROWS:
            raise ValueError("more rows than a sheet holds")
        for column, cell in enumerate(cells):
            _put(sheet, (row, column), cell, formats)


def _put(sheet: Any, at: tuple[int, int], cell: Cell, formats: "_Formats") -> None:
    """Each kind by its own method: the general one guesses formulas, links and numbers from the text."""
    if isinstance(cell, str):
        # `quote_prefix` is the `'` that Excel does not show: editing the cell does not start the formula either.
        sheet.write_string(*at, _whole(cell), formats.of(quote_prefix=True) if calculates(cell) else None)
    elif isinstance(cell, datetime):
        sheet.write_datetime(*at, local(cell).replace(tzinfo=None), formats.of(num_format="yyyy-mm-dd hh:mm:ss"))
    elif isinstance(cell, date):
        sheet.write_datetime(*at, cell, formats.of(num_format="yyyy-mm-dd"))
    elif cell is not None:
        _put_number(sheet, at, cell, formats)


def _put_number(sheet: Any, at: tuple[int, int], cell: int | Decimal, formats: "_Formats") -> None:
    decimals = max(0, -int(cell.as_tuple().exponent)) if isinstance(cell, Decimal) else 0
    if abs(cell) * 10**decimals >= EXACT:
        sheet.write_string(*at, _in_csv(cell))
    elif isinstance(cell, Decimal):
        grouped = "#,##0" + ("." + "0" * decimals if decimals else "")
        sheet.write_number(*at, float(cell), formats.of(num_format=grouped))
    else:
        sheet.write_number(*at, cell)


def _whole(text: str) -> str:
    """Half a surrogate pair, which a browser can send, is no text and would end in no file at all."""
    return text.encode("utf-8", "replace").decode()


class _Formats:
    """Each format once: a book with a format for each cell is refused by Excel."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[str, Any] = {}

    def of(self, **wanted: object) -> Any:
        name = str(wanted)
        if name not in self._made:
            self._made[name] = self._book.add_format(wanted)
        return self._made[name]
