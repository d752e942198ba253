"""Parquet, read so that a small file cannot grow large in memory.

A file of 500 bytes may say one long text a million times. So texts are read as dictionaries, each
text once, and a row's bytes are counted before its cells are made.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from zhiyin.kit.errors import DomainError, Kind

ROWS_AT_ONCE = 1_000
ROW_BYTES_MAX = 65_536
"""Of one row's mapped cells. A batch of the largest rows is 65 MB."""

COLUMN_BYTES_MAX = 256 * 1024 * 1024
"""Of one column in one row group, unpacked."""

CELLS_PER_ROW_MAX = 1_000
FIXED_BYTES_MAX = 64


class FileTooDense(DomainError):
    """A column unpacks to far more than the file holds. Save it with smaller row groups."""

    code: ClassVar[str] = "file_too_dense"
    kind: ClassVar[Kind] = Kind.INVALID


def rows(path: Path, columns: Sequence[str]) -> Iterator[Mapping[str, object] | None]:
    """Each row's cells by column; None for a row of more than `ROW_BYTES_MAX`.

    Raises FileTooDense, and pyarrow's errors where the file is damaged.
    """
    with pq.ParquetFile(path) as file:
        texts = _texts(file, columns)
    with pq.ParquetFile(path, read_dictionary=texts) as file:
        for batch in file.iter_batches(batch_size=ROWS_AT_ONCE, columns=list(columns)):
            is_large = _row_bytes(batch) > ROW_BYTES_MAX
            fits = batch.filter(pa.array(~is_large)) if is_large.any() else batch
            cells = iter(_unpacked(fits).to_pylist())
            for large in is_large:
                yield None if large else next(cells)


def _texts(file: pq.ParquetFile, columns: Sequence[str]) -> list[str]:
    """The paths of the leaves of `columns` that hold texts. Raises FileTooDense."""
    leaves = [file.schema.column(at) for at in range(len(file.schema))]
    # A leaf of a list is named `column.list.element`; a column's own name may hold points.
    wanted = [
        at
        for at, leaf in enumerate(leaves)
        if any(leaf.path == name or leaf.path.startswith(f"{name}.") for name in columns)
    ]
    for at in wanted:
        if leaves[at].physical_type == "FIXED_LEN_BYTE_ARRAY" and (
            leaves[at].length > FIXED_BYTES_MAX
        ):
            raise FileTooDense(column=leaves[at].path[:80])
        for number in range(file.metadata.num_row_groups):
            group = file.metadata.row_group(number)
            chunk = group.column(at)
            if (
                chunk.total_uncompressed_size > COLUMN_BYTES_MAX
                or chunk.num_values > CELLS_PER_ROW_MAX * max(group.num_rows, 1)
            ):
                raise FileTooDense(column=leaves[at].path[:80])
    return [
        leaves[at].path
        for at in wanted
        if leaves[at].physical_type == "BYTE_ARRAY" and leaves[at].logical_type.type != "DECIMAL"
    ]


def _row_bytes(batch: pa.RecordBatch) -> NDArray[np.int64]:
    total = np.zeros(batch.num_rows, np.int64)
    for column in batch.columns:
        total += _bytes(column)
    return total


def _bytes(cells: pa.Array) -> NDArray[np.int64]:
    """How many bytes each cell comes to once it is unpacked."""
    kind = cells.type
    if pa.types.is_dictionary(kind):
        lengths = pc.binary_length(cells.dictionary).take(cells.indices)
        return np.asarray(lengths.fill_null(0), np.int64)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_map(kind):
        inner, owner = cells.flatten(), cells.value_parent_indices().to_numpy()
        sums = np.bincount(owner, weights=_bytes(inner), minlength=len(cells))
        return sums.astype(np.int64)
    if pa.types.is_struct(kind):
        return sum((_bytes(part) for part in cells.flatten()), np.zeros(len(cells), np.int64))
    return np.full(len(cells), -(-cells.nbytes // max(len(cells), 1)), np.int64)


def _unpacked(batch: pa.RecordBatch) -> pa.RecordBatch:
    for at, column in enumerate(batch.columns):
        if pa.types.is_dictionary(column.type):
            batch = batch.set_column(at, batch.schema.names[at], column.dictionary_decode())
    return batch
