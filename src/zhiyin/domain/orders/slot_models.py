"""Tables of times to collect in: what a store offers each week, and how full each one is."""

from django.db import models
from django.db.models import F, Q

from zhiyin.domain.orders.types import DAY_MINUTES, MOST_DAYS_AHEAD, MOST_ORDERS
from zhiyin.storage.tenancy import BrandOwned, SameBrandKey


class PickupDays(BrandOwned):
    """For how many days ahead a store's slots can be chosen."""

    store = SameBrandKey("brands.Store")
    days_ahead = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "store"], name="pickup_days_once"),
            models.CheckConstraint(
                condition=Q(days_ahead__lte=MOST_DAYS_AHEAD), name="pickup_days_few"
            ),
        ]


class PickupSlot(BrandOwned):
    """A slot of every week in a store, and how many orders it takes."""

    store = SameBrandKey("brands.Store")
    weekday = models.PositiveSmallIntegerField()
    from_minute = models.PositiveSmallIntegerField()
    to_minute = models.PositiveSmallIntegerField()
    most_orders = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "store", "weekday", "from_minute"], name="pickup_slot_once"
            ),
            models.CheckConstraint(
                condition=Q(weekday__lte=6, to_minute__lte=DAY_MINUTES)
                & Q(from_minute__lt=F("to_minute")),
                name="pickup_slot_in_a_day",
            ),
            models.CheckConstraint(
                condition=Q(most_orders__gte=1, most_orders__lte=MOST_ORDERS),
                name="pickup_slot_takes_some",
            ),
        ]


class SlotTally(BrandOwned):
    """How many orders have a store's slot of one day. Its row is the lock of that slot."""

    store = SameBrandKey("brands.Store")
    starts_at = models.DateTimeField()
    taken = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "store", "starts_at"], name="slot_tally_once"),
        ]


class SlotBooking(BrandOwned):
    """An order has a slot; until `freed_at`, where it was not paid or was given back whole."""

    order = SameBrandKey("orders.Order")
    store = SameBrandKey("brands.Store")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    freed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "order"], name="slot_of_order_once"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="slot_booking_lasts"
            ),
        ]
        indexes = [
            models.Index(
                fields=["brand", "store", "starts_at"],
                condition=Q(freed_at__isnull=True),
                name="slot_booked",
            ),
        ]
