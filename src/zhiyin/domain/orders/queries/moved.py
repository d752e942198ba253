"""Money that moved at a provider, as a bill lists it: payments, refunds, and what fits no order."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from zhiyin.domain.orders.types import MoneyMoved
from zhiyin.storage.sql import many

MOVED = """
    SELECT * FROM (
        SELECT 'payment' AS kind, replace(id::text, '-', '') AS payment_no,
               replace(id::text, '-', '') AS number, transaction_id, amount_fen, paid_at AS at
        FROM orders_payment
        WHERE brand_id = %(brand_id)s AND provider = %(provider)s AND merchant_id = %(merchant_id)s
          AND paid_at IS NOT NULL
        UNION ALL
        SELECT 'payment', payment_no, payment_no, transaction_id, amount_fen, at
        FROM orders_strayreceipt
        WHERE brand_id = %(brand_id)s AND provider = %(provider)s AND merchant_id = %(merchant_id)s
          AND is_money
        UNION ALL
        SELECT 'refund', replace(payment.id::text, '-', ''), replace(refund.id::text, '-', ''),
               payment.transaction_id, refund.amount_fen, refund.done_at
        FROM orders_refund refund
        JOIN orders_payment payment
          ON payment.brand_id = refund.brand_id AND payment.id = refund.payment_id
        WHERE refund.brand_id = %(brand_id)s AND payment.provider = %(provider)s
          AND payment.merchant_id = %(merchant_id)s
        UNION ALL
        SELECT 'refund', payment_no, replace(id::text, '-', ''), transaction_id, amount_fen,
               CASE refund_state WHEN 'done' THEN settled_at END
        FROM orders_strayreceipt
        WHERE brand_id = %(brand_id)s AND provider = %(provider)s AND merchant_id = %(merchant_id)s
          AND refund_state <> ''
    ) moved
    WHERE (number = ANY(%(numbers)s::text[]) OR (at >= %(start)s AND at < %(end)s))
    ORDER BY kind, number
"""


def moved_between(
    *, brand_id: UUID, provider: str, merchant_id: str, start: datetime, end: datetime
) -> tuple[MoneyMoved, ...]:
    """What was received, and what arrived back, in a span of time. One query."""
    account = {"brand_id": brand_id, "provider": provider, "merchant_id": merchant_id}
    return _read(many(MOVED, numbers=[], start=start, end=end, **account))


def moved_as(
    *, brand_id: UUID, provider: str, merchant_id: str, numbers: Collection[str]
) -> tuple[MoneyMoved, ...]:
    """What bears one of our numbers, whenever it moved. One query."""
    account = {"brand_id": brand_id, "provider": provider, "merchant_id": merchant_id}
    return _read(many(MOVED, numbers=sorted(numbers), start=None, end=None, **account))


def _read(rows: list[tuple[Any, ...]]) -> tuple[MoneyMoved, ...]:
    return tuple(MoneyMoved(*row) for row in rows)
