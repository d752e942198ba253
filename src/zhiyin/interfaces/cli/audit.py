"""`zhiyin audit`: every invariant of every brand, and what breaks it."""

import os
import sys
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from zhiyin.interfaces.cli.brands import as_json_option, ready
from zhiyin.interfaces.cli.output import print_json
from zhiyin.interfaces.cli.refused import one_object

VIOLATED = 1
screen = Console(highlight=False, soft_wrap=True)


@click.command()
@click.option("--brand", "slug", help="The brand's short name. Default: every open brand.")
@click.option("--only", "codes", multiple=True, help="An invariant's code. May be repeated.")
@click.option("--limit", default=100, show_default=True, help="Rows shown of one invariant.")
@as_json_option
def audit(slug: str | None, codes: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Look for broken invariants. Exit status 1 if there is one."""
    os.environ["ZHIYIN_DB_ROLE"] = "system"
    with one_object(as_json):
        ready()
        found = _audit(slug, codes, limit)
    if as_json:
        print_json(found)
    else:
        _show(found)
    if found["violations"]:
        sys.exit(VIOLATED)


def _audit(slug: str | None, codes: tuple[str, ...], limit: int) -> dict[str, Any]:
    from django.utils import timezone

    from zhiyin.domain.brands import queries as brands
    from zhiyin.flows import audits

    asked = [each for each in audits.AUDITS if not codes or each.code in codes]
    if unknown := set(codes) - {each.code for each in asked}:
        known = ", ".join(each.code for each in audits.AUDITS)
        raise click.UsageError(f"No invariant {', '.join(sorted(unknown))}. There are: {known}.")
    audited = (brands.brand_by_slug(slug=slug),) if slug else brands.open_brands()
    slugs = {brand.id: brand.slug for brand in audited}
    rows = [
        {
            "brand": slugs[finding.brand_id],
            "code": finding.audit.code,
            "says": finding.audit.says,
            "violations": [
                {"subject": violation.subject, **violation.details}
                for violation in finding.violations
            ],
        }
        for finding in audits.run(
            brand_ids=list(slugs), now=timezone.now(), audits=asked, limit=limit
        )
    ]
    return {"violations": sum(len(row["violations"]) for row in rows), "audits": rows}


def _show(found: dict[str, Any]) -> None:
    table = Table("brand", "code", "what must hold", "violations", box=None, pad_edge=False)
    for row in found["audits"]:
        count = len(row["violations"])
        table.add_row(
            row["brand"], row["code"], row["says"], f"[bold red]{count}[/]" if count else "0"
        )
    screen.print(table)
    for row in found["audits"]:
        for violation in row["violations"]:
            words = "  ".join(f"{name}={value}" for name, value in violation.items())
            screen.print(f"[red]{row['brand']} {row['code']}[/]  {words}")
    screen.print(f"{found['violations']} violations")
