"""The list of bad rows as a CSV file that a spreadsheet opens without running anything in it."""

import csv
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from zhiyin.domain.brands.types import RowProblem
from zhiyin.kit.tables import harmless

HEADER = ("line", "column", "code", "reason")


class Report:
    """Writes a report beside its place and puts it there whole at the end, if it has a row."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0

    def __enter__(self) -> Self:
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=".problems-", suffix=".csv")
        self._made = Path(name)
        # A byte order mark, because Excel reads a file without one in the machine's own encoding.
        self._file = os.fdopen(handle, "w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(HEADER)
        return self

    def write(self, problem: RowProblem) -> None:
        """Add a row."""
        self.rows += 1
        self._writer.writerow(
            (problem.line, harmless(problem.column), problem.code, harmless(problem.reason))
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        if kind is None and self.rows:
            self._made.replace(self.path)
        else:
            self._made.unlink()


def write_report(path: Path, fill: Callable[[Callable[[RowProblem], None]], object]) -> int:
    """Write what `fill` gives to its argument. Returns how many rows; none, and no file is left."""
    with Report(path) as report:
        fill(report.write)
        return report.rows
