"""People and their sizes by what is known before anything is worn: whose word is worth reading."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from zhiyin.domain.matching.learning.counting import Positions, Singles

FACTS = (
    "size", "from_typical", "height", "weight", "age", "band", "cup", "mass", "from_habit", "habit",
)  # fmt: skip
"""Columns of `Wearers.facts`. `from_typical`: size against what bodies like hers take; `habit`:
the mean of that over her other rentals; `from_habit`: how far she departed from it."""

BITS = (1 << np.arange(len(FACTS))).astype(np.uint16)
LACKING = (np.arange(1 << len(FACTS))[:, None] & BITS > 0).astype(np.float32)
"""Row n: which facts are lacking, 1 or 0, where `Witnesses.lacks` is n."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wearers:
    """What is known of people and their sizes before anybody wears anything.

    facts: (rows, len(FACTS)) in standard units, NaN where not known.
    risk:  (rows, 3) how far too small, right and too large are from their usual chances for such
           a body in such a size, whatever the garment; in standard deviations of the outcome.
    shape: (rows,) as in `Wearings`.
    """

    facts: Singles
    risk: Singles
    shape: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.shape)

    def take(self, rows: Positions | slice) -> Self:
        """The rows selected, in that order."""
        return type(self)(facts=self.facts[rows], risk=self.risk[rows], shape=self.shape[rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnesses:
    """The same, laid out so that one who asks is held against many of them in few passes.

    facts: as in `Wearers`, but 0 where not known; lacks: (rows,) which those are, as BITS.
    """

    facts: Singles
    lacks: NDArray[np.uint16]
    risk: Singles
    shape: NDArray[np.int8]

    @classmethod
    def of(cls, wearers: Wearers) -> Self:
        """Lay them out."""
        missing = np.isnan(wearers.facts)
        return cls(
            facts=np.where(missing, np.float32(0), wearers.facts),
            lacks=np.asarray(missing @ BITS),
            risk=wearers.risk,
            shape=wearers.shape,
        )

    def take(self, rows: slice) -> Self:
        """The rows of a slice."""
        return type(self)(
            facts=self.facts[rows],
            lacks=self.lacks[rows],
            risk=self.risk[rows],
            shape=self.shape[rows],
        )
