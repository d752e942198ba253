"""Conditional logit: weights under which the choices that were made are likeliest.

The softmax runs over all candidates, or over candidates drawn evenly; never over candidates drawn
by popularity, which teaches the ranker to dislike what people like.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

from zhiyin.domain.matching.learning.counting import Floats, Positions, Singles

PULL = 1.0
ROUNDS = 10
CLOSE_ENOUGH = 1e-3


@dataclass(frozen=True, slots=True)
class Batch:
    """values: (needs, candidates, parts); chosen: (needs,) column of the choice.

    log_count: (needs, candidates) logarithm of how many garments the column stands for: 0 for the
    choice itself, more for one drawn from many, -inf for what she could not choose.
    """

    values: Singles
    chosen: Positions
    log_count: Singles


def fit(batches: Iterable[Batch], parts: int) -> Floats:
    """Newton's method on the penalised log-likelihood, which has one maximum.

    `batches` is walked at most ROUNDS times, so it must give the same batches each time. The
    penalty is PULL / 2 * |weights|^2, small beside thousands of choices. A step that would lower
    the likelihood is halved: a whole one can leave the maximum further behind at every round.
    """
    weights = np.zeros(parts)
    here = _Hill.at(weights, batches)
    step = here.step()
    for _ in range(ROUNDS - 1):
        there = _Hill.at(weights + step, batches)
        if there.height < here.height:
            step = step / 2
            continue
        weights, here, moved = weights + step, there, np.abs(step).max()
        if moved < CLOSE_ENOUGH:
            break
        step = here.step()
    return weights


@dataclass(frozen=True, slots=True)
class _Hill:
    """The penalised log-likelihood at some weights: its height, slope and (negated) curvature."""

    height: float
    slope: Floats
    bend: Floats

    @classmethod
    def at(cls, weights: Floats, batches: Iterable[Batch]) -> Self:
        height = -PULL / 2 * float(weights @ weights)
        slope = -PULL * weights
        bend = PULL * np.eye(len(weights))
        for batch in batches:
            more, steeper, rounder = _derivatives(batch, weights)
            height, slope, bend = height + more, slope + steeper, bend + rounder
        return cls(height, slope, bend)

    def step(self) -> Floats:
        return np.asarray(np.linalg.solve(self.bend, self.slope))


def _derivatives(batch: Batch, weights: Floats) -> tuple[float, Floats, Floats]:
    scores = batch.values @ weights.astype(np.float32) + batch.log_count
    scores -= scores.max(axis=1, keepdims=True)
    rows = np.arange(len(scores))
    of_choice = scores[rows, batch.chosen].astype(np.float64)
    chance = np.exp(scores)
    total = chance.sum(axis=1, keepdims=True)
    likelihood = float((of_choice - np.log(total[:, 0].astype(np.float64))).sum())
    chance /= total
    mean = np.einsum("ng,ngp->np", chance, batch.values)
    apart = batch.values - mean[:, None, :]
    slope = apart[rows, batch.chosen].sum(axis=0)
    apart *= np.sqrt(chance)[:, :, None]
    flat = apart.reshape(-1, len(weights))
    bend = flat.T @ flat
    return likelihood, slope.astype(np.float64), bend.astype(np.float64)


def spans(count: int, width: int) -> Iterator[Positions]:
    """0..count in runs of at most `width`."""
    for start in range(0, count, width):
        yield np.arange(start, min(start + width, count), dtype=np.intp)
