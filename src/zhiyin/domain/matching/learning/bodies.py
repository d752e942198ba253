"""Which garments people with each body fact wear: one table a fact, looked up by a bin."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching.learning.asks import (
    FACTS,
    IMAGINED_SIZES,
    WORN_SIZE_WEIGHT,
    Asks,
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
TYPICAL = {
    "height_cm": (165.0, 7.0),
    "weight_kg": (62.0, 12.0),
    "age": (34.0, 9.0),
    "band_cm": (76.0, 5.0),
    "cup": (2.5, 1.3),
}
"""Centre and spread, so that the size formula is well conditioned."""

PART_OF = {
    "height_cm": "worn_at_her_height",
    "weight_kg": "worn_at_her_weight",
    "age": "worn_at_her_age",
    "band_cm": "worn_at_her_band",
    "cup": "worn_at_her_cup",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodies:
    """Log-lifts by body fact, by shape and by the size that she would wear.

    by_fact:  fact -> (bins + 1, garments), last row 0 for whoever does not state it.
    by_shape: (shapes + 1, garments), last row 0.
    by_size:  (SIZE_BINS + 1, garments), last row 0.
    formula:  weights of `_design`, giving a size in the shop's scale.
    """

    by_fact: dict[str, Singles]
    by_shape: Singles
    by_size: Singles
    formula: Floats
    size_low: float
    size_step: float

    @property
    def names(self) -> tuple[str, ...]:
        return (*(PART_OF[fact] for fact in FACTS), "worn_by_her_shape", "worn_in_her_size")

    @classmethod
    def of(cls, rows: Wearings, codes: Codes) -> Self:
        """Count the rows, whether glad or not: who wears a garment is told by all of them."""
        weight = recency(rows, HALF_LIFE_DAYS)
        by_fact = {fact: _table(SCALES[fact], getattr(rows, fact), codes, weight) for fact in FACTS}
        shapes = int(rows.shape.max(initial=-1)) + 1
        shape = np.where(rows.shape < 0, shapes, rows.shape).astype(np.intp)
        by_shape = tally(shape, shapes + 1, codes.garment, len(codes.garments), weight)[:shapes]
        low, step = _size_scale(rows.size)
        sizes = Scale(low=low, high=low + step * (SIZE_BINS - 1), step=step, blur=step)
        told = ~np.isnan(rows.size)
        design = _design({fact: getattr(rows, fact)[told].astype(np.float64) for fact in FACTS})
        ridge = design.T @ design + np.eye(design.shape[1])
        return cls(
            by_fact=by_fact,
            by_shape=_with_zeros(log_lift(by_shape, PRIOR_ROWS)),
            by_size=_table(sizes, rows.size, codes, weight),
            formula=np.asarray(
                np.linalg.solve(ridge, design.T @ rows.size[told]), dtype=np.float64
            ),
            size_low=low,
            size_step=step,
        )

    def sizes(self, asks: Asks) -> Floats:
        """The size each would wear: by her facts, mended by the sizes she wore. NaN if untold."""
        facts = {fact: getattr(asks, fact) for fact in FACTS}
        guess = _design(facts) @ self.formula
        told = ~np.isnan(np.stack(list(facts.values()))).all(axis=0) | (asks.size_count > 0)
        worn = WORN_SIZE_WEIGHT * asks.size_sum + IMAGINED_SIZES * guess
        mended = worn / (WORN_SIZE_WEIGHT * asks.size_count + IMAGINED_SIZES)
        return np.where(told, mended, np.nan)

    def parts(self, asks: Asks, garments: Positions) -> list[Singles]:
        """Each part's values, (needs, garments), in the order of `names`."""
        found = [
            table[np.ix_(SCALES[fact].find(getattr(asks, fact)), garments)]
            for fact, table in self.by_fact.items()
        ]
        none = len(self.by_shape) - 1
        stated = (asks.shape >= 0) & (asks.shape < none)
        found.append(self.by_shape[np.ix_(np.where(stated, asks.shape, none), garments)])
        high = self.size_low + self.size_step * (SIZE_BINS - 1)
        scale = Scale(low=self.size_low, high=high, step=self.size_step, blur=self.size_step)
        found.append(self.by_size[np.ix_(scale.find(self.sizes(asks)), garments)])
        return found


def _table(scale: Scale, values: NDArray[np.float32], codes: Codes, weight: Floats) -> Singles:
    found = scale.find(values.astype(np.float64))
    counted = tally(found, scale.bins + 1, codes.garment, len(codes.garments), weight)
    return _with_zeros(log_lift(scale.spread(counted[: scale.bins]), PRIOR_ROWS))


def _with_zeros(table: Singles) -> Singles:
    return np.vstack([table, np.zeros((1, table.shape[1]), dtype=np.float32)])


def _size_scale(size: NDArray[np.float32]) -> tuple[float, float]:
    """Lowest bin and step of the shop's sizes, stray sizes aside."""
    told = size[~np.isnan(size)]
    if not len(told):
        return 0.0, 1.0
    low, high = (float(edge) for edge in np.percentile(told, SIZE_EDGES_PERCENT))
    return low, max((high - low) / (SIZE_BINS - 1), 1e-3)


def _design(facts: dict[str, Floats]) -> Floats:
    columns = [np.ones(len(next(iter(facts.values()))))]
    for fact, values in facts.items():
        centre, spread = TYPICAL[fact]
        missing = np.isnan(values)
        scaled = np.where(missing, 0.0, (values - centre) / spread)
        columns += [scaled, missing.astype(np.float64), scaled**2]
    return np.stack(columns, axis=1)
