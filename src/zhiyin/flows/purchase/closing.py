"""An order that was not paid ends: its seat, pieces, coupons and time to collect are free."""

from datetime import datetime
from uuid import UUID

from zhiyin.domain.catalog import operations as stock
from zhiyin.domain.catalog.types import ReleaseReason
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.types import CloseReason
from zhiyin.domain.promotions import operations as promotions
from zhiyin.flows.purchase.placing import cause_of


def close_order(
    *,
    brand_id: UUID,
    order_id: UUID,
    reason: CloseReason,
    now: datetime,
    member_id: UUID | None = None,
) -> None:
    """Close an unpaid order inside the caller's transaction; nothing if it was closed before.

    Raises OrderNotFound, OrderMoveRefused (it was paid).
    """
    if not orders.close(
        brand_id=brand_id, order_id=order_id, reason=reason, now=now, member_id=member_id
    ):
        return
    group_id = ordered.group_of(brand_id=brand_id, order_id=order_id)
    if group_id is not None:
        promotions.leave_seat(brand_id=brand_id, order_id=order_id, now=now)
    cancelled = reason is CloseReason.CANCELLED
    stock.release(
        brand_id=brand_id,
        cause=cause_of(order_id),
        reason=ReleaseReason.CANCELLED if cancelled else ReleaseReason.EXPIRED,
        now=now,
    )
    promotions.release_uses(brand_id=brand_id, order_id=order_id, now=now)
    orders.free_slot(brand_id=brand_id, order_id=order_id, now=now)
