"""Times to collect in: stated by the brand, taken by an order and never overfull, freed again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.orders.models import PickupDays, PickupSlot
from zhiyin.domain.orders.queries.slots import slot_plan
from zhiyin.domain.orders.slot_rules import check_plan, times
from zhiyin.domain.orders.types import SlotFacts, SlotFull, SlotGone
from zhiyin.kit.ids import uuid7
from zhiyin.storage.sql import one, run

BOOK = """
    WITH tally AS (
        INSERT INTO orders_slottally AS tally (id, brand_id, store_id, starts_at, taken)
        VALUES (%(tally_id)s, %(brand_id)s, %(store_id)s, %(starts_at)s, 1)
        ON CONFLICT (brand_id, store_id, starts_at) DO UPDATE SET taken = tally.taken + 1
        WHERE tally.taken < %(most)s
        RETURNING id
    )
    INSERT INTO orders_slotbooking (id, brand_id, order_id, store_id, starts_at, ends_at)
    SELECT %(id)s, %(brand_id)s, %(order_id)s, %(store_id)s, %(starts_at)s, %(ends_at)s FROM tally
    RETURNING id
"""
"""The guard stands in the statement: whoever comes after the last place gets no row. The slot's
row is locked last, after order, group, stock and tallies, by whoever takes or frees a place."""
FREE = """
    WITH freed AS (
        UPDATE orders_slotbooking SET freed_at = %(now)s
        WHERE brand_id = %(brand_id)s AND order_id = %(order_id)s AND freed_at IS NULL
        RETURNING store_id, starts_at
    )
    UPDATE orders_slottally tally SET taken = tally.taken - 1
    FROM freed
    WHERE tally.brand_id = %(brand_id)s AND tally.store_id = freed.store_id
      AND tally.starts_at = freed.starts_at
"""


def set_slots(
    *, brand_id: UUID, store_id: UUID, slots: Sequence[SlotFacts], days_ahead: int
) -> None:
    """State a store's slots anew; no slots: it is collected there at any hour, as without this.

    Orders keep the times they took. Raises StoreNotFound, SlotsRefused, and writes nothing then.
    """
    ordered = check_plan(slots, days_ahead)
    brands.store(brand_id=brand_id, store_id=store_id)
    own = {"brand_id": brand_id, "store_id": store_id}
    PickupDays.objects.update_or_create(**own, defaults={"days_ahead": days_ahead})
    PickupSlot.objects.filter(**own).delete()
    PickupSlot.objects.bulk_create(
        PickupSlot(
            weekday=slot.weekday,
            from_minute=slot.from_minute,
            to_minute=slot.to_minute,
            most_orders=slot.most_orders,
            **own,
        )
        for slot in ordered
    )


def take_slot(
    *,
    brand_id: UUID,
    order_id: UUID,
    store_id: UUID,
    starts_at: datetime,
    zone: ZoneInfo,
    now: datetime,
) -> None:
    """Give a new order a time to collect in, inside the transaction that places it.

    `zone` is the brand's. Raises SlotGone, SlotFull.
    """
    plan = slot_plan(brand_id=brand_id, store_id=store_id)
    for begins, ends, most in times(plan, now, zone):
        if begins == starts_at:
            row = one(
                BOOK,
                id=uuid7(),
                tally_id=uuid7(),
                brand_id=brand_id,
                order_id=order_id,
                store_id=store_id,
                starts_at=begins,
                ends_at=ends,
                most=most,
            )
            if row is None:
                raise SlotFull(starts_at=begins.isoformat())
            return
    raise SlotGone(starts_at=starts_at.isoformat())


def free_slot(*, brand_id: UUID, order_id: UUID, now: datetime) -> bool:
    """Let somebody else have an order's time. Whether it had one. Safe to repeat."""
    return run(FREE, brand_id=brand_id, order_id=order_id, now=now) > 0
