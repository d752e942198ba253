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

from zhiyin.domain.matching.learning.asks import FACTS, Asks
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

TOGETHER = (
    ("height_cm", "weight_kg"),
    ("weight_kg", "age"),
    ("height_cm", "age"),
    ("band_cm", "weight_kg"),
    ("cup", "weight_kg"),
)
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
        facts = {fact: getattr(rows, fact).astype(np.float64) for fact in FACTS}
        people = describe(facts, rows.shape, rows.occasion, shapes, occasions)
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

    def parts(self, asks: Asks, garments: Positions) -> list[Singles]:
        """Log-likelihood ratio of her among a garment's wearers against everybody's."""
        facts = {fact: getattr(asks, fact) for fact in FACTS}
        people = describe(facts, asks.shape, asks.occasion, self.shapes, self.occasions)
        her = ((people - self.centre) @ self.whiten).astype(np.float32)
        ratio = her @ self.means[garments].T - self.half_norm[garments]
        return [np.clip(ratio, -FURTHEST, FURTHEST)]


def describe(
    facts: dict[str, Floats],
    shape: NDArray[np.integer],
    occasion: NDArray[np.integer],
    shapes: int,
    occasions: int,
) -> Floats:
    """Columns that describe people: bent lines of each fact, shape, occasion and products."""
    columns: list[Floats] = []
    lines: dict[str, Floats] = {}
    for fact, values in facts.items():
        knots = np.array(KNOTS[fact])
        centre, unit = float(np.median(knots)), float(knots[-1] - knots[0]) / 2
        missing = np.isnan(values)
        clipped = np.clip(values, knots[0] - 2 * unit, knots[-1] + 2 * unit)
        line = np.where(missing, 0.0, (clipped - centre) / unit)
        lines[fact] = line
        columns.append(line)
        for knot in knots[1:-1]:
            columns.append(np.where(missing, 0.0, np.maximum(line - (knot - centre) / unit, 0.0)))
        columns.append(missing.astype(np.float64))
    columns += [(shape == code).astype(np.float64) for code in range(shapes)]
    columns += [lines[one] * lines[other] for one, other in TOGETHER]
    for code in range(occasions):
        here = (occasion == code).astype(np.float64)
        columns += [here, here * lines["age"], here * lines["weight_kg"]]
    return np.stack(columns, axis=1)


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
