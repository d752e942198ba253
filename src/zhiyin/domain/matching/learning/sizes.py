"""The size that bodies like hers usually take: a line through sizes and body facts, no verdicts."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching.wearings import Wearings

SHAPES = 32
"""Codes of `Wearings.shape` told apart; a code beyond them counts as not stated."""

RIDGE = 1e-3

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
        mean, _ = mean_and_spread(body_facts(rows))
        design = _design(rows, mean)
        gram = design.T @ design + RIDGE * max(len(rows), 1) * np.eye(design.shape[1])
        taken = design.T @ rows.size.astype(np.float64)
        return cls(mean=mean, slope=np.linalg.solve(gram, taken).astype(np.float64))

    def of(self, rows: Wearings) -> Floats:
        """The usual size of each row's body, in size codes."""
        return np.asarray(_design(rows, self.mean) @ self.slope)


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


def _design(rows: Wearings, mean: Floats) -> Floats:
    facts = body_facts(rows)
    missing = np.isnan(facts)
    facts = np.where(missing, 0.0, facts - mean)
    height, weight, _, band, cup, mass = facts.T
    unweighed = missing[:, 1].astype(np.float64)
    curves = (weight**2, mass**2, height * weight, band * unweighed, cup * unweighed)
    shape = np.zeros((len(rows), SHAPES + 1))
    shape[np.arange(len(rows)), np.where(rows.shape < SHAPES, rows.shape, -1)] = 1.0
    ones = np.ones(len(rows))
    columns = (ones, *facts.T, *curves, height * unweighed, *missing.T)
    return np.hstack([np.stack(columns, axis=1), shape])
