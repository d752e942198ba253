"""What a store hands over today, and all orders one after the other for a file."""

from datetime import datetime
from uuid import UUID

from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from zhiyin.domain.orders.models import Order, SlotBooking
from zhiyin.domain.orders.queries.orders import cards_of, filtered
from zhiyin.domain.orders.types import Delivery, OrderCard, OrderFilters, OrderPage, OrderState


def waiting_pickups(
    *, brand_id: UUID, store_id: UUID, offset: int = 0, limit: int = 50
) -> OrderPage:
    """A page of the paid orders that wait in a store for their codes, by when somebody comes.

    That is the time she chose; without one, she may come since she ordered. Four queries.
    """
    rows = Order.objects.filter(
        brand_id=brand_id, store_id=store_id, state=OrderState.PAID, delivery=Delivery.PICKUP
    )
    booked = SlotBooking.objects.filter(
        brand_id=brand_id, order_id=OuterRef("id"), freed_at__isnull=True
    )
    coming = Coalesce(Subquery(booked.values("starts_at")[:1]), F("placed_at"))
    page = rows.order_by(coming, "placed_at", "id")[offset : offset + limit]
    return OrderPage(cards_of(brand_id, page), rows.count())


def collected_since(
    *, brand_id: UUID, store_id: UUID, since: datetime, limit: int = 50
) -> tuple[OrderCard, ...]:
    """What a store has handed over since a moment, the latest first. Three queries."""
    rows = Order.objects.filter(
        brand_id=brand_id, store_id=store_id, done_at__gte=since, delivery=Delivery.PICKUP
    )
    return cards_of(brand_id, rows.order_by("-done_at", "-id")[:limit])


def orders_after(
    *, brand_id: UUID, filters: OrderFilters, last: OrderCard | None, limit: int
) -> tuple[OrderCard, ...]:
    """The orders of a filter that follow `last`, newest first, for a file. Three queries."""
    rows = filtered(brand_id, filters)
    if last is not None:
        rows = rows.filter(
            Q(placed_at__lt=last.placed_at) | Q(placed_at=last.placed_at, id__lt=last.id)
        )
    return cards_of(brand_id, rows.order_by("-placed_at", "-id")[:limit])
