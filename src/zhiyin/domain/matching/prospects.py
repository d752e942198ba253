"""How likely each garment is to be chosen: exact for a few, tabled for all.

The ranker's total for a need, on the ranker's own scale (log odds), less its mean over garments.
A garment that nobody wore yet has no total: it stands at the lower quartile of the others.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from zhiyin.domain.matching import vocabulary as words
from zhiyin.domain.matching.bodies import (
    CELLS,
    HEIGHT_CENTRES_CM,
    HEIGHTS,
    WEIGHT_CENTRES_KG,
    WEIGHTS,
    Body,
)
from zhiyin.domain.matching.learned import blank_rows
from zhiyin.domain.matching.learning.asks import Asks, NeedQuery
from zhiyin.domain.matching.learning.counting import positions
from zhiyin.domain.matching.learning.grouped import GROUPS, GroupedRanker
from zhiyin.domain.matching.learning.ranker import NeedRanker

OCCASIONS = len(words.OCCASIONS) + 1
"""The last one is for whoever states none."""

AT_ONCE = 16
NEWCOMER_PERCENT = 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospects:
    """ranker:  None where nobody wore anything: then every garment is as likely as every other.
    place:   (garments,) where each garment stands among the ranker's, -1 for a new one.
    table:   (OCCASIONS * CELLS, garments) float32, by occasion and cell of body.
    mean:    (OCCASIONS * CELLS,) what was taken from each row.
    """

    ranker: GroupedRanker | None
    place: NDArray[np.intp]
    table: NDArray[np.float32]
    mean: NDArray[np.float32]

    @classmethod
    def of(cls, ranker: NeedRanker | None, garments: int) -> Self:
        """Ask the ranker once for every occasion and cell."""
        everything = np.arange(garments, dtype=np.int64)
        table = np.zeros((OCCASIONS * CELLS, garments), dtype=np.float32)
        mean = np.zeros(OCCASIONS * CELLS, dtype=np.float32)
        if ranker is None:
            return cls(ranker=None, place=np.full(garments, -1), table=table, mean=mean)
        place = positions(ranker.tables.garments, everything)
        known, asks = place >= 0, _every_ask(len(ranker.tables.garments))
        for start in range(0, len(table), AT_ONCE):
            rows = np.arange(start, min(start + AT_ONCE, len(table)))
            totals = ranker.rank_all(asks.take(rows))
            mean[rows] = totals.mean(axis=1)
            totals -= mean[rows][:, None]
            newcomer = np.percentile(totals, NEWCOMER_PERCENT, axis=1)
            table[rows] = np.where(known, totals[:, place], newcomer[:, None])
        return cls(ranker=GroupedRanker.of(ranker), place=place, table=table, mean=mean)

    def row(self, body: Body, occasion: int) -> int:
        """The row of the table for a body and an occasion."""
        return (OCCASIONS - 1 if occasion < 0 else occasion) * CELLS + body.cell()

    def exact(
        self, query: NeedQuery, row: int, garments: NDArray[np.intp]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The totals of some garments, and their parts (garments, GROUPS), which sum to them."""
        place = self.place[garments]
        new = np.flatnonzero(place < 0)
        if self.ranker is None:
            parts = np.zeros((len(garments), len(GROUPS)), dtype=np.float32)
        else:
            asked = Asks.of_query(query, self.ranker.tables.garments)
            parts = self.ranker.parts(asked, place)
            parts[:, 0] -= self.mean[row]
        parts[new] = 0.0
        parts[new, 0] = self.table[row, garments[new]]
        return parts.sum(axis=1), parts


def _every_ask(garments: int) -> Asks:
    occasion, cell = np.divmod(np.arange(OCCASIONS * CELLS), CELLS)
    height, weight = np.divmod(cell, WEIGHTS + 1)
    rows = blank_rows(len(cell))
    heights = np.append(HEIGHT_CENTRES_CM, np.float32(np.nan))
    weights = np.append(WEIGHT_CENTRES_KG, np.float32(np.nan))
    assert len(heights) == HEIGHTS + 1
    rows.height_cm[:], rows.weight_kg[:] = heights[height], weights[weight]
    rows.occasion[:] = np.where(occasion == OCCASIONS - 1, words.UNKNOWN, occasion)
    nothing = np.zeros(len(cell))
    worn = sparse.csr_matrix((len(cell), garments), dtype=np.float64)
    return Asks.of_rows(rows, worn, nothing, nothing)
