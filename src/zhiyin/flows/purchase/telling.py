"""She is told in the app what became of her order: the reactions that write it down, once each.

Reaching her outside of the app is another journey's. Nobody is told of what she did herself just
now, nor once she has been deleted.
"""

from datetime import datetime
from uuid import UUID

from zhiyin.domain.members import operations as members
from zhiyin.domain.members.types import MemberNotFound
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.care import CaseMoved, CaseState, ParcelSent
from zhiyin.domain.orders.types import (
    CloseReason,
    Delivery,
    NoticeKind,
    OrderClosed,
    OrderPaid,
    RefundArrived,
)
from zhiyin.domain.promotions.types import GroupLost, GroupWon
from zhiyin.kit.turns import each
from zhiyin.storage.tenancy import brand_tx


def tell_paid(event: OrderPaid) -> None:
    """Paid and to be collected: it is ready. Of a group, that is told once the group has won."""
    with brand_tx(event.brand_id):
        order = ordered.order(brand_id=event.brand_id, order_id=event.order_id)
        if order.delivery is Delivery.PICKUP and order.group_id is None:
            _tell(event.brand_id, event.order_id, NoticeKind.READY, event.at)


def tell_closed(event: OrderClosed) -> None:
    """It ended unpaid, by the clock or with its group; who cancelled it knows that."""
    if event.reason is CloseReason.CANCELLED:
        return
    with brand_tx(event.brand_id):
        _tell(event.brand_id, event.order_id, NoticeKind.CLOSED, event.at)


def tell_group_won(event: GroupWon) -> None:
    """Everybody who paid in the group hears that it is complete."""
    with brand_tx(event.brand_id):
        for order_id in event.order_ids:
            _tell(event.brand_id, order_id, NoticeKind.GROUP_WON, event.at)


def tell_group_lost(event: GroupLost) -> None:
    """Everybody who paid in the group hears that her money goes back."""
    with brand_tx(event.brand_id):
        for order_id in event.order_ids:
            _tell(event.brand_id, order_id, NoticeKind.GROUP_LOST, event.at)


def tell_sent(event: ParcelSent) -> None:
    """A parcel is on its way."""
    with brand_tx(event.brand_id):
        _tell(event.brand_id, event.order_id, NoticeKind.SENT, event.at, parcel_id=event.parcel_id)


def tell_refunded(event: RefundArrived) -> None:
    """Her money has arrived."""
    with brand_tx(event.brand_id):
        _tell(
            event.brand_id,
            event.order_id,
            NoticeKind.REFUNDED,
            event.at,
            refund_id=event.refund_id,
        )


def tell_case(event: CaseMoved) -> None:
    """Her request was decided; not what was granted in the moment in which she asked."""
    with brand_tx(event.brand_id):
        case = ordered.read_case(brand_id=event.brand_id, case_id=event.case_id)
        if event.at == case.opened_at:
            return
        is_last = case.escalated_at is not None and event.at > case.escalated_at
        kind = {
            CaseState.WAITING_GOODS: NoticeKind.CASE_GOODS,
            CaseState.REFUNDING: NoticeKind.CASE_GRANTED,
            CaseState.REFUSED: NoticeKind.CASE_ENDED if is_last else NoticeKind.CASE_REFUSED,
        }.get(event.state)
        if kind is not None:
            _tell(event.brand_id, event.order_id, kind, event.at, case_id=event.case_id)


def remind(*, brand_id: UUID, now: datetime, limit: int) -> int:
    """Tell whoever has an order to pay that its time is nearly over. Returns how many were told.

    Each in a transaction of its own, and once: safe to repeat, and to run twice at once.
    """
    with brand_tx(brand_id):
        due = ordered.to_pay_soon(brand_id=brand_id, now=now, limit=limit)
    told: list[UUID] = []

    def tell(order_id: UUID) -> None:
        with brand_tx(brand_id):
            if ordered.waits(brand_id=brand_id, order_id=order_id) and _tell(
                brand_id, order_id, NoticeKind.PAY_SOON, now
            ):
                told.append(order_id)

    each(due, tell)
    return len(told)


def _tell(brand_id: UUID, order_id: UUID, kind: NoticeKind, at: datetime, **about: UUID) -> bool:
    order = ordered.order(brand_id=brand_id, order_id=order_id)
    try:
        members.keep_member(brand_id=brand_id, member_id=order.member_id)
    except MemberNotFound:
        return False  # she is deleted: nothing of hers is added any more
    return orders.tell(brand_id=brand_id, order_id=order_id, kind=kind, at=at, **about)
