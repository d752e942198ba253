"""What is known of a need when it is ranked: body facts, the occasion, what she wore before."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from zhiyin.domain.matching.learning.counting import Codes, Floats, positions, weigh
from zhiyin.domain.matching.wearings import UNKNOWN, Wearings

FACTS = ("height_cm", "weight_kg", "age", "band_cm", "cup")
IMAGINED_SIZES = 1.0
WORN_SIZE_WEIGHT = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedQuery:
    """One need. A fact that she does not state is None and costs nothing.

    `worn` are ids of garments that she wore, `worn_sizes` the sizes (the shop's scale) that she
    wore them in, as far as told. Ids that the ranker has never seen are passed over.
    """

    height_cm: float | None = None
    weight_kg: float | None = None
    age: float | None = None
    band_cm: float | None = None
    cup: float | None = None
    shape: int | None = None
    occasion: int | None = None
    worn: tuple[int, ...] = ()
    worn_sizes: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asks:
    """Many needs; NaN and -1 where not stated.

    `facts` is (needs, FACTS) in that order; `worn` is (needs, garments), 1 where she wore it;
    `size_sum` and `size_count` add up the sizes that she wore.
    """

    facts: Floats
    shape: NDArray[np.intp]
    occasion: NDArray[np.intp]
    worn: sparse.csr_matrix
    size_sum: Floats
    size_count: Floats

    def __len__(self) -> int:
        return len(self.shape)

    @property
    def is_returning(self) -> NDArray[np.bool_]:
        """Who wore a garment that the ranker knows."""
        return np.asarray(np.diff(self.worn.indptr) > 0)

    @property
    def is_blank(self) -> NDArray[np.bool_]:
        """Who states nothing and wore nothing."""
        told = ~np.isnan(self.facts).all(axis=1)
        told |= (self.shape >= 0) | (self.occasion >= 0) | (self.size_count > 0)
        return np.asarray(~told & ~self.is_returning)

    @classmethod
    def of_query(cls, query: NeedQuery, garments: NDArray[np.int64]) -> Self:
        """One need; `garments` are the ranker's, ascending."""
        worn = _nothing_worn(len(garments))
        if query.worn:
            at = positions(garments, np.array(query.worn, dtype=np.int64))
            at = np.unique(at[at != UNKNOWN])
            worn = sparse.csr_matrix((np.ones(len(at)), at, [0, len(at)]), shape=worn.shape)
        facts = [np.nan if (fact := getattr(query, name)) is None else fact for name in FACTS]
        return cls(
            facts=np.array([facts], dtype=np.float64),
            shape=np.array([UNKNOWN if query.shape is None else query.shape]),
            occasion=np.array([UNKNOWN if query.occasion is None else query.occasion]),
            worn=worn,
            size_sum=np.array([float(sum(query.worn_sizes))]),
            size_count=np.array([float(len(query.worn_sizes))]),
        )

    @classmethod
    def of_rows(
        cls, rows: Wearings, worn: sparse.csr_matrix, sizes: Floats, counts: Floats
    ) -> Self:
        """What rows state, with histories found elsewhere."""
        return cls(
            facts=facts_of(rows),
            shape=rows.shape.astype(np.intp),
            occasion=rows.occasion.astype(np.intp),
            worn=worn,
            size_sum=sizes,
            size_count=counts,
        )

    def take(self, rows: NDArray[np.intp]) -> "Asks":
        """The needs selected by index, in that order."""
        columns = ("facts", "shape", "occasion", "worn", "size_sum", "size_count")
        return Asks(**{name: getattr(self, name)[rows] for name in columns})


@lru_cache(maxsize=8)
def _nothing_worn(garments: int) -> sparse.csr_matrix:
    """The history of a newcomer. Making one takes a tenth of a millisecond."""
    return sparse.csr_matrix((1, garments))


def facts_of(rows: Wearings) -> Floats:
    """Body facts as a matrix, (rows, FACTS)."""
    return np.stack([getattr(rows, fact) for fact in FACTS], axis=1).astype(np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Who wore what, and in which sizes, by wearer."""

    codes: Codes
    worn: sparse.csr_matrix
    size_sum: Floats
    size_count: Floats

    @classmethod
    def of(cls, rows: Wearings) -> Self:
        """Everything worn in `rows`."""
        codes = Codes.of(rows)
        wearers = len(codes.wearers)
        told = ~np.isnan(rows.size)
        return cls(
            codes=codes,
            worn=codes.histories(),
            size_sum=weigh(codes.wearer, wearers, np.where(told, rows.size, 0.0)),
            size_count=weigh(codes.wearer, wearers, told),
        )

    def asks(self, shoppers: Wearings) -> Asks:
        """The shoppers' facts and occasions as they state them, with what is remembered of them."""
        at = positions(self.codes.wearers, shoppers.wearer)
        known = at != UNKNOWN
        pick = sparse.csr_matrix(
            (known.astype(np.float64), (np.arange(len(at)), np.where(known, at, 0))),
            shape=(len(at), len(self.codes.wearers)),
        )
        worn = (pick @ self.worn).tocsr()
        worn.eliminate_zeros()
        return Asks.of_rows(shoppers, worn, pick @ self.size_sum, pick @ self.size_count)
