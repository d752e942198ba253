"""The people and the moment that tests share."""

from datetime import UTC, datetime
from uuid import UUID

from django.db import connection

from zhiyin.domain.brands import operations, queries
from zhiyin.domain.brands.types import BrandCard
from zhiyin.storage.tenancy import SET_BRAND

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def make_brand(slug: str) -> BrandCard:
    """A brand, in whatever transaction is open."""
    operations.create_brand(
        slug=slug, name_zh=f"品牌{slug}", name_en=f"Brand {slug}", is_demo=False, now=NOW
    )
    return queries.brand_by_slug(slug=slug)


def enter(brand_id: UUID) -> None:
    """Let the open test transaction see the rows of this brand and of no other."""
    with connection.cursor() as cursor:
        cursor.execute(SET_BRAND, [str(brand_id)])
