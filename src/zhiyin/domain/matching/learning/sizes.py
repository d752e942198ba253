"""The size that bodies like hers usually take: a line through sizes and body facts, no verdicts."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching.wearings import Wearings

SHAPES = 32
"""Codes of `Wearings.shape` told apart; a code beyond them counts as not stated."""

RIDGE = 1e-3
FACT_COLUMNS = 19

Floats = NDArray[np.float64]


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
        return np.asarray(_design(facts, rows.shape, self.mean) @ self.slope)


def body_facts(rows: Wearings) -> Floats:
    """Height (cm), weight (kg), age (years), band (cm), cup, body mass index; NaN if not stated."""
    mass = rows.weight_kg / (rows.height_cm / 100.0) ** 2
    facts = (rows.height_cm, rows.weight_kg, rows.age, rows.band_cm, rows.cup, mass)
    return np.stack(facts, axis=1).astype(np.float64)


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
    height, weight, _, band, cup, mass = facts.T
    unweighed = missing[:, 1]
    design = np.zeros((len(facts), FACT_COLUMNS + SHAPES + 1))
    design[:, 0] = 1.0
    design[:, 1:7] = facts
    design[:, 7] = weight**2
    design[:, 8] = mass**2
    design[:, 9] = height * weight
    design[:, 10] = band * unweighed
    design[:, 11] = cup * unweighed
    design[:, 12] = height * unweighed
    design[:, 13:FACT_COLUMNS] = missing
    shape = np.where((stated_shape >= 0) & (stated_shape < SHAPES), stated_shape, SHAPES)
    design[np.arange(len(facts)), FACT_COLUMNS + shape] = 1.0
    return design
