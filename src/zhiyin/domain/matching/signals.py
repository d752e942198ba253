"""What the rows say before anybody asks: whom garments fit, and which KOCs were content."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from zhiyin.domain.matching import vocabulary as words
from zhiyin.domain.matching.bodies import cells, kernel
from zhiyin.domain.matching.wearings import FIT, UNTOLD
from zhiyin.domain.matching.world import Shows, World, starts

SATISFIED_RATING = 8.0
PRIOR_WEARERS = 8.0
"""A garment's own rate counts as much as this many wearers when few similar ones wore it."""

KOC_BITS = 32
ANY_SHAPE = len(words.SHAPES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """Columns over garments, made once from the shows.

    by_cell:   (CELLS, garments) float32: share of similar bodies whom it fitted, less the share
               of all wearers of all garments; shrunk to the garment's own.
    by_shape:  (shapes + 1, garments) float32: the same by body shape.
    koc_first, koc: the KOCs who wore each garment and were satisfied, garment by garment.
    unhappy:   sorted `garment << KOC_BITS | koc` of those who wore it and were not.

    Authored shows count for none of the shares. They do say what a KOC herself thought.
    """

    by_cell: NDArray[np.float32]
    by_shape: NDArray[np.float32]
    koc_first: NDArray[np.int64]
    koc: NDArray[np.int32]
    unhappy: NDArray[np.int64]

    @classmethod
    def of(cls, world: World) -> Self:
        """Count the world's shows."""
        shows, garments = world.shows, len(world.garments)
        shape = np.where(shows.worn.shape < 0, ANY_SHAPE, shows.worn.shape)
        own_shape = np.eye(ANY_SHAPE + 1, dtype=np.float32)
        own_shape[ANY_SHAPE] = 1.0
        cell = cells(shows.worn.height_cm, shows.worn.weight_kg)
        content, unhappy = _koc_verdicts(shows)
        return cls(
            by_cell=_fit_share(shows, cell, kernel(), garments),
            by_shape=_fit_share(shows, shape, own_shape, garments),
            koc_first=starts(content >> KOC_BITS, garments),
            koc=(content & ((1 << KOC_BITS) - 1)).astype(np.int32),
            unhappy=unhappy,
        )

    def are_unhappy(
        self, garments: NDArray[np.integer], kocs: NDArray[np.integer]
    ) -> NDArray[np.bool_]:
        """Where a KOC wore a garment and it did not fit or please her."""
        wanted = (garments.astype(np.int64) << KOC_BITS) | kocs
        at = np.searchsorted(self.unhappy, wanted)
        found = at < len(self.unhappy)
        found[found] = self.unhappy[at[found]] == wanted[found]
        return np.asarray(found)


def _fit_share(
    shows: Shows, group: NDArray[np.integer], speaks_to: NDArray[np.float32], garments: int
) -> NDArray[np.float32]:
    told = np.flatnonzero(shows.counted & (shows.worn.fit != UNTOLD))
    shape = (len(speaks_to), garments)
    at = (group[told], shows.worn.garment[told])
    ones = np.ones(len(told), dtype=np.float32)
    fitted = (shows.worn.fit[told] == FIT).astype(np.float32)
    speaks = sparse.csr_matrix(speaks_to)
    wore = (speaks @ sparse.coo_matrix((ones, at), shape=shape).tocsr()).toarray()
    fits = (speaks @ sparse.coo_matrix((fitted, at), shape=shape).tocsr()).toarray()
    overall = float(fitted.mean()) if len(fitted) else 0.0
    all_wore = np.bincount(at[1], minlength=garments)
    all_fits = np.bincount(at[1], fitted, minlength=garments)
    own = (all_fits + PRIOR_WEARERS * overall) / (all_wore + PRIOR_WEARERS)
    share = (fits + PRIOR_WEARERS * own) / (wore + PRIOR_WEARERS)
    return np.asarray(share - overall, dtype=np.float32)


def _koc_verdicts(shows: Shows) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    worn = shows.worn
    spoke = shows.koc >= 0
    pleased = np.isnan(worn.rating) | (worn.rating >= SATISFIED_RATING)
    content = (worn.fit == FIT) & pleased
    pairs = (worn.garment << KOC_BITS) | shows.koc
    return np.unique(pairs[spoke & content]), np.unique(pairs[spoke & ~content])
