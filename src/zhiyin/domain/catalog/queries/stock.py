"""What lies where, what of it is held and for what, and who changed it."""

from collections.abc import Sequence
from uuid import UUID

from zhiyin.domain.catalog.models import LIVE, StockHold, StockMove
from zhiyin.domain.catalog.types import (
    HoldCard,
    HoldState,
    StockCount,
    StockMoveCard,
    StockMoveKind,
)
from zhiyin.storage.sql import many

STOCK_OF = """
    SELECT shelf.sku_id, shelf.store_id, shelf.on_hand, shelf.held, shelf.by_unit
    FROM catalog_sku sku
    JOIN catalog_shelf shelf ON shelf.brand_id = sku.brand_id AND shelf.sku_id = sku.id
    WHERE sku.brand_id = %(brand_id)s AND sku.product_id = %(product_id)s
    ORDER BY shelf.sku_id, shelf.store_id
"""
COUNTS = """
    SELECT shelf.sku_id, shelf.store_id, shelf.on_hand, shelf.held, shelf.by_unit
    FROM unnest(%(sku_ids)s::uuid[], %(store_ids)s::uuid[]) AS asked (sku_id, store_id)
    JOIN catalog_shelf shelf ON shelf.brand_id = %(brand_id)s
      AND shelf.sku_id = asked.sku_id AND shelf.store_id = asked.store_id
    ORDER BY shelf.sku_id, shelf.store_id
"""
FOR_SALE_IN = """
    SELECT shelf.store_id, sum(shelf.for_sale)::bigint
    FROM catalog_shelf shelf
    JOIN brands_store store ON store.brand_id = shelf.brand_id AND store.id = shelf.store_id
      AND store.closed_at IS NULL
    WHERE shelf.brand_id = %(brand_id)s AND shelf.sku_id = ANY(%(sku_ids)s)
    GROUP BY shelf.store_id ORDER BY 2, shelf.store_id LIMIT %(limit)s
"""
MOVE_COLUMNS = (
    "at",
    "sku_id",
    "store_id",
    "kind",
    "change",
    "released",
    "on_hand",
    "reason",
    "user__username",
)


def stock_of(*, brand_id: UUID, product_id: UUID) -> dict[tuple[UUID, UUID], StockCount]:
    """(SKU, store) -> what lies there and what is held, wherever a count was taken. One query."""
    rows = many(STOCK_OF, brand_id=brand_id, product_id=product_id)
    return {(sku, store): StockCount(*figures) for sku, store, *figures in rows}


def counts(
    *, brand_id: UUID, places: Sequence[tuple[UUID, UUID]]
) -> dict[tuple[UUID, UUID], StockCount]:
    """(SKU, store) -> what lies there and what is held, for those of `places` that were counted.

    One query.
    """
    rows = many(
        COUNTS,
        brand_id=brand_id,
        sku_ids=[sku for sku, _ in places],
        store_ids=[store for _, store in places],
    )
    return {(sku, store): StockCount(*figures) for sku, store, *figures in rows}


def for_sale_in(
    *, brand_id: UUID, sku_ids: Sequence[UUID], limit: int = 500
) -> tuple[tuple[UUID, int], ...]:
    """Store -> how many pieces of some SKUs are for sale in it, the emptiest first. One query.

    Closed stores, and those where none of it was ever counted, are left out.
    """
    rows = many(FOR_SALE_IN, brand_id=brand_id, sku_ids=list(sku_ids), limit=limit)
    return tuple((store_id, left) for store_id, left in rows)


def held_for(*, brand_id: UUID, cause: str) -> tuple[HoldCard, ...]:
    """The lines held for a cause, also those that ended, by SKU and store. One query."""
    rows = StockHold.objects.filter(brand_id=brand_id, cause=cause).order_by("line")
    return tuple(
        HoldCard(
            sku_id=row.sku_id,
            store_id=row.store_id,
            quantity=row.quantity,
            outstanding=row.quantity - row.handed_over - row.released if row.state in LIVE else 0,
            handed_over=row.handed_over,
            taken_back=row.taken_back,
            released=row.released,
            state=HoldState(row.state),
            expires_at=row.expires_at,
        )
        for row in rows
    )


def stock_moves(
    *, brand_id: UUID, product_id: UUID, store_ids: Sequence[UUID], limit: int = 50
) -> tuple[StockMoveCard, ...]:
    """How the pieces of a product in some stores changed, newest first. One query."""
    rows = (
        StockMove.objects.filter(
            brand_id=brand_id, sku__product_id=product_id, store_id__in=list(store_ids)
        )
        .order_by("-at", "-id")
        .values_list(*MOVE_COLUMNS)[:limit]
    )
    return tuple(
        StockMoveCard(at, sku, store, StockMoveKind(kind), *figures, by or "")
        for at, sku, store, kind, *figures, by in rows
    )
