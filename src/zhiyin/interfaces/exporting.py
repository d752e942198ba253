"""Files for a spreadsheet, sent as they are read: nothing in them runs, no memory grows with them.

    rows = in_pages(brand_id, lambda last: orders.page(after=last, limit=PAGE))
    return csv_answer(name="orders", columns=COLUMNS, rows=(_cells(row) for row in rows))

The rows are read while the answer is sent, after the view has returned: so each page opens a
transaction of its own. A page with personal data writes whose it is in that transaction
(`members.note_reads`), before anything of it is sent.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar
from uuid import UUID

from django.http import FileResponse, StreamingHttpResponse

from zhiyin.kit.tables import Cell, write_csv, write_xlsx
from zhiyin.storage.tenancy import brand_tx

PAGE = 1_000
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Row = TypeVar("Row")


def in_pages(brand_id: UUID, page: Callable[[Row | None], Sequence[Row]]) -> Iterator[Row]:
    """All rows of a brand: `page` gives up to PAGE of them that follow the one it is given."""
    last: Row | None = None
    while True:
        with brand_tx(brand_id):
            rows = page(last)
        yield from rows
        if len(rows) < PAGE:
            return
        last = rows[-1]


def csv_answer(
    *, name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> StreamingHttpResponse:
    """A CSV file `name`.csv, piece by piece as `rows` come."""
    answer = StreamingHttpResponse(write_csv(columns, rows), content_type=CSV)
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def xlsx_answer(
    *, name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> FileResponse:
    """An XLSX file `name`.xlsx. It is written whole, to the disk, before it is sent.

    Call it outside of any transaction where `rows` open their own. Raises TableTooLong.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    try:
        write_xlsx(columns, rows, file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)
