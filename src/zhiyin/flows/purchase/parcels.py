"""The goods reach her by parcel: some at a time, received when she says so or after ten days."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from zhiyin.domain.catalog import operations as stock
from zhiyin.domain.catalog.types import HoldLine
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.care import Carrier, ParcelCard
from zhiyin.domain.orders.types import OrderCard
from zhiyin.flows.purchase import booking
from zhiyin.flows.purchase.placing import cause_of
from zhiyin.kit.turns import each
from zhiyin.storage.tenancy import brand_tx


def send_parcel(
    *,
    brand_id: UUID,
    order_id: UUID,
    carrier: Carrier,
    tracking_no: str,
    now: datetime,
    pieces: Mapping[str, int] | None = None,
    user_id: int | None = None,
) -> ParcelCard:
    """Send some pieces of a paid order (line key -> how many), or all that may be sent.

    What was given back, or stands in an open case, is not sent. The same number with the same
    contents is one parcel, however often it is pressed. One transaction.
    Raises TrackingRefused, OrderNotFound, OrderMoveRefused, NothingToSend, ParcelReused.
    """
    with brand_tx(brand_id):
        return send(
            brand_id=brand_id,
            order_id=order_id,
            carrier=carrier,
            tracking_no=tracking_no,
            now=now,
            pieces=pieces,
            user_id=user_id,
        )


def send(
    *,
    brand_id: UUID,
    order_id: UUID,
    carrier: Carrier,
    tracking_no: str,
    now: datetime,
    pieces: Mapping[str, int] | None = None,
    user_id: int | None = None,
) -> ParcelCard:
    """`send_parcel` inside the caller's transaction."""
    parcel, is_new = orders.send_parcel(
        brand_id=brand_id,
        order_id=order_id,
        carrier=carrier,
        tracking_no=tracking_no,
        now=now,
        pieces=pieces,
        user_id=user_id,
    )
    if is_new:
        order = ordered.order(brand_id=brand_id, order_id=order_id)
        stock.hand_over(
            brand_id=brand_id,
            cause=cause_of(order_id),
            key=f"parcel:{parcel.id}",
            now=now,
            lines=_of_store(order, parcel),
            user_id=user_id,
        )
    return parcel


def confirm_receipt(*, brand_id: UUID, order_id: UUID, member_id: UUID, now: datetime) -> None:
    """She has all of it. Safe to repeat. Raises OrderNotFound, OrderMoveRefused."""
    with brand_tx(brand_id):
        receive(brand_id=brand_id, order_id=order_id, member_id=member_id, now=now)


def receive(*, brand_id: UUID, order_id: UUID, member_id: UUID, now: datetime) -> None:
    """`confirm_receipt` inside the caller's transaction."""
    ordered.order(brand_id=brand_id, order_id=order_id, member_id=member_id)
    _receive(brand_id, order_id, now, member_id)


def receive_overdue(*, brand_id: UUID, now: datetime, limit: int) -> int:
    """Take orders as received ten days after their last parcel, each by itself; not those with
    an open case. Returns how many were due."""
    with brand_tx(brand_id):
        due = ordered.taken_as_received(
            brand_id=brand_id, sent_before=now - orders.TAKEN_AS_RECEIVED, limit=limit
        )

    def take(order_id: UUID) -> None:
        with brand_tx(brand_id):
            _receive(brand_id, order_id, now, None)

    each(due, take)
    return len(due)


def _receive(brand_id: UUID, order_id: UUID, now: datetime, member_id: UUID | None) -> None:
    step_id = orders.receive(brand_id=brand_id, order_id=order_id, now=now, member_id=member_id)
    if step_id is None:
        return
    booking.earned(
        brand_id=brand_id,
        order=ordered.order(brand_id=brand_id, order_id=order_id),
        refunds=ordered.refunds_of(brand_id=brand_id, order_id=order_id),
        step_id=step_id,
        at=now,
    )


def _of_store(order: OrderCard, parcel: ParcelCard) -> list[HoldLine]:
    """A parcel's pieces by SKU: lines of one SKU in two looks are held together."""
    pieces: dict[UUID, int] = {}
    for line in order.lines:
        if count := parcel.pieces.get(line.key, 0):
            pieces[line.sku_id] = pieces.get(line.sku_id, 0) + count
    return [HoldLine(sku, order.store_id, count) for sku, count in pieces.items()]
