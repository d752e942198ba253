"""A store's times to collect in: stated for its week, and what of them can be chosen now."""

from typing import Annotated, Any
from zoneinfo import ZoneInfo

from ninja import Router
from pydantic import Field

from zhiyin.domain.orders import operations as order_writes
from zhiyin.domain.orders import queries as orders
from zhiyin.domain.orders.types import (
    DAY_MINUTES,
    MOST_DAYS_AHEAD,
    MOST_ORDERS,
    MOST_SLOTS,
    SlotFacts,
    SlotPlan,
)
from zhiyin.interfaces.api.access import ApiRequest, in_brand
from zhiyin.interfaces.api.goods_named import store_named
from zhiyin.interfaces.api.shapes import Code, In, Listed, answers, listed, plain

router = Router(tags=["stores"])
SUNDAY = 6


class SlotIn(In):
    """A time of every week: `weekday` 0 is Monday; minutes from midnight on the brand's clock."""

    weekday: int = Field(ge=0, le=SUNDAY, strict=True)
    from_minute: int = Field(ge=0, le=DAY_MINUTES, strict=True)
    to_minute: int = Field(ge=0, le=DAY_MINUTES, strict=True)
    most_orders: int = Field(ge=1, le=MOST_ORDERS, strict=True)


class SlotsIn(In):
    """All times of the week; none: the store is collected from at any hour."""

    slots: list[SlotIn] = Field(max_length=MOST_SLOTS)
    days_ahead: Annotated[int, Field(ge=0, le=MOST_DAYS_AHEAD, strict=True)] = SlotPlan().days_ahead


@router.get("/stores/{code}/pickup-slots", response=answers(dict))
@in_brand
def get_store_pickup_slots(request: ApiRequest, code: Code) -> Any:
    """The times of a store's week, and how many days ahead they can be chosen."""
    store_id = store_named(request, code)
    return plain(orders.slot_plan(brand_id=request.brand.id, store_id=store_id))


@router.put("/stores/{code}/pickup-slots", response=answers(dict))
@in_brand
def put_store_pickup_slots(request: ApiRequest, code: Code, said: SlotsIn) -> Any:
    """State a store's times anew; orders keep the times they took. 422: two of them overlap."""
    store_id = store_named(request, code)
    order_writes.set_slots(
        brand_id=request.brand.id,
        store_id=store_id,
        slots=[SlotFacts(**slot.dict()) for slot in said.slots],
        days_ahead=said.days_ahead,
    )
    return plain(orders.slot_plan(brand_id=request.brand.id, store_id=store_id))


@router.get("/stores/{code}/pickup-times", response=answers(Listed))
@in_brand
def list_store_pickup_times(request: ApiRequest, code: Code) -> Any:
    """What can be chosen now, soonest first, without what is full: `starts_at` is an order's
    `slot_at`. Empty where the store states no times.
    """
    offers = orders.slot_offers(
        brand_id=request.brand.id,
        store_id=store_named(request, code),
        zone=ZoneInfo(request.brand.time_zone),
        now=request.now,
    )
    return listed(offers or (), len(offers or ()))
