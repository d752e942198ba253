"""Times to collect in, as pure functions of a plan, a clock and a zone."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from zhiyin.domain.orders.types import (
    DAY_MINUTES,
    MOST_DAYS_AHEAD,
    MOST_ORDERS,
    MOST_SLOTS,
    SlotFacts,
    SlotPlan,
    SlotsRefused,
)


def check_plan(slots: Sequence[SlotFacts], days_ahead: int) -> tuple[SlotFacts, ...]:
    """The slots in order. Raises SlotsRefused, by the part that is wrong."""
    if len(slots) > MOST_SLOTS:
        raise SlotsRefused(field="many", most=MOST_SLOTS)
    if not 0 <= days_ahead <= MOST_DAYS_AHEAD:
        raise SlotsRefused(field="days", most=MOST_DAYS_AHEAD)
    ordered = tuple(sorted(slots))
    for slot in ordered:
        if not (0 <= slot.weekday <= 6 and 0 <= slot.from_minute < slot.to_minute <= DAY_MINUTES):
            raise SlotsRefused(field="time")
        if not 1 <= slot.most_orders <= MOST_ORDERS:
            raise SlotsRefused(field="orders", most=MOST_ORDERS)
    for first, second in pairwise(ordered):
        if first.weekday == second.weekday and second.from_minute < first.to_minute:
            raise SlotsRefused(field="overlap")
    return ordered


def times(
    plan: SlotPlan, now: datetime, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime, int]]:
    """Each time that has not begun, in order: from, to, both in `zone`, and how many it takes."""
    today = now.astimezone(zone).date()
    for ahead in range(plan.days_ahead + 1):
        day = today + timedelta(days=ahead)
        midnight = datetime.combine(day, time.min, zone)
        for slot in plan.slots:
            # Added to a wall clock, so that ten o'clock is ten also where clocks change.
            starts_at = midnight + timedelta(minutes=slot.from_minute)
            if slot.weekday == day.weekday() and starts_at > now:
                yield starts_at, midnight + timedelta(minutes=slot.to_minute), slot.most_orders
