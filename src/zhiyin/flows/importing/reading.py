"""A file as a stream of records: looked at once as a whole, then read a little at a time."""

import codecs
import csv
import hashlib
import json
from collections import deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import pyarrow.parquet as pq

from zhiyin.flows.importing import columnar
from zhiyin.flows.importing.mapping import ImportMapping
from zhiyin.kit.errors import DomainError, Kind

CHUNK = 1 << 20
BATCH = 1_000
CELL_LINES_MAX = 200
"""A cell of more lines than this is an open quotation mark: one row is lost, not the rest."""

LINE_CHARS_MAX = 1_000_000
SUFFIXES = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}


class FileFormatUnknown(DomainError):
    """The file's name does not end in .csv, .jsonl or .parquet: say `format` in the mapping."""

    code: ClassVar[str] = "file_format_unknown"
    kind: ClassVar[Kind] = Kind.INVALID


class EncodingUnreadable(DomainError):
    """`line` is not text in this encoding. Save the file as UTF-8; nothing was loaded."""

    code: ClassVar[str] = "encoding_unreadable"
    kind: ClassVar[Kind] = Kind.INVALID


class FileUnreadable(DomainError):
    """The file cannot be read: it is damaged, or only a part of it arrived."""

    code: ClassVar[str] = "file_unreadable"
    kind: ClassVar[Kind] = Kind.INVALID


class FileEmpty(DomainError):
    """There is nothing in the file."""

    code: ClassVar[str] = "file_empty"
    kind: ClassVar[Kind] = Kind.INVALID


class FileColumnsTwice(DomainError):
    """The header names a column twice. Rename one."""

    code: ClassVar[str] = "file_columns_twice"
    kind: ClassVar[Kind] = Kind.INVALID


_NO_COLUMNS: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """What a first look tells. `rows` is a guess for text; JSON Lines have no `columns`."""

    path: Path
    format: str
    encoding: str
    delimiter: str
    sha256: str
    stamp: tuple[int, int]
    rows: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One record: where it begins, and column -> cell."""

    line: int
    cells: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that cannot be taken apart, and the code that says why."""

    line: int
    code: str


Records = Generator[Record | Broken, None, None]


def inspect(path: Path, mapping: ImportMapping, *, name: str = "") -> FileFacts:
    """Read the whole file once: its hash, its encoding, how long it is, and its columns.

    `name` is what the file was called, where `path` is a copy of it.
    Raises FileFormatUnknown, EncodingUnreadable, FileUnreadable, FileEmpty, FileColumnsTwice,
    MappingColumnMissing.
    """
    kind = mapping.format or SUFFIXES.get(Path(name or path.name).suffix.lower(), "")
    if not kind:
        raise FileFormatUnknown(name=Path(name or path.name).name)
    try:
        look = _Look.at(path, "utf-8" if mapping.encoding == "" else mapping.encoding)
        stamp = _stamp(path)
    except OSError as error:
        raise FileUnreadable(reason=error.strerror or "") from None
    encoding = "" if kind == "parquet" else _encoding(path, look, mapping.encoding, kind)
    rows, columns = look.newlines, _NO_COLUMNS
    delimiter = "\t" if Path(name or path.name).suffix.lower() == ".tsv" else mapping.delimiter
    if kind == "parquet":
        rows, columns = _parquet_facts(path)
    elif kind == "csv":
        columns, rows = _header(path, encoding, delimiter), max(look.newlines - 1, 0)
    if kind != "jsonl":
        mapping.check_columns(columns)
    if look.size == 0 or (kind == "parquet" and rows == 0):
        raise FileEmpty()
    return FileFacts(
        path=path,
        format=kind,
        encoding=encoding,
        delimiter=delimiter,
        sha256=look.sha256,
        stamp=stamp,
        rows=max(rows, 1),
        columns=columns,
    )


def has_changed(facts: FileFacts) -> bool:
    """Whether the file was written to since `inspect` looked at it."""
    try:
        return _stamp(facts.path) != facts.stamp
    except OSError:
        return True


def records(facts: FileFacts, mapping: ImportMapping) -> Records:
    """The file's records in order, with little memory. Empty lines are not records.

    Raises FileUnreadable when a Parquet file turns out to be damaged further on, FileTooDense.
    """
    readers = {"csv": _csv_records, "jsonl": _json_records, "parquet": _parquet_records}
    return readers[facts.format](facts, [column.name for column in mapping.columns])


@dataclass(frozen=True, slots=True)
class _Look:
    """One pass over the bytes. `bad_line` is where the encoding breaks, 0 where it does not."""

    sha256: str
    size: int
    newlines: int
    bad_line: int

    @classmethod
    def at(cls, path: Path, encoding: str) -> "_Look":
        decoder = codecs.getincrementaldecoder(encoding)()
        digest, size, newlines, bad_line, last = hashlib.sha256(), 0, 0, 0, b"\n"
        with path.open("rb") as file:
            while True:
                chunk = file.read(CHUNK)
                if not bad_line:
                    try:
                        decoder.decode(chunk, not chunk)
                    except UnicodeDecodeError as error:
                        # The piece begins in this chunk, or in the few bytes kept from the last.
                        bad_line = newlines + error.object[: error.start].count(b"\n") + 1
                if not chunk:
                    break
                digest.update(chunk)
                size, newlines, last = size + len(chunk), newlines + chunk.count(b"\n"), chunk
        return cls(digest.hexdigest(), size, newlines + (not last.endswith(b"\n")), bad_line)


def _encoding(path: Path, look: _Look, told: str, kind: str) -> str:
    if not look.bad_line:
        return "utf-8-sig" if told in ("", "utf-8") else told
    # A UTF-8 file with a few broken bytes is also "valid" GB18030, and would load as nonsense:
    # so it is GB18030 only if most of its lines cannot be UTF-8.
    if not told and kind == "csv" and _is_mostly_not_utf8(path):
        other = _Look.at(path, "gb18030")
        if not other.bad_line:
            return "gb18030"
    raise EncodingUnreadable(line=look.bad_line, encoding=told or "utf-8")


def _is_mostly_not_utf8(path: Path) -> bool:
    right = wrong = 0
    with path.open("rb") as file:
        while line := file.readline(CHUNK):
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
                right += 1
            except UnicodeDecodeError:
                wrong += 1
    return wrong > right


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _header(path: Path, encoding: str, delimiter: str) -> tuple[str, ...]:
    with path.open(encoding=encoding, newline="") as file:
        for cells, _line in _cells(file, delimiter):
            if cells is None:
                raise FileUnreadable(line=1, reason="the header's quotation marks")
            names = tuple(name.strip() for name in cells)
            if len(set(names)) != len(names):
                raise FileColumnsTwice(
                    columns=sorted({name[:80] for name in names if names.count(name) > 1})
                )
            return names
    raise FileEmpty()


def _csv_records(facts: FileFacts, _columns: Sequence[str]) -> Records:
    header: tuple[str, ...] = ()
    with facts.path.open(encoding=facts.encoding, newline="") as file:
        for cells, line in _cells(file, facts.delimiter):
            if cells is None:
                yield Broken(line, "row_broken")
            elif not header:
                header = tuple(name.strip() for name in cells)
            elif len(cells) < len(header):
                yield Broken(line, "row_short")
            elif any(cell.strip() for cell in cells[len(header) :]):
                yield Broken(line, "row_long")
            else:
                yield Record(line, dict(zip(header, cells, strict=False)))


def _cells(file: Iterator[str], delimiter: str) -> Iterator[tuple[list[str] | None, int]]:
    """Each record's cells and first line; None for one that cannot be taken apart.

    A quotation mark that opens a cell and is never closed, or closed where no cell ends, costs
    its own line; what follows is read as if it were not there. Empty lines are left out.
    """
    waiting: deque[str] = deque()
    line = 0
    while True:
        text = waiting.popleft() if waiting else next(file, "")
        if not text:
            return
        begin, taken, chars = line + 1, [text], len(text)
        is_open = _is_open(text, delimiter, is_open=False)
        while is_open and len(taken) <= CELL_LINES_MAX and chars <= LINE_CHARS_MAX:
            more = waiting.popleft() if waiting else next(file, "")
            if not more:
                break
            taken.append(more)
            chars += len(more)
            is_open = _is_open(more, delimiter, is_open=True)
        try:
            cells = next(csv.reader(["".join(taken)], delimiter=delimiter, strict=True))
        except csv.Error:
            cells = None
            waiting.extendleft(reversed(taken[1:]))
            taken = taken[:1]
        line += len(taken)
        if cells is None or not text.isspace():
            yield cells, begin


def _is_open(text: str, delimiter: str, *, is_open: bool) -> bool:
    """Whether a quoted cell goes on below this line; `is_open` says whether one came from above.

    As `csv` reads it: a quotation mark opens a cell only as its first character, and two of them
    inside are one. In 5'4" it is plain text.
    """
    at = 0
    while True:
        if not is_open and text.startswith('"', at):
            is_open, at = True, at + 1
        while is_open:
            at = text.find('"', at)
            if at < 0:
                return True
            is_open = text.startswith('"', at + 1)
            at += 2 if is_open else 1
        at = text.find(delimiter, at) + 1
        if at == 0:
            return False


def _json_records(facts: FileFacts, _columns: Sequence[str]) -> Records:
    with facts.path.open(encoding=facts.encoding, newline="\n") as file:
        for line, text in enumerate(file, start=1):
            if text.isspace():
                continue
            try:
                cells = json.loads(text)
            except (ValueError, RecursionError):
                cells = None
            if isinstance(cells, dict):
                yield Record(line, cells)
            else:
                yield Broken(line, "row_malformed")


def _parquet_facts(path: Path) -> tuple[int, tuple[str, ...]]:
    try:
        with pq.ParquetFile(path) as file:
            return file.metadata.num_rows, tuple(file.schema_arrow.names)
    except (pa.ArrowException, OSError):
        raise FileUnreadable(reason="not a whole Parquet file") from None


def _parquet_records(facts: FileFacts, columns: Sequence[str]) -> Records:
    line = 0
    try:
        for line, cells in enumerate(columnar.rows(facts.path, columns), start=1):
            yield Broken(line, "row_too_large") if cells is None else Record(line, cells)
    except (pa.ArrowException, OSError):
        raise FileUnreadable(line=line, reason="damaged after this row") from None
