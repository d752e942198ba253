"""What every shop could do without knowing why she came: the rankers that ours must beat.

Each ranker is made from the training file alone and answers `scores(shoppers)`, one row of
scores per shopper over the garments of the training file (ascending by id), higher is better.
"""

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from zhiyin.domain.matching.learning.counting import Codes, positions, recency, satisfied, weigh
from zhiyin.domain.matching.wearings import UNKNOWN, Wearings

HALF_LIFE_DAYS = 90.0
OCCASION_WEIGHT = 20.0
EASE_LAMBDA = 50.0
ALS_FACTORS = 64
ALS_ROUNDS = 15
ALS_LAMBDA = 0.01
ALS_CONFIDENCE = 1.0


class Ranker(Protocol):
    """Scores all garments of the training file for some shoppers."""

    def scores(self, shoppers: Wearings) -> NDArray[np.floating]:
        """Shape (shoppers, garments). Reads wearer, body facts and occasion, nothing else."""
        ...


@dataclass(frozen=True, slots=True)
class Popularity:
    """The same list for everybody."""

    demand: NDArray[np.float64]

    @classmethod
    def all_time(cls, train: Wearings) -> Self:
        """Every row counts one."""
        codes = Codes.of(train)
        return cls(np.bincount(codes.garment, minlength=len(codes.garments)).astype(np.float64))

    @classmethod
    def recent(cls, train: Wearings, *, only_satisfied: bool) -> Self:
        """Rows fade with a half-life of HALF_LIFE_DAYS."""
        codes = Codes.of(train)
        weight = recency(train, HALF_LIFE_DAYS)
        if only_satisfied:
            weight = weight * satisfied(train)
        return cls(weigh(codes.garment, len(codes.garments), weight))

    def scores(self, shoppers: Wearings) -> NDArray[np.floating]:
        return np.tile(self.demand.astype(np.float32), (len(shoppers), 1))


@dataclass(frozen=True, slots=True)
class OccasionPopularity:
    """Recent popularity among satisfied rows of the occasion she states, 20:1 with all of them."""

    demand: NDArray[np.float64]

    @classmethod
    def of(cls, train: Wearings) -> Self:
        codes = Codes.of(train)
        weight = recency(train, HALF_LIFE_DAYS) * satisfied(train)
        garments = len(codes.garments)
        everywhere = weigh(codes.garment, garments, weight)
        top = int(train.occasion.max(initial=UNKNOWN))
        # The row after the last occasion, which -1 also reaches, serves whoever states none.
        demand = np.tile(everywhere, (top + 2, 1))
        for occasion in range(top + 1):
            here = weight * (train.occasion == occasion)
            within = weigh(codes.garment, garments, here)
            demand[occasion] += OCCASION_WEIGHT * within
        return cls(demand)

    def scores(self, shoppers: Wearings) -> NDArray[np.floating]:
        last = len(self.demand) - 1
        known = (shoppers.occasion >= 0) & (shoppers.occasion < last)
        return self.demand[np.where(known, shoppers.occasion, last)].astype(np.float32)


@dataclass(frozen=True, slots=True)
class Collaborative:
    """Scores from what she wore: `left[wearer] @ right`. A newcomer gets recent popularity."""

    codes: Codes
    left: sparse.csr_matrix | NDArray[np.float64]
    right: NDArray[np.float64]
    newcomer: Popularity

    @classmethod
    def item_knn(cls, train: Wearings) -> Self:
        """Cosine between the columns of garments, over all neighbours."""
        codes = Codes.of(train)
        histories = codes.histories()
        together = np.asarray((histories.T @ histories).todense())
        norm = np.sqrt(np.diag(together))
        cosine = together / np.outer(norm, norm)
        np.fill_diagonal(cosine, 0.0)
        return cls._with_newcomers(train, codes, histories, cosine)

    @classmethod
    def ease(cls, train: Wearings) -> Self:
        """Embarrassingly shallow autoencoder (Steck, WWW 2019) with EASE_LAMBDA."""
        codes = Codes.of(train)
        histories = codes.histories()
        gram = np.asarray((histories.T @ histories).todense())
        gram[np.diag_indices_from(gram)] += EASE_LAMBDA
        inverse = np.linalg.inv(gram)
        weights = -inverse / np.diag(inverse)
        np.fill_diagonal(weights, 0.0)
        return cls._with_newcomers(train, codes, histories, weights)

    @classmethod
    def als(cls, train: Wearings, *, seed: int = 0) -> Self:
        """Implicit alternating least squares (Hu, Koren and Volinsky, ICDM 2008)."""
        codes = Codes.of(train)
        histories = codes.histories()
        worn_by = histories.T.tocsr()
        rng = np.random.default_rng(seed)
        garments = rng.normal(0.0, 0.01, (len(codes.garments), ALS_FACTORS))
        wearers = np.zeros((len(codes.wearers), ALS_FACTORS))
        for _ in range(ALS_ROUNDS):
            wearers = least_squares(histories, garments)
            garments = least_squares(worn_by, wearers)
        return cls._with_newcomers(train, codes, wearers, garments.T)

    @classmethod
    def _with_newcomers(
        cls,
        train: Wearings,
        codes: Codes,
        left: sparse.csr_matrix | NDArray[np.float64],
        right: NDArray[np.float64],
    ) -> Self:
        return cls(codes, left, right, Popularity.recent(train, only_satisfied=False))

    def scores(self, shoppers: Wearings) -> NDArray[np.floating]:
        scores = self.newcomer.scores(shoppers)
        at = positions(self.codes.wearers, shoppers.wearer)
        known = np.flatnonzero(at != UNKNOWN)
        if len(known):
            scores[known] = self.left[at[known]] @ self.right
        return scores


def least_squares(seen: sparse.csr_matrix, factors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Solve each row of `seen` against fixed `factors`: (F'F + a F_r'F_r + l I) x = (1 + a) F_r'1.

    Rows of equal length are solved together. A row shorter than the factors is solved in the
    space of its own entries (Woodbury), which is what makes 60,000 wearers cheap.
    """
    width = factors.shape[1]
    shared = factors.T @ factors + ALS_LAMBDA * np.eye(width)
    inverse = np.linalg.inv(shared)
    lengths = np.diff(seen.indptr)
    solved = np.zeros((seen.shape[0], width))
    for length in np.unique(lengths[lengths > 0]):
        rows = np.flatnonzero(lengths == length)
        for part in np.array_split(rows, 1 + len(rows) * int(length) // 50_000):
            entries = seen.indptr[part][:, None] + np.arange(length)
            own = factors[seen.indices[entries]]
            target = (1.0 + ALS_CONFIDENCE) * own.sum(axis=1)
            if length >= width:
                system = shared + ALS_CONFIDENCE * own.transpose(0, 2, 1) @ own
                solved[part] = np.linalg.solve(system, target[:, :, None])[:, :, 0]
                continue
            plain = target @ inverse
            reach = own @ inverse
            small = reach @ own.transpose(0, 2, 1) + np.eye(length) / ALS_CONFIDENCE
            inner = np.linalg.solve(small, (own @ plain[:, :, None]))
            solved[part] = plain - (reach.transpose(0, 2, 1) @ inner)[:, :, 0]
    return solved
