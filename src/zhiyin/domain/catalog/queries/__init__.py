"""The only readers of the catalogue."""

from zhiyin.domain.catalog.queries.audits import AUDITS
from zhiyin.domain.catalog.queries.goods import (
    all_products,
    category_counts,
    for_sale,
    pieces_in_stores,
    product,
    product_for_staff,
    product_ids,
    product_ids_by_code,
    products,
    products_by_id,
    products_ever,
    products_of_skus,
    sku_ids_by_code,
    sold_out,
)
from zhiyin.domain.catalog.queries.selling import sellable, stores_with
from zhiyin.domain.catalog.queries.shelves import shelf_to_count, shelves_after
from zhiyin.domain.catalog.queries.stock import (
    counts,
    for_sale_in,
    held_for,
    stock_moves,
    stock_of,
)

__all__ = [
    "AUDITS",
    "all_products",
    "category_counts",
    "counts",
    "for_sale",
    "for_sale_in",
    "held_for",
    "pieces_in_stores",
    "product",
    "product_for_staff",
    "product_ids",
    "product_ids_by_code",
    "products",
    "products_by_id",
    "products_ever",
    "products_of_skus",
    "sellable",
    "shelf_to_count",
    "shelves_after",
    "sku_ids_by_code",
    "sold_out",
    "stock_moves",
    "stock_of",
    "stores_with",
]
