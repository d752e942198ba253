"""The counters of stock and, where a place keeps one row per piece, those rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from zhiyin.domain.catalog.queries.stock import counts
from zhiyin.domain.catalog.types import StockCount
from zhiyin.kit.ids import uuid7
from zhiyin.storage.sql import many, one, run

Place = tuple[UUID, UUID]

MAKE_PLACES = """
    INSERT INTO catalog_stock (id, brand_id, sku_id, store_id, on_hand, held)
    SELECT id, %(brand_id)s, sku_id, store_id, 0, 0
    FROM unnest(%(ids)s::uuid[], %(sku_ids)s::uuid[], %(store_ids)s::uuid[])
         WITH ORDINALITY AS place (id, sku_id, store_id, n)
    ORDER BY n
    ON CONFLICT DO NOTHING
"""
LOCK = """
    SELECT stock.sku_id, stock.store_id
    FROM unnest(%(sku_ids)s::uuid[], %(store_ids)s::uuid[]) AS place (sku_id, store_id)
    JOIN catalog_stock stock ON stock.brand_id = %(brand_id)s
      AND stock.sku_id = place.sku_id AND stock.store_id = place.store_id
    ORDER BY stock.sku_id, stock.store_id
    FOR NO KEY UPDATE OF stock
"""

SHIFT = """
    WITH moved AS (
        SELECT sku_id, store_id, sum(on_hand)::int AS on_hand, sum(held)::int AS held
        FROM unnest(%(sku_ids)s::uuid[], %(store_ids)s::uuid[], %(on_hand)s::int[], %(held)s::int[])
             AS shift (sku_id, store_id, on_hand, held)
        GROUP BY sku_id, store_id
    ), locked AS MATERIALIZED (
        SELECT stock.id, moved.on_hand, moved.held
        FROM moved JOIN catalog_stock stock ON stock.brand_id = %(brand_id)s
          AND stock.sku_id = moved.sku_id AND stock.store_id = moved.store_id
        ORDER BY stock.sku_id, stock.store_id
        FOR NO KEY UPDATE OF stock
    )
    UPDATE catalog_stock stock
    SET on_hand = stock.on_hand + locked.on_hand,
        held = stock.held + CASE WHEN stock.by_unit_since IS NULL THEN locked.held ELSE 0 END
    FROM locked
    WHERE stock.brand_id = %(brand_id)s AND stock.id = locked.id
    RETURNING stock.sku_id, stock.store_id, stock.on_hand, stock.by_unit_since IS NOT NULL
"""
"""Every place once, locked in the order of everybody. Held units are no counter: see below."""

FREE_UNITS = """
    UPDATE catalog_stockunit unit SET hold_id = NULL
    FROM unnest(%(hold_ids)s::uuid[], %(pieces)s::int[]) AS freed (hold_id, pieces)
    CROSS JOIN LATERAL (
        SELECT id FROM catalog_stockunit
        WHERE brand_id = %(brand_id)s AND hold_id = freed.hold_id
        ORDER BY id LIMIT freed.pieces
    ) mine
    WHERE unit.brand_id = %(brand_id)s AND unit.id = mine.id
"""
DROP_HELD_UNITS = """
    DELETE FROM catalog_stockunit unit
    USING unnest(%(hold_ids)s::uuid[], %(pieces)s::int[]) AS gone (hold_id, pieces)
    CROSS JOIN LATERAL (
        SELECT id FROM catalog_stockunit
        WHERE brand_id = %(brand_id)s AND hold_id = gone.hold_id
        ORDER BY id LIMIT gone.pieces
    ) mine
    WHERE unit.brand_id = %(brand_id)s AND unit.id = mine.id
"""
DROP_FREE_UNITS = """
    WITH one AS MATERIALIZED (
        SELECT free.id
        FROM unnest(%(sku_ids)s::uuid[], %(store_ids)s::uuid[], %(pieces)s::int[])
             AS gone (sku_id, store_id, pieces)
        CROSS JOIN LATERAL (
            SELECT id FROM catalog_stockunit
            WHERE brand_id = %(brand_id)s AND sku_id = gone.sku_id AND store_id = gone.store_id
              AND hold_id IS NULL
            ORDER BY id LIMIT gone.pieces
            FOR UPDATE SKIP LOCKED
        ) free
    )
    DELETE FROM catalog_stockunit unit USING one
    WHERE unit.brand_id = %(brand_id)s AND unit.id = one.id
"""
DROP_UNITS = """
    WITH gone AS (
        DELETE FROM catalog_stockunit
        WHERE brand_id = %(brand_id)s AND sku_id = %(sku_id)s AND store_id = %(store_id)s
        RETURNING hold_id
    )
    SELECT count(hold_id) FROM gone
"""
"""Waits for whoever is taking one of them, and counts it as taken."""
ADD_UNITS = """
    INSERT INTO catalog_stockunit (id, brand_id, sku_id, store_id, hold_id)
    SELECT gen_random_uuid(), %(brand_id)s, sku_id, store_id, hold_id
    FROM unnest(%(sku_ids)s::uuid[], %(store_ids)s::uuid[], %(hold_ids)s::uuid[], %(pieces)s::int[])
         AS added (sku_id, store_id, hold_id, pieces), generate_series(1, added.pieces)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A change of what lies in a place and of what is held there, in pieces.

    Held pieces are those of `hold_id`.
    """

    sku_id: UUID
    store_id: UUID
    hold_id: UUID | None = None
    on_hand: int = 0
    held: int = 0


def make_places(*, brand_id: UUID, places: Sequence[Place]) -> None:
    """A count of nothing where none was taken yet. `places` in the order of everybody."""
    run(MAKE_PLACES, brand_id=brand_id, ids=[uuid7() for _ in places], **_split(places))


def locked(*, brand_id: UUID, places: Sequence[Place]) -> dict[Place, StockCount]:
    """What lies in some places. Until the transaction ends nobody changes it, nobody holds pieces
    of a counter, and pieces that have a row each may still be held.
    """
    many(LOCK, brand_id=brand_id, **_split(places))
    return counts(brand_id=brand_id, places=places)


def shift(*, brand_id: UUID, shifts: Sequence[Shift]) -> dict[Place, int]:
    """Change counters, and units where there are any. Returns what lies in each place after it."""
    if not shifts:
        return {}
    rows = many(
        SHIFT,
        brand_id=brand_id,
        on_hand=[each.on_hand for each in shifts],
        held=[each.held for each in shifts],
        **_split([(each.sku_id, each.store_id) for each in shifts]),
    )
    hot = {(sku, store) for sku, store, _, by_unit in rows if by_unit}
    if hot:
        _shift_units(brand_id, [each for each in shifts if (each.sku_id, each.store_id) in hot])
    return {(sku, store): on_hand for sku, store, on_hand, _ in rows}


def add_units(*, brand_id: UUID, pieces: Iterable[tuple[UUID, UUID, UUID | None, int]]) -> None:
    """New units: (SKU, store, hold or None, how many) each."""
    rows = list(pieces)
    run(
        ADD_UNITS,
        brand_id=brand_id,
        hold_ids=[hold_id for _, _, hold_id, _ in rows],
        pieces=[count for *_, count in rows],
        **_split([(sku, store) for sku, store, _, _ in rows]),
    )


def drop_units(*, brand_id: UUID, sku_id: UUID, store_id: UUID) -> int:
    """All units of a place go, which the caller has locked. Returns how many were held."""
    row = one(DROP_UNITS, brand_id=brand_id, sku_id=sku_id, store_id=store_id)
    return int(row[0]) if row else 0


def drop_free_units(*, brand_id: UUID, pieces: Mapping[Place, int]) -> bool:
    """Units that nobody holds go: so many of each place, which the caller has locked.

    False if somebody is taking too many of them at this moment.
    """
    return sum(pieces.values()) == run(
        DROP_FREE_UNITS,
        brand_id=brand_id,
        pieces=list(pieces.values()),
        **_split(list(pieces)),
    )


def _shift_units(brand_id: UUID, shifts: Sequence[Shift]) -> None:
    """Units of holds leave with the goods, or are free again; goods that came back are new ones,
    of the hold where it holds them again.
    """
    for statement, chosen in (
        (DROP_HELD_UNITS, [each for each in shifts if each.hold_id and each.on_hand < 0]),
        (FREE_UNITS, [each for each in shifts if each.hold_id and not each.on_hand]),
    ):
        if chosen:
            run(
                statement,
                brand_id=brand_id,
                hold_ids=[each.hold_id for each in chosen],
                pieces=[-each.held for each in chosen],
            )
    back = [each for each in shifts if each.on_hand > 0]
    if back:
        add_units(
            brand_id=brand_id,
            pieces=[
                (each.sku_id, each.store_id, each.hold_id if each.held else None, each.on_hand)
                for each in back
            ],
        )


def _split(places: Sequence[Place]) -> dict[str, list[UUID]]:
    return {
        "sku_ids": [sku for sku, _ in places],
        "store_ids": [store for _, store in places],
    }
