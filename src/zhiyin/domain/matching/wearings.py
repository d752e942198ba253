"""Who wore what and how it went, as columns: the one shape that every learner reads."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

SMALL, FIT, LARGE, UNTOLD = 0, 1, 2, -1
UNKNOWN = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wearings:
    """One row per (person, garment) wearing. All columns have the same length.

    Units:  cm, kg, years, days since 1970-01-01; rating 0..10. NaN where not stated.
    Codes:  `shape`, `occasion` index the vocabularies of the caller, -1 where not stated;
            `fit` is SMALL, FIT, LARGE or UNTOLD; `cup` counts aa=0, a=1, b=2, c=3, d=4, dd=5 ...
    """

    wearer: NDArray[np.int64]
    garment: NDArray[np.int64]
    category: NDArray[np.int16]
    size: NDArray[np.float32]
    height_cm: NDArray[np.float32]
    weight_kg: NDArray[np.float32]
    age: NDArray[np.float32]
    band_cm: NDArray[np.float32]
    cup: NDArray[np.float32]
    shape: NDArray[np.int8]
    occasion: NDArray[np.int8]
    fit: NDArray[np.int8]
    rating: NDArray[np.float32]
    day: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.wearer)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Self:
        """The rows selected by index or mask, in that order."""
        return type(self)(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})
