"""What earlier wearers say of a garment, of a size of it and of her, as features of a fit."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching.learning.counting import Floats, Positions, positions
from zhiyin.domain.matching.learning.effects import Effects, Groups
from zhiyin.domain.matching.learning.sizes import TypicalSize, body_facts, mean_and_spread
from zhiyin.domain.matching.wearings import FIT, LARGE, SMALL, UNKNOWN, Wearings

Ids = np.ndarray[tuple[int], np.dtype[np.int64]]

GARMENT_PRIOR, GARMENT_SIZE_PRIOR, WEARER_PRIOR, NEAR_SIZE_PRIOR = 10.0, 5.0, 4.0, 4.0
"""Imagined average rows in a rate, by what the rate is of."""

OFFSET_PRIOR, FIT_PRIOR, MISFIT_PRIOR, RATING_PRIOR = 5.0, 3.0, 1.0, 5.0
HABIT_PRIOR = 1.0

SIZE_KEY = 1 << 10
"""Size codes lie below it: garment * SIZE_KEY + size names a garment in a size."""

FARTHEST_STEPS = 14
STEPS = 2 * FARTHEST_STEPS + 1
NEAR_STEPS = 2.5
"""Wearers count for sizes around their own (relative to their body) by a bell of this width."""

STATED_BOUND = 3.0
"""Standardised facts are cut off here, so that a wild body cannot drag a slope along."""

FEATURES = (
    *(f"{part}_{end}" for part in ("odds", "facts", "category", "category_slopes", "garment",
                                   "garment_slopes", "garment_size", "wearer")
      for end in ("small", "large")),
    "size", "from_typical", "height", "weight", "age", "band", "cup", "mass", "shape", "category",
    "garment_rows", "garment_rate_small", "garment_rate_large", "garment_offset",
    "garment_rating", "from_offset", "from_fitting", "from_small", "from_large",
    "in_size_rows", "in_size_rate_small", "in_size_rate_large",
    "near_rows", "near_rate_small", "near_rate_large",
    "wearer_rows", "wearer_rate_small", "wearer_rate_large",
    "from_her_size", "her_offset", "her_rating",
)  # fmt: skip
"""Columns of `FitMemory.features`, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FitMemory:
    """Everything that earlier rows tell about a new one, as tables to look up.

    Every table of groups has one more row than there are groups: what holds for the unknown.

    fact_mean, fact_spread: of the seven `_facts`.
    categories, garments, garment_sizes, wearers: ascending ids.
    garment_category: (garments + 1,) so that a caller need not know it.
    garment_table:    rows, rates of small and large, mean offset from the typical size, rating,
                      offsets of those whom it fitted, was small on, was large on.
    in_size_table:    rows, rates of small and large.
    near_table:       (garments + 1, STEPS, 3) the same, by offset from the typical size.
    wearer_table:     rows, rates of small and large, mean size, mean offset, mean rating.
    """

    typical: TypicalSize
    effects: Effects
    fact_mean: Floats
    fact_spread: Floats
    categories: Ids
    garments: Ids
    garment_sizes: Ids
    wearers: Ids
    garment_category: Ids
    garment_table: Floats
    in_size_table: Floats
    near_table: Floats
    wearer_table: Floats

    @classmethod
    def learn(cls, rows: Wearings) -> Self:
        """Remember rows whose outcome was told (`fit` is not UNTOLD), at least one."""
        typical, body = TypicalSize.learn(rows), body_facts(rows)
        offset = rows.size - typical.of(rows, body)
        raw = _facts(body, rows.size, offset)
        mean, spread = mean_and_spread(raw)
        categories = _ids(rows.category.astype(np.int64))
        garments = _ids(rows.garment)
        garment_sizes = _ids(_in_size(rows))
        wearers = _ids(rows.wearer)
        groups = Groups(
            category=positions(categories, rows.category.astype(np.int64)),
            garment=positions(garments, rows.garment),
            garment_size=positions(garment_sizes, _in_size(rows)),
            wearer=positions(wearers, rows.wearer),
        )
        counts = (len(categories), len(garments), len(garment_sizes), len(wearers))
        misfits = np.stack([rows.fit == SMALL, rows.fit == LARGE], axis=1)
        category_of = np.full(len(garments) + 1, UNKNOWN, dtype=np.int64)
        category_of[groups.garment] = rows.category
        category_of[-1] = UNKNOWN
        garment_table = _garment_table(rows, offset, groups.garment, len(garments))
        return cls(
            typical=typical,
            effects=Effects.learn(_standard(raw, mean, spread), groups, misfits, counts),
            fact_mean=mean,
            fact_spread=spread,
            categories=categories,
            garments=garments,
            garment_sizes=garment_sizes,
            wearers=wearers,
            garment_category=category_of,
            garment_table=garment_table,
            in_size_table=_rates(
                misfits, groups.garment_size, len(garment_sizes), GARMENT_SIZE_PRIOR
            ),
            near_table=_near_table(misfits, offset, groups.garment, len(garments)),
            wearer_table=_wearer_table(rows, offset, misfits, groups.wearer, len(wearers)),
        )

    def groups(self, rows: Wearings) -> Groups:
        """Where the rows stand in the tables. Reads wearer, garment, category and size."""
        garment = positions(self.garments, rows.garment)
        category = self._category(rows, garment).astype(np.int64)
        return Groups(
            category=positions(self.categories, category),
            garment=garment,
            garment_size=positions(self.garment_sizes, _in_size(rows)),
            wearer=positions(self.wearers, rows.wearer),
        )

    def features(
        self, rows: Wearings, groups: Groups | None = None, usual: float | None = None
    ) -> Floats:
        """Shape (rows, len(FEATURES)). Never reads `fit`, `rating`, `occasion` or `day`.

        `groups` are those of the rows, `usual` the typical size of their one body, if at hand.
        """
        at = self.groups(rows) if groups is None else groups
        body = body_facts(rows)
        typical = self.typical.of(rows, body) if usual is None else np.float64(usual)
        offset = rows.size - typical
        facts = _standard(_facts(body, rows.size, offset), self.fact_mean, self.fact_spread)
        known, her = self.garment_table[at.garment], self.wearer_table[at.wearer]
        return np.column_stack(
            [
                self.effects.parts(facts, at),
                rows.size,
                offset,
                body,
                rows.shape,
                self._category(rows, at.garment),
                known[:, :5],
                offset - known[:, 3],
                offset[:, None] - known[:, 5:],
                self.in_size_table[at.garment_size],
                self.near_table[at.garment, _step(offset)],
                her[:, :3],
                rows.size - her[:, 3],
                her[:, 4:],
            ]
        )

    def _category(self, rows: Wearings, garment: Positions) -> NDArray[np.integer]:
        """The category as the rows state it, or as it is remembered of the garment."""
        return np.where(rows.category == UNKNOWN, self.garment_category[garment], rows.category)

    def expected_size(self, rows: Wearings, groups: Groups | None = None) -> Floats:
        """The size she would take: her body's usual, as this garment is worn, as she takes hers."""
        at = self.groups(rows) if groups is None else groups
        garment, her = self.garment_table[at.garment], self.wearer_table[at.wearer]
        habit = np.where(her[:, 0] > 0, np.nan_to_num(her[:, 4]), 0.0)
        trust = her[:, 0] / (her[:, 0] + HABIT_PRIOR)
        return self.typical.of(rows) + garment[:, 3] + habit * trust


def _facts(body: Floats, size: NDArray[np.float32], offset: Floats) -> Floats:
    return np.column_stack([offset, body[:, 0], body[:, 5], body[:, 2:5], size])


def _standard(facts: Floats, mean: Floats, spread: Floats) -> Floats:
    standard = (facts - mean) / spread
    standard[np.isnan(standard)] = 0.0
    return standard.clip(-STATED_BOUND, STATED_BOUND)


def _ids(values: Ids) -> Ids:
    return np.unique(values[values != UNKNOWN])


def _in_size(rows: Wearings) -> Ids:
    size = np.clip(np.rint(np.nan_to_num(rows.size)), 0, SIZE_KEY - 1).astype(np.int64)
    return np.where(rows.garment == UNKNOWN, UNKNOWN, rows.garment * SIZE_KEY + size)


def _step(offset: Floats) -> Positions:
    stated = np.where(np.isnan(offset), 0.0, offset)
    ends = stated.clip(-FARTHEST_STEPS, FARTHEST_STEPS)
    return np.asarray(np.rint(ends) + FARTHEST_STEPS, dtype=np.intp)


def _total(position: Positions, groups: int, weight: Floats | None = None) -> Floats:
    """Sum by group; the last group is the unknown's and always 0."""
    total = np.bincount(np.where(position < 0, groups, position), weight, minlength=groups + 1)
    total[groups] = 0.0
    return total.astype(np.float64)


def _rates(misfits: np.ndarray, position: Positions, groups: int, prior: float) -> Floats:
    """Rows and shrunken rates of small and large, by group."""
    count = _total(position, groups)
    rates = [
        (_total(position, groups, miss.astype(np.float64)) + prior * miss.mean()) / (count + prior)
        for miss in misfits.T
    ]
    return np.stack([count, *rates], axis=1)


def _garment_table(rows: Wearings, offset: Floats, garment: Positions, garments: int) -> Floats:
    misfits = np.stack([rows.fit == SMALL, rows.fit == LARGE], axis=1)
    table = _rates(misfits, garment, garments, GARMENT_PRIOR)
    rated = ~np.isnan(rows.rating)
    rating = np.where(rated, rows.rating, 0.0).astype(np.float64)
    usual = rating.sum() / max(int(rated.sum()), 1)
    ratings = _total(garment, garments, rated.astype(np.float64))
    columns = [
        _total(garment, garments, offset) / (table[:, 0] + OFFSET_PRIOR),
        (_total(garment, garments, rating) + RATING_PRIOR * usual) / (ratings + RATING_PRIOR),
    ]
    for outcome, prior in ((FIT, FIT_PRIOR), (SMALL, MISFIT_PRIOR), (LARGE, MISFIT_PRIOR)):
        such = (rows.fit == outcome).astype(np.float64)
        count = _total(garment, garments, such)
        columns.append(_total(garment, garments, such * offset) / (count + prior))
    return np.column_stack([table, *columns])


def _near_table(misfits: np.ndarray, offset: Floats, garment: Positions, garments: int) -> Floats:
    """Rows and rates of wearers whose size, relative to their body, was near each step."""
    apart = np.arange(STEPS)[:, None] - np.arange(STEPS)[None, :]
    bell = np.exp(-0.5 * (apart / NEAR_STEPS) ** 2)
    cell = np.where(garment < 0, garments, garment) * STEPS + _step(offset)

    def around(weight: Floats) -> Floats:
        flat = np.bincount(cell, weight, minlength=(garments + 1) * STEPS)
        table = flat.reshape(garments + 1, STEPS) @ bell
        table[garments] = 0.0
        return np.asarray(table)

    count = around(np.ones(len(offset)))
    rates = [
        (around(miss.astype(np.float64)) + NEAR_SIZE_PRIOR * miss.mean())
        / (count + NEAR_SIZE_PRIOR)
        for miss in misfits.T
    ]
    return np.stack([count, *rates], axis=2)


def _wearer_table(
    rows: Wearings, offset: Floats, misfits: np.ndarray, wearer: Positions, wearers: int
) -> Floats:
    """As in `FitMemory`; means are NaN where she has nothing to average."""
    rates = _rates(misfits, wearer, wearers, WEARER_PRIOR)
    count = np.where(rates[:, 0] > 0, rates[:, 0], np.nan)
    rated = ~np.isnan(rows.rating)
    ratings = _total(wearer, wearers, rated.astype(np.float64))
    rating = _total(wearer, wearers, np.where(rated, rows.rating, 0.0).astype(np.float64))
    means = (
        _total(wearer, wearers, rows.size.astype(np.float64)) / count,
        _total(wearer, wearers, offset) / count,
        rating / np.where(ratings > 0, ratings, np.nan),
    )
    return np.column_stack([rates, *means])
