"""What must never be found among orders: each invariant as a query of its violations."""

from zhiyin.domain.orders.care_rules import CASE_MOVES, CLAIMING
from zhiyin.domain.orders.rules import MOVES
from zhiyin.kit.audits import Audit
from zhiyin.storage.audits import looks

PAID_ONCE = """
    SELECT ordered.number, ordered.state, ordered.payable_fen, count(payment.id),
           coalesce(sum(payment.amount_fen), 0)::bigint
    FROM orders_order ordered
    LEFT JOIN orders_payment payment ON payment.brand_id = ordered.brand_id
      AND payment.order_id = ordered.id AND payment.state = 'paid'
    WHERE ordered.brand_id = %(brand_id)s
    GROUP BY ordered.brand_id, ordered.id
    HAVING (count(payment.id) <> CASE WHEN ordered.state IN ('unpaid', 'closed') THEN 0 ELSE 1 END)
        OR (count(payment.id) = 1 AND sum(payment.amount_fen) <> ordered.payable_fen)
    ORDER BY ordered.number LIMIT %(limit)s
"""
CREDITED_ONCE = """
    SELECT provider || ':' || transaction_id, count(*)
    FROM (SELECT provider, transaction_id FROM orders_payment
          WHERE brand_id = %(brand_id)s AND transaction_id <> ''
          UNION ALL
          SELECT provider, transaction_id FROM orders_strayreceipt
          WHERE brand_id = %(brand_id)s AND why <> 'transaction_id') money
    GROUP BY 1 HAVING count(*) > 1
    ORDER BY 1 LIMIT %(limit)s
"""
STEPS_FOLLOW = """
    WITH step AS (
        SELECT order_id, move, state, at,
               lag(state) OVER (PARTITION BY order_id ORDER BY id) AS before,
               row_number() OVER (PARTITION BY order_id ORDER BY id DESC) AS from_last
        FROM orders_orderstep WHERE brand_id = %(brand_id)s
    )
    SELECT ordered.number, step.move, step.before, step.state, ordered.state AS stands
    FROM step JOIN orders_order ordered
      ON ordered.brand_id = %(brand_id)s AND ordered.id = step.order_id
    WHERE (step.before IS NULL AND step.move <> 'place')
       OR (step.before IS NOT NULL
           AND step.before || ' ' || step.move || ' ' || step.state <> ALL(%(moves)s))
       OR (step.from_last = 1 AND step.state <> ordered.state)
    ORDER BY ordered.number, step.at LIMIT %(limit)s
"""
LATE_GOES_BACK = """
    SELECT payment.id::text, payment.provider, payment.amount_fen, payment.refunded_fen
    FROM orders_payment payment
    WHERE payment.brand_id = %(brand_id)s AND payment.state = 'late'
      AND payment.refunded_fen <> payment.amount_fen
    ORDER BY payment.id LIMIT %(limit)s
"""
REFUNDS_FIT = """
    SELECT payment.id::text, payment.amount_fen, payment.refunded_fen,
           coalesce(sum(refund.amount_fen), 0)::bigint
    FROM orders_payment payment
    LEFT JOIN orders_refund refund
      ON refund.brand_id = payment.brand_id AND refund.payment_id = payment.id
    WHERE payment.brand_id = %(brand_id)s
    GROUP BY payment.brand_id, payment.id
    HAVING coalesce(sum(refund.amount_fen), 0) <> payment.refunded_fen
        OR payment.refunded_fen > payment.amount_fen
    ORDER BY payment.id LIMIT %(limit)s
"""
PIECES_FIT = """
    SELECT ordered.number, line.key, line.quantity, line.refunded,
           coalesce(sum((refund.pieces ->> line.key)::int), 0)::bigint
    FROM orders_orderline line
    JOIN orders_order ordered ON ordered.brand_id = line.brand_id AND ordered.id = line.order_id
    LEFT JOIN orders_refund refund
      ON refund.brand_id = line.brand_id AND refund.order_id = line.order_id
    WHERE line.brand_id = %(brand_id)s
    GROUP BY line.brand_id, line.id, ordered.brand_id, ordered.id
    HAVING coalesce(sum((refund.pieces ->> line.key)::int), 0) <> line.refunded
    ORDER BY ordered.number, line.key LIMIT %(limit)s
"""
ADDS_UP = """
    SELECT ordered.number, ordered.payable_fen, ordered.goods_fen,
           sum(line.payable_fen)::bigint, ordered.freight_fen
    FROM orders_order ordered
    LEFT JOIN orders_orderline line
      ON line.brand_id = ordered.brand_id AND line.order_id = ordered.id
    WHERE ordered.brand_id = %(brand_id)s
    GROUP BY ordered.brand_id, ordered.id
    HAVING coalesce(sum(line.payable_fen), -1) <> ordered.goods_fen
        OR sum(line.list_fen * line.quantity) <> ordered.list_goods_fen
        OR bool_or(line.payable_fen <> (SELECT sum(unit::bigint)
                                        FROM jsonb_array_elements_text(line.units) AS unit))
        OR bool_or(line.quantity <> jsonb_array_length(line.units))
    ORDER BY ordered.number LIMIT %(limit)s
"""
SLOTS_AS_BOOKED = """
    SELECT tally.store_id::text, tally.starts_at::text, tally.taken, count(booking.id)
    FROM orders_slottally tally
    LEFT JOIN orders_slotbooking booking
      ON booking.brand_id = tally.brand_id AND booking.store_id = tally.store_id
         AND booking.starts_at = tally.starts_at AND booking.freed_at IS NULL
    WHERE tally.brand_id = %(brand_id)s
    GROUP BY tally.brand_id, tally.id
    HAVING tally.taken <> count(booking.id)
    ORDER BY tally.starts_at, tally.store_id LIMIT %(limit)s
"""
SLOTS_OF_THE_LIVING = """
    SELECT ordered.number, ordered.state, booking.starts_at::text
    FROM orders_slotbooking booking
    JOIN orders_order ordered
      ON ordered.brand_id = booking.brand_id AND ordered.id = booking.order_id
    WHERE booking.brand_id = %(brand_id)s AND booking.freed_at IS NULL
      AND ordered.state IN ('closed', 'refunded')
    ORDER BY ordered.number LIMIT %(limit)s
"""
HELD_AS_ORDERED = """
    WITH asked AS (
        SELECT 'order:' || ordered.id AS cause, ordered.number, ordered.state, line.sku_id,
               sum(line.quantity - line.refunded) AS pieces
        FROM orders_order ordered
        JOIN orders_orderline line
          ON line.brand_id = ordered.brand_id AND line.order_id = ordered.id
        WHERE ordered.brand_id = %(brand_id)s
        GROUP BY ordered.id, ordered.number, ordered.state, line.sku_id
    ), held AS (
        SELECT cause, sku_id, sum(quantity - handed_over - released)
               FILTER (WHERE state IN ('held', 'kept')) AS pieces,
               sum(handed_over - taken_back) AS gone
        FROM catalog_stockhold WHERE brand_id = %(brand_id)s AND cause LIKE 'order:%%'
        GROUP BY cause, sku_id
    )
    SELECT coalesce(asked.number, held.cause), coalesce(asked.sku_id, held.sku_id)::text,
           asked.state, asked.pieces, held.pieces, held.gone
    FROM asked FULL JOIN held USING (cause, sku_id)
    WHERE (asked.state IN ('grouping', 'paid') AND coalesce(held.pieces, 0) <> asked.pieces)
       OR (coalesce(asked.state, 'closed') = 'closed' AND coalesce(held.pieces, 0) <> 0)
    ORDER BY 1 LIMIT %(limit)s
"""
"""A full join reads each side once, whatever the planner believes of their sizes: a nested loop
over thirty thousand orders took minutes. Pieces held for no order at all are found too."""
GROUP_IS_OVER = """
    SELECT ordered.number, held.state, held.closed_at::text
    FROM orders_order ordered
    JOIN promotions_group held ON held.brand_id = ordered.brand_id AND held.id = ordered.group_id
    WHERE ordered.brand_id = %(brand_id)s AND ordered.state = 'grouping'
      AND held.closed_at < %(now)s - interval '10 minutes'
    ORDER BY ordered.number LIMIT %(limit)s
"""

CASE_STEPS_FOLLOW = """
    WITH step AS (
        SELECT case_id, move, state, at,
               lag(state) OVER (PARTITION BY case_id ORDER BY id) AS before,
               row_number() OVER (PARTITION BY case_id ORDER BY id DESC) AS from_last
        FROM orders_casestep WHERE brand_id = %(brand_id)s
    )
    SELECT step.case_id::text, step.move, step.before, step.state, asked.state AS stands
    FROM step JOIN orders_aftersalecase asked
      ON asked.brand_id = %(brand_id)s AND asked.id = step.case_id
    WHERE (step.before IS NULL AND step.move <> 'ask')
       OR (step.before IS NOT NULL
           AND step.before || ' ' || step.move || ' ' || step.state <> ALL(%(moves)s))
       OR (step.from_last = 1 AND step.state <> asked.state)
    ORDER BY step.case_id, step.at LIMIT %(limit)s
"""
CLAIMED_ONCE = """
    SELECT ordered.number, line.key, line.quantity, line.refunded, line.claimed,
           coalesce(sum(piece.quantity) FILTER (WHERE asked.state = ANY(%(claiming)s)), 0)::bigint
    FROM orders_orderline line
    JOIN orders_order ordered ON ordered.brand_id = line.brand_id AND ordered.id = line.order_id
    LEFT JOIN orders_casepiece piece
      ON piece.brand_id = line.brand_id AND piece.line_id = line.id
    LEFT JOIN orders_aftersalecase asked
      ON asked.brand_id = piece.brand_id AND asked.id = piece.case_id
    WHERE line.brand_id = %(brand_id)s
    GROUP BY line.brand_id, line.id, ordered.brand_id, ordered.id
    HAVING coalesce(sum(piece.quantity) FILTER (WHERE asked.state = ANY(%(claiming)s)), 0)
             <> line.claimed
        OR line.claimed + line.refunded > line.quantity
    ORDER BY ordered.number, line.key LIMIT %(limit)s
"""
SENT_AS_PACKED = """
    WITH line AS (
        SELECT 'order:' || ordered.id AS cause, ordered.number, ordered.state, line.sku_id,
               ordered.delivery = 'parcel' AND ordered.state NOT IN ('unpaid', 'closed') AS goes,
               sum(line.sent)::bigint AS sent,
               sum(line.quantity - line.sent - line.withdrawn)::bigint AS waiting,
               coalesce(sum((SELECT sum(packed.quantity) FROM orders_parcelline packed
                             WHERE packed.brand_id = line.brand_id AND packed.line_id = line.id)),
                        0)::bigint AS packed
        FROM orders_order ordered
        JOIN orders_orderline line
          ON line.brand_id = ordered.brand_id AND line.order_id = ordered.id
        WHERE ordered.brand_id = %(brand_id)s
        GROUP BY ordered.brand_id, ordered.id, line.sku_id
    ), held AS (
        SELECT cause, sku_id, sum(handed_over) AS gone,
               sum(quantity - handed_over - released)
               FILTER (WHERE state IN ('held', 'kept')) AS outstanding
        FROM catalog_stockhold WHERE brand_id = %(brand_id)s AND cause LIKE 'order:%%'
        GROUP BY cause, sku_id
    )
    SELECT line.number, line.sku_id::text, line.state, line.sent, line.packed,
           coalesce(held.gone, 0), line.waiting, coalesce(held.outstanding, 0)
    FROM line FULL JOIN held USING (cause, sku_id)
    WHERE coalesce(line.goes, false)
      AND (line.sent <> line.packed OR line.sent <> coalesce(held.gone, 0)
           OR line.waiting <> coalesce(held.outstanding, 0))
    ORDER BY line.number LIMIT %(limit)s
"""
CASES_REFUND_THEIRS = """
    SELECT asked.id::text, asked.state, asked.amount_fen, refund.amount_fen
    FROM orders_aftersalecase asked
    LEFT JOIN orders_refund refund
      ON refund.brand_id = asked.brand_id AND refund.id = asked.refund_id
    WHERE asked.brand_id = %(brand_id)s AND asked.state IN ('refunding', 'refunded')
      AND (refund.id IS NULL OR refund.order_id <> asked.order_id
           OR refund.cause <> 'case:' || asked.id
           OR (asked.state = 'refunded' AND refund.state <> 'done'))
    ORDER BY asked.id LIMIT %(limit)s
"""


CASE_GRAPH = [f"{before} {move} {state}" for (before, move), state in CASE_MOVES.items()]
GRAPH = [f"{before} {move} {state}" for (before, move), state in MOVES.items()]

AUDITS = (
    Audit(
        "P1",
        "an order is paid by exactly one payment, of exactly what it costs",
        looks(PAID_ONCE, "state", "payable_fen", "payments", "paid_fen"),
    ),
    Audit(
        "P2",
        "a transaction of a provider's is credited once",
        looks(CREDITED_ONCE, "times"),
    ),
    Audit(
        "P3",
        "orders moved along the graph of their states, and stand where their last step says",
        looks(STEPS_FOLLOW, "move", "before", "state", "stands", moves=GRAPH),
    ),
    Audit(
        "P4",
        "money that came too late is promised back, whole",
        looks(LATE_GOES_BACK, "provider", "amount_fen", "refunded_fen"),
    ),
    Audit(
        "P5.money",
        "what goes back of a payment is what its refunds say, and no more than was paid",
        looks(REFUNDS_FIT, "amount_fen", "refunded_fen", "refunds_fen"),
    ),
    Audit(
        "P5.pieces",
        "pieces given back are those of the refunds, and no more than were bought",
        looks(PIECES_FIT, "line", "quantity", "refunded", "in_refunds"),
    ),
    Audit(
        "C2",
        "an order costs what its lines cost, piece by piece, and its freight",
        looks(ADDS_UP, "payable_fen", "goods_fen", "lines_fen", "freight_fen"),
    ),
    Audit(
        "S1.orders",
        "what was paid for is held until it is handed over; what was closed holds nothing",
        looks(HELD_AS_ORDERED, "sku_id", "state", "ordered", "held", "gone"),
    ),
    Audit(
        "S1.slots",
        "a time to collect is taken by as many orders as have it",
        looks(SLOTS_AS_BOOKED, "starts_at", "taken", "booked"),
    ),
    Audit(
        "S1.slots_freed",
        "what was closed or given back whole keeps no time to collect",
        looks(SLOTS_OF_THE_LIVING, "state", "starts_at"),
    ),
    Audit(
        "G1.orders",
        "who paid in a group has the goods or her money ten minutes after its end",
        looks(GROUP_IS_OVER, "group", "ended_at"),
    ),
    Audit(
        "P3.cases",
        "cases moved along the graph of their states, and stand where their last step says",
        looks(CASE_STEPS_FOLLOW, "move", "before", "state", "stands", moves=CASE_GRAPH),
    ),
    Audit(
        "P5.cases",
        "no piece stands in two open cases, or in a case and a refund",
        looks(
            CLAIMED_ONCE,
            "line",
            "quantity",
            "refunded",
            "claimed",
            "in_cases",
            claiming=sorted(CLAIMING),
        ),
    ),
    Audit(
        "P5.case_refunds",
        "a case that gave money back names its own refund, done when the case is",
        looks(CASES_REFUND_THEIRS, "state", "asked_fen", "refunded_fen"),
    ),
    Audit(
        "S1.parcels",
        "what parcels hold is what was sent, and what left the stock; the rest is still held",
        looks(
            SENT_AS_PACKED, "sku_id", "state", "sent", "packed", "gone", "waiting", "outstanding"
        ),
    ),
)
