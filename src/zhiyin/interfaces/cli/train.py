"""`zhiyin train`: a new model for a brand, or the one before."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from zhiyin.interfaces.cli.output import print_json
from zhiyin.interfaces.cli.refused import one_object
from zhiyin.storage import addresses

LAST = "last"
stderr = Console(stderr=True)


@click.command()
@click.option("--brand", "slug", required=True, help="The brand's short name.")
@click.option(
    "--roll-back",
    "version",
    is_flag=False,
    flag_value=LAST,
    help="Serve an earlier model again: the one before, or the version named.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; no progress bar.")
def train(slug: str, version: str | None, as_json: bool) -> None:
    """Learn from the brand's rows and serve the new model; what serves meanwhile goes on."""
    with one_object(as_json):
        addresses.start()
        import django

        django.setup()
        found = _trained(slug, as_json) if version is None else _rolled_back(slug, version)
    if as_json:
        print_json(found)
    else:
        sys.stdout.write(f"{found['brand']}: {found['version']} serves\n")


def _trained(slug: str, as_json: bool) -> dict[str, Any]:
    from django.conf import settings

    from zhiyin.domain.brands import queries as brands
    from zhiyin.domain.matching import operations as matching

    brand = brands.brand_by_slug(slug=slug)
    with _bar(slug, as_json) as told:
        made = matching.train(
            brand_id=brand.id,
            folder=settings.MODEL_FOLDER,
            now=datetime.now(UTC),
            progress=told,
        )
    return {"brand": slug, "version": made.version, "figures": dict(made.figures)}


def _rolled_back(slug: str, version: str) -> dict[str, Any]:
    from django.conf import settings

    from zhiyin.domain.brands import queries as brands
    from zhiyin.domain.matching import operations as matching
    from zhiyin.storage.tenancy import brand_tx

    brand = brands.brand_by_slug(slug=slug)
    with brand_tx(brand.id):
        serving = matching.roll_back(
            brand_id=brand.id,
            folder=settings.MODEL_FOLDER,
            now=datetime.now(UTC),
            version="" if version == LAST else version,
        )
    return {"brand": slug, "version": serving, "rolled_back": True}


@contextmanager
def _bar(slug: str, as_json: bool) -> Iterator[Callable[[str, float], None]]:
    if as_json or not sys.stderr.isatty():
        yield lambda _step, _done: None
        return
    with Progress(
        TextColumn("[bold]{task.description}"), BarColumn(), TimeElapsedColumn(), console=stderr
    ) as bar:
        task = bar.add_task(slug, total=1.0)
        yield lambda step, done: bar.update(task, completed=done, description=f"{slug} {step}")
