"""A group-buy's end: everybody who paid gets the goods, or everybody gets the money."""

from datetime import datetime
from uuid import UUID

from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.types import CloseReason, OrderState, RefundCard
from zhiyin.domain.promotions import operations as promotions
from zhiyin.domain.promotions.types import GroupLost, GroupWon
from zhiyin.flows.purchase.closing import close_order
from zhiyin.flows.purchase.giving_back import grant
from zhiyin.kit.turns import each
from zhiyin.storage.tenancy import brand_tx


def close_groups(*, brand_id: UUID, now: datetime, limit: int) -> int:
    """Close the groups whose time is over. Returns how many; what follows is a reaction."""
    with brand_tx(brand_id):
        return len(promotions.close_expired(brand_id=brand_id, now=now, limit=limit))


def release_group(event: GroupWon) -> None:
    """The orders of a group that is complete may be handed over. Safe to repeat."""

    def win(order_id: UUID) -> None:
        with brand_tx(event.brand_id):
            orders.win(brand_id=event.brand_id, order_id=order_id, now=event.at)

    each(event.order_ids, win)


def refund_group(event: GroupLost) -> None:
    """Whoever paid in a group that fell short gets her money, and unpaid orders end.

    Each by itself, as it stands once it is locked, and safe to repeat: who paid just now is late
    and was promised it back, and who gave her seat back before we came has her money.
    """
    with brand_tx(event.brand_id):
        order_ids = ordered.orders_of_group(brand_id=event.brand_id, group_id=event.group_id)

    def end(order_id: UUID) -> None:
        with brand_tx(event.brand_id):
            state = orders.lock(brand_id=event.brand_id, order_id=order_id)
            if state is OrderState.UNPAID:
                close_order(
                    brand_id=event.brand_id,
                    order_id=order_id,
                    reason=CloseReason.GROUP_LOST,
                    now=event.at,
                )
            elif state is OrderState.GROUPING:
                grant(
                    brand_id=event.brand_id,
                    order_id=order_id,
                    cause=f"group:{event.group_id}:{order_id}",
                    reason=CloseReason.GROUP_LOST.value,
                    now=event.at,
                )

    each(order_ids, end)


def leave_group(
    *, brand_id: UUID, order_id: UUID, member_id: UUID, reason: str, now: datetime
) -> None:
    """She gives her paid seat back before the group is complete, and gets all of her money.

    Raises OrderNotFound, ReasonNeeded, and what `return_seat` raises.
    """
    with brand_tx(brand_id):
        give_seat_back(
            brand_id=brand_id, order_id=order_id, member_id=member_id, reason=reason, now=now
        )


def give_seat_back(
    *, brand_id: UUID, order_id: UUID, member_id: UUID, reason: str, now: datetime
) -> RefundCard:
    """`leave_group` inside the caller's transaction; returns the refund of all she paid."""
    ordered.order(brand_id=brand_id, order_id=order_id, member_id=member_id)
    orders.lock(brand_id=brand_id, order_id=order_id)
    promotions.return_seat(brand_id=brand_id, order_id=order_id, now=now)
    return grant(
        brand_id=brand_id,
        order_id=order_id,
        cause=f"seat:{order_id}",
        reason=reason,
        now=now,
        member_id=member_id,
    )
