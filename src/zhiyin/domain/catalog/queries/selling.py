"""What a cart and an order ask of the catalogue: prices of today, and who has all of it."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from zhiyin.domain.catalog.types import Category, Sellable
from zhiyin.storage.sql import many

SELLABLE = """
    SELECT sku.id, product.id, product.category, product.name_zh, product.name_en, sku.color,
           sku.size_label, sku.price_fen,
           coalesce(sum(shelf.for_sale) FILTER (WHERE store.closed_at IS NULL), 0)::int
    FROM catalog_sku sku
    JOIN catalog_product product ON product.brand_id = sku.brand_id AND product.id = sku.product_id
      AND product.retired_at IS NULL
    LEFT JOIN catalog_shelf shelf ON shelf.brand_id = sku.brand_id AND shelf.sku_id = sku.id
      AND (%(store_id)s::uuid IS NULL OR shelf.store_id = %(store_id)s)
    LEFT JOIN brands_store store ON store.brand_id = shelf.brand_id AND store.id = shelf.store_id
    WHERE sku.brand_id = %(brand_id)s AND sku.id = ANY(%(sku_ids)s) AND sku.retired_at IS NULL
    GROUP BY sku.brand_id, sku.id, product.brand_id, product.id
"""
STORES_WITH = """
    SELECT store.id
    FROM unnest(%(sku_ids)s::uuid[], %(pieces)s::int[]) AS wanted (sku_id, pieces)
    JOIN catalog_shelf shelf ON shelf.brand_id = %(brand_id)s AND shelf.sku_id = wanted.sku_id
      AND shelf.for_sale >= wanted.pieces
    JOIN brands_store store ON store.brand_id = shelf.brand_id AND store.id = shelf.store_id
      AND store.closed_at IS NULL
    GROUP BY store.brand_id, store.id
    HAVING count(*) = %(lines)s
    ORDER BY min(shelf.for_sale - wanted.pieces) DESC, store.code
    LIMIT %(limit)s
"""


def sellable(
    *, brand_id: UUID, sku_ids: Sequence[UUID], store_id: UUID | None = None
) -> dict[UUID, Sellable]:
    """SKU -> what it is and costs, and how many are for sale, in one store or in all open ones.

    What is retired is not there. One query.
    """
    rows = many(SELLABLE, brand_id=brand_id, sku_ids=list(sku_ids), store_id=store_id)
    return {
        sku: Sellable(sku, product, Category(category), *words, price_fen, left)
        for sku, product, category, *words, price_fen, left in rows
    }


def stores_with(*, brand_id: UUID, pieces: Mapping[UUID, int], limit: int = 50) -> tuple[UUID, ...]:
    """The open stores that have all of this (SKU -> pieces), the best stocked first. One query."""
    rows = many(
        STORES_WITH,
        brand_id=brand_id,
        sku_ids=list(pieces),
        pieces=list(pieces.values()),
        lines=len(pieces),
        limit=limit,
    )
    return tuple(row[0] for row in rows)
