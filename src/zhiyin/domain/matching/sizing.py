"""Which sizes bodies like hers wear: coarse, for all SKUs at once. The fit model refines it."""

from dataclasses import dataclass
from math import isnan
from typing import Self

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching import vocabulary as words
from zhiyin.domain.matching.bodies import CELLS, Body, cells, kernel
from zhiyin.domain.matching.wearings import FIT, UNTOLD
from zhiyin.domain.matching.world import Shows, World

STEPS = np.arange(-14.0, 15.0)
"""Size codes between a size and the one that bodies like hers wear; the ends stand for more."""

UNSIZED = np.int16(-9_999)
PRIOR_ROWS = 20.0
OFFSET_PRIOR_ROWS = 10.0
REACH_STEPS = 10
"""A size further than this from what bodies like hers wear is not offered to her."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeTable:
    """What sizes similar bodies wear, how garments run, and the chance of a fit by distance.

    usual:   (CELLS,) size code at which garments fit the bodies of a cell; NaN where nobody knows.
    runs:    (garments,) codes by which a garment is worn above (+) or below its wearers' usual.
    fit:     (len(STEPS),) chance that it fits at that distance.
    sized:   (garments,) whether its size has to do with body facts at all.
    popular: (garments,) size code that is worn most, or -1.
    step:    (skus,) size code less `runs`, rounded; UNSIZED where it is not sized.
    """

    usual: NDArray[np.float32]
    runs: NDArray[np.float32]
    fit: NDArray[np.float32]
    sized: NDArray[np.bool_]
    popular: NDArray[np.int16]
    step: NDArray[np.int16]

    @classmethod
    def of(cls, world: World) -> Self:
        """Learn it from the counted shows of sized garments."""
        shows, garments = world.shows, len(world.garments)
        sized = ~np.isin(
            world.garments.category, [words.code(c, words.CATEGORIES) for c in words.SIZELESS]
        )
        told = shows.counted & (shows.worn.fit != UNTOLD) & sized[shows.worn.garment]
        worn = shows.worn.take(np.flatnonzero(told))
        fits = worn.fit == FIT
        cell = cells(worn.height_cm, worn.weight_kg)
        usual = _usual(cell[fits], worn.size[fits])
        distance = worn.size - usual[cell]
        known = ~np.isnan(distance)
        runs = _runs(distance[fits & known], worn.garment[fits & known], garments)
        step = _steps(distance[known] - runs[worn.garment[known]])
        here = np.bincount(step, minlength=len(STEPS))
        fitted = np.bincount(step, fits[known], minlength=len(STEPS))
        rate = float(fits.mean()) if len(fits) else 0.7
        return cls(
            usual=usual,
            runs=runs,
            fit=((fitted + PRIOR_ROWS * rate * _shape()) / (here + PRIOR_ROWS)).astype(np.float32),
            sized=sized,
            popular=_popular(shows, garments),
            step=_sku_steps(world, runs, sized),
        )

    def level(self, body: Body) -> int | None:
        """The size code that bodies like hers wear, rounded. None where that is not known."""
        usual = float(self.usual[body.cell()])
        return None if not body.is_measured or isnan(usual) else round(usual)

    @property
    def levels(self) -> tuple[int, int]:
        """The lowest and the highest level that any body has; (0, -1) where nobody has one."""
        known = self.usual[~np.isnan(self.usual)]
        return (round(float(known.min())), round(float(known.max()))) if len(known) else (0, -1)

    def chances(self, level: int, skus: slice | NDArray[np.intp]) -> NDArray[np.float32]:
        """The chance that SKUs fit a body of a level: 0 beyond REACH_STEPS, 1 without sizes."""
        step = self.step[skus]
        at = np.clip(step - np.int16(level), int(STEPS[0]), int(STEPS[-1])).astype(np.intp)
        within = np.where(np.abs(STEPS) <= REACH_STEPS, self.fit, np.float32(0.0))
        chance = within[at - int(STEPS[0])]
        return np.where(step == UNSIZED, np.float32(1.0), chance)


def _usual(cell: NDArray[np.int16], size: NDArray[np.float32]) -> NDArray[np.float32]:
    near = kernel()
    count = near @ np.bincount(cell, minlength=CELLS)
    total = near @ np.bincount(cell, size, minlength=CELLS)
    return np.where(count >= 1.0, total / np.maximum(count, 1e-9), np.nan).astype(np.float32)


def _runs(
    distance: NDArray[np.float32], garment: NDArray[np.int64], garments: int
) -> NDArray[np.float32]:
    count = np.bincount(garment, minlength=garments)
    total = np.bincount(garment, distance, minlength=garments)
    return (total / (count + OFFSET_PRIOR_ROWS)).astype(np.float32)


def _steps(distance: NDArray[np.floating]) -> NDArray[np.intp]:
    ends = np.clip(distance, STEPS[0], STEPS[-1])
    return np.asarray(np.rint(ends) - STEPS[0], dtype=np.intp)


def _sku_steps(
    world: World, runs: NDArray[np.float32], sized: NDArray[np.bool_]
) -> NDArray[np.int16]:
    garment = world.variants.garment[world.skus.variant]
    step = np.rint(world.skus.size - runs[garment]).astype(np.int16)
    return np.where(sized[garment], step, UNSIZED)


def _shape() -> NDArray[np.floating]:
    return np.exp(-0.5 * (STEPS / 6.0) ** 2)


def _popular(shows: Shows, garments: int) -> NDArray[np.int16]:
    popular = np.full(garments, words.UNKNOWN, dtype=np.int16)
    rows = np.flatnonzero(shows.counted)
    pairs = shows.worn.garment[rows] * (1 << 16) + shows.worn.size[rows].astype(np.int64)
    values, counts = np.unique(pairs, return_counts=True)
    order = np.argsort(counts, kind="stable")
    popular[values[order] >> 16] = (values[order] & 0xFFFF).astype(np.int16)
    return popular
