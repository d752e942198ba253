"""Tables of the catalogue: what is sold, in which sizes and colours, and where it lies."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from zhiyin.domain.catalog.types import Category, Color
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
    """How many of a SKU lie in a store."""

    sku = SameBrandKey("catalog.Sku")
    store = SameBrandKey("brands.Store")
    on_hand = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "sku", "store"], name="stock_once"),
        ]
