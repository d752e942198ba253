"""The size that bodies like hers usually take: a line through sizes and body facts, no verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from operator import mul
from typing import Self

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching.learning.counting import Floats, row_by_row
from zhiyin.domain.matching.wearings import Wearings

SHAPES = 32
"""Codes of `Wearings.shape` told apart; a code beyond them counts as not stated."""

SHAPE_CODES = np.arange(SHAPES + 1)
RIDGE = 1e-3

BODY_FACTS = ("height_cm", "weight_kg", "age", "band_cm", "cup")
HEIGHT, WEIGHT, _, BAND, CUP, MASS = range(len(BODY_FACTS) + 1)
PRODUCTS = [WEIGHT, MASS, HEIGHT], [WEIGHT, MASS, WEIGHT]
"""Columns of `body_facts` that are multiplied with one another."""

UNWEIGHED = [BAND, CUP, HEIGHT]
"""What says more of her size where she does not state her weight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypicalSize:
    """A ridge regression of the size taken on the body facts.

    Deliberately blind to `fit` and `rating`, so that what is chosen by it is chosen without them.

    mean:  (6,) of `body_facts`, put where a fact is not stated.
    slope: one for each column of `_design`.
    """

    mean: Floats
    slope: Floats

    @classmethod
    def learn(cls, rows: Wearings) -> Self:
        """Learn it from what people took."""
        facts = body_facts(rows)
        mean, _ = mean_and_spread(facts)
        design = _design(facts, rows.shape, mean)
        gram = design.T @ design + RIDGE * max(len(rows), 1) * np.eye(design.shape[1])
        taken = design.T @ rows.size.astype(np.float64)
        return cls(mean=mean, slope=np.linalg.solve(gram, taken).astype(np.float64))

    def of(self, rows: Wearings, facts: Floats | None = None) -> Floats:
        """The usual size of each body, in size codes. `facts`: its `body_facts`, if at hand."""
        facts = body_facts(rows) if facts is None else facts
        return row_by_row(_design(facts, rows.shape, self.mean), self.slope)

    def of_one(self, facts: Sequence[float], shape: int) -> float:
        """The usual size of a single body, in plain numbers: `facts` as `facts_of_one` has them."""
        missing = [isnan(fact) for fact in facts]
        apart = [
            0.0 if isnan(fact) else fact - mean
            for fact, mean in zip(facts, self.mean.tolist(), strict=True)
        ]
        design = (
            1.0,
            *apart,
            *(apart[one] * apart[other] for one, other in zip(*PRODUCTS, strict=True)),
            *(apart[fact] * missing[WEIGHT] for fact in UNWEIGHED),
            *missing,
        )
        slope = self.slope.tolist()
        of_shape = slope[len(design) + (shape if 0 <= shape < SHAPES else SHAPES)]
        return float(sum(map(mul, design, slope)) + of_shape)


def facts_of_one(
    height_cm: float, weight_kg: float, age: float, band_cm: float, cup: float
) -> tuple[float, ...]:
    """The `body_facts` of a single body, rounded to singles as they would be in `Wearings`."""
    height, weight = np.float32(height_cm), np.float32(weight_kg)
    metres = height / np.float32(100.0)
    told = (height, weight, np.float32(age), np.float32(band_cm), np.float32(cup))
    return (*map(float, told), float(weight / (metres * metres)))


def body_facts(rows: Wearings) -> Floats:
    """Height (cm), weight (kg), age (years), band (cm), cup, body mass index; NaN if not stated."""
    facts = np.empty((len(rows), len(BODY_FACTS) + 1))
    for column, fact in enumerate(BODY_FACTS):
        facts[:, column] = getattr(rows, fact)
    facts[:, -1] = rows.weight_kg / (rows.height_cm / 100.0) ** 2
    return facts


def mean_and_spread(facts: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation of each column over what is stated; 0 and 1 where nothing is."""
    stated = ~np.isnan(facts)
    count = np.maximum(stated.sum(axis=0), 1)
    mean = np.where(stated, facts, 0.0).sum(axis=0) / count
    apart = np.where(stated, facts - mean, 0.0)
    spread = np.sqrt((apart**2).sum(axis=0) / count)
    return mean, np.where(spread > 0, spread, 1.0)


def _design(facts: Floats, stated_shape: NDArray[np.int8], mean: Floats) -> Floats:
    missing = np.isnan(facts)
    facts = np.where(missing, 0.0, facts - mean)
    shape = np.where((stated_shape >= 0) & (stated_shape < SHAPES), stated_shape, SHAPES)
    blocks = (
        np.ones((len(facts), 1)),
        facts,
        facts[:, PRODUCTS[0]] * facts[:, PRODUCTS[1]],
        facts[:, UNWEIGHED] * missing[:, WEIGHT : WEIGHT + 1],
        missing,
        shape[:, None] == SHAPE_CODES,
    )
    return np.concatenate(blocks, axis=1)
