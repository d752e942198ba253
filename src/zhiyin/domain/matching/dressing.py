"""A look in her sizes: of what lies in a store, the size that the fit model trusts most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan, log, nan
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching import vocabulary as words
from zhiyin.domain.matching.bodies import Body
from zhiyin.domain.matching.fitting import Fitting
from zhiyin.domain.matching.learning.fit import SIZE_SPREAD_CODES
from zhiyin.domain.matching.shelf import Shelf
from zhiyin.domain.matching.sizing import SizeTable
from zhiyin.domain.matching.types import PickItem
from zhiyin.domain.matching.wearings import FIT
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
NOTHING_SAID = Vouched(words.UNKNOWN, 0.0)


class Tried(NamedTuple):
    """A SKU that is put to the fit model, and how far its size is from what is expected of her."""

    sku: int
    size: int
    far: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wardrobe:
    """What sizes are chosen from and with."""

    world: World
    shelf: Shelf
    sizes: SizeTable
    fitting: Fitting | None

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
        variants = dict.fromkeys(variant for look in looks for variant in look)
        in_stock = {variant: self._in_stock(variant) for variant in variants}
        level = self.sizes.level(body)
        found: dict[int, Sized] = {}
        if level is not None:
            sized = {v: skus for v, skus in in_stock.items() if self.sizes.sized[self._garment(v)]}
            if self.fitting is None:
                found = {v: self._by_table(level, np.array(skus)) for v, skus in sized.items()}
            elif sized:
                found = self._by_model(body, wearer, sized, vouched, self.fitting)
        for variant, skus in in_stock.items():
            if variant not in found:
                found[variant] = self._usual(variant, skus)
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

    def _in_stock(self, variant: int) -> list[int]:
        first, last = self.world.variants.first_sku[variant : variant + 2].tolist()
        pieces = self.shelf.on_hand[first:last].tolist()
        return [sku for sku, on_hand in enumerate(pieces, first) if on_hand > 0]

    def _by_model(
        self,
        body: Body,
        wearer: int,
        in_stock: Mapping[int, Sequence[int]],
        vouched: Mapping[int, Vouched],
        fitting: Fitting,
    ) -> dict[int, Sized]:
        """The model's own rule (`FitModel.best_size`), for several garments at once.

        Where two sizes are about as good, the one that fitted a KOC like her stands.
        """
        firsts = [skus[0] for skus in in_stock.values()]
        expected = self._expected(body, wearer, firsts, fitting)
        tried = {
            variant: self._near(skus, size)
            for (variant, skus), size in zip(in_stock.items(), expected, strict=True)
        }
        rows = [one.sku for near in tried.values() for one in near]
        chances = dict(zip(rows, fitting.chances(body, wearer, rows).tolist(), strict=True))
        found = {}
        for variant, near in tried.items():
            said = vouched.get(variant, NOTHING_SAID)
            worth = [
                log(chances[one.sku][FIT] + 1e-9) - one.far + said.weight * (one.size == said.size)
                for one in near
            ]
            best = near[worth.index(max(worth))].sku
            found[variant] = Sized(best, _bps(chances[best]))
        return found

    def _near(self, skus: Sequence[int], expected: float) -> list[Tried]:
        """Those of a variant's SKUs that are near enough to the size expected of her."""
        sizes = self.world.skus.size[skus].tolist()
        every = [
            Tried(sku, size, 0.5 * ((size - expected) / SIZE_SPREAD_CODES) ** 2)
            for sku, size in zip(skus, sizes, strict=True)
        ]
        reach = min(one.far for one in every) + FARTHEST
        return [one for one in every if one.far <= reach]

    def _expected(
        self, body: Body, wearer: int, skus: Sequence[int], fitting: Fitting
    ) -> list[float]:
        """The size of each SKU's garment that she would be expected to take.

        What bodies like hers take is read off the similar wearings where there are any: the
        model's line through all bodies runs high for a shopper who states no bra size.
        """
        usual = float(self.sizes.usual[body.cell()]) if body.is_measured else nan
        if isnan(usual):
            return fitting.expected(body, wearer, skus).tolist()
        garment = self.world.variants.garment[self.world.skus.variant[skus]]
        return [usual + runs for runs in self.sizes.runs[garment].tolist()]

    def _by_table(self, level: int, skus: NDArray[np.intp]) -> Sized:
        chance = self.sizes.chances(level, skus)
        best = int(np.argmax(chance))
        miss = np.float32(1.0) - chance[best]
        # The table knows how far a size is, not to which side it fails: too small runs below.
        below = self.sizes.step[skus[best]] < level
        share = np.array([miss * (0.7 if below else 0.3), chance[best], 0.0])
        share[2] = 1.0 - share[:2].sum()
        return Sized(int(skus[best]), _bps(share.tolist()))

    def _usual(self, variant: int, skus: Sequence[int]) -> Sized:
        usual = int(self.sizes.popular[self._garment(variant)])
        if usual == words.UNKNOWN:
            return Sized(skus[len(skus) // 2], None)
        size_of = self.world.skus.size
        return Sized(min(skus, key=lambda sku: abs(int(size_of[sku]) - usual)), None)


def _bps(chances: Sequence[float]) -> tuple[int, int, int]:
    """Chances in basis points that sum to 10,000; what rounding leaves goes to the fit."""
    small, large = round(chances[0] * BPS), round(chances[2] * BPS)
    return small, BPS - small - large, large
