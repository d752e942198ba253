"""Products, their SKUs and prices: added, corrected, taken off the shop and put back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from zhiyin.domain.catalog.models import Product, Sku
from zhiyin.domain.catalog.rules import check_attributes, check_price
from zhiyin.domain.catalog.types import (
    ProductFacts,
    ProductNotFound,
    SkuFacts,
)
from zhiyin.kit.text import bigrams


def save_products(*, brand_id: UUID, products: Sequence[ProductFacts], now: datetime) -> int:
    """Add products, or correct those whose code the brand has already. Returns how many rows.

    Raises AttributeUnknown, and then writes nothing.
    """
    for product in products:
        check_attributes(product.attributes)
    rows = Product.objects.bulk_create(
        [
            Product(
                brand_id=brand_id,
                code=product.code,
                category=product.category,
                name_zh=product.name_zh,
                name_en=product.name_en,
                description_zh=product.description_zh,
                description_en=product.description_en,
                care_zh=product.care_zh,
                care_en=product.care_en,
                kind=product.kind,
                attributes=dict(product.attributes),
                search_words=search_words(product),
                listed_at=now,
            )
            for product in products
        ],
        update_conflicts=True,
        unique_fields=["brand", "code"],
        update_fields=[
            "category",
            "name_zh",
            "name_en",
            "description_zh",
            "description_en",
            "care_zh",
            "care_en",
            "kind",
            "attributes",
            "search_words",
        ],
    )
    return len(rows)


def save_skus(*, brand_id: UUID, skus: Sequence[SkuFacts]) -> int:
    """Add SKUs, or correct those whose code the brand has already. Returns how many rows.

    Raises ProductNotFound, PriceRefused, and then writes nothing.
    """
    ids = dict(
        Product.objects.filter(
            brand_id=brand_id, code__in={sku.product_code for sku in skus}
        ).values_list("code", "id")
    )
    for sku in skus:
        check_price(sku.price_fen)
        if sku.product_code not in ids:
            raise ProductNotFound(code=sku.product_code)
    rows = Sku.objects.bulk_create(
        [
            Sku(
                brand_id=brand_id,
                product_id=ids[sku.product_code],
                code=sku.code,
                color=sku.color,
                size_code=sku.size_code,
                size_label=sku.size_label,
                price_fen=sku.price_fen,
            )
            for sku in skus
        ],
        update_conflicts=True,
        unique_fields=["brand", "code"],
        update_fields=["product", "color", "size_code", "size_label", "price_fen"],
    )
    return len(rows)


def set_price(*, brand_id: UUID, sku_ids: Sequence[UUID], price_fen: int) -> int:
    """Give SKUs one price. Returns how many changed. Raises PriceRefused."""
    check_price(price_fen)
    return Sku.objects.filter(brand_id=brand_id, id__in=list(sku_ids)).update(price_fen=price_fen)


def retire_products(*, brand_id: UUID, product_ids: Sequence[UUID], now: datetime) -> int:
    """Take products off the shop from now on. Returns how many were on it."""
    return Product.objects.filter(
        brand_id=brand_id, id__in=list(product_ids), retired_at__isnull=True
    ).update(retired_at=now)


def relist_products(*, brand_id: UUID, product_ids: Sequence[UUID]) -> int:
    """Undo `retire_products`. Returns how many came back."""
    return Product.objects.filter(
        brand_id=brand_id, id__in=list(product_ids), retired_at__isnull=False
    ).update(retired_at=None)


def search_words(product: ProductFacts) -> list[str]:
    """What a search finds a product by: bigrams of its names and code, without repeats."""
    return sorted(set(bigrams(f"{product.name_zh} {product.name_en} {product.code}")))
