"""Conditional logit: weights under which the choices that were made are likeliest.

The softmax runs over all candidates, or over candidates drawn evenly; never over candidates drawn
by popularity, which teaches the ranker to dislike what people like.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

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

    `batches` is walked once a round, so it must give the same batches each time. The penalty is
    PULL / 2 * |weights|^2, small beside thousands of choices.
    """
    weights = np.zeros(parts)
    for _ in range(ROUNDS):
        slope = -PULL * weights
        bend = PULL * np.eye(parts)
        for batch in batches:
            batch_slope, batch_bend = _derivatives(batch, weights)
            slope += batch_slope
            bend += batch_bend
        step = np.linalg.solve(bend, slope)
        weights = weights + step
        if np.abs(step).max() < CLOSE_ENOUGH:
            break
    return weights


def _derivatives(batch: Batch, weights: Floats) -> tuple[Floats, Floats]:
    scores = batch.values @ weights.astype(np.float32) + batch.log_count
    scores -= scores.max(axis=1, keepdims=True)
    chance = np.exp(scores)
    chance /= chance.sum(axis=1, keepdims=True)
    mean = np.einsum("ng,ngp->np", chance, batch.values)
    chosen = batch.values[np.arange(len(scores)), batch.chosen]
    weighted = batch.values * np.sqrt(chance)[:, :, None]
    flat = weighted.reshape(-1, len(weights))
    bend = flat.T @ flat - mean.T @ mean
    return (chosen - mean).sum(axis=0).astype(np.float64), bend.astype(np.float64)


def spans(count: int, width: int) -> Iterator[Positions]:
    """0..count in runs of at most `width`."""
    for start in range(0, count, width):
        yield np.arange(start, min(start + width, count), dtype=np.intp)
