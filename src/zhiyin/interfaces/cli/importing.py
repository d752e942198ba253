"""`zhiyin import`: a file of rows into a brand, as often as it takes."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from zhiyin.interfaces.cli.output import print_json
from zhiyin.interfaces.cli.refused import one_object
from zhiyin.kit.errors import DomainError, Kind
from zhiyin.storage import addresses

if TYPE_CHECKING:
    from zhiyin.flows.importing.loading import Progress as Told

KINDS = ("products", "stores", "members", "purchases", "reviews")
PROBLEMS_SHOWN = 5
stderr = Console(stderr=True)


class MappingUnreadable(DomainError):
    """The mapping file is not one JSON object in UTF-8. `line` says where it breaks."""

    code = "mapping_unreadable"
    kind = Kind.INVALID


@click.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--brand", "slug", required=True, help="The brand's short name.")
@click.option("--kind", required=True, type=click.Choice(KINDS))
@click.option(
    "--mapping",
    "mapping_file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON: which column says what. See docs/reference/import.md.",
)
@click.option("--dry-run", is_flag=True, help="Do all the work and keep none of it.")
@click.option("--again", is_flag=True, help="Load a finished file again, from its first row.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where bad rows go. Default: FILE.problems.csv",
)
@click.option(
    "--rows-at-once",
    type=click.IntRange(1, 10_000),
    default=1_000,
    show_default=True,
    help="How many rows one transaction loads: what a kill costs at most.",
)
@click.option("--language", type=click.Choice(("en", "zh-hans")), default="en", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; no progress bar.")
def import_file(
    file: Path,
    slug: str,
    kind: str,
    mapping_file: Path,
    dry_run: bool,
    again: bool,
    report: Path | None,
    rows_at_once: int,
    language: str,
    as_json: bool,
) -> None:
    """Load FILE. Killed or stopped, it goes on where it was; run twice, it changes nothing."""
    with one_object(as_json):
        mapping = _mapping(mapping_file)
        addresses.start()
        import django

        django.setup()
        answer = _imported(
            file, slug, kind, mapping, dry_run, again, report, rows_at_once, language, as_json
        )
    if as_json:
        print_json(answer)
    else:
        _say(answer)


def _imported(
    file: Path,
    slug: str,
    kind: str,
    mapping: dict[str, Any],
    dry_run: bool,
    again: bool,
    report: Path | None,
    rows_at_once: int,
    language: str,
    as_json: bool,
) -> dict[str, Any]:
    from zhiyin.domain.brands import queries as brands
    from zhiyin.domain.brands.types import ImportKind
    from zhiyin.flows.importing import loading
    from zhiyin.flows.importing.report import write_report

    brand = brands.brand_by_slug(slug=slug)
    now = datetime.now(UTC)
    source = loading.look_at(
        brand_id=brand.id,
        zone=brand.time_zone,
        path=file,
        file_name=file.name,
        kind=ImportKind(kind),
        mapping=mapping,
        language=language,
    )
    place = report or file.with_name(f"{file.name}.problems.csv")
    answer: dict[str, Any] = {"brand": slug, "kind": kind, "file": file.name, "dry_run": dry_run}
    with _bar(file.name, as_json) as told:
        if dry_run:
            found: list[loading.Rehearsal] = []
            listed = write_report(
                place,
                lambda sink: found.append(
                    loading.rehearse(source, now=now, sink=sink, progress=told)
                ),
            )
            read, bad = found[0].rows_read, found[0].rows_bad
        else:
            run = loading.open_run(source, now=now, again=again)
            before, was_done = run.rows_read, run.finished_at is not None
            run = loading.load(source, run, now=now, rows_at_once=rows_at_once, progress=told)
            read, bad = run.rows_read, run.rows_bad
            listed = write_report(place, lambda sink: loading.problems_of(source, run.id, sink))
            answer |= {
                "run": str(run.id),
                "state": run.state.value,
                "resumed_at_row": before,
                "was_done": was_done,
            }
    return answer | {
        "encoding": source.facts.encoding,
        "rows": read,
        "rows_loaded": read - bad,
        "rows_bad": bad,
        "problems": listed,
        "report": str(place) if listed else None,
    }


def _mapping(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise MappingUnreadable(line=error.lineno, reason=error.msg) from None
    except (UnicodeDecodeError, RecursionError):
        raise MappingUnreadable(line=1, reason="not UTF-8 JSON") from None
    if not isinstance(found, dict):
        raise MappingUnreadable(line=1, reason="not an object")
    return found


@contextmanager
def _bar(name: str, as_json: bool) -> "Iterator[Told]":
    """A progress bar on stderr for a person; nothing for a program."""
    if as_json or not sys.stderr.isatty():
        yield lambda _read, _bad, _total: None
        return
    with Progress(
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[bad]} bad"),
        TimeRemainingColumn(),
        console=stderr,
    ) as bar:
        task = bar.add_task(name, total=None, bad=0)
        yield lambda read, bad, total: bar.update(task, completed=read, total=total, bad=bad)


def _say(answer: dict[str, Any]) -> None:
    verb = "would load" if answer["dry_run"] else "loaded"
    done = " (done before; --again loads it anew)" if answer.get("was_done") else ""
    sys.stdout.write(f"{answer['rows_loaded']} rows {verb}, {answer['rows_bad']} bad{done}\n")
    if answer["report"]:
        sys.stdout.write(f"bad rows: {answer['report']}\n")
