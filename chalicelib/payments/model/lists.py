"""Lists as people paste them: a name on each line, a column of a spreadsheet, or CSV. Pure."""

import csv
from collections.abc import Iterator
from typing import Final

MOST_LINES: Final = 2_000
DELIMITERS: Final = ("\t", ";", ",")


def rows_of(text: str) -> Iterator[tuple[int, list[str]]]:
    """The number of each line that is not blank, counted from 1, and its cells without outer blanks.

    What is copied from a spreadsheet comes with tabs, CSV from an Indonesian one with semicolons. A line is a row: no
    cell holds a line break, so that numbers are those that the reader counts.
    """
    delimiter = next((sign for sign in DELIMITERS if sign in text), ",")
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        if line.strip():
            yield number, [cell.strip() for cell in _cells(line, delimiter)]


def _cells(line: str, delimiter: str) -> list[str]:
    """A line that the reader gives up on (a cell of more than 128 KB) is one cell: whoever reads it refuses it."""
    try:
        return next(csv.reader([line], delimiter=delimiter))
    except csv.Error:
        return [line]
