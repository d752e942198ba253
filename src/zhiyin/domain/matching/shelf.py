"""What can be had at this moment: prices, stock, KOCs who can be asked. Replaced as a whole."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching.world import World

NEVER = np.int64(1) << 60
"""The price of what is sold out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Prices in fen and pieces on hand by SKU, and what follows from them.

    cheapest_fen:  by variant, over its SKUs in stock; NEVER when it is sold out.
    look_fen:      by look, the sum over its items; at least NEVER when one is sold out.
    koc_free:      by KOC: not away, and with room left in her week.
    """

    price_fen: NDArray[np.int64]
    on_hand: NDArray[np.int32]
    cheapest_fen: NDArray[np.int64]
    look_fen: NDArray[np.int64]
    koc_free: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        world: World,
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
            koc_free=free,
        )

    def without_kocs(self, taken: NDArray[np.bool_]) -> Self:
        """The same shelf while some KOCs, marked by row, cannot be asked."""
        return replace(self, koc_free=self.koc_free & ~taken)


def _per_group(
    combine: np.ufunc, values: NDArray[np.int64], first: NDArray[np.integer], empty: np.int64
) -> NDArray[np.int64]:
    found = np.full(len(first) - 1, empty, dtype=np.int64)
    filled = np.flatnonzero(np.diff(first))
    if len(filled):
        found[filled] = combine.reduceat(values, first[filled])
    return found
