"""How a promotion's row becomes `Terms`."""

from dataclasses import fields
from typing import Any

from zhiyin.domain.catalog.types import Category
from zhiyin.domain.promotions.types import Delivery, PromotionKind, Terms

COLUMNS = tuple(field.name for field in fields(Terms))
"""The columns of `promotions_promotion` that `terms_of` takes, in its order."""
SELECTED = ", ".join(f"promotion.{name}" for name in COLUMNS)


def terms_of(row: tuple[Any, ...]) -> Terms:
    """A row of COLUMNS as values."""
    held = dict(zip(COLUMNS, row, strict=True))
    held["kind"] = PromotionKind(held["kind"])
    held["store_ids"] = tuple(held["store_ids"])
    held["deliveries"] = tuple(Delivery(one) for one in held["deliveries"])
    held["categories"] = tuple(Category(one) for one in held["categories"])
    return Terms(**held)
