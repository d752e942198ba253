"""`zhiyin match`: a need in words, three picks."""

from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from zhiyin.interfaces.cli.output import print_json
from zhiyin.interfaces.cli.refused import one_object
from zhiyin.kit.text import has_han
from zhiyin.storage import addresses

screen = Console(highlight=False, soft_wrap=True)


@click.command()
@click.option("--need", required=True, help="What she needs, in her own words.")
@click.option("--brand", "slug", help="The brand's short name. Default: the first by name.")
@click.option("--member", help="Her id in the system she was imported from.")
@click.option("--language", type=click.Choice(("zh-hans", "en")), help="Default: the need's own.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def match(
    need: str, slug: str | None, member: str | None, language: str | None, as_json: bool
) -> None:
    """Answer a need with up to three people, looks and sizes. Nothing of it is kept."""
    with one_object(as_json):
        addresses.start()
        import django

        django.setup()
        language = language or ("zh-hans" if has_han(need) else "en")
        found = _answer(need, slug, member, language)
    if as_json:
        print_json(found)
    else:
        _show(found)


def _answer(need: str, slug: str | None, member: str | None, language: str) -> dict[str, Any]:
    from django.conf import settings

    from zhiyin.domain.brands import queries as brands
    from zhiyin.domain.brands.types import BrandNotFound
    from zhiyin.domain.members import queries as members
    from zhiyin.domain.members.types import MemberNotFound
    from zhiyin.flows import decide, ports
    from zhiyin.flows.reading import read_need
    from zhiyin.interfaces.api.answering import answer_json
    from zhiyin.kit.times import day_of
    from zhiyin.storage.tenancy import brand_tx

    now = datetime.now(UTC)
    if slug is None:
        slug = next((brand.slug for brand in brands.open_brands()), None)
        if slug is None:
            raise BrandNotFound()
    brand = brands.brand_by_slug(slug=slug)
    heard = read_need(
        brand_id=brand.id,
        text=need,
        today=day_of(now, brand.time_zone),
        second=ports.wired().reader,
    )
    with brand_tx(brand.id):
        asker = decide.Asker()
        if member is not None:
            ids = members.members_by_external_id(brand_id=brand.id, external_ids=[member])
            if member not in ids:
                raise MemberNotFound(external_id=member)
            asker = decide.Asker(member_id=ids[member])
        answered = decide.answer_need(
            brand_id=brand.id,
            asker=asker,
            folder=settings.MODEL_FOLDER,
            now=now,
            slots=heard.reading.slots,
        )
        return {"need": need} | answer_json(
            brand=brand,
            reading=heard.reading,
            answered=answered,
            taxonomy=heard.taxonomy,
            language=language,
        )


def _show(found: dict[str, Any]) -> None:
    screen.print(f"[bold]“{found['need']}”[/]  [dim]{found['brand']}[/]")
    screen.print("  ".join(f"[reverse] {chip['label']} [/]" for chip in found["understood"]))
    if found["not_understood"]:
        screen.print(f"[dim]? {'  '.join(found['not_understood'])}[/]")
    for problem in found["problems"]:
        screen.print(f"[yellow]{problem['code']}[/] {problem['words']}")
    for rank, pick in enumerate(found["picks"], start=1):
        screen.print(Panel(_pick(pick), title=f"{rank}", title_align="left"))
    if found["unproven"]:
        labels = "  ".join(chip["label"] for chip in found["unproven"])
        screen.print(f"[dim]no evidence yet / 还没有证据: {labels}[/]")


def _pick(pick: dict[str, Any]) -> Table:
    table = Table.grid(padding=(0, 1))
    koc = pick["koc"]
    who = koc["name"] if koc else "-"
    if pick["likeness_bps"]:
        who += f" {pick['likeness_bps'] / 100:.0f}%"
    table.add_row("[bold]KOC[/]", who)
    for item in pick["items"]:
        table.add_row("", f"{item['name']} {item['size']}  ¥{item['price_fen'] / 100:.2f}")
    table.add_row("[bold]=[/]", f"¥{pick['total_fen'] / 100:.2f}")
    for reason in pick["reasons"]:
        table.add_row("·", reason["sentence"])
    shows = len(pick["evidence"])
    table.add_row("[dim]…[/]", f"[dim]{shows} buyer shows{', thin' if pick['thin'] else ''}[/]")
    return table
