"""When she comes to collect: the times that a store offers, as one control of the checkout."""

from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from zhiyin.domain.orders import queries as ordered
from zhiyin.domain.orders.types import SlotFull, SlotGone, SlotOffer
from zhiyin.interfaces.shop.access import ShopRequest, shop_page
from zhiyin.interfaces.shop.stating import named_id
from zhiyin.kit.errors import DomainError
from zhiyin.storage.tenancy import brand_tx

REFUSED = (SlotGone, SlotFull)


@require_GET
@shop_page
def checkout_slots(request: ShopRequest) -> HttpResponse:
    """The times of the store she chose now."""
    store_id = named_id(request.GET.get("store", ""))
    return render(request, "shop/parts/checkout_slots.html", offered(request, store_id))


def offered(request: ShopRequest, store_id: UUID | None) -> dict[str, Any]:
    """The times that a store offers, by day; nothing where it has no slots. Three queries."""
    offers = _offers(request, store_id)
    said = named(request)
    days = [
        {
            "name": name,
            "times": [
                {
                    "value": one.starts_at.isoformat(),
                    "words": in_hours(request, one.starts_at, one.ends_at),
                    "is_chosen": one.starts_at == said,
                }
                for one in found
            ],
        }
        for name, found in groupby(offers or (), key=lambda one: _day(request, one.starts_at))
    ]
    return {"has_slots": offers is not None, "slot_days": days}


def missing(request: ShopRequest, store_id: UUID | None) -> str:
    """What to say of a checkout without a time, at a store that has some; "" if it is all right.

    Opens its own transaction.
    """
    if named(request) is not None:
        return ""
    with brand_tx(request.visitor.brand.id):
        offers = _offers(request, store_id)
    if offers is None:
        return ""
    if not offers:
        return _("That store has no time left to collect in. Choose another, or have it sent.")
    return _("Choose when you come to collect it.")


def named(request: ShopRequest) -> datetime | None:
    """The time that the form names; None for none, and for what is no moment."""
    try:
        said = datetime.fromisoformat(request.POST.get("slot", ""))
    except ValueError:
        return None
    return said if said.tzinfo is not None else None


def why_not(refused: DomainError) -> str:
    """What to do about a time that was refused."""
    if isinstance(refused, SlotFull):
        return _("Others have just taken that time. Choose another; nothing is ordered yet.")
    return _("That time to collect is over or no longer offered. Choose another.")


def of_order(request: ShopRequest, order_id: UUID) -> str:
    """When an order is to be collected, in words; "" if at any hour. One query."""
    found = ordered.slots_of(brand_id=request.visitor.brand.id, order_ids=[order_id])
    taken = found.get(order_id)
    if taken is None:
        return ""
    hours = in_hours(request, taken.starts_at, taken.ends_at)
    return f"{_day(request, taken.starts_at)} {hours}"


def in_hours(request: ShopRequest, starts_at: datetime, ends_at: datetime) -> str:
    """From when to when, on the brand's clock."""
    zone = ZoneInfo(request.visitor.brand.time_zone)
    return f"{starts_at.astimezone(zone):%H:%M}-{ends_at.astimezone(zone):%H:%M}"


def _offers(request: ShopRequest, store_id: UUID | None) -> tuple[SlotOffer, ...] | None:
    if store_id is None:
        return None
    brand = request.visitor.brand
    return ordered.slot_offers(
        brand_id=brand.id, store_id=store_id, zone=ZoneInfo(brand.time_zone), now=request.now
    )


def _day(request: ShopRequest, at: datetime) -> str:
    local = at.astimezone(ZoneInfo(request.visitor.brand.time_zone))
    return f"{date_format(local, 'MONTH_DAY_FORMAT')} {date_format(local, 'D')}"
