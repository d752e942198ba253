"""`zhiyin evaluate`: how good the reader and the matcher are, on files that anyone may bring.

Needs no database: everything is trained on `--train` alone and judged on `--test`.
"""

import math
from datetime import date
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from zhiyin.interfaces.cli.output import print_json

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
stderr = Console(stderr=True, highlight=False)
as_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group()
def evaluate() -> None:
    """Measure on real data. Progress goes to stderr, the result to stdout."""


@evaluate.command()
@click.option("--train", type=FILE, help="Rentals to learn from (Parquet).")
@click.option("--test", type=FILE, help="Rentals to judge by.")
@click.option("--rentals", type=FILE, help="One file, cut in time: the pooled report.")
@click.option("--cuts", help="Days to cut at: 2016-01-01,2016-07-01. Tests the six months after.")
@as_json_option
def need(
    train: Path | None, test: Path | None, rentals: Path | None, cuts: str | None, as_json: bool
) -> None:
    """What will she choose? Ours against popularity and collaborative filtering."""
    from zhiyin.domain.matching.evaluation.need import evaluate_need, pooled_report

    if rentals is not None and cuts is not None:
        _print(pooled_report(rentals, _days(cuts), _tell), as_json)
        return
    _print(evaluate_need(*_wearings(train, test), _tell), as_json)


@evaluate.command()
@click.option("--train", type=FILE, required=True)
@click.option("--test", type=FILE, required=True)
@as_json_option
def fit(train: Path, test: Path, as_json: bool) -> None:
    """Small, fit or large? One-vs-rest AUC."""
    from zhiyin.domain.matching.evaluation.fit import evaluate_fit

    _print(evaluate_fit(*_wearings(train, test), _tell), as_json)


@evaluate.command()
@click.option("--train", type=FILE, required=True)
@click.option("--test", type=FILE, required=True)
@as_json_option
def evidence(train: Path, test: Path, as_json: bool) -> None:
    """Whose verdict should she read, when she will read ten?"""
    from zhiyin.domain.matching.evaluation.evidence import evaluate_evidence

    _print(evaluate_evidence(*_wearings(train, test), _tell), as_json)


@evaluate.command()
@click.option("--cases", type=FILE, required=True, help="JSON Lines of text and expect.")
@as_json_option
def read(cases: Path, as_json: bool) -> None:
    """How well needs are read: precision, recall and F1 over slots."""
    from zhiyin.domain.audience.reading.evaluation import evaluate_read

    with cases.open(encoding="utf-8-sig") as lines:
        try:
            found = evaluate_read(lines)
        except (ValueError, KeyError, TypeError) as error:
            raise click.ClickException(f"{cases.name}: not a case file ({error!r})") from None
    _print(found, as_json)


def _wearings(train: Path | None, test: Path | None) -> tuple[Any, Any]:
    from zhiyin.domain.matching.evaluation import rentals

    if train is None or test is None:
        raise click.UsageError("give --train and --test, or --rentals and --cuts")
    try:
        codes = rentals.category_codes(train)
        return rentals.read(train, codes), rentals.read(test, codes)
    except (KeyError, ValueError, OSError) as error:
        raise click.ClickException(f"not a rentals file: {error}") from None


def _days(cuts: str) -> list[date]:
    try:
        return [date.fromisoformat(day.strip()) for day in cuts.split(",")]
    except ValueError:
        raise click.BadParameter("days as YYYY-MM-DD, apart by commas") from None


def _tell(step: str) -> None:
    stderr.print(f"[dim]{step}[/]")


def _print(found: Any, as_json: bool) -> None:
    if as_json:
        print_json(_finite(found))
        return
    Console(highlight=False).print_json(data=_finite(found))


def _finite(found: Any) -> Any:
    """NaN is no JSON: what has no value is null."""
    if isinstance(found, dict):
        return {name: _finite(value) for name, value in found.items()}
    if isinstance(found, list | tuple):
        return [_finite(value) for value in found]
    if isinstance(found, float) and math.isnan(found):
        return None
    return found
