"""Products, their SKUs, and how many of each are for sale: on hand in open stores, not held."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from django.db.models import Count

from zhiyin.domain.catalog.models import Product, Sku
from zhiyin.domain.catalog.types import (
    Category,
    Color,
    ProductCard,
    ProductNotFound,
    ProductPage,
    SkuCard,
)
from zhiyin.kit.text import search_tokens
from zhiyin.storage.sql import many, one

SKUS_WITH_STOCK = """
    SELECT sku.product_id, sku.id, sku.code, sku.color, sku.size_code, sku.size_label,
           sku.price_fen, coalesce(sum(shelf.for_sale) FILTER (WHERE store.closed_at IS NULL), 0)
    FROM catalog_sku sku
    LEFT JOIN catalog_shelf shelf ON shelf.brand_id = sku.brand_id AND shelf.sku_id = sku.id
    LEFT JOIN brands_store store ON store.brand_id = shelf.brand_id AND store.id = shelf.store_id
    WHERE sku.brand_id = %(brand_id)s AND sku.product_id = ANY(%(product_ids)s)
      AND sku.retired_at IS NULL
    GROUP BY sku.brand_id, sku.id
    ORDER BY sku.product_id, sku.color, sku.size_code, sku.id
"""


SKUS_BY_CODE = """
    SELECT code, id FROM catalog_sku
    WHERE brand_id = %(brand_id)s AND code = ANY(%(codes)s) ORDER BY code
"""
PRODUCTS_BY_CODE = """
    SELECT code, id FROM catalog_product
    WHERE brand_id = %(brand_id)s AND code = ANY(%(codes)s) ORDER BY code
"""
FOR_SALE = """
    SELECT sku.id, sku.price_fen,
           coalesce(sum(shelf.for_sale) FILTER (WHERE store.closed_at IS NULL), 0)::bigint
    FROM catalog_product product
    JOIN catalog_sku sku ON sku.brand_id = product.brand_id AND sku.product_id = product.id
      AND sku.retired_at IS NULL
    LEFT JOIN catalog_shelf shelf ON shelf.brand_id = sku.brand_id AND shelf.sku_id = sku.id
    LEFT JOIN brands_store store ON store.brand_id = shelf.brand_id AND store.id = shelf.store_id
    WHERE product.brand_id = %(brand_id)s AND product.retired_at IS NULL
    GROUP BY sku.brand_id, sku.id
"""


SOLD_OUT = """
    SELECT product.id
    FROM catalog_product product
    JOIN catalog_sku sku ON sku.brand_id = product.brand_id AND sku.product_id = product.id
      AND sku.retired_at IS NULL
    LEFT JOIN catalog_shelf shelf ON shelf.brand_id = sku.brand_id AND shelf.sku_id = sku.id
    LEFT JOIN brands_store store ON store.brand_id = shelf.brand_id AND store.id = shelf.store_id
    WHERE product.brand_id = %(brand_id)s AND product.retired_at IS NULL
    GROUP BY product.brand_id, product.id, product.code, sku.id
    HAVING coalesce(sum(shelf.for_sale) FILTER (WHERE store.closed_at IS NULL), 0) = 0
    ORDER BY product.code, product.id
    LIMIT %(limit)s
"""
PIECES_IN_STORES = """
    SELECT coalesce(sum(for_sale), 0)::bigint FROM catalog_shelf
    WHERE brand_id = %(brand_id)s AND store_id = ANY(%(store_ids)s)
"""


def product(*, brand_id: UUID, product_id: UUID) -> ProductCard:
    """One product that is on the shop. Two queries. Raises ProductNotFound."""
    found = products_by_id(brand_id=brand_id, product_ids=[product_id])
    if product_id not in found:
        raise ProductNotFound(product_id=product_id)
    return found[product_id]


def product_for_staff(*, brand_id: UUID, product_id: UUID) -> tuple[ProductCard, bool]:
    """One product, on the shop or retired, and whether it is retired. Two queries.

    Raises ProductNotFound.
    """
    row = Product.objects.filter(brand_id=brand_id, id=product_id).first()
    if row is None:
        raise ProductNotFound(product_id=product_id)
    return _cards(brand_id, [row])[0], row.retired_at is not None


def for_sale(*, brand_id: UUID) -> dict[UUID, tuple[int, int]]:
    """SKU -> its price in fen and the pieces for sale, for the whole shop. One query."""
    rows = many(FOR_SALE, brand_id=brand_id)
    return {sku: (price_fen, on_hand) for sku, price_fen, on_hand in rows}


def sold_out(*, brand_id: UUID, limit: int = 10_000) -> dict[UUID, int]:
    """Product on the shop -> how many of its SKUs no open store has for sale. One query."""
    found: dict[UUID, int] = {}
    for (product_id,) in many(SOLD_OUT, brand_id=brand_id, limit=limit):
        found[product_id] = found.get(product_id, 0) + 1
    return found


def pieces_in_stores(*, brand_id: UUID, store_ids: Sequence[UUID]) -> int:
    """How many pieces are for sale in some stores together. One query."""
    row = one(PIECES_IN_STORES, brand_id=brand_id, store_ids=list(store_ids))
    return int(row[0]) if row else 0


def products_by_id(*, brand_id: UUID, product_ids: Sequence[UUID]) -> dict[UUID, ProductCard]:
    """Those of `product_ids` that are on the shop, by id. Two queries."""
    rows = Product.objects.filter(
        brand_id=brand_id, id__in=list(product_ids), retired_at__isnull=True
    )
    return {card.id: card for card in _cards(brand_id, rows)}


def products_ever(*, brand_id: UUID, product_ids: Sequence[UUID]) -> dict[UUID, ProductCard]:
    """Those of `product_ids` that exist, on the shop or off it, by id. Two queries."""
    rows = Product.objects.filter(brand_id=brand_id, id__in=list(product_ids))
    return {card.id: card for card in _cards(brand_id, rows)}


def products(
    *,
    brand_id: UUID,
    search: str = "",
    category: Category | None = None,
    retired: bool = False,
    offset: int = 0,
    limit: int = 24,
) -> ProductPage:
    """Products, newest first; `search` matches names and codes by bigrams. Three queries."""
    found = Product.objects.filter(brand_id=brand_id, retired_at__isnull=not retired)
    if words := search_tokens(search):
        found = found.filter(search_words__contains=words)
    if category:
        found = found.filter(category=category)
    rows = found.order_by("-listed_at", "code", "id")[offset : offset + limit]
    return ProductPage(products=_cards(brand_id, rows), total=found.count())


def all_products(*, brand_id: UUID) -> tuple[ProductCard, ...]:
    """Every product on the shop, by code: what the matcher is built from. Two queries."""
    rows = Product.objects.filter(brand_id=brand_id, retired_at__isnull=True).order_by("code", "id")
    return _cards(brand_id, rows)


def product_ids(*, brand_id: UUID) -> tuple[UUID, ...]:
    """The ids of everything on the shop, by code. One query."""
    rows = Product.objects.filter(brand_id=brand_id, retired_at__isnull=True)
    return tuple(rows.order_by("code", "id").values_list("id", flat=True))


def product_ids_by_code(*, brand_id: UUID, codes: Sequence[str]) -> dict[str, UUID]:
    """Code -> id, for those of `codes` that exist. One query."""
    return dict(many(PRODUCTS_BY_CODE, brand_id=brand_id, codes=list(codes)))


def sku_ids_by_code(*, brand_id: UUID, codes: Sequence[str]) -> dict[str, UUID]:
    """Code -> id, for those of `codes` that exist. One query."""
    return dict(many(SKUS_BY_CODE, brand_id=brand_id, codes=list(codes)))


def products_of_skus(*, brand_id: UUID, sku_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """SKU -> its product, on the shop or off it, for those of `sku_ids` that exist. One query."""
    return dict(
        Sku.objects.filter(brand_id=brand_id, id__in=list(sku_ids)).values_list("id", "product_id")
    )


def category_counts(*, brand_id: UUID) -> dict[Category, int]:
    """How many products on the shop each category has; none is left out. One query."""
    rows = Product.objects.filter(brand_id=brand_id, retired_at__isnull=True)
    counts = dict(rows.values_list("category").annotate(Count("id")))
    return {category: counts[category] for category in Category if category in counts}


def _cards(brand_id: UUID, rows: Iterable[Product]) -> tuple[ProductCard, ...]:
    rows = list(rows)
    skus: defaultdict[UUID, list[SkuCard]] = defaultdict(list)
    for product_id, sku_id, code, color, size_code, size_label, price_fen, on_hand in many(
        SKUS_WITH_STOCK, brand_id=brand_id, product_ids=[row.id for row in rows]
    ):
        skus[product_id].append(
            SkuCard(sku_id, code, Color(color), size_code, size_label, price_fen, int(on_hand))
        )
    return tuple(
        ProductCard(
            id=row.id,
            code=row.code,
            category=Category(row.category),
            name_zh=row.name_zh,
            name_en=row.name_en,
            description_zh=row.description_zh,
            description_en=row.description_en,
            care_zh=row.care_zh,
            care_en=row.care_en,
            kind=row.kind,
            attributes=row.attributes,
            skus=tuple(skus[row.id]),
        )
        for row in rows
    )
