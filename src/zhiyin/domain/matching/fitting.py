"""The fit model over the SKUs of a world: where each stands in its tables is looked up once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from zhiyin.domain.matching.bodies import Body, imagined
from zhiyin.domain.matching.learning.counting import Floats, positions
from zhiyin.domain.matching.learning.effects import Groups
from zhiyin.domain.matching.learning.fit import Chances, FitModel
from zhiyin.domain.matching.wearings import UNKNOWN, Wearings
from zhiyin.domain.matching.world import World

NOBODYS = np.array([UNKNOWN])
"""The place in the model's tables of one who wore nothing yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """The model, the SKUs as wearings of nobody, and their groups; rows are those of the SKUs."""

    model: FitModel
    skus: Wearings
    groups: Groups

    @classmethod
    def of(cls, model: FitModel | None, world: World) -> Self | None:
        """Look up every SKU; None without a model."""
        if model is None:
            return None
        garment = world.variants.garment[world.skus.variant].astype(np.int64)
        skus = imagined(
            Body(), world.skus.size, garment=garment, category=world.garments.category[garment]
        )
        return cls(model=model, skus=skus, groups=model.memory.groups(skus))

    def chances(self, body: Body, wearer: int, skus: Sequence[int]) -> Chances:
        """Chances of small, fit and large for a body in some SKUs, (SKUs, 3).

        `wearer` is her number among the wearers, or -1.
        """
        usual = self.model.memory.typical.of_one(body.facts, body.shape)
        return self.model.chances(*self._asked(body, wearer, skus), usual)

    def expected(self, body: Body, wearer: int, skus: Sequence[int]) -> Floats:
        """The size of each SKU's garment that she would be expected to take."""
        return self.model.memory.expected_size(*self._asked(body, wearer, skus))

    def _asked(self, body: Body, wearer: int, skus: Sequence[int]) -> tuple[Wearings, Groups]:
        rows = imagined(
            body,
            self.skus.size[skus],
            wearer=wearer,
            garment=self.skus.garment[skus],
            category=self.skus.category[skus],
        )
        her = NOBODYS
        if wearer != UNKNOWN:
            her = positions(self.model.memory.wearers, rows.wearer[:1])
        return rows, self.groups.take(skus, her)
