"""Tables of the catalogue: what is sold, in which sizes and colours, and where it lies."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from zhiyin.domain.catalog.types import (
    Category,
    Color,
    HoldState,
    ReleaseReason,
    StockMoveKind,
)
from zhiyin.storage.choices import choices
from zhiyin.storage.tenancy import BrandOwned, SameBrandKey


class Product(BrandOwned):
    """A garment as a page shows it; what is bought is one of its SKUs.

    `kind` is a finer word than the category (belt, gown, loafers) that its drawing follows.
    """

    code = models.CharField(max_length=60)
    category = models.CharField(max_length=12, choices=choices(Category))
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    description_zh = models.TextField(blank=True)
    description_en = models.TextField(blank=True)
    care_zh = models.CharField(max_length=200, blank=True)
    care_en = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=20, blank=True)
    attributes = models.JSONField(default=dict)
    search_words = ArrayField(models.CharField(max_length=40), default=list)
    listed_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "code"], name="product_code_once"),
        ]
        indexes = [GinIndex(fields=["search_words"], name="product_search")]


class Sku(BrandOwned):
    """One colour and size of a product, at one price.

    `size_code` is the brand's own size number, which sorts; `size_label` is what is printed.
    A size code of 0 with the label `one` is a thing without sizes.
    """

    product = SameBrandKey("catalog.Product")
    code = models.CharField(max_length=80)
    color = models.CharField(max_length=8, choices=choices(Color))
    size_code = models.PositiveSmallIntegerField()
    size_label = models.CharField(max_length=12)
    price_fen = models.BigIntegerField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "code"], name="sku_code_once"),
            models.UniqueConstraint(
                fields=["brand", "product", "color", "size_code"], name="sku_variant_once"
            ),
            models.CheckConstraint(condition=Q(price_fen__gt=0), name="sku_price_positive"),
        ]


class Stock(BrandOwned):
    """How many of a SKU lie in a store, and how many of them are held for orders.

    With `by_unit_since` every piece is a StockUnit, and which are held is read from those: buyers
    of a hot SKU then do not wait for one row, so `held` stays 0 here.
    """

    sku = SameBrandKey("catalog.Sku")
    store = SameBrandKey("brands.Store")
    on_hand = models.PositiveIntegerField()
    held = models.PositiveIntegerField(default=0, db_default=0)
    by_unit_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "sku", "store"], name="stock_once"),
            models.CheckConstraint(condition=Q(held__gte=0), name="stock_held_not_negative"),
            models.CheckConstraint(condition=Q(held__lte=F("on_hand")), name="stock_held_is_there"),
        ]


LIVE = [HoldState.HELD.value, HoldState.KEPT.value]
"""The states in which a hold keeps pieces from others."""


class StockHold(BrandOwned):
    """Pieces of a SKU in a store that nobody else may buy, for a cause (an order's id).

    `line` numbers the rows of a cause from 1: the unique key of line 1 lets one of two first calls
    in, whatever SKUs they name. Once kept, `expires_at` is the time that it was kept before.
    """

    sku = SameBrandKey("catalog.Sku")
    store = SameBrandKey("brands.Store")
    cause = models.CharField(max_length=80)
    line = models.PositiveSmallIntegerField()
    quantity = models.PositiveIntegerField()
    handed_over = models.PositiveIntegerField(default=0)
    taken_back = models.PositiveIntegerField(default=0)
    released = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=12, choices=choices(HoldState))
    release_reason = models.CharField(max_length=12, choices=choices(ReleaseReason), blank=True)
    expires_at = models.DateTimeField()
    held_at = models.DateTimeField()
    kept_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "cause", "line"], name="hold_line_once"),
            models.UniqueConstraint(
                fields=["brand", "cause", "sku", "store"], name="hold_once_for_a_cause"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="hold_has_pieces"),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("handed_over") + F("released")),
                name="hold_not_spent_twice",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=LIVE) | Q(quantity__gt=F("handed_over") + F("released")),
                name="hold_alive_has_pieces",
            ),
            models.CheckConstraint(
                condition=Q(taken_back__lte=F("handed_over")), name="hold_taken_back_had_left"
            ),
            models.CheckConstraint(
                condition=Q(kept_at__isnull=True) | Q(kept_at__lt=F("expires_at")),
                name="hold_kept_in_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[HoldState.HELD.value, HoldState.RELEASED.value])
                | Q(kept_at__isnull=False),
                name="hold_leaves_once_kept",
            ),
        ]
        indexes = [
            models.Index(
                fields=["brand", "expires_at"],
                condition=Q(state=HoldState.HELD.value),
                name="hold_expiring",
            ),
            models.Index(
                fields=["brand", "sku", "store"], condition=Q(state__in=LIVE), name="hold_alive"
            ),
        ]


class StockUnit(BrandOwned):
    """One piece of a hot SKU in a store, free or held: buyers take different rows at once."""

    sku = SameBrandKey("catalog.Sku")
    store = SameBrandKey("brands.Store")
    hold = SameBrandKey("catalog.StockHold", null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["brand", "sku", "store", "id"],
                condition=Q(hold__isnull=True),
                name="unit_free",
            ),
        ]


class StockMove(BrandOwned):
    """A line of the history of what lies in a store: who changed it, by how much, and why.

    Append-only. With a `key` (a parcel, a refund) the same kind of move of a SKU happens once.
    """

    sku = SameBrandKey("catalog.Sku")
    store = SameBrandKey("brands.Store")
    kind = models.CharField(max_length=12, choices=choices(StockMoveKind))
    change = models.IntegerField()
    released = models.PositiveIntegerField(default=0)
    on_hand = models.PositiveIntegerField()
    cause = models.CharField(max_length=80, blank=True)
    key = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "key", "kind", "cause", "sku", "store"],
                condition=~Q(key=""),
                name="stockmove_once_for_a_key",
            ),
        ]
        indexes = [
            models.Index(fields=["brand", "sku", "at"], name="stockmove_by_sku"),
        ]
