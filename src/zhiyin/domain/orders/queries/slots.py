"""Times to collect in: what a store states, what can be chosen now, what orders took."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from zhiyin.domain.orders.models import PickupDays, PickupSlot, SlotBooking, SlotTally
from zhiyin.domain.orders.slot_rules import times
from zhiyin.domain.orders.types import SlotFacts, SlotOffer, SlotPlan, SlotTaken


def slot_plan(*, brand_id: UUID, store_id: UUID) -> SlotPlan:
    """A store's slots as they were stated. Two queries."""
    own = {"brand_id": brand_id, "store_id": store_id}
    slots = PickupSlot.objects.filter(**own).order_by("weekday", "from_minute")
    days = PickupDays.objects.filter(**own).values_list("days_ahead", flat=True).first()
    found = tuple(
        SlotFacts(*row)
        for row in slots.values_list("weekday", "from_minute", "to_minute", "most_orders")
    )
    return SlotPlan(found) if days is None else SlotPlan(found, days)


def slot_offers(
    *, brand_id: UUID, store_id: UUID, zone: ZoneInfo, now: datetime
) -> tuple[SlotOffer, ...] | None:
    """The times that can be chosen there now, soonest first; None: the store has no slots.

    `zone` is the brand's. Full ones are left out. Three queries.
    """
    plan = slot_plan(brand_id=brand_id, store_id=store_id)
    if not plan.slots:
        return None
    taken = dict(
        SlotTally.objects.filter(
            brand_id=brand_id, store_id=store_id, starts_at__gt=now
        ).values_list("starts_at", "taken")
    )
    return tuple(
        SlotOffer(starts_at, ends_at, most - taken.get(starts_at, 0))
        for starts_at, ends_at, most in times(plan, now, zone)
        if taken.get(starts_at, 0) < most
    )


def slots_of(*, brand_id: UUID, order_ids: Sequence[UUID]) -> dict[UUID, SlotTaken]:
    """Order -> the time it is to be collected in, for those that have one. One query."""
    rows = SlotBooking.objects.filter(
        brand_id=brand_id, order_id__in=list(order_ids), freed_at__isnull=True
    )
    found = rows.order_by("starts_at", "id").values_list("order_id", "starts_at", "ends_at")
    return {row[0]: SlotTaken(*row) for row in found}
