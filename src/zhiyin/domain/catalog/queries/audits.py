"""What must never be found in the tables of stock: each invariant as a query of its violations."""

from zhiyin.kit.audits import Audit
from zhiyin.storage.audits import looks

S1_HELD_IS_RECOUNTED = """
    WITH alive AS (
        SELECT sku_id, store_id, sum(quantity - handed_over - released) AS pieces
        FROM catalog_stockhold
        WHERE brand_id = %(brand_id)s AND state IN ('held', 'kept')
        GROUP BY sku_id, store_id
    ), units AS (
        SELECT sku_id, store_id, count(*) AS pieces, count(hold_id) AS taken
        FROM catalog_stockunit WHERE brand_id = %(brand_id)s
        GROUP BY sku_id, store_id
    ), stock AS (
        SELECT sku_id, store_id, on_hand, held, by_unit_since IS NOT NULL AS by_unit
        FROM catalog_stock WHERE brand_id = %(brand_id)s
    )
    SELECT sku_id, store_id, stock.on_hand, stock.held, alive.pieces AS held_by_rows,
           units.pieces AS units, units.taken AS units_taken
    FROM stock
    FULL JOIN alive USING (sku_id, store_id)
    FULL JOIN units USING (sku_id, store_id)
    WHERE stock.on_hand IS NULL
       OR coalesce(alive.pieces, 0) > stock.on_hand
       OR coalesce(alive.pieces, 0)
          <> CASE WHEN stock.by_unit THEN coalesce(units.taken, 0) ELSE stock.held END
       OR coalesce(units.pieces, 0) <> CASE WHEN stock.by_unit THEN stock.on_hand ELSE 0 END
       OR (stock.by_unit AND stock.held <> 0)
    ORDER BY sku_id, store_id LIMIT %(limit)s
"""
S1_UNITS_OF_EACH_HOLD = """
    SELECT hold.id, hold.cause, hold.sku_id, hold.store_id, hold.state,
           hold.quantity - hold.handed_over - hold.released AS outstanding, count(unit.id) AS units
    FROM catalog_stockhold hold
    JOIN catalog_stock stock ON stock.brand_id = hold.brand_id
      AND stock.sku_id = hold.sku_id AND stock.store_id = hold.store_id
    LEFT JOIN catalog_stockunit unit ON unit.brand_id = hold.brand_id AND unit.hold_id = hold.id
      AND unit.sku_id = hold.sku_id AND unit.store_id = hold.store_id
    WHERE hold.brand_id = %(brand_id)s AND stock.by_unit_since IS NOT NULL
    GROUP BY hold.brand_id, hold.id
    HAVING count(unit.id) <> CASE WHEN hold.state IN ('held', 'kept')
                             THEN hold.quantity - hold.handed_over - hold.released ELSE 0 END
    ORDER BY hold.id LIMIT %(limit)s
"""
S2_HOLD_OUTLIVED = """
    SELECT id, cause, sku_id, store_id, expires_at FROM catalog_stockhold
    WHERE brand_id = %(brand_id)s AND state = 'held'
      AND expires_at + interval '60 seconds' < %(now)s
    ORDER BY expires_at, id LIMIT %(limit)s
"""
S2_KEPT_TOO_LATE = """
    SELECT id, cause, sku_id, store_id, expires_at, kept_at FROM catalog_stockhold
    WHERE brand_id = %(brand_id)s AND kept_at >= expires_at AND kept_at <= %(now)s
    ORDER BY kept_at, id LIMIT %(limit)s
"""

AUDITS = (
    Audit(
        "S1.held",
        "what is held is the sum of the holds that live, and never more than lies there",
        looks(
            S1_HELD_IS_RECOUNTED,
            "store_id",
            "on_hand",
            "held",
            "held_by_rows",
            "units",
            "units_taken",
        ),
    ),
    Audit(
        "S1.units",
        "a hold of a SKU kept piece by piece has as many pieces as it is for",
        looks(
            S1_UNITS_OF_EACH_HOLD,
            "cause",
            "sku_id",
            "store_id",
            "state",
            "outstanding",
            "units",
        ),
    ),
    Audit(
        "S2.outlived",
        "no hold is older than its time and a minute",
        looks(S2_HOLD_OUTLIVED, "cause", "sku_id", "store_id", "expires_at"),
    ),
    Audit(
        "S2.late",
        "nothing was kept after its time",
        looks(S2_KEPT_TOO_LATE, "cause", "sku_id", "store_id", "expires_at", "kept_at"),
    ),
)
