"""The people who wore a garment, as one point: how near she stands to them, all facts at once.

Fisher's discriminant with empirical-Bayes means: every garment has a mean wearer (facts, occasion
and their products), in a space where wearers of one garment are spread evenly in all directions.
A garment with few wearers is pulled to its category, a category to everybody, the more in those
directions in which garments hardly differ.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching.learning.asks import FACTS, Asks, facts_of
from zhiyin.domain.matching.learning.counting import (
    Codes,
    Floats,
    Positions,
    Singles,
    recency,
    weigh,
)
from zhiyin.domain.matching.wearings import Wearings

HALF_LIFE_DAYS = 365.0
KNOTS: dict[str, tuple[float, ...]] = {
    "height_cm": (152, 158, 163, 168, 174),
    "weight_kg": (50, 56, 63, 72, 86),
    "age": (22, 27, 32, 38, 46, 55),
    "band_cm": (70, 75, 80, 85),
    "cup": (1, 2, 3, 4, 5),
}
"""Bends of each fact's curve; the outer two fix its unit."""

CENTRE = np.array([np.median(KNOTS[fact]) for fact in FACTS])
UNIT = np.array([(KNOTS[fact][-1] - KNOTS[fact][0]) / 2 for fact in FACTS])
LOWEST = np.array([KNOTS[fact][0] for fact in FACTS] - CENTRE) / UNIT - 2.0
HIGHEST = np.array([KNOTS[fact][-1] for fact in FACTS] - CENTRE) / UNIT + 2.0
BENT_FACT = np.array([at for at, fact in enumerate(FACTS) for _ in KNOTS[fact][1:-1]])
BENDS = np.array([knot for fact in FACTS for knot in KNOTS[fact][1:-1]])
BENT_AT = (BENDS - CENTRE[BENT_FACT]) / UNIT[BENT_FACT]
HEIGHT, WEIGHT, AGE, BAND, CUP = range(len(FACTS))
TOGETHER = np.array([(HEIGHT, WEIGHT), (WEIGHT, AGE), (HEIGHT, AGE), (BAND, WEIGHT), (CUP, WEIGHT)])
RIDGE_SHARE, RIDGE = 1e-3, 1e-4
TRUSTED_WEARERS = 50.0
KIND_NOISE = 3.0
FURTHEST = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """centre: (columns,), whiten: (columns, columns), means: (garments, columns).

    `half_norm` is half the squared length of each mean; `shapes`, `occasions` count the codes.
    """

    centre: Floats
    whiten: Floats
    means: Singles
    half_norm: Singles
    shapes: int
    occasions: int

    names = ("worn_by_similar_people",)

    @classmethod
    def of(cls, rows: Wearings, codes: Codes, category: Positions) -> Self:
        """Find the mean wearer of each garment; `category` is each garment's."""
        shapes = int(rows.shape.max(initial=-1)) + 1
        occasions = int(rows.occasion.max(initial=-1)) + 1
        people = describe(facts_of(rows), rows.shape, rows.occasion, shapes, occasions)
        weight = recency(rows, HALF_LIFE_DAYS)
        centre = weight @ people / weight.sum()
        people = people - centre
        mass = weigh(codes.garment, len(codes.garments), weight)
        mean = _sums(codes.garment, weight[:, None] * people, len(mass)) / mass[:, None]
        apart = people - mean[codes.garment]
        spread = (apart * weight[:, None]).T @ apart / weight.sum()
        width = len(spread)
        spread += (RIDGE_SHARE * np.trace(spread) / width + RIDGE) * np.eye(width)
        whiten = np.linalg.cholesky(np.linalg.inv(spread))
        wearers = mass**2 / weigh(codes.garment, len(codes.garments), weight**2)
        means = _shrunk(mean @ whiten, wearers, category).astype(np.float32)
        return cls(
            centre=centre,
            whiten=whiten,
            means=means,
            half_norm=0.5 * (means**2).sum(axis=1),
            shapes=shapes,
            occasions=occasions,
        )

    def parts(self, asks: Asks, garments: Positions) -> Singles:
        """Log-likelihood ratio of her among a garment's wearers, (needs, 1, garments)."""
        people = describe(asks.facts, asks.shape, asks.occasion, self.shapes, self.occasions)
        her = ((people - self.centre) @ self.whiten).astype(np.float32)
        ratio = her @ self.means.take(garments, axis=0).T - self.half_norm[garments]
        return np.asarray(ratio.clip(-FURTHEST, FURTHEST)[:, None])


def describe(
    facts: Floats,
    shape: NDArray[np.integer],
    occasion: NDArray[np.integer],
    shapes: int,
    occasions: int,
) -> Floats:
    """Columns that describe people: bent lines of each fact, shape, occasion and products."""
    missing = np.isnan(facts)
    lines = np.where(missing, 0.0, ((facts - CENTRE) / UNIT).clip(LOWEST, HIGHEST))
    bent = np.where(missing[:, BENT_FACT], 0.0, np.maximum(lines[:, BENT_FACT] - BENT_AT, 0.0))
    here = (occasion[:, None] == np.arange(occasions)).astype(np.float64)
    blocks = [
        lines,
        bent,
        missing,
        shape[:, None] == np.arange(shapes),
        lines[:, TOGETHER[:, 0]] * lines[:, TOGETHER[:, 1]],
        here,
        here * lines[:, AGE, None],
        here * lines[:, WEIGHT, None],
    ]
    return np.concatenate(blocks, axis=1).astype(np.float64)


def _sums(key: Positions, values: Floats, keys: int) -> Floats:
    sums = np.zeros((keys, values.shape[1]))
    np.add.at(sums, key, values)
    return sums


def _shrunk(mean: Floats, wearers: Floats, category: Positions) -> Floats:
    """Garment means pulled to their category's, and those to the centre of everybody."""
    kinds = int(category.max()) + 1
    size = weigh(category, kinds, wearers)
    kind_mean = _sums(category, wearers[:, None] * mean, kinds) / np.maximum(size, 1e-9)[:, None]
    held = size > 0
    differ, axes = _between(kind_mean[held], size[held], np.sqrt(size[held]))
    kind_noise = KIND_NOISE / np.maximum(size, 1.0)[:, None]
    kind_mean = (kind_mean @ axes * differ / (differ + kind_noise)) @ axes.T
    own = mean - kind_mean[category]
    differ, axes = _between(own, wearers, np.minimum(wearers, TRUSTED_WEARERS))
    kept = differ / (differ + 1.0 / wearers[:, None])
    return np.asarray(kind_mean[category] + (own @ axes * kept) @ axes.T)


def _between(means: Floats, wearers: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """How much true means differ along each axis: what is seen less what chance would show."""
    weight = weight / weight.sum()
    chance = float((weight / wearers).sum())
    seen = (means * weight[:, None]).T @ means
    values, axes = np.linalg.eigh(seen)
    return np.maximum(values - chance, 0.0), axes
