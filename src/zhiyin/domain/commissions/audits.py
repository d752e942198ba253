"""K1 to K5, each a query whose every row is a violation."""

from zhiyin.domain.commissions.types import MOST_LEVELS, MOST_RATE_BPS
from zhiyin.kit.audits import Audit
from zhiyin.storage.audits import looks

WITHIN_THE_CAP = """
    WITH kept AS (
        SELECT line.order_id, sum(pieces.fen)::bigint AS kept_fen
        FROM orders_orderline line
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(unit), 0) AS fen FROM (
                SELECT fen::bigint AS unit FROM jsonb_array_elements_text(line.units) AS fen
                ORDER BY 1 DESC OFFSET line.refunded
            ) unit
        ) pieces
        WHERE line.brand_id = %(brand_id)s
        GROUP BY line.order_id
    ), earned AS (
        SELECT order_id, sum(amount_fen - reversed_fen)::bigint AS left_fen,
               sum(amount_fen)::bigint AS amount_fen, sum(base_fen) AS base_fen
        FROM commissions_commission WHERE brand_id = %(brand_id)s GROUP BY order_id
    )
    SELECT earned.order_id, left_fen, kept_fen FROM earned JOIN kept USING (order_id)
    WHERE left_fen > kept_fen * %(most_bps)s / 10000
      AND NOT EXISTS (
        SELECT FROM orders_order o WHERE o.brand_id = %(brand_id)s AND o.id = earned.order_id
           AND EXISTS (SELECT FROM orders_refund r WHERE r.brand_id = o.brand_id
                       AND r.order_id = o.id AND r.granted_at > %(now)s - interval '10 minutes'))
    ORDER BY earned.order_id LIMIT %(limit)s
"""
FOR_GOODS_SOLD = """
    SELECT commission.id, commission.level, placed.paid_at
    FROM commissions_commission commission
    LEFT JOIN orders_orderline line
      ON line.brand_id = commission.brand_id AND line.id = commission.line_id
     AND line.order_id = commission.order_id
    LEFT JOIN orders_order placed
      ON placed.brand_id = commission.brand_id AND placed.id = commission.order_id
    WHERE commission.brand_id = %(brand_id)s
      AND (commission.level NOT BETWEEN 1 AND %(most_levels)s OR line.id IS NULL
           OR placed.paid_at IS NULL)
    ORDER BY commission.id LIMIT %(limit)s
"""
NOT_THE_BUYER = """
    SELECT commission.id, commission.order_id
    FROM commissions_commission commission
    JOIN orders_order placed
      ON placed.brand_id = commission.brand_id AND placed.id = commission.order_id
    WHERE commission.brand_id = %(brand_id)s AND placed.member_id = commission.member_id
      AND commission.reversed_fen < commission.amount_fen
    ORDER BY commission.id LIMIT %(limit)s
"""
NO_RING = """
    SELECT promoter.id, promoter.introduced_by_id
    FROM commissions_promoter promoter
    LEFT JOIN commissions_promoter above
      ON above.brand_id = promoter.brand_id AND above.id = promoter.introduced_by_id
    WHERE promoter.brand_id = %(brand_id)s AND promoter.introduced_by_id IS NOT NULL
      AND (above.id IS NULL OR above.id >= promoter.id)
    ORDER BY promoter.id LIMIT %(limit)s
"""
OWED_AS_EARNED = """
    WITH earned AS (
        SELECT member_id,
               coalesce(sum(amount_fen - reversed_fen)
                        FILTER (WHERE state IN ('pending', 'unlocked')), 0)::bigint AS fen
        FROM commissions_commission WHERE brand_id = %(brand_id)s GROUP BY member_id
    ), owed AS (
        SELECT owner_id AS member_id, sum(fen)::bigint AS fen FROM (
            SELECT credit_owner_id AS owner_id, amount_fen AS fen FROM ledger_transfer
            WHERE brand_id = %(brand_id)s AND credit_kind = 'commission_pending'
            UNION ALL
            SELECT debit_owner_id, -amount_fen FROM ledger_transfer
            WHERE brand_id = %(brand_id)s AND debit_kind = 'commission_pending'
        ) side
        GROUP BY owner_id
    )
    SELECT member_id, earned.fen, owed.fen FROM earned FULL JOIN owed USING (member_id)
    WHERE coalesce(earned.fen, 0) <> coalesce(owed.fen, 0)
    ORDER BY member_id LIMIT %(limit)s
"""
REVERSED_AS_WRITTEN = """
    SELECT commission.id, commission.reversed_fen, coalesce(sum(reversal.amount_fen), 0)::bigint
    FROM commissions_commission commission
    LEFT JOIN commissions_reversal reversal
      ON reversal.brand_id = commission.brand_id AND reversal.commission_id = commission.id
    WHERE commission.brand_id = %(brand_id)s
    GROUP BY commission.brand_id, commission.id
    HAVING commission.reversed_fen <> coalesce(sum(reversal.amount_fen), 0)
    ORDER BY commission.id LIMIT %(limit)s
"""
SETTLED_AS_POSTED = """
    SELECT settlement.id, settlement.amount_fen, posted.fen, now_fen.fen
    FROM commissions_settlement settlement
    LEFT JOIN LATERAL (
        SELECT sum(transfer.amount_fen)::bigint AS fen
        FROM ledger_entry entry
        JOIN ledger_transfer transfer
          ON transfer.brand_id = entry.brand_id AND transfer.entry_id = entry.id
        WHERE entry.brand_id = settlement.brand_id
          AND entry.cause = 'settlement:' || settlement.id || ':paid'
    ) posted ON true
    LEFT JOIN LATERAL (
        SELECT sum(commission.amount_fen)::bigint AS fen FROM commissions_commission commission
        WHERE commission.brand_id = settlement.brand_id
          AND commission.settlement_id = settlement.id
    ) now_fen ON true
    WHERE settlement.brand_id = %(brand_id)s
      AND (settlement.amount_fen IS DISTINCT FROM posted.fen
           OR settlement.amount_fen > coalesce(now_fen.fen, 0))
    ORDER BY settlement.id LIMIT %(limit)s
"""

AUDITS = (
    Audit(
        "K1",
        "what an order earned people is below the cap of what was paid and kept of its goods",
        looks(WITHIN_THE_CAP, "left_fen", "kept_fen", most_bps=MOST_RATE_BPS),
    ),
    Audit(
        "K2",
        "a commission is of the first or second level, on a line of goods that was paid for",
        looks(FOR_GOODS_SOLD, "level", "paid_at", most_levels=MOST_LEVELS),
    ),
    Audit("K3", "nobody earns on her own order", looks(NOT_THE_BUYER, "order")),
    Audit(
        "K4",
        "who introduced a promoter was there before her, so nobody is above herself",
        looks(NO_RING, "introduced_by"),
    ),
    Audit(
        "K5.pending",
        "what the books owe a promoter is what she earned and is not hers yet",
        looks(OWED_AS_EARNED, "earned_fen", "owed_fen"),
    ),
    Audit(
        "K5.reversed",
        "what was taken back of a commission is written down, part by part",
        looks(REVERSED_AS_WRITTEN, "reversed_fen", "written_fen"),
    ),
    Audit(
        "K5.settled",
        "what a settlement made theirs is what it posted",
        looks(SETTLED_AS_POSTED, "amount_fen", "posted_fen", "commissions_fen"),
    ),
)
