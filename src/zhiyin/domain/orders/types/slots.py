"""Times to collect in: what a store offers, what is left of it, and what an order took."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from zhiyin.kit.errors import DomainError, Kind

MOST_SLOTS = 100
"""A store's week has no more slots."""
MOST_DAYS_AHEAD = 30
MOST_ORDERS = 999
DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True, order=True)
class SlotFacts:
    """A slot of every week: `weekday` 0 is Monday; minutes from midnight on the brand's clock."""

    weekday: int
    from_minute: int
    to_minute: int
    most_orders: int


@dataclass(frozen=True, slots=True)
class SlotPlan:
    """What a store offers: its slots in order, today and `days_ahead` more days. None: no slots."""

    slots: tuple[SlotFacts, ...] = ()
    days_ahead: int = 6


@dataclass(frozen=True, slots=True)
class SlotOffer:
    """A time that can be chosen now, and how many more orders it takes."""

    starts_at: datetime
    ends_at: datetime
    left: int


@dataclass(frozen=True, slots=True)
class SlotTaken:
    """When an order is to be collected."""

    order_id: UUID
    starts_at: datetime
    ends_at: datetime


class SlotsRefused(DomainError):
    """A store's slots are no plan. `field` says which part: time, orders, days, overlap, many."""

    code: ClassVar[str] = "pickup_slots_refused"
    kind: ClassVar[Kind] = Kind.INVALID


class SlotGone(DomainError):
    """The store does not offer this time to collect, or not any more."""

    code: ClassVar[str] = "pickup_slot_gone"
    kind: ClassVar[Kind] = Kind.CONFLICT


class SlotFull(DomainError):
    """As many orders as this time takes have it."""

    code: ClassVar[str] = "pickup_slot_full"
    kind: ClassVar[Kind] = Kind.CONFLICT
