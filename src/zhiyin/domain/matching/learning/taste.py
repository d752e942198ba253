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

    def parts(self, asks: Asks, garments: Positions) -> Singles:
        """Log-lifts, (needs, names, garments); 0 for a newcomer."""
        if not asks.worn.nnz:
            return np.zeros((len(asks), len(self.names), len(garments)), dtype=np.float32)
        pairs = np.zeros((len(asks), len(self.share)))
        her_kinds = np.zeros((len(asks), len(self.kinds)))
        needs = np.repeat(np.arange(len(asks)), np.diff(asks.worn.indptr))
        with_others, other = self.together.indptr, self.together.indices
        for need, worn in zip(needs, asks.worn.indices, strict=True):
            both = slice(with_others[worn], with_others[worn + 1])
            pairs[need, other[both]] += self.together.data[both]
            her_kinds[need] += self.kinds[self.category[worn]]
        total = her_kinds.sum(axis=1, keepdims=True)
        expected = (total + IMAGINED_KIND_PAIRS) * self.kind_share
        lift = np.log((her_kinds + IMAGINED_KIND_PAIRS * self.kind_share) / expected)
        found = np.empty((len(asks), len(self.names), len(garments)), dtype=np.float32)
        found[:, 0] = np.log1p(pairs[:, garments] / (IMAGINED_PAIRS * self.share[garments]))
        found[:, 1] = lift[:, self.category[garments]]
        return found


def _kinds_of(category: Positions) -> sparse.csr_matrix:
    ones = np.ones(len(category))
    return sparse.csr_matrix((ones, (np.arange(len(category)), category)))
