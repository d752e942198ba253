"""What those wore who wore what she wore: garments worn together, and kinds worn together."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import sparse

from zhiyin.domain.matching.learning.asks import Asks
from zhiyin.domain.matching.learning.counting import Codes, Floats, Positions, Singles

IMAGINED_PAIRS = 20.0
IMAGINED_KIND_PAIRS = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Taste:
    """together: (garments, garments) how many wore both; share: (garments,) of all pairs.

    kinds: (categories, categories) the same by category; kind_share: (categories,).
    """

    together: sparse.csr_matrix
    share: Floats
    kinds: Floats
    kind_share: Floats
    category: Positions

    names = ("worn_by_her_taste", "kind_worn_by_her_taste")

    @classmethod
    def of(cls, codes: Codes, category: Positions) -> Self:
        """Count pairs within each wearer's rows; `category` is each garment's."""
        histories = codes.histories()
        together = (histories.T @ histories).tocsr()
        together.setdiag(0.0)
        together.eliminate_zeros()
        seen = np.asarray(together.sum(axis=0)).ravel()
        kinds_of = _kinds_of(category)
        kinds = np.asarray((kinds_of.T @ together @ kinds_of).todense())
        return cls(
            together=together,
            share=np.maximum(seen, IMAGINED_PAIRS / len(seen)) / max(float(seen.sum()), 1.0),
            kinds=kinds,
            kind_share=np.maximum(kinds.sum(axis=0), 1.0) / max(float(kinds.sum()), 1.0),
            category=category,
        )

    def parts(self, asks: Asks, garments: Positions) -> list[Singles]:
        """Log-lifts, (needs, garments), in the order of `names`; 0 for a newcomer."""
        pairs = np.asarray((asks.worn @ self.together).todense())[:, garments]
        by_garment = np.log1p(pairs / (IMAGINED_PAIRS * self.share[garments]))
        her_kinds = (asks.worn @ _kinds_of(self.category)) @ self.kinds
        total = her_kinds.sum(axis=1, keepdims=True)
        expected = (total + IMAGINED_KIND_PAIRS) * self.kind_share
        lift = np.log((her_kinds + IMAGINED_KIND_PAIRS * self.kind_share) / expected)
        return [by_garment.astype(np.float32), lift.astype(np.float32)[:, self.category[garments]]]


def _kinds_of(category: Positions) -> sparse.csr_matrix:
    ones = np.ones(len(category))
    return sparse.csr_matrix((ones, (np.arange(len(category)), category)))
