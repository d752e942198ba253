"""Where the rows of a file go, and what a row says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from zhiyin.domain.audience.kept import BODY_SLOTS, TRAIT_SLOTS
from zhiyin.domain.brands.types import RowProblem
from zhiyin.flows.importing.mapping import ImportMapping
from zhiyin.flows.importing.problems import sentence
from zhiyin.flows.importing.rows import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a file goes. `began_at` is the run's, so that a re-run writes the same moments."""

    brand_id: UUID
    mapping: ImportMapping
    store_ids: Mapping[str, UUID]
    began_at: datetime
    language: str

    def problem(self, row: Row, field: str, code: str) -> RowProblem:
        """A problem with a field of a row, under the name of its column."""
        column = self.mapping.column_of(field) if field else ""
        return RowProblem(row.line, column, code, sentence(code, self.language))


def facts_of(row: Row) -> dict[str, object]:
    """What the row says of its person, by slot."""
    return {name: value for name, value in row.values.items() if name in TRAIT_SLOTS}


def has_body(row: Row) -> bool:
    """Whether the row says anything of a body."""
    return any(name in BODY_SLOTS for name in row.values)


def named(rows: Sequence[Row], field: str) -> list[str]:
    """What the rows name in a field, each once, sorted."""
    return sorted({text(row.values, field) for row in rows if field in row.values})


def text(values: Mapping[str, object], field: str) -> str:
    """A field as text, "" where the row does not say it."""
    return str(values.get(field, ""))


def whole(values: Mapping[str, object], field: str) -> int:
    """A field as a whole number, 0 where the row does not say it."""
    found = values.get(field, 0)
    assert isinstance(found, int)  # the reader gives whole numbers for these fields
    return found
