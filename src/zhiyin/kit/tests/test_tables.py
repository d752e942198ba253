"""Tables for a spreadsheet: nothing in them runs, and they are read back as they were written."""

import csv
import io
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiyin.kit import tables
from zhiyin.kit.tables import FORMULA_STARTS, TableTooLong, harmless, write_csv, write_xlsx, yuan

COLUMNS = ("what", "number")
DANGEROUS = [
    "=1+1",
    "+8613800000000",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    '=HYPERLINK("http://x.example","y")',
]


def read_csv(rows) -> list[list[str]]:
    text = b"".join(write_csv(COLUMNS, rows)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def read_xlsx(rows):
    file = io.BytesIO()
    write_xlsx(COLUMNS, rows, file)
    return openpyxl.load_workbook(file).active


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_text_that_would_run_is_a_text(text):
    assert read_csv([(text, 1)])[1] == [f"'{text}", "1"]
    cell = read_xlsx([(text, 1)]).cell(2, 1)
    assert cell.data_type == "s"
    assert cell.hyperlink is None


def test_negative_numbers_and_sums_stay_numbers():
    rows = [("a", -5), ("b", yuan(-36_805)), ("c", None)]
    assert [row[1] for row in read_csv(rows)[1:]] == ["-5", "-368.05", ""]
    sheet = read_xlsx(rows)
    assert [sheet.cell(n, 2).value for n in (2, 3, 4)] == [-5, -368.05, None]


def test_moments_and_days_are_dates_to_a_spreadsheet():
    at, day = datetime(2026, 11, 22, 12, 30, 5, tzinfo=UTC), date(2026, 11, 22)
    assert read_csv([(at, 1), (day, 2)])[1:] == [["2026-11-22 12:30:05", "1"], ["2026-11-22", "2"]]
    sheet = read_xlsx([(at, 1), (day, 2)])
    assert sheet.cell(2, 1).value == at.replace(tzinfo=None)
    assert sheet.cell(3, 1).value.date() == day


@given(st.text(max_size=12))
def test_no_written_cell_begins_a_formula(text):
    safe = harmless(text)
    assert not safe.startswith(FORMULA_STARTS)
    assert safe.removeprefix("'") == text.removeprefix("'")


def test_the_file_begins_with_the_mark_that_excel_reads():
    assert b"".join(write_csv(COLUMNS, [])) == "\ufeffwhat,number\r\n".encode()


@pytest.mark.parametrize("row", [(1.5, 1), ([], 1)])
def test_a_float_or_a_stranger_is_refused(row):
    with pytest.raises(TypeError):
        list(write_csv(COLUMNS, [row]))
    with pytest.raises(TypeError):
        write_xlsx(COLUMNS, [row], io.BytesIO())


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match="3 cells under 2"):
        list(write_csv(COLUMNS, [("a", 1, 2)]))


def test_a_sheet_that_is_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(tables, "XLSX_ROWS_MAX", 3)
    assert write_xlsx(COLUMNS, [("a", 1)] * 2, io.BytesIO()) == 2
    with pytest.raises(TableTooLong):
        write_xlsx(COLUMNS, [("a", 1)] * 3, io.BytesIO())


def test_memory_does_not_grow_with_the_rows(tmp_path):
    """Eight times the rows take less than half as much again."""

    def peak_of(count, write):
        tracemalloc.start()
        write(("x" * 200, n) for n in range(count))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    def as_csv(rows):
        for _piece in write_csv(COLUMNS, rows):
            pass

    def as_xlsx(rows):
        with (tmp_path / "t.xlsx").open("wb") as file:
            write_xlsx(COLUMNS, rows, file)

    for write in (as_csv, as_xlsx):
        write(("warm", 1) for _ in range(2))
        assert 2 * peak_of(8_000, write) < 3 * peak_of(1_000, write)


def test_sums_in_yuan_are_exact():
    assert (yuan(1), yuan(36_800)) == (Decimal("0.01"), Decimal("368.00"))
