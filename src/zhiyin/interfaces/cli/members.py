"""`zhiyin members`: find a person, let one member stand for two, delete anew after a restore."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import click

from zhiyin.interfaces.cli.brands import as_json_option, brand_option, ready, say
from zhiyin.interfaces.cli.refused import one_object
from zhiyin.kit.errors import DomainError, Kind

LISTED_AT_ONCE = 10_000


class ErasuresUnreadable(DomainError):
    """The file is not the JSON that `zhiyin members erasures --json` prints for this brand."""

    code: ClassVar[str] = "erasures_unreadable"
    kind: ClassVar[Kind] = Kind.INVALID


@click.group()
def members() -> None:
    """The people of a brand. Ids only: names and numbers stay sealed."""


@members.command(name="find")
@brand_option
@click.option("--phone", help="Her whole number.")
@click.option("--external-id", help="Her id in the file that was imported.")
@as_json_option
def find(slug: str, phone: str | None, external_id: str | None, as_json: bool) -> None:
    """Her id, and the merges she survived."""
    if (phone is None) == (external_id is None):
        raise click.UsageError("Say --phone or --external-id.")
    with one_object(as_json):
        ready()
        found = _find(slug, phone, external_id)
    say(found, as_json)


def _find(slug: str, phone: str | None, external_id: str | None) -> dict[str, Any]:
    from zhiyin.domain.brands import queries as brands
    from zhiyin.domain.members import queries
    from zhiyin.domain.members.types import Channel, MemberNotFound
    from zhiyin.storage.tenancy import brand_tx

    channel, value = (Channel.PHONE, phone) if phone else (Channel.IMPORT, external_id or "")
    brand = brands.brand_by_slug(slug=slug)
    with brand_tx(brand.id):
        member_id = queries.find_by_identity(brand_id=brand.id, channel=channel, value=value)
        if member_id is None:
            raise MemberNotFound()
        merges = queries.merges_of(brand_id=brand.id, member_id=member_id)
    rows = [
        {
            "merge": str(merge.id),
            "absorbed": str(merge.absorbed_id),
            "merged_at": merge.merged_at,
            "undone_at": merge.undone_at,
        }
        for merge in merges
    ]
    return {"brand": slug, "id": str(member_id), "merges": rows}


@members.command(name="merge")
@brand_option
@click.option("--keep", required=True, type=click.UUID, help="The id that stays.")
@click.option("--absorb", required=True, type=click.UUID, help="The id she stands for as well.")
@as_json_option
def merge(slug: str, keep: UUID, absorb: UUID, as_json: bool) -> None:
    """Let one member stand for two who are one person. Prints the id by which it is undone."""
    with one_object(as_json):
        ready()
        from zhiyin.domain.brands import queries as brands
        from zhiyin.flows.merging import merge_members

        merge_id = merge_members(
            brand_id=brands.brand_by_slug(slug=slug).id,
            survivor_id=keep,
            absorbed_id=absorb,
            now=datetime.now(UTC),
        )
    say({"brand": slug, "id": str(keep), "merge": str(merge_id)}, as_json)


@members.command(name="undo-merge")
@brand_option
@click.option("--merge", "merge_id", required=True, type=click.UUID, help="As `merge` printed it.")
@as_json_option
def undo_merge(slug: str, merge_id: UUID, as_json: bool) -> None:
    """Make them two again: exactly what moved moves back."""
    with one_object(as_json):
        ready()
        from zhiyin.domain.brands import queries as brands
        from zhiyin.flows import merging

        merging.undo_merge(
            brand_id=brands.brand_by_slug(slug=slug).id, merge_id=merge_id, now=datetime.now(UTC)
        )
    say({"brand": slug, "merge": str(merge_id), "undone": True}, as_json)


@members.command(name="erasures")
@brand_option
@as_json_option
def erasures(slug: str, as_json: bool) -> None:
    """Who asked to be deleted: keep this list outside of the database and its backups."""
    with one_object(as_json):
        ready()
        found = _erasures(slug)
    say(found, as_json)


def _erasures(slug: str) -> dict[str, Any]:
    from zhiyin.domain.brands import queries as brands
    from zhiyin.domain.members import queries
    from zhiyin.storage.tenancy import brand_tx

    brand = brands.brand_by_slug(slug=slug)
    listed: list[str] = []
    with brand_tx(brand.id):
        while page := queries.erasures(brand_id=brand.id, offset=len(listed), limit=LISTED_AT_ONCE):
            listed += [str(asked.member_id) for asked in page]
    return {"brand": slug, "members": listed}


@members.command(name="replay-erasures")
@brand_option
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json_option
def replay_erasures(slug: str, file: Path, as_json: bool) -> None:
    """Delete again, after a restore, everybody in FILE (what `erasures --json` printed)."""
    with one_object(as_json):
        listed = _listed(slug, file)
        ready()
        from django.conf import settings

        from zhiyin.domain.brands import queries as brands
        from zhiyin.flows import privacy
        from zhiyin.storage.media import MediaStore

        privacy.replay_erasures(
            brand_id=brands.brand_by_slug(slug=slug).id,
            member_ids=listed,
            media=MediaStore(settings.MEDIA_FOLDER),
            now=datetime.now(UTC),
        )
    say({"brand": slug, "replayed": len(listed)}, as_json)


def _listed(slug: str, file: Path) -> list[UUID]:
    """The ids in a list that was kept. Raises ErasuresUnreadable."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        if kept["brand"] != slug:
            raise ErasuresUnreadable(brand=str(kept["brand"])[:80])
        return [UUID(member_id) for member_id in kept["members"]]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise ErasuresUnreadable() from None
