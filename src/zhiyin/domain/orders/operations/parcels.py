"""Parcels: some pieces of an order at a time, each under its tracking number, once."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import F

from zhiyin.domain.orders.care import Carrier, ParcelCard, ParcelReused, ParcelSent
from zhiyin.domain.orders.care_rules import checked_tracking, sendable, to_send, unsent
from zhiyin.domain.orders.models import Order, OrderLine, OrderStep, Parcel, ParcelLine
from zhiyin.domain.orders.queries.cases import held_back
from zhiyin.domain.orders.queries.orders import order as read_order
from zhiyin.domain.orders.queries.parcels import parcels_of
from zhiyin.domain.orders.rules import after
from zhiyin.domain.orders.types import (
    Delivery,
    OrderDone,
    OrderMove,
    OrderMoveRefused,
    OrderNotFound,
    OrderState,
)
from zhiyin.events import operations as diary


def send_parcel(
    *,
    brand_id: UUID,
    order_id: UUID,
    carrier: Carrier,
    tracking_no: str,
    now: datetime,
    pieces: Mapping[str, int] | None = None,
    user_id: int | None = None,
) -> tuple[ParcelCard, bool]:
    """Send some pieces (line key -> how many), or all that may be sent. Locks the order.

    Returns the parcel and whether it is new: the same number with the same contents is one
    parcel. Raises TrackingRefused, OrderNotFound, OrderMoveRefused (not paid, collected in a
    store, sent), NothingToSend, ParcelReused.
    """
    number = checked_tracking(tracking_no)
    row = lock_order(brand_id, order_id)
    for parcel in parcels_of(brand_id=brand_id, order_id=order_id):
        if (parcel.carrier, parcel.tracking_no) == (carrier, number):
            if pieces is not None and {k: n for k, n in pieces.items() if n} != parcel.pieces:
                raise ParcelReused(tracking_no=number)
            return parcel, False
    if row.delivery != Delivery.PARCEL:
        raise OrderMoveRefused(state=row.state, move=OrderMove.SEND.value)
    after(OrderState(row.state), OrderMove.SEND_PART)
    order = read_order(brand_id=brand_id, order_id=order_id)
    may = sendable(order, held_back(brand_id=brand_id, order_id=order_id))
    wanted = to_send(may, pieces)
    parcel_row = Parcel.objects.create(
        brand_id=brand_id,
        order_id=order_id,
        carrier=carrier,
        tracking_no=number,
        sent_at=now,
        sent_by_id=user_id,
    )
    for line in order.lines:
        if count := wanted.get(line.key, 0):
            ParcelLine.objects.create(
                brand_id=brand_id, parcel_id=parcel_row.id, line_id=line.id, quantity=count
            )
            OrderLine.objects.filter(brand_id=brand_id, id=line.id).update(sent=F("sent") + count)
    is_all = all(unsent(line) == wanted.get(line.key, 0) for line in order.lines)
    _step(row, OrderMove.SEND if is_all else OrderMove.SEND_PART, now, user_id=user_id)
    diary.record(ParcelSent(brand_id=brand_id, at=now, order_id=order_id, parcel_id=parcel_row.id))
    card = ParcelCard(
        id=parcel_row.id,
        order_id=order_id,
        carrier=carrier,
        tracking_no=number,
        sent_at=now,
        received_at=None,
        pieces=wanted,
    )
    return card, True


def finish_sending(*, brand_id: UUID, order_id: UUID, now: datetime) -> bool:
    """What was still to be sent was given back instead: then all of it is sent. True if so.

    The caller has locked the order.
    """
    row = Order.objects.get(brand_id=brand_id, id=order_id)
    if row.state != OrderState.PART_SENT:
        return False
    order = read_order(brand_id=brand_id, order_id=order_id)
    if any(unsent(line) for line in order.lines):
        return False
    _step(row, OrderMove.SEND, now)
    return True


def receive(
    *,
    brand_id: UUID,
    order_id: UUID,
    now: datetime,
    member_id: UUID | None = None,
) -> UUID | None:
    """All parcels of an order are with her: she says so, or (nobody) the clock. Locks the order.

    Returns the id of the step; None if it was received before. Raises OrderNotFound,
    OrderMoveRefused.
    """
    row = lock_order(brand_id, order_id)
    if row.state == OrderState.DONE and row.delivery == Delivery.PARCEL:
        return None
    after(OrderState(row.state), OrderMove.RECEIVE)
    row.done_at = now
    step_id = _step(row, OrderMove.RECEIVE, now, member_id=member_id)
    Parcel.objects.filter(brand_id=brand_id, order_id=order_id, received_at=None).update(
        received_at=now
    )
    diary.record(OrderDone(brand_id=brand_id, at=now, order_id=order_id))
    return step_id


def lock_order(brand_id: UUID, order_id: UUID) -> Order:
    """The order's row, locked: whoever moves an order or what hangs on it takes this lock first.

    Raises OrderNotFound.
    """
    row = (
        Order.objects.select_for_update(no_key=True).filter(brand_id=brand_id, id=order_id).first()
    )
    if row is None:
        raise OrderNotFound(order_id=order_id)
    return row


def _step(
    row: Order,
    move: OrderMove,
    now: datetime,
    *,
    user_id: int | None = None,
    member_id: UUID | None = None,
) -> UUID:
    row.state = after(OrderState(row.state), move)
    row.save(update_fields=["state", "done_at"])
    step = OrderStep.objects.create(
        brand_id=row.brand_id,
        order_id=row.id,
        move=move,
        state=row.state,
        at=now,
        user_id=user_id,
        member_id=member_id,
        reason="",
    )
    return step.id
