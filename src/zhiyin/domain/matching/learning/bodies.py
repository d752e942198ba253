"""Which garments people with each body fact wear: one table a fact, looked up by a bin."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor, isnan, nan
from operator import mul
from typing import Self

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching.learning.asks import (
    FACTS,
    IMAGINED_SIZES,
    WORN_SIZE_WEIGHT,
    Asks,
    facts_of,
)
from zhiyin.domain.matching.learning.counting import (
    Codes,
    Floats,
    Positions,
    Singles,
    log_lift,
    recency,
    tally,
)
from zhiyin.domain.matching.wearings import Wearings

HALF_LIFE_DAYS = 365.0
PRIOR_ROWS = 10.0
SIZE_BINS = 24
SIZE_EDGES_PERCENT = (0.5, 99.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Bins of one fact in its own unit; a wearer counts for bins near hers (Gaussian, `blur`)."""

    low: float
    high: float
    step: float
    blur: float

    @property
    def bins(self) -> int:
        return int((self.high - self.low) / self.step) + 1

    def find(self, values: Floats) -> Positions:
        """The bin of each value; one more than the last where it is not stated."""
        at = np.floor((np.nan_to_num(values, nan=self.low) - self.low) / self.step)
        return np.where(np.isnan(values), self.bins, np.clip(at, 0, self.bins - 1)).astype(np.intp)

    def spread(self, weight: Floats) -> Floats:
        """Share each bin's weight with its neighbours; the total stays."""
        at = np.arange(self.bins) * self.step
        near = np.exp(-0.5 * ((at[:, None] - at[None, :]) / self.blur) ** 2)
        spread = near @ weight
        return np.asarray(spread * (weight.sum() / max(float(spread.sum()), 1e-9)))


SCALES = {
    "height_cm": Scale(low=145, high=185, step=2.5, blur=4.0),
    "weight_kg": Scale(low=42, high=105, step=3.0, blur=5.0),
    "age": Scale(low=16, high=66, step=3.0, blur=4.0),
    "band_cm": Scale(low=70, high=92.5, step=2.5, blur=1.5),
    "cup": Scale(low=0, high=8, step=1.0, blur=0.7),
}
CENTRE = np.array([165.0, 62.0, 34.0, 76.0, 2.5])
SPREAD = np.array([7.0, 12.0, 9.0, 5.0, 1.3])
"""Typical values in the order of FACTS, so that the size formula is well conditioned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodies:
    """Log-lifts by body fact, by shape and by the size that she would wear.

    table:   (rows, garments): for each part its bins, then a row of 0 for whoever does not state
             it; parts in the order of `names`.
    starts:  (names + 1,) first row of each part, and the end.
    lows, steps: bins of the measured parts, FACTS then size.
    formula: weights of `_design`, giving a size in the shop's scale.
    """

    table: Singles
    starts: Positions
    lows: Floats
    steps: Floats
    formula: Floats

    names = (
        "worn_at_her_height",
        "worn_at_her_weight",
        "worn_at_her_age",
        "worn_at_her_band",
        "worn_at_her_cup",
        "worn_in_her_size",
        "worn_by_her_shape",
    )

    @classmethod
    def of(cls, rows: Wearings, codes: Codes) -> Self:
        """Count the rows, whether glad or not: who wears a garment is told by all of them."""
        weight = recency(rows, HALF_LIFE_DAYS)
        scales = [SCALES[fact] for fact in FACTS] + [_size_scale(rows.size)]
        values = [getattr(rows, fact) for fact in FACTS] + [rows.size]
        tables = [
            _table(scale, told, codes, weight) for scale, told in zip(scales, values, strict=True)
        ]
        shapes = int(rows.shape.max(initial=-1)) + 1
        shape = np.where(rows.shape < 0, shapes, rows.shape).astype(np.intp)
        by_shape = tally(shape, shapes + 1, codes.garment, len(codes.garments), weight)[:shapes]
        tables.append(_with_zeros(log_lift(by_shape, PRIOR_ROWS)))
        told = ~np.isnan(rows.size)
        design = _design(facts_of(rows)[told])
        ridge = design.T @ design + np.eye(design.shape[1])
        return cls(
            table=np.concatenate(tables),
            starts=np.cumsum([0, *(len(table) for table in tables)]),
            lows=np.array([scale.low for scale in scales]),
            steps=np.array([scale.step for scale in scales]),
            formula=np.asarray(np.linalg.solve(ridge, design.T @ rows.size[told]), dtype=float),
        )

    def sizes(self, asks: Asks) -> Floats:
        """The size each would wear: by her facts, mended by the sizes she wore. NaN if untold."""
        guess = _design(asks.facts) @ self.formula
        told = ~np.isnan(asks.facts).all(axis=1) | (asks.size_count > 0)
        worn = WORN_SIZE_WEIGHT * asks.size_sum + IMAGINED_SIZES * guess
        mended = worn / (WORN_SIZE_WEIGHT * asks.size_count + IMAGINED_SIZES)
        return np.where(told, mended, np.nan)

    def parts(self, asks: Asks, garments: Positions) -> Singles:
        """Shape (needs, names, garments)."""
        return np.asarray(self.table[self.rows(asks)[:, :, None], garments])

    def rows(self, asks: Asks) -> Positions:
        """The row of the table for every part, (needs, names)."""
        bins = np.diff(self.starts) - 1
        measured = np.column_stack([asks.facts, self.sizes(asks)])
        missing = np.isnan(measured)
        at = np.floor((np.where(missing, 0.0, measured) - self.lows) / self.steps)
        at = np.where(missing, bins[:-1], at.clip(0, bins[:-1] - 1))
        stated = (asks.shape >= 0) & (asks.shape < bins[-1])
        shape = np.where(stated, asks.shape, bins[-1])
        return np.column_stack([at, shape]).astype(np.intp) + self.starts[:-1]

    def rows_of_one(self, ask: Asks) -> list[int]:
        """`rows` of a single need, in plain numbers."""
        facts: list[float] = ask.facts[0].tolist()
        starts: list[int] = self.starts.tolist()
        bins = [last - first - 1 for first, last in pairwise(starts)]
        measured = (*facts, self._size_of_one(facts, ask))
        found = [
            start + (end if isnan(fact) else min(max(floor((fact - low) / step), 0), end - 1))
            for fact, low, step, start, end in zip(
                measured,
                self.lows.tolist(),
                self.steps.tolist(),
                starts[:-2],
                bins[:-1],
                strict=True,
            )
        ]
        shape = int(ask.shape[0])
        return [*found, starts[-2] + (shape if 0 <= shape < bins[-1] else bins[-1])]

    def _size_of_one(self, facts: Sequence[float], ask: Asks) -> float:
        """`sizes` of a single need."""
        total, count = float(ask.size_sum[0]), float(ask.size_count[0])
        missing = [isnan(fact) for fact in facts]
        if all(missing) and not count:
            return nan
        scaled = [
            0.0 if isnan(fact) else (fact - centre) / spread
            for fact, centre, spread in zip(facts, CENTRE.tolist(), SPREAD.tolist(), strict=True)
        ]
        design = (1.0, *scaled, *missing, *(one * one for one in scaled))
        guess = sum(map(mul, design, self.formula.tolist()))
        worn = WORN_SIZE_WEIGHT * total + IMAGINED_SIZES * guess
        return float(worn / (WORN_SIZE_WEIGHT * count + IMAGINED_SIZES))


def _table(scale: Scale, values: NDArray[np.float32], codes: Codes, weight: Floats) -> Singles:
    found = scale.find(values.astype(np.float64))
    counted = tally(found, scale.bins + 1, codes.garment, len(codes.garments), weight)
    return _with_zeros(log_lift(scale.spread(counted[: scale.bins]), PRIOR_ROWS))


def _with_zeros(table: Singles) -> Singles:
    return np.vstack([table, np.zeros((1, table.shape[1]), dtype=np.float32)])


def _size_scale(size: NDArray[np.float32]) -> Scale:
    """SIZE_BINS bins over the shop's sizes, stray sizes aside."""
    told = size[~np.isnan(size)]
    low, high = np.percentile(told, SIZE_EDGES_PERCENT) if len(told) else (0.0, 1.0)
    step = max(float(high - low) / (SIZE_BINS - 1), 1e-3)
    return Scale(low=float(low), high=float(low) + step * (SIZE_BINS - 0.5), step=step, blur=step)


def _design(facts: Floats) -> Floats:
    missing = np.isnan(facts)
    scaled = np.where(missing, 0.0, (facts - CENTRE) / SPREAD)
    one = np.ones((len(facts), 1))
    return np.concatenate([one, scaled, missing, scaled**2], axis=1)
