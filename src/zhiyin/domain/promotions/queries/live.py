"""A sale while it runs: what is sold, which groups stand where, and what each minute brought."""

from datetime import datetime
from uuid import UUID

from zhiyin.domain.promotions.types import SaleNow
from zhiyin.storage.sql import many, one

SOLD = """
    WITH bought AS (
        SELECT member_id, pieces FROM promotions_use
        WHERE brand_id = %(brand_id)s AND promotion_id = %(promotion_id)s AND released_at IS NULL
        UNION ALL
        SELECT seat.member_id, 1
        FROM promotions_group held JOIN promotions_seat seat
          ON seat.brand_id = held.brand_id AND seat.group_id = held.id AND seat.state = 'paid'
        WHERE held.brand_id = %(brand_id)s AND held.group_buy_id = %(promotion_id)s
    ), groups AS (
        SELECT coalesce(sum(seats_taken - seats_paid), 0)::bigint AS waiting,
               coalesce(sum(seats - seats_taken) FILTER (WHERE state = 'open'), 0)::bigint AS free,
               count(*) FILTER (WHERE state = 'open') AS open,
               count(*) FILTER (WHERE state = 'won') AS won,
               count(*) FILTER (WHERE state = 'lost') AS lost
        FROM promotions_group
        WHERE brand_id = %(brand_id)s AND group_buy_id = %(promotion_id)s
    )
    SELECT (SELECT coalesce(sum(pieces), 0)::bigint FROM bought),
           (SELECT count(DISTINCT member_id) FROM bought), waiting, free, open, won, lost
    FROM groups
"""
MINUTES = """
    SELECT date_trunc('minute', at) AS minute, sum(pieces)::bigint FROM (
        SELECT used_at AS at, pieces FROM promotions_use
        WHERE brand_id = %(brand_id)s AND promotion_id = %(promotion_id)s AND released_at IS NULL
        UNION ALL
        SELECT seat.paid_at, 1
        FROM promotions_group held JOIN promotions_seat seat
          ON seat.brand_id = held.brand_id AND seat.group_id = held.id AND seat.state = 'paid'
        WHERE held.brand_id = %(brand_id)s AND held.group_buy_id = %(promotion_id)s
    ) bought
    WHERE at >= %(since)s
    GROUP BY minute ORDER BY minute LIMIT 1440
"""
ORDERS = """
    SELECT order_id FROM (
        SELECT order_id, used_at AS at FROM promotions_use
        WHERE brand_id = %(brand_id)s AND promotion_id = %(promotion_id)s
        UNION ALL
        SELECT seat.order_id, seat.taken_at
        FROM promotions_group held JOIN promotions_seat seat
          ON seat.brand_id = held.brand_id AND seat.group_id = held.id
        WHERE held.brand_id = %(brand_id)s AND held.group_buy_id = %(promotion_id)s
    ) bought
    ORDER BY at DESC, order_id DESC LIMIT %(most)s
"""


def sale_now(
    *, brand_id: UUID, promotion_id: UUID, since: datetime, most_orders: int = 5_000
) -> SaleNow:
    """How a promotion goes; its minutes from `since` on. Three queries, whatever was sold."""
    where = {"brand_id": brand_id, "promotion_id": promotion_id}
    sold, people, waiting, free, opened, won, lost = one(SOLD, **where) or (0,) * 7
    orders = [order_id for (order_id,) in many(ORDERS, most=most_orders + 1, **where)]
    return SaleNow(
        sold=sold,
        people=people,
        waiting=waiting,
        free=free,
        groups_open=opened,
        groups_won=won,
        groups_lost=lost,
        minutes=tuple((at, count) for at, count in many(MINUTES, since=since, **where)),
        order_ids=tuple(orders[:most_orders]),
        is_all=len(orders) <= most_orders,
    )
