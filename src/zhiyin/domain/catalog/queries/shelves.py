"""What lies in stores, SKU by SKU: a page to count by, and all of it for a file."""

from collections.abc import Collection, Sequence
from uuid import UUID

from zhiyin.domain.catalog.types import ShelfRow
from zhiyin.storage.sql import many

TO_COUNT = """
    SELECT %(store_id)s::uuid, sku.id, sku.code, product.name_zh, product.name_en, sku.color,
           sku.size_label, coalesce(shelf.on_hand, 0), coalesce(shelf.held, 0)
    FROM catalog_sku sku
    JOIN catalog_product product
      ON product.brand_id = sku.brand_id AND product.id = sku.product_id
    LEFT JOIN catalog_shelf shelf ON shelf.brand_id = sku.brand_id AND shelf.sku_id = sku.id
      AND shelf.store_id = %(store_id)s
    WHERE sku.brand_id = %(brand_id)s
      AND (coalesce(shelf.on_hand, 0) > 0 OR product.retired_at IS NULL)
      AND (%(sku_ids)s::uuid[] IS NULL OR sku.id = ANY(%(sku_ids)s::uuid[]))
      AND (strpos(lower(sku.code), lower(%(search)s)) > 0
        OR strpos(product.name_zh, %(search)s) > 0
        OR strpos(lower(product.name_en), lower(%(search)s)) > 0)
    ORDER BY sku.code, sku.id
    LIMIT %(limit)s
"""
ON_SHELVES = """
    SELECT shelf.store_id, sku.id, sku.code, product.name_zh, product.name_en, sku.color,
           sku.size_label, coalesce(shelf.on_hand, 0), coalesce(shelf.held, 0)
    FROM catalog_sku sku
    JOIN catalog_product product
      ON product.brand_id = sku.brand_id AND product.id = sku.product_id
    JOIN catalog_shelf shelf ON shelf.brand_id = sku.brand_id AND shelf.sku_id = sku.id
    WHERE sku.brand_id = %(brand_id)s
      AND (%(store_ids)s::uuid[] IS NULL OR shelf.store_id = ANY(%(store_ids)s::uuid[]))
      AND (%(code)s::text IS NULL OR (sku.code, shelf.store_id) > (%(code)s, %(store_id)s::uuid))
    ORDER BY sku.code, shelf.store_id
    LIMIT %(limit)s
"""
"""By code and store, so that a page begins where the last one ended."""


def shelf_to_count(
    *,
    brand_id: UUID,
    store_id: UUID,
    search: str = "",
    sku_ids: Sequence[UUID] | None = None,
    limit: int = 50,
) -> tuple[ShelfRow, ...]:
    """SKUs by code, with what lies of each in a store: those that match, or those named. One query.

    What is no longer sold is there while some of it is left.
    """
    rows = many(
        TO_COUNT,
        brand_id=brand_id,
        store_id=store_id,
        search=search,
        sku_ids=None if sku_ids is None else list(sku_ids),
        limit=limit,
    )
    return tuple(ShelfRow(*row) for row in rows)


def shelves_after(
    *, brand_id: UUID, store_ids: Collection[UUID] | None, last: ShelfRow | None, limit: int
) -> tuple[ShelfRow, ...]:
    """What was counted in these stores (None: in all) after `last`, for a file. One query."""
    rows = many(
        ON_SHELVES,
        brand_id=brand_id,
        store_ids=None if store_ids is None else sorted(store_ids),
        code=last.code if last else None,
        store_id=last.store_id if last else None,
        limit=limit,
    )
    return tuple(ShelfRow(*row) for row in rows)
