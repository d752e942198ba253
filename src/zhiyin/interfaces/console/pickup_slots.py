"""A store's times to collect in: stated for weekdays, taken away again, shown at the counter."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from zhiyin.domain.brands import queries as brands
from zhiyin.domain.orders import operations as orders
from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.types import (
    DAY_MINUTES,
    MOST_DAYS_AHEAD,
    MOST_ORDERS,
    MOST_SLOTS,
    SlotFacts,
    SlotPlan,
    SlotsRefused,
    SlotTaken,
)
from zhiyin.interfaces.console.access import ConsoleRequest, console_page
from zhiyin.kit.numbers import whole

HOUR_MINUTES, WEEK = 60, range(7)


@require_POST
@console_page
def change(request: ConsoleRequest, store_id: UUID) -> HttpResponse:
    """Add a time to some weekdays, take one away from all of them, or say how far ahead."""
    brand_id = request.operator.brand.id
    brands.store(brand_id=brand_id, store_id=store_id)
    plan = ordered.slot_plan(brand_id=brand_id, store_id=store_id)
    try:
        orders.set_slots(
            brand_id=brand_id,
            store_id=store_id,
            slots=_slots(request, plan),
            days_ahead=_days(request, plan),
        )
    except SlotsRefused as refused:
        messages.info(request, _sentence(refused))
    else:
        messages.info(request, pgettext("a form", "Saved."))
    return redirect("console:store", slug=request.brand.slug, store_id=store_id)


def slots_context(request: ConsoleRequest, store_id: UUID) -> dict[str, Any]:
    """What a store offers, as `console/parts/store_slots.html` wants it. Two queries."""
    plan = ordered.slot_plan(brand_id=request.operator.brand.id, store_id=store_id)
    by_hours = sorted(plan.slots, key=lambda one: (_hours(one), one.weekday))
    return {
        "slots": [
            {
                "hours": f"{_clock(hours[0])}-{_clock(hours[1])}",
                "most": hours[2],
                "days": _weekdays(one.weekday for one in found),
                "value": "-".join(str(part) for part in hours),
            }
            for hours, found in groupby(by_hours, key=_hours)
        ],
        "weekdays": [(day, _abbr(day)) for day in WEEK],
        "days_ahead": plan.days_ahead,
        "most_days_ahead": MOST_DAYS_AHEAD,
        "most_orders": MOST_ORDERS,
    }


def slot_words(request: ConsoleRequest, taken: SlotTaken | None) -> str:
    """When an order is collected, for the counter; "" if at any hour."""
    if taken is None:
        return ""
    zone = ZoneInfo(request.operator.brand.time_zone)
    starts, ends = taken.starts_at.astimezone(zone), taken.ends_at.astimezone(zone)
    hours = f"{starts:%H:%M}-{ends:%H:%M}"
    return (
        hours if starts.date() == request.now.astimezone(zone).date() else f"{starts:%m-%d} {hours}"
    )


def _slots(request: ConsoleRequest, plan: SlotPlan) -> tuple[SlotFacts, ...]:
    act = request.POST.get("act", "")
    if act == "remove":
        gone = request.POST.get("slot", "")
        return tuple(
            one for one in plan.slots if "-".join(str(part) for part in _hours(one)) != gone
        )
    if act != "add":
        return plan.slots
    days = {day for day in WEEK if str(day) in request.POST.getlist("weekdays")}
    if not days:
        raise SlotsRefused(field="weekdays")
    added = [
        SlotFacts(
            weekday=day,
            from_minute=_minutes(request.POST.get("from", "")),
            to_minute=_minutes(request.POST.get("to", "")) or DAY_MINUTES,
            most_orders=whole(request.POST.get("most", ""), most=MOST_ORDERS) or 0,
        )
        for day in sorted(days)
    ]
    return (*plan.slots, *added)


def _days(request: ConsoleRequest, plan: SlotPlan) -> int:
    if request.POST.get("act") != "days":
        return plan.days_ahead
    days = whole(request.POST.get("days_ahead", ""), most=MOST_DAYS_AHEAD)
    if days is None:
        raise SlotsRefused(field="days", most=MOST_DAYS_AHEAD)
    return days


def _minutes(clock: str) -> int:
    """Minutes since midnight of what a time field sends. Raises SlotsRefused."""
    hours, colon, minutes = clock.partition(":")
    found = whole(hours, most=23), whole(minutes, most=59)
    if not colon or found[0] is None or found[1] is None:
        raise SlotsRefused(field="time")
    return found[0] * HOUR_MINUTES + found[1]


def _sentence(refused: SlotsRefused) -> str:
    most = refused.details.get("most")
    return {
        "weekdays": _("Tick at least one weekday. Nothing changed."),
        "time": _("A time ends after it begins, on the same day. Nothing changed."),
        "orders": _("A time takes 1 to %(most)s orders. Nothing changed.") % {"most": most},
        "days": _("Orders can be collected up to %(most)s days ahead. Nothing changed.")
        % {"most": most},
        "overlap": _("Two times of a weekday overlap. Nothing changed."),
        "many": _("A week has at most %(most)s times. Nothing changed.") % {"most": MOST_SLOTS},
    }[str(refused.details["field"])]


def _hours(one: SlotFacts) -> tuple[int, int, int]:
    return one.from_minute, one.to_minute, one.most_orders


def _clock(minutes: int) -> str:
    return f"{minutes // HOUR_MINUTES:02}:{minutes % HOUR_MINUTES:02}"


def _weekdays(days: Iterable[int]) -> str:
    found = list(days)
    return _("every day") if len(found) == len(WEEK) else " ".join(_abbr(day) for day in found)


def _abbr(day: int) -> str:
    return str(WEEKDAYS_ABBR[day])
