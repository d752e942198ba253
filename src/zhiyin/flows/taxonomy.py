"""Editing what needs are read with, and seeing at once what is read differently."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from zhiyin.domain.audience import operations as audience
from zhiyin.domain.audience import queries as kept
from zhiyin.domain.audience.kept import NeedCard
from zhiyin.domain.audience.reading.reader import read
from zhiyin.domain.audience.reading.taxonomy import Taxonomy
from zhiyin.domain.audience.types import Chip
from zhiyin.storage.tenancy import brand_tx

NEEDS_MAX = 200


@dataclass(frozen=True, slots=True)
class ReadDifferently:
    """A need whose reading changes: the chips that go, and those that come.

    Each chip says the words it came from. Whose need it is, is not said: its editor needs words.
    """

    need_id: UUID
    asked_at: datetime
    gone: tuple[Chip, ...]
    new: tuple[Chip, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changes among the newest `read` needs with words; the brand has `total` needs."""

    differences: tuple[ReadDifferently, ...]
    read: int
    total: int


@dataclass(frozen=True, slots=True)
class Saved:
    """The version that was saved, and what it reads differently from the one before."""

    version: int
    comparison: Comparison


def needs_read_differently(
    *,
    brand_id: UUID,
    category: str = kept.APPAREL,
    extension: Mapping[str, object] | None = None,
    limit: int = NEEDS_MAX,
) -> Comparison:
    """Which needs an edited taxonomy reads differently; newest first, `limit` needs at most.

    Before saving: `extension` is the draft, held against the current taxonomy. After saving:
    without it, the current taxonomy is held against the version each need was read with. Nothing
    is changed: chips that a shopper corrected stay hers.
    Raises TaxonomyMalformed, CategoryUnknown.
    """
    with brand_tx(brand_id):
        current = kept.taxonomy(brand_id=brand_id, category=category)
        needs, total = kept.newest_needs(brand_id=brand_id, limit=min(limit, NEEDS_MAX))
        if extension is None:
            versions = {need.taxonomy_version for need in needs}
            before = {
                version: kept.taxonomy(brand_id=brand_id, category=category, version=version)
                for version in sorted(versions)
            }
            after = current
        else:
            before = {need.taxonomy_version: current for need in needs}
            after = kept.edited_taxonomy(brand_id=brand_id, category=category, extension=extension)
    found = (_compared(need, before[need.taxonomy_version], after) for need in needs)
    return Comparison(
        differences=tuple(one for one in found if one.gone or one.new),
        read=len(needs),
        total=total,
    )


def save(
    *,
    brand_id: UUID,
    category: str = kept.APPAREL,
    extension: Mapping[str, object],
    based_on: int,
    user_id: int | None,
    now: datetime,
) -> Saved:
    """Save an edit and say what it reads differently from the version it was based on.

    Raises TaxonomyConflict, TaxonomyMalformed, CategoryUnknown.
    """
    comparison = needs_read_differently(brand_id=brand_id, category=category, extension=extension)
    with brand_tx(brand_id):
        version = audience.save_taxonomy(
            brand_id=brand_id,
            category=category,
            extension=extension,
            based_on=based_on,
            user_id=user_id,
            now=now,
        )
    return Saved(version, comparison)


def _compared(need: NeedCard, before: Taxonomy, after: Taxonomy) -> ReadDifferently:
    asked_on = need.asked_at.date()
    old = () if before is after else read(need.text, before, asked_on).chips
    new = () if before is after else read(need.text, after, asked_on).chips
    return ReadDifferently(
        need_id=need.id,
        asked_at=need.asked_at,
        gone=tuple(chip for chip in old if chip not in new),
        new=tuple(chip for chip in new if chip not in old),
    )
