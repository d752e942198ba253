"""Parcels, and the orders that wait to be sent or received."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, Max, OuterRef

from zhiyin.domain.orders.care import Carrier, ParcelCard
from zhiyin.domain.orders.care_rules import CLAIMING
from zhiyin.domain.orders.models import AfterSaleCase, Order, Parcel, ParcelLine
from zhiyin.domain.orders.queries.orders import cards_of
from zhiyin.domain.orders.types import Delivery, OrderPage, OrderState


def parcels_of(*, brand_id: UUID, order_id: UUID) -> tuple[ParcelCard, ...]:
    """The parcels of an order, the first sent first. Two queries."""
    rows = list(
        Parcel.objects.filter(brand_id=brand_id, order_id=order_id).order_by("sent_at", "id")
    )
    pieces: dict[UUID, dict[str, int]] = {row.id: {} for row in rows}
    for parcel_id, key, count in (
        ParcelLine.objects.filter(brand_id=brand_id, parcel_id__in=list(pieces))
        .order_by("id")
        .values_list("parcel_id", "line__key", "quantity")
    ):
        pieces[parcel_id][key] = count
    return tuple(
        ParcelCard(
            id=row.id,
            order_id=order_id,
            carrier=Carrier(row.carrier),
            tracking_no=row.tracking_no,
            sent_at=row.sent_at,
            received_at=row.received_at,
            pieces=pieces[row.id],
        )
        for row in rows
    )


def to_be_sent(
    *, brand_id: UUID, store_ids: Sequence[UUID] | None, offset: int = 0, limit: int = 50
) -> OrderPage:
    """Paid orders of some stores (None: of all) of which pieces wait to leave in a parcel.

    The longest paid first. Four queries.
    """
    rows = Order.objects.filter(
        brand_id=brand_id,
        delivery=Delivery.PARCEL,
        state__in=[OrderState.PAID, OrderState.PART_SENT],
    )
    if store_ids is not None:
        rows = rows.filter(store_id__in=list(store_ids))
    page = rows.order_by("paid_at", "id")[offset : offset + limit]
    return OrderPage(cards_of(brand_id, page), rows.count())


def taken_as_received(*, brand_id: UUID, sent_before: datetime, limit: int) -> tuple[UUID, ...]:
    """Orders whose last parcel was sent before a time, and no case is open. One query."""
    is_asked = AfterSaleCase.objects.filter(
        brand_id=brand_id, order_id=OuterRef("id"), state__in=list(CLAIMING)
    )
    last_sent = (
        Parcel.objects.filter(brand_id=brand_id, order_id=OuterRef("id"))
        .order_by()
        .values("order_id")
        .annotate(last=Max("sent_at"))
        .values("last")
    )
    rows = (
        Order.objects.filter(brand_id=brand_id, state=OrderState.SENT)
        .annotate(last_sent=last_sent)
        .filter(~Exists(is_asked), last_sent__lte=sent_before)
        .order_by("last_sent", "id")
    )
    return tuple(rows.values_list("id", flat=True)[:limit])
