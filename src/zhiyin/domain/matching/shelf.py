"""What can be had at this moment: prices, stock, KOCs who can be asked. Replaced as a whole."""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching.sizing import SizeTable
from zhiyin.domain.matching.world import World

NEVER = np.int64(1) << 60
"""The price of what is sold out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Prices in fen and pieces on hand by SKU, and what follows from them.

    cheapest_fen:  by variant, over its SKUs in stock; NEVER when it is sold out.
    look_fen:      by look, the sum over its items; at least NEVER when one is sold out.
    best_fit:      by level of body (from `lowest_level` up) and variant: the chance that the best
                   of its sizes in stock fits, float32.
    koc_free:      by KOC: not away, and with room left in her week.
    koc_absence:   by KOC, and last for nobody: 0 for whoever is free, minus infinity for others.
    """

    price_fen: NDArray[np.int64]
    on_hand: NDArray[np.int32]
    cheapest_fen: NDArray[np.int64]
    look_fen: NDArray[np.int64]
    lowest_level: int
    best_fit: NDArray[np.float32]
    koc_free: NDArray[np.bool_]
    koc_absence: NDArray[np.float32]

    @classmethod
    def of(
        cls,
        world: World,
        sizes: SizeTable,
        *,
        price_fen: NDArray[np.int64] | None = None,
        on_hand: NDArray[np.int32] | None = None,
        koc_free: NDArray[np.bool_] | None = None,
    ) -> Self:
        """The shelf as the world was gathered, with what has changed since in its place."""
        price = world.skus.price_fen if price_fen is None else price_fen
        stock = world.skus.on_hand if on_hand is None else on_hand
        free = world.kocs.capacity > 0 if koc_free is None else koc_free
        buyable = np.where(stock > 0, price, NEVER)
        cheapest = _per_group(np.minimum, buyable, world.variants.first_sku, NEVER)
        look_fen = _per_group(np.add, cheapest[world.looks.item], world.looks.first, NEVER)
        return cls(
            price_fen=price,
            on_hand=stock,
            cheapest_fen=cheapest,
            look_fen=look_fen,
            lowest_level=sizes.levels[0],
            best_fit=_best_fit(world, sizes, stock > 0),
            koc_free=free,
            koc_absence=_absence(free),
        )

    def fit_at(self, level: int) -> NDArray[np.float32]:
        """By variant: the chance that the best size in stock fits a body of this level."""
        return np.asarray(self.best_fit[level - self.lowest_level])

    def without_kocs(self, taken: NDArray[np.bool_]) -> Self:
        """The same shelf while some KOCs, marked by row, cannot be asked."""
        free = self.koc_free & ~taken
        return replace(self, koc_free=free, koc_absence=_absence(free))


def _absence(free: NDArray[np.bool_]) -> NDArray[np.float32]:
    return np.where(np.append(free, True), np.float32(0.0), -np.float32(np.inf))


def _best_fit(world: World, sizes: SizeTable, in_stock: NDArray[np.bool_]) -> NDArray[np.float32]:
    low, high = sizes.levels
    best = np.zeros((high - low + 1, len(world.variants)), dtype=np.float32)
    for row in range(len(best)):
        chance = np.where(in_stock, sizes.chances(low + row, slice(None)), np.float32(0.0))
        best[row] = _per_group(np.maximum, chance, world.variants.first_sku, np.float32(0.0))
    return best


def _per_group(
    combine: np.ufunc, values: NDArray[Any], first: NDArray[np.integer], empty: Any
) -> NDArray[Any]:
    found = np.full(len(first) - 1, empty, dtype=values.dtype)
    filled = np.flatnonzero(np.diff(first))
    if len(filled):
        found[filled] = combine.reduceat(values, first[filled])
    return found
