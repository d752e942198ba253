"""Tables for a spreadsheet, as CSV or XLSX: row by row, and nothing in them runs.

A text that a spreadsheet would take for a formula is written as text. Numbers stay numbers,
negative ones too. Memory does not grow with the rows.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, ClassVar, TypeAlias

import xlsxwriter

from zhiyin.kit.errors import DomainError, Kind

Cell: TypeAlias = str | int | Decimal | datetime | date | None
"""What stands in a cell. A datetime is written as its own wall clock: give it in the reader's zone.
A float is refused: money is fen, or a Decimal of yuan."""

# OWASP, "CSV Injection": these begin a formula, the full-width ones in Chinese and Japanese Excel;
# a line break or a tab may open a new cell with one.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Excel reads a file without a byte order mark in the machine's own encoding.
BYTE_ORDER_MARK = "\ufeff"
XLSX_ROWS_MAX = 1_048_576
XLSX_CHARS_MAX = 32_767
_ROWS_PER_CHUNK = 500
_MOMENT, _DAY = "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"


class TableTooLong(DomainError):
    """An XLSX sheet has 1,048,576 rows, and this needs more. Narrow the export, or take CSV."""

    code: ClassVar[str] = "table_too_long"
    kind: ClassVar[Kind] = Kind.INVALID


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula when it stands in a CSV cell."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def yuan(fen: int) -> Decimal:
    """A sum as a spreadsheet can add it: 36800 fen -> 368.00."""
    return Decimal(fen).scaleb(-2)


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """A CSV file in UTF-8 with a byte order mark, piece by piece, as the rows come.

    Shape:   every row has as many cells as there are columns.
    Raises:  TypeError for a cell of another type, ValueError for a row of another length.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    text.write(BYTE_ORDER_MARK)
    writer.writerow([harmless(title) for title in columns])
    for number, row in enumerate(rows, 1):
        writer.writerow([_as_text(cell) for cell in _checked(columns, row)])
        if number % _ROWS_PER_CHUNK == 0:
            yield _taken(text)
    yield _taken(text)


def write_xlsx(columns: Sequence[str], rows: Iterable[Sequence[Cell]], file: IO[bytes]) -> int:
    """An XLSX workbook of one sheet into `file`, its first row bold and held. How many rows.

    Rows go to a temporary file as they come, so that memory does not grow with them. A text is
    a text cell whatever it begins with; what is longer than a cell may hold is cut there.
    Raises TableTooLong; TypeError and ValueError as `write_csv`. Then `file` is of no use.
    """
    book = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    try:
        return _fill(book, columns, rows)
    finally:
        book.close()


def _fill(book: xlsxwriter.Workbook, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    bold = book.add_format({"bold": True})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for place, title in enumerate(columns):
        sheet.write_string(0, place, title[:XLSX_CHARS_MAX], bold)
    number = 0
    for number, row in enumerate(rows, 1):
        if number >= XLSX_ROWS_MAX:
            raise TableTooLong(most=XLSX_ROWS_MAX - 1)
        for place, cell in enumerate(_checked(columns, row)):
            if cell is None:
                continue
            if isinstance(cell, str):
                sheet.write_string(number, place, cell[:XLSX_CHARS_MAX])
            elif isinstance(cell, datetime):
                sheet.write_datetime(number, place, cell.replace(tzinfo=None), moment)
            elif isinstance(cell, date):
                sheet.write_datetime(number, place, cell, day)
            else:
                sheet.write_number(number, place, cell)
    return number


def _checked(columns: Sequence[str], row: Sequence[Cell]) -> Sequence[Cell]:
    if len(row) != len(columns):
        raise ValueError(f"a row of {len(row)} cells under {len(columns)} columns")
    for cell in row:
        if cell is not None and not isinstance(cell, str | int | Decimal | date):
            raise TypeError(f"no cell holds a {type(cell).__name__}")
    return row


def _as_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return harmless(cell)
    if isinstance(cell, date):
        return cell.strftime(_MOMENT if isinstance(cell, datetime) else _DAY)
    return str(cell)


def _taken(text: io.StringIO) -> bytes:
    taken = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return taken
