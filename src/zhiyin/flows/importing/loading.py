"""An import: a run that goes through a file in batches, and goes on where it was stopped.

Each batch is one transaction that loads its rows *and* says how far the run has come, so whatever
is killed, and whenever, running the same file again ends in the same rows.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import ClassVar
from uuid import UUID

from django.db import DataError, IntegrityError, InterfaceError, OperationalError, transaction

from zhiyin.domain.audience import queries as audience
from zhiyin.domain.brands import operations as brands
from zhiyin.domain.brands import queries as runs
from zhiyin.domain.brands.types import (
    ImportBusy,
    ImportFacts,
    ImportKind,
    ImportRunCard,
    ImportState,
    RowProblem,
)
from zhiyin.flows.importing.loaders import LOADERS
from zhiyin.flows.importing.mapping import (
    ImportMapping,
    MappingStoreUnknown,
    mapping_from_json,
)
from zhiyin.flows.importing.reading import (
    BATCH,
    Broken,
    FileFacts,
    Record,
    has_changed,
    inspect,
    records,
)
from zhiyin.flows.importing.rows import Row, RowReader
from zhiyin.flows.importing.target import Target
from zhiyin.kit.errors import DomainError, Kind
from zhiyin.storage.tenancy import brand_tx

BLAME = {"phone_invalid": "phone", "attribute_unknown": "", "price_refused": "price_fen"}
"""Refusals of the rooms -> the field they are about."""

Sink = Callable[[RowProblem], None]
Progress = Callable[[int, int, int], None]
"""Told after each batch: rows read, rows with a problem, rows in all (a guess)."""


class FileChanged(DomainError):
    """The file was written to while it was being read. Run it again: it is a new file now."""

    code: ClassVar[str] = "file_changed"
    kind: ClassVar[Kind] = Kind.CONFLICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file to import for a brand. `zone` is the brand's; `language` that of its reader."""

    brand_id: UUID
    zone: str
    path: Path
    file_name: str
    mapping: ImportMapping
    mapping_json: Mapping[str, object]
    facts: FileFacts
    language: str


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What an import would do."""

    rows_read: int
    rows_bad: int


def quiet(_read: int, _bad: int, _total: int) -> None:
    """Nobody is told."""


def look_at(
    *,
    brand_id: UUID,
    zone: str,
    path: Path,
    file_name: str,
    kind: ImportKind,
    mapping: Mapping[str, object],
    language: str,
) -> Source:
    """Check a mapping and a file against each other and against the brand. Changes nothing.

    Raises the `mapping_...`, `file_...` and `encoding_...` errors of this package.
    """
    checked = mapping_from_json(kind, mapping)
    source = Source(
        brand_id=brand_id,
        zone=zone,
        path=path,
        file_name=file_name,
        mapping=checked,
        mapping_json=mapping,
        facts=inspect(path, checked, name=file_name),
        language=language,
    )
    with brand_tx(brand_id):
        _store_ids(source)
    return source


def open_run(source: Source, *, now: datetime, again: bool = False) -> ImportRunCard:
    """Begin a run, or find the one that this very file and mapping have begun.

    `again` lets it start from its first row, for rows that named what has come in since.
    """
    with brand_tx(source.brand_id):
        run_id = brands.open_import(
            brand_id=source.brand_id,
            facts=ImportFacts(
                kind=source.mapping.kind,
                file_name=source.file_name[:200],
                file_hash=source.facts.sha256,
                mapping=source.mapping_json,
                rows_total=source.facts.rows,
            ),
            now=now,
        )
        if again:
            brands.restart_import(brand_id=source.brand_id, run_id=run_id, now=now)
        return runs.import_run(brand_id=source.brand_id, run_id=run_id)


def load(
    source: Source,
    run: ImportRunCard,
    *,
    now: datetime,
    batches: int | None = None,
    rows_at_once: int = BATCH,
    progress: Progress = quiet,
) -> ImportRunCard:
    """Take a run on to its end, or at most `batches` further. Returns how it stands.

    A batch is `rows_at_once` rows: what one transaction loads, and what a kill costs at most.

    Opens its own transactions. Whatever stops it but a kill, another process or the database
    closes the run as failed; opened again, it goes on where it was.
    Raises ImportBusy, FileChanged, FileUnreadable.
    """
    if run.state is ImportState.DONE:
        return run
    read, bad = run.rows_read, run.rows_bad
    try:
        with closing(records(source.facts, source.mapping)) as stream:
            for _ in islice(stream, read):
                pass
            target, reader = _prepared(source, run.started_at)
            done = 0
            while batches is None or done < batches:
                batch = list(islice(stream, rows_at_once))
                if not batch:
                    return _ended(source, run.id, ImportState.DONE, now)
                with brand_tx(source.brand_id):
                    brands.hold_import(brand_id=source.brand_id, run_id=run.id, rows_read=read)
                    problems = _load_batch(target, reader, batch)
                    read += len(batch)
                    bad += len({problem.line for problem in problems})
                    brands.advance_import(
                        brand_id=source.brand_id,
                        run_id=run.id,
                        rows_read=read,
                        rows_bad=bad,
                        problems=problems,
                    )
                    if has_changed(source.facts):
                        raise FileChanged(name=source.file_name)
                done += 1
                progress(read, bad, max(source.facts.rows, read))
    except (ImportBusy, OperationalError, InterfaceError):
        # Another process has the run, or the database went away: it stays open, and goes on there.
        raise
    except Exception:
        _ended(source, run.id, ImportState.FAILED, now)
        raise
    with brand_tx(source.brand_id):
        return runs.import_run(brand_id=source.brand_id, run_id=run.id)


def rehearse(source: Source, *, now: datetime, sink: Sink, progress: Progress = quiet) -> Rehearsal:
    """Do everything an import does, batch by batch, and keep none of it. `sink` gets problems.

    A row that names a row of an earlier batch is told to be missing what that batch would bring.
    """
    read = bad = 0
    target, reader = _prepared(source, now)
    with closing(records(source.facts, source.mapping)) as stream:
        while batch := list(islice(stream, BATCH)):
            with brand_tx(source.brand_id):
                problems = _load_batch(target, reader, batch)
                transaction.set_rollback(True)
            read += len(batch)
            bad += len({problem.line for problem in problems})
            for problem in problems:
                sink(problem)
            progress(read, bad, max(source.facts.rows, read))
    return Rehearsal(read, bad)


def preview(
    source: Source, *, now: datetime, limit: int = 20
) -> list[tuple[Row, list[RowProblem]]]:
    """The first rows as they would be read, without asking what they name. Changes nothing."""
    _target, reader = _prepared(source, now)
    with closing(records(source.facts, source.mapping)) as stream:
        return [_read(reader, record) for record in islice(stream, limit)]


def problems_of(source: Source, run_id: UUID, sink: Sink) -> int:
    """Give every problem of a run to `sink`, by line. Returns how many."""
    count = 0
    with brand_tx(source.brand_id):
        for problem in runs.each_problem(brand_id=source.brand_id, run_id=run_id):
            sink(problem)
            count += 1
    return count


def _prepared(source: Source, began_at: datetime) -> tuple[Target, RowReader]:
    with brand_tx(source.brand_id):
        vocabulary = audience.taxonomy(brand_id=source.brand_id).vocabulary
        target = Target(
            brand_id=source.brand_id,
            mapping=source.mapping,
            store_ids=_store_ids(source),
            began_at=began_at,
            language=source.language,
        )
    reader = RowReader(
        source.mapping,
        vocabulary=vocabulary,
        zone=source.zone,
        now=began_at,
        language=source.language,
    )
    return target, reader


def _store_ids(source: Source) -> dict[str, UUID]:
    codes = source.mapping.store_codes
    found = runs.store_ids_by_code(brand_id=source.brand_id, codes=codes)
    if lacking := [code for code in codes if code not in found]:
        raise MappingStoreUnknown(codes=[code[:40] for code in lacking])
    return found


def _load_batch(
    target: Target, reader: RowReader, batch: Sequence[Record | Broken]
) -> list[RowProblem]:
    good: list[Row] = []
    problems: list[RowProblem] = []
    for record in batch:
        row, found = _read(reader, record)
        problems += found
        if not found:
            good.append(row)
    if good:
        problems += _load_or_halve(target, good)
    return problems


def _read(reader: RowReader, record: Record | Broken) -> tuple[Row, list[RowProblem]]:
    if isinstance(record, Broken):
        return Row(record.line, {}), [reader.problem(record.line, "", record.code)]
    return reader.read(record.line, record.cells)


def _load_or_halve(target: Target, rows: Sequence[Row]) -> list[RowProblem]:
    """Load rows; where a room refuses, load the halves, down to the row that is at fault.

    One bad row among n costs about log2(n) more tries, each in a savepoint of its own.
    """
    try:
        with transaction.atomic():
            return LOADERS[target.mapping.kind](target, rows)
    except (IntegrityError, DataError):
        field, code = "", "row_conflicts"
    except DomainError as refusal:
        field, code = BLAME.get(refusal.code, ""), refusal.code
    if len(rows) == 1:
        return [target.problem(rows[0], field, code)]
    half = len(rows) // 2
    return _load_or_halve(target, rows[:half]) + _load_or_halve(target, rows[half:])


def _ended(source: Source, run_id: UUID, state: ImportState, now: datetime) -> ImportRunCard:
    with brand_tx(source.brand_id):
        brands.end_import(brand_id=source.brand_id, run_id=run_id, state=state, now=now)
        return runs.import_run(brand_id=source.brand_id, run_id=run_id)
