"""The only writers of the catalogue."""

from zhiyin.domain.catalog.operations.counting import adjust_stock, count_stock, set_stock
from zhiyin.domain.catalog.operations.goods import (
    relist_products,
    retire_products,
    save_products,
    save_skus,
    search_words,
    set_price,
)
from zhiyin.domain.catalog.operations.holds import hold, keep
from zhiyin.domain.catalog.operations.hot import keep_by_count, keep_by_unit
from zhiyin.domain.catalog.operations.leaving import (
    hand_over,
    release,
    release_expired,
    release_part,
    take_back,
)
from zhiyin.domain.catalog.operations.undoing import undo_hand_over

__all__ = [
    "adjust_stock",
    "count_stock",
    "hand_over",
    "hold",
    "keep",
    "keep_by_count",
    "keep_by_unit",
    "release",
    "release_expired",
    "release_part",
    "relist_products",
    "retire_products",
    "save_products",
    "save_skus",
    "search_words",
    "set_price",
    "set_stock",
    "take_back",
    "undo_hand_over",
]
