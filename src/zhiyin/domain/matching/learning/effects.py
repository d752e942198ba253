"""What a garment, its size and its wearer add to the odds of too small and too large."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

from zhiyin.domain.matching.learning.counting import Floats, Positions

SHARED_PENALTY = 1.0
CATEGORY_PENALTY, CATEGORY_SLOPE_PENALTY = 3.0, 30.0
GARMENT_PENALTY, GARMENT_SLOPE_PENALTY = 0.5, 80.0
GARMENT_SIZE_PENALTY = 8.0
WEARER_PENALTY = 2.0
ROUNDS = 30
OUTCOMES = 2
"""Too small and too large, each against everything else."""

PARTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """To which category, garment, garment in a size, and wearer each row belongs, by position.

    A position of -1 means unknown: it adds nothing.
    """

    category: Positions
    garment: Positions
    garment_size: Positions
    wearer: Positions

    def take(self, rows: Sequence[int], wearer: Positions) -> "Groups":
        """Some rows, all of one wearer: `wearer` is her position, shape (1,)."""
        return Groups(
            category=self.category[rows],
            garment=self.garment[rows],
            garment_size=self.garment_size[rows],
            wearer=np.repeat(wearer, len(rows)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Two logistic regressions with shrunken effects of groups. The last axis is the outcome.

    base:         (2,) log odds of an average row.
    shared:       (2 d, 2) slopes of the d facts and of their squares.
    category:     (categories + 1, 1 + d, 2) level and slopes; the last row is 0, for the unknown.
    garment:      (garments + 1, 1 + d, 2) likewise.
    garment_size: (garment sizes + 1, 2).
    wearer:       (wearers + 1, 2).
    """

    base: Floats
    shared: Floats
    category: Floats
    garment: Floats
    garment_size: Floats
    wearer: Floats

    @classmethod
    def learn(
        cls, facts: Floats, groups: Groups, outcomes: NDArray[np.bool_], counts: tuple[int, ...]
    ) -> Self:
        """Fit both outcomes.

        Shapes: facts (rows, d), about standard normal; outcomes (rows, 2); counts: how many
                categories, garments, garment sizes and wearers there are.
        Source: penalised likelihood of a logistic mixed model with fixed variances, by L-BFGS
                preconditioned with the diagonal of the Hessian.
        """
        design, sizes, penalty = _design(facts, groups, counts)
        parts = [
            _solve(design, outcomes[:, k].astype(np.float64), penalty) for k in range(OUTCOMES)
        ]
        base = np.array([base for base, _ in parts])
        slopes = np.stack([slope for _, slope in parts], axis=1)
        shared, *rest = np.split(slopes, np.cumsum(sizes)[:-1])
        width = 1 + facts.shape[1]
        categories, garments, garment_sizes, wearers = counts
        return cls(
            base=base,
            shared=shared,
            category=_with_unknown(rest[0].reshape(width, categories, OUTCOMES).swapaxes(0, 1)),
            garment=_with_unknown(rest[1].reshape(width, garments, OUTCOMES).swapaxes(0, 1)),
            garment_size=_with_unknown(rest[2].reshape(garment_sizes, OUTCOMES)),
            wearer=_with_unknown(rest[3].reshape(wearers, OUTCOMES)),
        )

    def parts(self, facts: Floats, groups: Groups) -> Floats:
        """Log odds and what they are made of, (rows, PARTS * OUTCOMES): small and large of each.

        Total, facts, category level, category slopes, garment level, garment slopes, garment in
        this size, wearer.
        """
        category, garment = self.category[groups.category], self.garment[groups.garment]
        found = np.empty((len(facts), PARTS, OUTCOMES))
        found[:, 1] = np.concatenate([facts, facts**2], axis=1) @ self.shared
        found[:, 2] = category[:, 0]
        found[:, 3] = (facts[:, None] @ category[:, 1:])[:, 0]
        found[:, 4] = garment[:, 0]
        found[:, 5] = (facts[:, None] @ garment[:, 1:])[:, 0]
        found[:, 6] = self.garment_size[groups.garment_size]
        found[:, 7] = self.wearer[groups.wearer]
        found[:, 0] = self.base + found[:, 1:].sum(axis=1)
        return found.reshape(len(facts), PARTS * OUTCOMES)


def _with_unknown(table: Floats) -> Floats:
    return np.concatenate([table, np.zeros((1, *table.shape[1:]))])


def _design(
    facts: Floats, groups: Groups, counts: tuple[int, ...]
) -> tuple[sparse.csr_matrix, list[int], Floats]:
    """All columns side by side, how many each block has, and the penalty of each column."""
    levels = (
        _indicator(groups.category, counts[0]),
        _indicator(groups.garment, counts[1]),
        _indicator(groups.garment_size, counts[2]),
        _indicator(groups.wearer, counts[3]),
    )
    blocks = [sparse.csr_matrix(np.hstack([facts, facts**2]))]
    penalties = [np.full(blocks[0].shape[1], SHARED_PENALTY)]
    sloped = (
        (levels[0], CATEGORY_PENALTY, CATEGORY_SLOPE_PENALTY),
        (levels[1], GARMENT_PENALTY, GARMENT_SLOPE_PENALTY),
    )
    for level, level_penalty, slope_penalty in sloped:
        slopes = [sparse.diags_array(fact) @ level for fact in facts.T]
        blocks.append(sparse.hstack([level, *slopes], format="csr"))
        width = level.shape[1]
        penalties.append(np.full(width, level_penalty))
        penalties.append(np.full(width * len(slopes), slope_penalty))
    blocks += levels[2:]
    penalties += [np.full(counts[2], GARMENT_SIZE_PENALTY), np.full(counts[3], WEARER_PENALTY)]
    sizes = [block.shape[1] for block in blocks]
    return sparse.hstack(blocks, format="csr"), sizes, np.concatenate(penalties)


def _indicator(position: Positions, count: int) -> sparse.csr_matrix:
    known = np.flatnonzero(position >= 0)
    ones = np.ones(len(known))
    return sparse.csr_matrix((ones, (known, position[known])), shape=(len(position), count))


def _solve(design: sparse.csr_matrix, outcome: Floats, penalty: Floats) -> tuple[float, Floats]:
    """Base and slopes of one penalised logistic regression."""
    share = float(np.clip(outcome.mean(), 1e-3, 1 - 1e-3))
    start = float(np.log(share / (1 - share)))
    weight = share * (1 - share)
    squares = design.multiply(design).sum(axis=0)
    curvature = np.append(weight * np.asarray(squares).ravel() + penalty, weight * len(outcome))
    scale = 1.0 / np.sqrt(curvature + 1e-9)
    transposed = design.T.tocsr()
    ridge = np.append(penalty, 0.0)

    def loss(scaled: Floats) -> tuple[float, Floats]:
        slope = scaled * scale
        odds = design @ slope[:-1] + (start + slope[-1])
        miss = 1.0 / (1.0 + np.exp(-np.clip(odds, -30, 30))) - outcome
        shrink = ridge * slope
        value = np.logaddexp(0.0, odds).sum() - outcome @ odds + 0.5 * (slope @ shrink)
        pull = np.append(transposed @ miss, miss.sum()) + shrink
        return float(value), pull * scale

    found = optimize.minimize(
        loss, np.zeros(len(scale)), jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS}
    )
    slope = found.x * scale
    return start + float(slope[-1]), slope[:-1]
