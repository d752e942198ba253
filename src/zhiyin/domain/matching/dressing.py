"""A look in her sizes: of what lies in a store, the size that the fit model trusts most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching import vocabulary as words
from zhiyin.domain.matching.bodies import Body
from zhiyin.domain.matching.learned import blank_rows, with_facts
from zhiyin.domain.matching.learning.fit import SIZE_SPREAD_CODES, FitModel
from zhiyin.domain.matching.shelf import Shelf
from zhiyin.domain.matching.sizing import SizeTable
from zhiyin.domain.matching.types import PickItem
from zhiyin.domain.matching.wearings import FIT, Wearings
from zhiyin.domain.matching.world import World, uuid_at

BPS = 10_000
LIKE_HERSELF = 0.7
"""What the size of a KOC with her very body adds, on the scale of the logarithm of a chance."""

FARTHEST = 3.0
"""A size this much farther from hers than the nearest one, as `_by_model` weighs it, is not tried:
its chance of fitting would have to be twenty times as good."""


@dataclass(frozen=True, slots=True)
class Sized:
    """A SKU, and the chances of small, fit and large (None where they are not known)."""

    sku: int
    fit_bps: tuple[int, int, int] | None


@dataclass(frozen=True, slots=True)
class Vouched:
    """The size in which a garment fitted the KOC beside it, and how much that says for her."""

    size: int
    weight: float

    @classmethod
    def by(cls, size: int, likeness: float) -> Self:
        """What it says falls fast with how unlike they are: half as like, an eighth as much."""
        return cls(size, LIKE_HERSELF * likeness**3)


NOBODYS: Mapping[int, Vouched] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wardrobe:
    """What sizes are chosen from and with."""

    world: World
    shelf: Shelf
    sizes: SizeTable
    fit: FitModel | None

    def dress(
        self,
        body: Body,
        wearer: int,
        looks: Sequence[Sequence[int]],
        vouched: Mapping[int, Vouched] = NOBODYS,
    ) -> list[list[Sized]]:
        """The SKU of every variant of some looks, chosen together in one question to the model.

        Every variant has a size in stock. `wearer` is her number among the wearers, or -1;
        `vouched` holds, by variant, the size in which it fitted the KOC beside it.
        Without her measures no size is made up: it is the one most often worn.
        """
        variants = list(dict.fromkeys(variant for look in looks for variant in look))
        in_stock = {variant: self._in_stock(variant) for variant in variants}
        level = self.sizes.level(body)
        sized = [v for v in variants if self.sizes.sized[self._garment(v)]]
        found: dict[int, Sized] = {}
        if level is not None and sized:
            if self.fit is not None:
                offered = {v: in_stock[v] for v in sized}
                found = self._by_model(body, wearer, offered, vouched, self.fit)
            else:
                found = {v: self._by_table(level, in_stock[v]) for v in sized}
        for variant in variants:
            if variant not in found:
                found[variant] = self._usual(variant, in_stock[variant])
        return [[found[variant] for variant in look] for look in looks]

    def item(self, sized: Sized) -> PickItem:
        """The SKU as an answer states it."""
        skus, variants = self.world.skus, self.world.variants
        variant = int(skus.variant[sized.sku])
        return PickItem(
            product_id=uuid_at(self.world.garments.id, int(variants.garment[variant])),
            sku_id=uuid_at(skus.id, sized.sku),
            color=words.COLORS[variants.color[variant]],
            size_code=int(skus.size[sized.sku]),
            size_label=self.world.labels[skus.label[sized.sku]],
            price_fen=int(self.shelf.price_fen[sized.sku]),
            on_hand=int(self.shelf.on_hand[sized.sku]),
            fit_bps=sized.fit_bps,
        )

    def _garment(self, variant: int) -> int:
        return int(self.world.variants.garment[variant])

    def _in_stock(self, variant: int) -> NDArray[np.intp]:
        first, last = self.world.variants.first_sku[variant : variant + 2]
        return np.asarray(first + np.flatnonzero(self.shelf.on_hand[first:last] > 0))

    def _by_model(
        self,
        body: Body,
        wearer: int,
        in_stock: dict[int, NDArray[np.intp]],
        vouched: Mapping[int, Vouched],
        model: FitModel,
    ) -> dict[int, Sized]:
        """The model's own rule (`FitModel.best_size`), for several garments at once.

        Where two sizes are about as good, the one that fitted a KOC like her stands.

        What bodies like hers take is read off the similar wearings where there are any: the
        model's line through all bodies runs high for a shopper who states no bra size.
        """
        rows = np.concatenate(list(in_stock.values()))
        garment = self.world.variants.garment[self.world.skus.variant[rows]]
        asked = self._asked(body, wearer, garment, self.world.skus.size[rows])
        away = (asked.size - self._expected(body, garment, asked, model)) / SIZE_SPREAD_CODES
        start = np.cumsum([0, *(len(skus) for skus in in_stock.values())])
        near = 0.5 * away**2
        least = np.repeat(np.minimum.reduceat(near, start[:-1]), np.diff(start))
        tried = np.flatnonzero(near <= least + FARTHEST)
        chances = np.zeros((len(rows), 3), dtype=np.float32)
        chances[tried] = model.chances(asked.take(tried))
        worth = np.log(chances[:, FIT] + 1e-9) - near
        for (variant, skus), first in zip(in_stock.items(), start.tolist(), strict=False):
            if variant in vouched:
                same = self.world.skus.size[skus] == vouched[variant].size
                worth[first : first + len(skus)] += vouched[variant].weight * same
        best = [int(first + np.argmax(worth[first:last])) for first, last in pairwise(start)]
        return {
            variant: Sized(int(rows[at]), _bps(chances[at]))
            for variant, at in zip(in_stock, best, strict=True)
        }

    def _expected(
        self, body: Body, garment: NDArray[np.integer], asked: Wearings, model: FitModel
    ) -> NDArray[np.floating]:
        usual = float(self.sizes.usual[body.cell()]) if body.is_measured else float("nan")
        if np.isnan(usual):
            return model.memory.expected_size(asked)
        return usual + self.sizes.runs[garment]

    def _asked(
        self, body: Body, wearer: int, garment: NDArray[np.integer], size: NDArray[np.integer]
    ) -> Wearings:
        rows = with_facts(
            blank_rows(len(garment)),
            wearer=wearer,
            height_cm=body.height_cm,
            weight_kg=body.weight_kg,
            age=body.age,
            band_cm=body.band_cm,
            cup=body.cup,
            shape=body.shape,
        )
        rows.garment[:], rows.size[:] = garment, size
        rows.category[:] = self.world.garments.category[garment]
        return rows

    def _by_table(self, level: int, skus: NDArray[np.intp]) -> Sized:
        chance = self.sizes.chances(level, skus)
        best = int(np.argmax(chance))
        miss = np.float32(1.0) - chance[best]
        # The table knows how far a size is, not to which side it fails: too small runs below.
        below = self.sizes.step[skus[best]] < level
        share = np.array([miss * (0.7 if below else 0.3), chance[best], 0.0])
        share[2] = 1.0 - share[:2].sum()
        return Sized(int(skus[best]), _bps(share))

    def _usual(self, variant: int, skus: NDArray[np.intp]) -> Sized:
        usual = int(self.sizes.popular[self._garment(variant)])
        if usual == words.UNKNOWN:
            return Sized(int(skus[len(skus) // 2]), None)
        nearest = np.argmin(np.abs(self.world.skus.size[skus].astype(np.int64) - usual))
        return Sized(int(skus[nearest]), None)


def _bps(chances: NDArray[np.floating]) -> tuple[int, int, int]:
    """Chances in basis points that sum to 10,000; what rounding leaves goes to the fit."""
    small, large = round(float(chances[0]) * BPS), round(float(chances[2]) * BPS)
    return small, BPS - small - large, large
